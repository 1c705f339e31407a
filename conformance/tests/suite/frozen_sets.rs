//! Frozen requirement sets never change, and no set loses a vector.

use std::fs;
use std::path::Path;
use std::process::Command;

use event_datagram_conformance::vectors::{Corpus, Set};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::evdg::{run, test};

/// The SHA-256 of every frozen list; `ci/freeze` adds a line. "Conforms to 2026.2" has to keep its
/// meaning, so a frozen list must not change, and nobody may edit its line here. New vectors go
/// into the next set.
#[rustfmt::skip]
const DIGESTS: &[(&str, &str)] = &[
    ("2026.2", "3b640d3a2816c74d32d3afd387766ef070d53999df305fb3de4c0a3155585814"),
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

/// Copies the corpus and adds a set `2031.1` that holds only the vector `id`. Returns the path of
/// the copy, too.
fn small_set(id: &str) -> (tempfile::TempDir, String) {
    let copy = tempfile::tempdir().expect("there is room");
    let copied = Command::new("cp")
        .arg("-R")
        .arg(folder())
        .arg(copy.path())
        .status();
    assert!(copied.expect("cp runs").success());
    let corpus = copy.path().join("corpus");
    fs::write(corpus.join("sets/2031.1.txt"), format!("{id}\n")).expect("there is room");
    let corpus = corpus.to_str().expect("it is UTF-8").to_string();
    (copy, corpus)
}

/// A parser that splits at the last `::`, and so fails `sep-first-one-splits`.
const BROKEN: &[&str] = &[
    "python3",
    "-c",
    r#"
import json, sys
for line in sys.stdin:
    name, *lines = bytes.fromhex(line).decode().removesuffix("\n\n").split("\n")
    pairs = [line.rpartition("::") for line in lines]
    print(json.dumps({"event": name, "params": [{"name": n or None, "value": v} for n, _, v in pairs]}), flush=True)
"#,
];

const FILTERS: [&str; 4] = [
    "--filter",
    "sep-first-one-splits",
    "--filter",
    "sep-one-named",
];

fn judged_by(set: &str, more: &[&str]) -> crate::evdg::Ran {
    let (_copy, corpus) = small_set(set);
    let args = ["--parser", "--corpus", &corpus, "--set", "2031.1"];
    test(&[&args[..], &FILTERS, more].concat(), BROKEN)
}

#[test]
fn only_the_vectors_of_the_set_decide() {
    test(&[&["--parser"][..], &FILTERS].concat(), BROKEN).expect_status(1);

    let inside = judged_by("sep-first-one-splits", &[]).expect_status(1);
    assert!(
        inside
            .stdout
            .contains("does not conform to 2031.1: 1 of 1 test failed")
    );

    let outside = judged_by("sep-one-named", &[]).expect_status(0);
    for told in [
        "conforms to 2031.1 in 1 test (text, ",
        "It does not decide",
        "1 result does not decide: its vector is not in 2031.1",
        "must   1 pass, 1 fail",
    ] {
        assert!(outside.stdout.contains(told), "{told}: {}", outside.stdout);
    }
}

#[test]
fn a_run_without_deciding_results_never_succeeds() {
    let ran = judged_by("sep-lone-colon", &[]).expect_status(4);
    assert!(
        ran.stdout
            .contains("nothing decides: none of 2 is in 2031.1"),
        "{}",
        ran.stdout
    );
}

#[test]
fn every_report_marks_results_that_do_not_decide() {
    let reports = tempfile::tempdir().expect("there is room");
    let path = |format: &str| reports.path().join(format);
    let wanted: Vec<_> = ["json", "junit", "tap", "markdown"]
        .iter()
        .flat_map(|format| {
            [
                "--report".into(),
                format!("{format}={}", path(format).display()),
            ]
        })
        .collect();
    let wanted: Vec<_> = wanted.iter().map(String::as_str).collect();
    judged_by("sep-one-named", &wanted).expect_status(0);

    let read = |format: &str| fs::read_to_string(path(format)).expect("it was written");
    let json: Value = serde_json::from_str(&read("json")).expect("it is JSON");
    assert_eq!(json["suite"]["set"], "2031.1");
    let results = json["results"].as_array().expect("it is a list");
    let decides = |id: &str| {
        let result = results.iter().find(|result| result["id"] == id);
        result.expect("it ran")["decides"].clone()
    };
    assert_eq!(decides("sep-first-one-splits"), Value::Bool(false));
    assert_eq!(decides("sep-one-named"), Value::Null);
    assert_eq!(json["summary"]["fail"], 1);

    let junit = quick_junit::Report::deserialize_from_str(&read("junit")).expect("it is JUnit");
    assert_eq!((junit.tests, junit.failures, junit.errors), (2, 0, 0));
    assert!(read("tap").contains("sep-first-one-splits stdin # TODO not in the requirement set"));
    let markdown = read("markdown");
    assert!(
        markdown.contains("</code> T4 stdin, does not decide</summary>"),
        "{markdown}"
    );
    assert!(
        markdown.contains("## event_datagram: conforms to 2031.1 in 1 test\n"),
        "{markdown}"
    );
}

#[test]
fn the_error_for_an_unknown_set_lists_the_sets() {
    for args in [
        &["test", "--set", "2025.1"][..],
        &["vectors", "list", "--set", "2025.1"],
    ] {
        run(args)
            .expect_status(2)
            .expect_stderr("there is no requirement set `2025.1`; sets: 2026.2");
    }
}

#[test]
fn a_set_is_listed() {
    let (_copy, corpus) = small_set("sep-one-named");
    let list = |more: &[&str]| {
        run(&[
            &["vectors", "list", "--corpus", &corpus, "--set", "2031.1"],
            more,
        ]
        .concat())
    };
    let ran = list(&[]).expect_status(0);
    assert!(ran.stdout.starts_with("sep-one-named ") && ran.stdout.lines().count() == 1);
    list(&["--filter", "sep-lone-colon"])
        .expect_status(4)
        .expect_stderr("none of the vectors that fit is in the requirement set 2031.1");
}

#[test]
fn a_vector_that_is_removed_or_renamed_breaks_its_set() {
    let (_copy, corpus) = small_set("sep-one-nam");
    run(&["vectors", "check", "--corpus", &corpus])
        .expect_status(2)
        .expect_stderr("sets/2031.1.txt: line 1: there is no vector `sep-one-nam`");

    let (_copy, corpus) = small_set("sep-one-named");
    let file = Path::new(&corpus).join("vectors/text/separators.json");
    let text = fs::read_to_string(&file).expect("it is there");
    let renamed = text.replacen(r#""id": "sep-one-named""#, r#""id": "sep-one-name""#, 1);
    assert_ne!(text, renamed);
    fs::write(&file, renamed).expect("there is room");
    let ran = run(&["vectors", "check", "--corpus", &corpus]).expect_status(2);
    assert!(
        ran.stderr.contains("there is no vector `sep-one-named`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn no_frozen_list_ever_changes() {
    let corpus = Corpus::load(&folder()).expect("the corpus is sound");
    let frozen = corpus.sets.iter().filter(|set| !is_draft(set));
    let digests: Vec<_> = frozen
        .map(|set| (set.name.as_str(), hex::encode(Sha256::digest(&set.text))))
        .collect();
    let expected: Vec<_> = DIGESTS
        .iter()
        .map(|(name, digest)| (*name, (*digest).to_string()))
        .collect();
    assert_eq!(digests, expected);
}

#[test]
fn the_newest_set_lists_every_vector() {
    let corpus = Corpus::load(&folder()).expect("the corpus is sound");
    let mut ids: Vec<_> = corpus.vectors.iter().map(|vector| &vector.id).collect();
    ids.sort_unstable();
    let number = |set: &&Set| {
        let (year, number) = set.name.split_once('.').expect("a set is named so");
        let number: u32 = number.parse().expect("it is a number");
        (year.to_string(), number)
    };
    let newest = corpus.sets.iter().max_by_key(number).expect("there is one");
    let advice = if is_draft(newest) {
        format!("run `ci/freeze --draft {}`", newest.name)
    } else {
        format!(
            "{} is frozen: begin the next draft with `ci/freeze --draft`",
            newest.name
        )
    };
    assert!(
        newest.ids.iter().eq(ids.iter().copied()),
        "the vectors have changed: {advice}"
    );
}

fn is_draft(set: &Set) -> bool {
    set.text.lines().any(|line| line.starts_with("# Draft:"))
}
