//! What has to hold of the matrix, a trial each.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::{Corpus, Level};
use libtest_mimic::{Failed, Trial};
use snapbox::{Assert, Data};

use crate::matrix::{Finds, Found, Matrix, UNBROKEN};
use crate::page::{Kills, page};

pub(crate) fn all() -> Vec<Trial> {
    DIALECTS
        .iter()
        .flat_map(|dialect| of_dialect(*dialect))
        .collect()
}

const DIALECTS: &[Dialect] = &[Dialect::Text, Dialect::JsonRpc];
const REPEATS: &str = "KILL_MATRIX_REPEATS";

fn of_dialect(dialect: Dialect) -> Vec<Trial> {
    let corpus = Corpus::load(&folder()).expect("the corpus is sound");
    let matrix = Arc::new(Matrix::new(dialect, corpus));
    let trial = |name: &str, test: fn(&Matrix) -> Result<(), Failed>| {
        let matrix = matrix.clone();
        Trial::test(format!("{dialect}::{name}"), move || test(&matrix))
    };
    let mut trials = vec![
        trial("names_are_unique", names_are_unique),
        trial("unbroken_it_conforms", unbroken_it_conforms),
    ];
    trials.extend(matrix.listeners().map(|broken| {
        let matrix = matrix.clone();
        let name = broken.name;
        Trial::test(format!("{dialect}::found::{name}"), move || {
            is_found(&matrix, name)
        })
    }));
    // They need all that was found, and so come last.
    trials.push(trial(
        "every_vector_finds_something",
        every_vector_finds_something,
    ));
    trials.push(trial("what_is_written_is_true", what_is_written_is_true));
    // Some hundred thousand runs of a vector: that is for an optimised build.
    let takes_long = |trial: &Trial| {
        cfg!(debug_assertions)
            && !trial.name().ends_with("_unique")
            && !trial.name().ends_with("_conforms")
    };
    let ignored = |trial: Trial| {
        let takes_long = takes_long(&trial);
        trial.with_ignored_flag(takes_long)
    };
    trials.into_iter().map(ignored).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn names_are_unique(matrix: &Matrix) -> Result<(), Failed> {
    let mut names = HashSet::from([UNBROKEN]);
    match matrix.listeners().find(|broken| !names.insert(broken.name)) {
        Some(broken) => Err(format!("two listeners are called {}", broken.name).into()),
        None => Ok(()),
    }
}

fn unbroken_it_conforms(matrix: &Matrix) -> Result<(), Failed> {
    for socket in [SocketKind::Udp, SocketKind::Unix] {
        let finds = matrix.run(UNBROKEN, socket);
        if !finds.is_empty() {
            return Err(format!("over {socket}: {finds:?}").into());
        }
    }
    Ok(())
}

/// A vector of level must or should finds it, and does so every time.
fn is_found(matrix: &Matrix, name: &str) -> Result<(), Failed> {
    let finds = matrix.finds(name);
    let is_binding = |id: &str| {
        matrix
            .vectors()
            .any(|vector| vector.id == id && vector.level != Level::May)
    };
    if !finds
        .iter()
        .any(|(id, found)| matches!(found, Found::Fails(_)) && is_binding(id))
    {
        return Err("no vector of level must or should finds it: there is one to add".into());
    }
    let repeats = match env::var(REPEATS) {
        Ok(number) => number
            .parse()
            .map_err(|error| format!("{REPEATS}={number}: {error}"))?,
        Err(_) => 1,
    };
    for repeat in 1..repeats {
        let again = matrix.run(name, SocketKind::Unix);
        if again != *finds {
            return Err(format!("repeat {repeat}: {}", difference(finds, &again)).into());
        }
    }
    Ok(())
}

fn difference(before: &Finds, after: &Finds) -> String {
    let vectors: HashSet<_> = before.keys().chain(after.keys()).collect();
    let changed = vectors
        .into_iter()
        .filter(|vector| before.get(*vector) != after.get(*vector));
    let told = changed.map(|vector| {
        format!(
            "{vector} was {:?} and is {:?}",
            before.get(vector),
            after.get(vector)
        )
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Each vector finds a listener that most vectors do not find, or it is said why it stays.
fn every_vector_finds_something(matrix: &Matrix) -> Result<(), Failed> {
    let kills = Kills::new(matrix);
    let excused = exceptions(matrix);
    let useless: Vec<_> = matrix
        .vectors()
        .map(|vector| &vector.id[..])
        .filter(|id| kills.sharp(id).next().is_none())
        .collect();
    let missing: Vec<_> = useless
        .iter()
        .filter(|id| !excused.contains_key(**id))
        .collect();
    let stale: Vec<_> = excused
        .keys()
        .filter(|id| !useless.contains(&&id[..]))
        .collect();
    if missing.is_empty() && stale.is_empty() {
        return Ok(());
    }
    Err(format!("neither useful nor excused: {missing:?}; excused for nothing: {stale:?}").into())
}

fn what_is_written_is_true(matrix: &Matrix) -> Result<(), Failed> {
    let page = page(&Kills::new(matrix), &exceptions(matrix));
    let path = folder()
        .join("kills")
        .join(format!("{}.md", matrix.dialect));
    let assert = Assert::new().action_env("SNAPSHOTS");
    assert.try_eq(
        None,
        Data::text(page).raw(),
        Data::read_from(&path, None).raw(),
    )?;
    Ok(())
}

/// Reads why vectors stay that find nothing.
fn exceptions(matrix: &Matrix) -> BTreeMap<String, String> {
    let path = folder()
        .join("kills")
        .join(format!("{}-exceptions.json", matrix.dialect));
    match fs::read(&path) {
        Ok(json) => serde_json::from_slice(&json)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => panic!("{}: {error}", path.display()),
    }
}
