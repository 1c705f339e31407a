//! Tests of `--max-failures`, which ends a run early, and of `--quiet`, which shortens its output.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::evdg::{Ran, evdg, run, splits_at_last, test};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

/// Runs the vectors about separators on a listener that splits at the last one.
fn test_broken(folder: &Path, args: &[&str]) -> Ran {
    let listener = splits_at_last(folder);
    let args = [&["--filter", "separators"], args].concat();
    test(&args, &["python3", &listener])
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("it is there")).expect("it is JSON")
}

#[test]
fn a_run_ends_after_so_many_failures_and_says_what_was_not_run() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    let whole = test_broken(folder.path(), &["--report", &json]).expect_status(1);
    assert!(!whole.stdout.contains("not run"), "{}", whole.stdout);
    let all = report(&path)["summary"]["total"]
        .as_u64()
        .expect("it is a number");

    for (max, jobs) in [("1", "1"), ("3", "1"), ("3", "2")] {
        let args = ["--max-failures", max, "--jobs", jobs, "--report", &json];
        let ran = test_broken(folder.path(), &args).expect_status(1);
        let summary = &report(&path)["summary"];
        assert_eq!(summary["failures"].to_string(), max);
        let not_run = summary["not_run"].as_u64().expect("it is a number");
        assert_eq!(summary["total"].as_u64(), Some(all - not_run));
        let last = summary
            .as_object()
            .and_then(|summary| summary.iter().next_back());
        assert_eq!(last, Some((&"complete".into(), &false.into())));
        let verdict = ran.verdict();
        assert!(
            verdict.starts_with(&format!("does not conform: {max} of ")),
            "{verdict}"
        );
        let rest = format!(" failed; {not_run} tests were not run");
        assert!(verdict.ends_with(&rest), "{verdict}");
        // `evdg` still searches the causes of the failures so far.
        assert!(
            ran.stdout.contains("splits at the last `::`"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn a_run_with_fewer_failures_is_whole() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    let args = ["--max-failures", "1000", "--report", &json];
    let ran = test_broken(folder.path(), &args).expect_status(1);
    assert!(!ran.stdout.contains("not run"), "{}", ran.stdout);
    assert_eq!(report(&path)["summary"]["complete"], true);
    run(&["test", "--max-failures", "1", "--filter", "T4"]).expect_status(0);
    run(&["test", "--max-failures", "0"]).expect_status(2);
    let args = [
        "test",
        "--max-failures",
        "1",
        "--known",
        "x",
        "--write-known",
    ];
    run(&args).expect_status(2);
}

#[test]
fn every_format_says_what_was_not_run() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name);
    let mut args = vec!["--max-failures".to_string(), "1".into()];
    for format in ["html", "junit", "markdown", "tap", "github"] {
        let path = file(format);
        args.extend(["--report".into(), format!("{format}={}", path.display())]);
    }
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    test_broken(folder.path(), &args).expect_status(1);
    for format in ["html", "junit", "markdown", "tap", "github"] {
        let text = fs::read_to_string(file(format)).expect("it is there");
        assert!(text.contains(" tests were not run"), "{format}");
    }
}

#[test]
fn a_run_that_ended_early_is_neither_merged_nor_compared() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    test_broken(folder.path(), &["--max-failures", "1", "--report", &json]).expect_status(1);
    let path = path.to_str().expect("it is UTF-8");
    for args in [&["merge", path][..], &["compare", path, path]] {
        run(args)
            .expect_status(2)
            .expect_stderr("tests were not run, because the run ended early");
    }
}

#[test]
fn a_hanging_instance_does_not_delay_the_end() {
    let silent = "import os, socket, time\n\
                  from urllib.parse import urlsplit\n\
                  host, port = os.environ['EVDG_SOCKET'][4:].rsplit(':', 1)\n\
                  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                  s.bind((host, int(port)))\n\
                  while True:\n    \
                      data = s.recv(65536).decode('latin-1')\n    \
                      if 'E_TEST' in data: time.sleep(1000)\n    \
                      name, _, line = data.partition('\\n')\n    \
                      key, _, value = line.strip().partition('::')\n    \
                      print('{\"event\":\"%s\",\"params\":[{\"name\":\"%s\",\"value\":\"%s\"}]}'\n          \
                            % (name, key, value), flush=True)\n";
    let args = ["--socket", "udp", "--max-failures", "2"];
    let ran = test(&args, &["python3", "-c", silent]).expect_status(1);
    let verdict = ran.verdict();
    assert!(verdict.contains(" 2 of "), "{verdict}");
    assert!(verdict.contains("tests were not run"), "{verdict}");
}

#[test]
fn a_quiet_run_prints_only_counts_diagnosis_and_verdict() {
    let folder = folder();
    let ran = test_broken(folder.path(), &["--quiet"]).expect_status(1);
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("must "), "{}", ran.stdout);
    assert!(lines.len() < 10, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("\ndiagnosis  1 cause"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("  again "), "{}", ran.stdout);
    assert!(lines[lines.len() - 1].starts_with("does not conform: "));
    assert_eq!(ran.stderr, "");

    let ran = run(&["test", "--filter", "sep-first-one-splits", "--quiet"]).expect_status(0);
    assert!(ran.stdout.starts_with("must   2 pass\n"), "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().count(), 2);
    assert_eq!(ran.verdict(), "conforms in 2 tests");
    run(&["test", "--quiet", "--verbose"]).expect_status(2);
    run(&["test", "--quiet", "--filter", "no-such-vector"])
        .expect_status(4)
        .expect_stderr("no vector fits");
}

#[test]
fn evdg_merge_has_the_same_quiet_option() {
    let folder = folder();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    test_broken(folder.path(), &["--report", &json]).expect_status(1);
    let ran = evdg().args(["merge", "--quiet"]).arg(&path).output();
    let ran = Ran::from(ran.expect("evdg runs")).expect_status(1);
    assert!(ran.stdout.starts_with("must "), "{}", ran.stdout);
}
