//! Tests that the errors of a broken corpus name the file, the vector and the field.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::evdg::run;

/// Copies the corpus, changes one file of it, and runs `evdg vectors check` and `evdg test` on it.
#[track_caller]
fn broken_corpus(file: &str, old: &str, new: &str, messages: &[&str]) {
    let folder = tempfile::tempdir().expect("there is room");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let copied = Command::new("cp")
        .arg("-R")
        .arg(&corpus)
        .arg(folder.path())
        .status()
        .expect("cp runs");
    assert!(copied.success());
    let corpus = folder.path().join("corpus");
    let text = fs::read_to_string(corpus.join(file)).expect("it is there");
    assert!(text.contains(old), "{file} has changed: {old}");
    fs::write(corpus.join(file), text.replacen(old, new, 1)).expect("there is room");
    let corpus = corpus.to_str().expect("it is UTF-8");
    for args in [
        &["vectors", "check", "--corpus", corpus][..],
        &["test", "--corpus", corpus],
    ] {
        let ran = run(args).expect_status(2);
        for message in [&[file], messages].concat() {
            assert!(
                ran.stderr.contains(message),
                "{message} is not in: {}",
                ran.stderr
            );
        }
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn errors_of_a_vector_file_name_the_file_id_and_field() {
    let file = "vectors/text/separators.json";
    let id = "vector `sep-first-one-splits`";
    broken_corpus(
        file,
        r#""level": "must""#,
        r#""level": "perhaps""#,
        &[id, "level:", "perhaps"],
    );
    broken_corpus(
        file,
        r#""requirement": "T4""#,
        r#""requirement": "T99""#,
        &[id, "requirement:", "`T99`"],
    );
    broken_corpus(
        file,
        r#""authority": "documented""#,
        r#""author": "documented""#,
        &[id, "author"],
    );
    broken_corpus(
        file,
        r#""params": [{"name": "key", "value""#,
        r#""params": [{"name": "key", "val""#,
        &[id, "expect"],
    );
    broken_corpus(
        file,
        r#""datagram": "E_TEST\nkey::b::c\n\n""#,
        r#""datagram": {"hex": "zz"}"#,
        &[id, "datagram"],
    );
    broken_corpus(
        file,
        r#""datagram": "E_TEST\nkey::b::c\n\n""#,
        r#""datagram": [{"hex": "zz"}]"#,
        &[id, "datagram"],
    );
    broken_corpus(
        file,
        r#""expect": {"event""#,
        r#""expect": {"evnt""#,
        &[id, "expect"],
    );
    broken_corpus(
        file,
        "sep-first-one-splits",
        "sep-one-named",
        &["vector `sep-one-named`", "id:"],
    );
    broken_corpus(
        file,
        "sep-first-one-splits",
        "Sep First",
        &["vector `Sep First`", "id:"],
    );
    broken_corpus(file, "{\n", "{{\n", &["line 1 column 2"]);
    broken_corpus(file, r#""topic": ""#, r#""topic": "Of "#, &["topic:"]);
    broken_corpus(
        file,
        "\"vectors\": [",
        "\"vectors\": [[],",
        &["vector number 1", "an object"],
    );
    broken_corpus(
        "SPEC.md",
        "Level: must",
        "Level: maybe",
        &["T1", "Level: maybe"],
    );
}

#[test]
fn a_vector_that_expects_what_is_wrong_is_found_by_check() {
    let folder = tempfile::tempdir().expect("there is room");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    assert!(
        Command::new("cp")
            .arg("-R")
            .arg(&corpus)
            .arg(folder.path())
            .status()
            .expect("cp runs")
            .success()
    );
    let file = folder.path().join("corpus/vectors/text/separators.json");
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(
        &file,
        text.replacen(r#""value": "b::c""#, r#""value": "c""#, 1),
    )
    .expect("there is room");
    let corpus = folder.path().join("corpus");
    let corpus = corpus.to_str().expect("it is UTF-8");
    let ran = run(&["vectors", "check", "--corpus", corpus]).expect_status(2);
    ran.expect_stderr("vector `sep-first-one-splits`: datagram 1: the reference reads");
}

#[test]
fn vectors_that_would_never_run_are_found() {
    let folder = tempfile::tempdir().expect("there is room");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let nested = folder.path().join("vectors/text/mine");
    fs::create_dir_all(&nested).expect("there is room");
    for (from, to) in [
        ("SPEC.md", "SPEC.md"),
        (
            "vectors/text/separators.json",
            "vectors/text/separators.json",
        ),
        ("vectors/text/names.json", "vectors/text/mine/names.json"),
    ] {
        fs::copy(corpus.join(from), folder.path().join(to)).expect("it is there");
    }
    run(&[
        "vectors",
        "check",
        "--corpus",
        folder.path().to_str().expect("it is UTF-8"),
    ])
    .expect_status(2)
    .expect_stderr("vectors/text/mine: a folder: vectors in it would never run");
}
