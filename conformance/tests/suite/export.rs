//! Tests of `evdg vectors export`. They read the files back as JSON and bytes, without code of the
//! corpus.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use event_datagram_conformance::contract::event_from_json;
use event_datagram_conformance::vectors::{Corpus, Expectation, Vector};
use serde_json::Value;

use crate::evdg::{Ran, run};

fn exported(args: &[&str]) -> (tempfile::TempDir, PathBuf, Ran) {
    let parent = tempfile::tempdir().expect("there is room");
    let folder = parent.path().join("out");
    let path = folder.to_str().expect("it is UTF-8");
    let ran = run(&[&["vectors", "export", path], args].concat());
    (parent, folder, ran)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("it is there")).expect("it is JSON")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("it can be listed").file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().expect("it is UTF-8"))
        .collect();
    names.sort();
    names
}

/// Returns the files of the vectors by id.
fn vector_files(folder: &Path) -> HashMap<String, Value> {
    let mut files = HashMap::new();
    for dialect in ["text", "jsonrpc"].map(|dialect| folder.join(dialect)) {
        if !dialect.is_dir() {
            continue;
        }
        for name in names(&dialect) {
            if let Some(id) = name.strip_suffix(".json") {
                files.insert(id.to_string(), json(&dialect.join(&name)));
            }
        }
    }
    files
}

fn expectation(json: &Value) -> Expectation {
    match json {
        Value::String(word) if word == "reject" => Expectation::Reject,
        Value::String(word) if word == "survive" => Expectation::Survive,
        _ => match json.get("any_of").and_then(Value::as_array) {
            Some(several) => Expectation::AnyOf(several.iter().map(expectation).collect()),
            None => Expectation::Event(event_from_json(&json["event"]).expect("it is an event")),
        },
    }
}

#[test]
fn exported_vectors_read_back_the_same() {
    let (_parent, folder, ran) = exported(&[]);
    let corpus = Corpus::embedded().expect("it is sound");
    let count = corpus.vectors.len();
    ran.expect_status(0)
        .expect_stderr(&format!("evdg: {count} vectors in "));
    let files = vector_files(&folder);
    assert_eq!(files.len(), count);
    for vector in &corpus.vectors {
        let Vector {
            id,
            dialect,
            topic,
            requirement,
            level,
            authority,
            summary,
            steps,
            captured,
            notes,
            ..
        } = vector;
        let file = &files[id];
        for (member, expected) in [
            ("id", id.as_str()),
            ("dialect", dialect.as_str()),
            ("topic", topic),
            ("requirement", requirement),
            ("level", level.as_str()),
            ("authority", authority.as_str()),
            ("summary", summary),
        ] {
            assert_eq!(file[member], expected, "{id}");
        }
        assert_eq!(file["notes"].as_str(), notes.as_deref());
        let case = captured.as_ref().map(|captured| captured.case.as_str());
        assert_eq!(file["captured"]["case"].as_str(), case);
        let found = file["steps"].as_array().expect("it is a list");
        assert_eq!(found.len(), steps.len(), "{id}");
        for (found, step) in found.iter().zip(steps) {
            let name = found["datagram"].as_str().expect("it is a name");
            let datagram = fs::read(folder.join(dialect.as_str()).join(name));
            assert_eq!(datagram.expect("it is there"), step.datagram, "{id}");
            assert_eq!(found["size"], step.datagram.len(), "{id}");
            assert_eq!(expectation(&found["expect"]), step.expect, "{id}");
        }
    }
    // There are no other files.
    let bins = corpus
        .vectors
        .iter()
        .map(|vector| vector.steps.len())
        .sum::<usize>();
    let there: usize = ["text", "jsonrpc"]
        .iter()
        .map(|dialect| folder.join(dialect))
        .filter(|folder| folder.is_dir())
        .map(|folder| names(&folder).len())
        .sum();
    assert_eq!(there, count + bins);
}

#[test]
fn every_file_keeps_to_the_schema_that_comes_with_it() {
    let (_parent, folder, ran) = exported(&[]);
    ran.expect_status(0);
    let validator =
        jsonschema::validator_for(&json(&folder.join("schema.json"))).expect("it is a JSON Schema");
    for (id, file) in vector_files(&folder) {
        // The validator takes seconds for thousands of equal parameters, so large files are not
        // validated.
        if file.to_string().len() > 100_000 {
            continue;
        }
        let errors = validator.iter_errors(&file).map(|error| error.to_string());
        assert_eq!(errors.collect::<Vec<_>>(), Vec::<String>::new(), "{id}");
    }
    let good = json(&folder.join("text/sep-one-named.json"));
    for (pointer, bad) in [
        ("/steps/0/expect", Value::from("accept")),
        ("/steps/0/size", Value::from(-1)),
        ("/level", Value::from("perhaps")),
    ] {
        let mut file = good.clone();
        *file.pointer_mut(pointer).expect("it is there") = bad;
        assert!(!validator.is_valid(&file), "{pointer}");
    }
}

#[test]
fn the_specification_its_requirements_and_the_sets_come_along() {
    let (_parent, folder, ran) = exported(&["--filter", "sep-one-named", "--filter", "T20"]);
    ran.expect_status(0);
    let expected = [
        "README.md",
        "SPEC.md",
        "jsonrpc",
        "requirements.json",
        "schema.json",
        "sets",
        "text",
    ];
    assert_eq!(names(&folder), expected);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for name in ["SPEC.md", "sets/2026.2.txt"] {
        let [there, here] = [&folder, &corpus].map(|folder| fs::read(folder.join(name)));
        assert_eq!(
            there.expect("it is there"),
            here.expect("it is there"),
            "{name}"
        );
    }
    let requirements = json(&folder.join("requirements.json"));
    let t4 = requirements
        .as_array()
        .expect("it is a list")
        .iter()
        .find(|one| one["id"] == "T4");
    assert_eq!(t4.expect("it is there")["level"], "must");
    let files = vector_files(&folder);
    assert!(files.contains_key("sep-one-named") && files.len() > 1);
    assert!(
        files
            .values()
            .all(|file| ["T4", "T20"].contains(&file["requirement"].as_str().expect("it is text")))
    );
}

#[test]
fn existing_folders_are_not_overwritten() {
    let (_parent, folder, ran) = exported(&["--set", "2026.2", "--filter", "sep-one-named"]);
    ran.expect_status(0).expect_stderr("evdg: 1 vector in ");
    let path = folder.to_str().expect("it is UTF-8");
    let before = names(&folder);
    run(&["vectors", "export", path])
        .expect_status(3)
        .expect_stderr("it is not empty, and nothing in it shall be written over");
    assert_eq!(names(&folder), before);

    // An export that fails leaves no folder behind.
    let (parent, folder, ran) = exported(&["--filter", "no-such-vector"]);
    ran.expect_status(4);
    assert!(!folder.exists());
    run(&["vectors", "export", "/no/such/folder"]).expect_status(3);
    let empty = parent.path().join("empty");
    fs::create_dir(&empty).expect("there is room");
    let path = empty.to_str().expect("it is UTF-8");
    run(&["vectors", "export", path, "--filter", "sep-one-named"]).expect_status(0);
    assert!(empty.join("text/sep-one-named.1.bin").is_file());
}
