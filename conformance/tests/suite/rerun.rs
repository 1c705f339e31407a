//! Tests of `--rerun`, which runs the vectors that failed in an earlier run again.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::evdg::{Ran, python_listener, python_listener_with, run, splits_at_last, test};

struct Bench {
    folder: tempfile::TempDir,
    broken: String,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let broken = splits_at_last(folder.path());
        Self { folder, broken }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a listener, and writes a JSON report.
    fn run(&self, listener: &str, report: &str, args: &[&str]) -> Ran {
        let report = format!("json={}", self.file(report));
        let args = [&["--report", &report], args].concat();
        test(&args, &["python3", listener])
    }

    /// Returns the vectors with a verdict in a report, without repetitions.
    fn ids(&self, report: &str, verdicts: &[&str]) -> Vec<String> {
        let text = fs::read(self.file(report)).expect("it is there");
        let json: Value = serde_json::from_slice(&text).expect("it is JSON");
        let results = json["results"].as_array().expect("it is a list");
        let is_wanted =
            |result: &&Value| verdicts.iter().any(|verdict| result["verdict"] == *verdict);
        let wanted = results.iter().filter(is_wanted);
        let ids = wanted.map(|result| result["id"].as_str().expect("it is text"));
        let mut ids: Vec<_> = ids.map(String::from).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

const ALL: [&str; 4] = ["pass", "fail", "warn", "info"];

fn good() -> String {
    python_listener().to_str().expect("it is UTF-8").into()
}

#[test]
fn only_what_failed_is_run_again() {
    let bench = Bench::new();
    bench
        .run(&bench.broken, "first.json", &["--filter", "sep-*"])
        .expect_status(1);
    let first = bench.file("first.json");
    bench
        .run(&bench.broken, "again.json", &["--rerun", &first])
        .expect_status(1);
    let failed = bench.ids("first.json", &["fail"]);
    assert!(failed.len() > 2, "{failed:?}");
    assert_eq!(bench.ids("again.json", &ALL), failed);
    // Filters select among the failed vectors. The next run starts from the report of this one.
    let args = ["--rerun", &first, "--filter", &failed[0]];
    bench.run(&good(), "fixed.json", &args).expect_status(0);
    assert_eq!(bench.ids("fixed.json", &["pass"]), [failed[0].as_str()]);
    let fixed = bench.file("fixed.json");
    run(&["test", "--rerun", &fixed])
        .expect_status(4)
        .expect_stderr("nothing failed there, so there is nothing to run again");
}

#[test]
fn warnings_are_run_again_if_they_fail_a_run() {
    let bench = Bench::new();
    let warned = ["--filter", "T5", "--socket", "udp"];
    bench.run(&bench.broken, "first.json", &warned);
    let warnings = bench.ids("first.json", &["warn"]);
    assert!(!warnings.is_empty());
    let first = bench.file("first.json");
    let again = |report: &str, args: &[&str]| {
        let args = [&["--rerun", report, "--socket", "udp"], args].concat();
        bench.run(&bench.broken, "again.json", &args)
    };
    again(&first, &["--strict"]).expect_status(1);
    let all = bench.ids("again.json", &ALL);
    assert!(warnings.iter().all(|id| all.contains(id)), "{all:?}");
    // The report of a strict run records that it was strict.
    bench.run(
        &bench.broken,
        "strict.json",
        &[&warned[..], &["--strict"]].concat(),
    );
    again(&bench.file("strict.json"), &[]);
    assert_eq!(bench.ids("again.json", &ALL), all);
    let ran = again(&first, &[]);
    match ran.status {
        Some(4) => {}
        _ => assert!(
            bench.ids("again.json", &["warn"]).is_empty(),
            "{}",
            ran.stdout
        ),
    }
}

#[test]
fn each_failure_is_run_again_in_its_dialect() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("jsonrpc");
    fs::create_dir(&folder).expect("there is room");
    let (old, new) = ("value is None or type(value) is int", "type(value) is int");
    let listener = python_listener_with(&folder, old, new);
    let listener = listener.to_str().expect("it is UTF-8");
    let args = ["--dialect", "jsonrpc", "--socket", "udp"];
    let ran = bench.run(listener, "first.json", &args);
    let failed = bench.ids("first.json", &["fail"]);
    assert!(!failed.is_empty(), "{}", ran.stdout);
    let args = ["--rerun", &bench.file("first.json"), "--socket", "udp"];
    bench.run(listener, "again.json", &args).expect_status(1);
    assert_eq!(bench.ids("again.json", &ALL), failed);
}

#[test]
fn the_report_of_a_run_that_ended_early_is_accepted() {
    let bench = Bench::new();
    let args = ["--filter", "sep-*", "--max-failures", "2"];
    bench
        .run(&bench.broken, "first.json", &args)
        .expect_status(1);
    let args = ["--rerun", &bench.file("first.json")];
    bench
        .run(&bench.broken, "again.json", &args)
        .expect_status(1);
    assert_eq!(
        bench.ids("again.json", &ALL),
        bench.ids("first.json", &["fail"])
    );
}

#[test]
fn reports_that_cannot_be_run_again_are_errors() {
    let bench = Bench::new();
    bench
        .run(&bench.broken, "first.json", &["--filter", "sep-*"])
        .expect_status(1);
    let first = bench.file("first.json");
    run(&["test", "--rerun", &first, "--filter", "bad-empty-datagram"])
        .expect_status(4)
        .expect_stderr("nothing that failed there is among the vectors that are selected here");
    let text = fs::read_to_string(&first).expect("it is there");
    let id = &bench.ids("first.json", &["fail"])[0];
    fs::write(
        &first,
        text.replace(&format!("\"{id}\""), "\"sep-renamed\""),
    )
    .expect("there is room");
    let ran = bench
        .run(&bench.broken, "again.json", &["--rerun", &first])
        .expect_status(1);
    assert!(
        ran.stderr.contains(" vectors that failed in "),
        "{}",
        ran.stderr
    );
    run(&["test", "--rerun", "/no/such/report.json"])
        .expect_status(2)
        .expect_stderr("report /no/such/report.json: No such file");
    fs::write(&first, "{}").expect("there is room");
    run(&["test", "--rerun", &first]).expect_status(2);
    run(&[
        "test",
        "--rerun",
        &first,
        "--report",
        &format!("json={first}"),
    ])
    .expect_status(2)
    .expect_stderr("this run reads the file, too");
    assert!(Path::new(&first).exists());
}
