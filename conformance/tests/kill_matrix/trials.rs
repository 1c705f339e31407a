//! The tests of the kill matrix, each a trial of `libtest_mimic`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use event_datagram_conformance::diagnose::Diagnosis;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle::faults::Fault;
use libtest_mimic::{Failed, Trial};
use snapbox::{Assert, Data};

use crate::combinations;
use crate::listeners::groups;
use crate::matrix::{CORRECT, Detections, KillMatrix};
use crate::page::{KillTable, page};

pub(crate) fn all() -> Vec<Trial> {
    DIALECTS
        .iter()
        .flat_map(|dialect| of_dialect(*dialect))
        .collect()
}

const DIALECTS: &[Dialect] = &[Dialect::Text, Dialect::JsonRpc];
const REPEATS: &str = "KILL_MATRIX_REPEATS";
/// Faults that no diagnosis names, because their effect on a vector depends on all earlier vectors.
const DEPENDS_ON_THE_RUN: &[&str] = &[
    "large-events-are-late",
    "loses-one-datagram-in",
    "waits-for-the-closing-quote",
];
/// One in this many listeners also runs as a process.
const PROCESSES: usize = 5;

fn of_dialect(dialect: Dialect) -> Vec<Trial> {
    let corpus = Corpus::load(&folder()).expect("the corpus is valid");
    let matrix = Arc::new(KillMatrix::new(dialect, corpus));
    let trial = |name: &str, test: fn(&KillMatrix) -> Result<(), Failed>| {
        let matrix = matrix.clone();
        Trial::test(format!("{dialect}::{name}"), move || test(&matrix))
    };
    let mut trials = vec![
        trial("slugs_are_unique", slugs_are_unique),
        trial("names_are_unique", names_are_unique),
        trial("correct_listener_conforms", correct_listener_conforms),
    ];
    trials.extend(matrix.listeners().map(|listener| {
        let matrix = matrix.clone();
        let name = listener.name.clone();
        let requirement = listener.instance.fault.requirement;
        Trial::test(format!("{dialect}::found::{name}"), move || {
            is_detected(&matrix, &name, requirement)
        })
    }));
    trials.extend(matrix.listeners().step_by(PROCESSES).map(|listener| {
        let matrix = matrix.clone();
        let name = listener.name.clone();
        let fault = listener.instance.fault;
        Trial::test(format!("{dialect}::process::{name}"), move || {
            process_is_detected(&matrix, &name, fault)
        })
    }));
    trials.extend(combinations::of(dialect).iter().map(|names| {
        let matrix = matrix.clone();
        let name = format!("{dialect}::combined::{}", names.join("+"));
        Trial::test(name, move || combinations::is_diagnosed(&matrix, *names))
    }));
    // These need the detections of all listeners, and so come last.
    trials.push(trial(
        "every_vector_detects_a_fault",
        every_vector_detects_a_fault,
    ));
    trials.push(trial("pages_are_up_to_date", pages_are_up_to_date));
    // These trials run vectors some hundred thousand times: debug builds ignore them.
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

fn slugs_are_unique(matrix: &KillMatrix) -> Result<(), Failed> {
    let mut slugs = HashSet::new();
    let mut faults = groups(matrix.dialect).iter().flat_map(|group| group.faults);
    match faults.find(|fault| !slugs.insert(fault.slug)) {
        Some(fault) => Err(format!("two faults have the slug {}", fault.slug).into()),
        None => Ok(()),
    }
}

/// Checks that no two listeners have one name. A slug and its number may spell the name of another
/// listener.
fn names_are_unique(matrix: &KillMatrix) -> Result<(), Failed> {
    let mut names = HashSet::from([CORRECT]);
    match matrix
        .listeners()
        .find(|listener| !names.insert(&listener.name))
    {
        Some(listener) => Err(format!("two listeners are called {}", listener.name).into()),
        None => Ok(()),
    }
}

fn correct_listener_conforms(matrix: &KillMatrix) -> Result<(), Failed> {
    for socket in [SocketKind::Udp, SocketKind::Unix] {
        let detections = matrix.run(CORRECT, socket).detections;
        if !detections.is_empty() {
            return Err(format!("over {socket}: {detections:?}").into());
        }
    }
    Ok(())
}

/// Checks that a vector of the requirement that the fault breaks detects the listener.
fn is_detected(matrix: &KillMatrix, name: &str, requirement: &str) -> Result<(), Failed> {
    detects(matrix, matrix.detections(name), requirement)
}

/// Checks the listener as a process: a vector of the requirement detects it, the same vectors
/// detect it every time, and the diagnosis names its fault.
fn process_is_detected(matrix: &KillMatrix, name: &str, fault: &Fault) -> Result<(), Failed> {
    let run = matrix.run(name, SocketKind::Unix);
    detects(matrix, &run.detections, fault.requirement)?;
    is_named(&run.diagnosis(), fault)?;
    let detections = run.detections;
    let repeats = match env::var(REPEATS) {
        Ok(number) => number
            .parse()
            .map_err(|error| format!("{REPEATS}={number}: {error}"))?,
        Err(_) => 1,
    };
    for repeat in 1..repeats {
        let again = matrix.run(name, SocketKind::Unix).detections;
        if again != detections {
            return Err(format!("repeat {repeat}: {}", difference(&detections, &again)).into());
        }
    }
    Ok(())
}

/// Checks that the diagnosis has one cause, which is the fault or one that the vectors do not
/// distinguish from it. Results may be left unexplained: a process keeps state from one vector to
/// the next, and a model does not.
fn is_named(diagnosis: &Diagnosis, fault: &Fault) -> Result<(), Failed> {
    let is_right = match &diagnosis.causes[..] {
        [] => DEPENDS_ON_THE_RUN.contains(&fault.slug),
        [cause] => cause.may_be(fault.slug),
        _ => false,
    };
    if is_right {
        Ok(())
    } else {
        Err(format!("the diagnosis is another: {diagnosis:#?}").into())
    }
}

fn detects(matrix: &KillMatrix, detections: &Detections, requirement: &str) -> Result<(), Failed> {
    if detections.is_empty() {
        return Err("no vector detects it: add one".into());
    }
    let detecting = matrix
        .vectors()
        .filter(|it| detections.contains_key(&it.id));
    let requirements: BTreeSet<_> = detecting.map(|it| &it.requirement[..]).collect();
    if !requirements.contains(requirement) {
        return Err(format!(
            "it breaks {requirement}, but vectors of {requirements:?} detect it: correct the \
             fault's requirement or add a vector"
        )
        .into());
    }
    Ok(())
}

fn difference(before: &Detections, after: &Detections) -> String {
    let vectors: HashSet<_> = before.keys().chain(after.keys()).collect();
    let changed = vectors
        .into_iter()
        .filter(|vector| before.get(*vector) != after.get(*vector));
    let changes = changed.map(|vector| {
        format!(
            "{vector} was {:?} and is {:?}",
            before.get(vector),
            after.get(vector)
        )
    });
    changes.collect::<Vec<_>>().join("; ")
}

/// Checks that each vector detects a fault that most vectors do not detect, or has a documented
/// exception.
fn every_vector_detects_a_fault(matrix: &KillMatrix) -> Result<(), Failed> {
    let table = KillTable::new(matrix);
    let exceptions = exceptions(matrix);
    let redundant: Vec<_> = matrix
        .vectors()
        .map(|vector| &vector.id[..])
        .filter(|id| table.selective(id).next().is_none())
        .collect();
    let missing: Vec<_> = redundant
        .iter()
        .filter(|id| !exceptions.contains_key(**id))
        .collect();
    let stale: Vec<_> = exceptions
        .keys()
        .filter(|id| !redundant.contains(&&id[..]))
        .collect();
    if missing.is_empty() && stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "vectors that are redundant without an exception: {missing:?}; stale exceptions: {stale:?}"
    )
    .into())
}

fn pages_are_up_to_date(matrix: &KillMatrix) -> Result<(), Failed> {
    let page = page(&KillTable::new(matrix), &exceptions(matrix));
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

/// Reads the redundant vectors that are kept, each with the reason.
fn exceptions(matrix: &KillMatrix) -> BTreeMap<String, String> {
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
