//! Tests of the report for GitHub Actions: annotations, and the summary of the job.

use std::fs;
use std::path::{Path, PathBuf};

use crate::evdg::{Ran, evdg, python_listener, splits_at_last};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

/// Runs a listener, and returns the annotations and the summary of the job, whose file holds
/// `before\n` at first.
fn report(folder: &Path, args: &[&str], listener: &[&str]) -> (Ran, Vec<String>, String) {
    let (annotations, summary) = (folder.join("annotations"), folder.join("summary.md"));
    fs::write(&summary, "before\n").expect("there is room");
    let mut evdg = evdg();
    evdg.args([
        "test",
        "--report",
        &format!("github={}", annotations.display()),
    ]);
    evdg.args(args).arg("--").args(listener);
    evdg.env("GITHUB_STEP_SUMMARY", &summary);
    let ran = Ran::from(evdg.output().expect("evdg runs"));
    let read = |path: &PathBuf| fs::read_to_string(path).expect("it is there");
    let lines = read(&annotations).lines().map(String::from).collect();
    (ran, lines, read(&summary))
}

#[test]
fn each_cause_is_an_annotation_and_the_job_has_a_summary() {
    let folder = folder();
    let listener = splits_at_last(folder.path());
    let args = ["--filter", "separators"];
    let (ran, lines, summary) = report(folder.path(), &args, &["python3", &listener]);
    ran.expect_status(1);
    assert!(
        lines[0].starts_with("::notice title=event_datagram conformance::python3 "),
        "{lines:?}"
    );
    assert!(lines[0].contains("does not conform: "), "{lines:?}");
    assert!(lines[0].contains("%0A1 cause explains all "), "{lines:?}");
    assert!(
        lines[1].starts_with("::error title=T4%3A splits at the last `%3A%3A` instead of"),
        "{lines:?}"
    );
    for part in [
        "%0Awhy: ",
        "%0Asent: ",
        "%0Aexpected: ",
        "%0Aagain: evdg test --filter ",
    ] {
        assert!(lines[1].contains(part), "{part}: {lines:?}");
    }
    assert_eq!(lines.len(), 2);
    // The text that earlier steps wrote is kept.
    assert!(
        summary.starts_with("before\n## event\\_datagram")
            || summary.starts_with("before\n## event_datagram"),
        "{summary}"
    );
    assert!(summary.contains("does not conform"), "{summary}");
}

#[test]
fn a_run_without_failures_has_one_notice() {
    let folder = folder();
    let python = python_listener();
    let command = ["python3", python.to_str().expect("it is UTF-8")];
    let args = ["--filter", "sep-first-one-splits"];
    let (ran, lines, summary) = report(folder.path(), &args, &command);
    ran.expect_status(0);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("::notice ") && lines[0].ends_with("conforms in 2 tests"));
    assert!(summary.contains("conforms in 2 tests"), "{summary}");
}

/// Writes a listener that reports every datagram as this event, and returns its path.
fn always_reports(folder: &Path, event: &str) -> String {
    let program = format!(
        "import os, socket, sys\n\
         s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n\
         s.bind(os.environ['EVDG_SOCKET'][5:])\n\
         while True:\n    \
             data = s.recv(65536).decode('latin-1')\n    \
             name, _, line = data.partition('\\n')\n    \
             if name == 'E_EVDG_FENCE':\n        \
                 key, _, value = line.strip().partition('::')\n        \
                 print('{{\"event\":\"%s\",\"params\":[{{\"name\":\"%s\",\"value\":\"%s\"}}]}}'\n              \
                       % (name, key, value), flush=True)\n    \
             else:\n        \
                 print('{event}', flush=True)\n"
    );
    let path = folder.join("always.py");
    fs::write(&path, program).expect("there is room");
    path.to_str().expect("it is UTF-8").into()
}

#[test]
fn ten_errors_at_most_and_none_injects_a_command() {
    let folder = folder();
    let event =
        r#"{"event":"E_X","params":[{"value":"::error::a\\n::stop-commands::b\\r##[add-path]c"}]}"#;
    let listener = always_reports(folder.path(), event);
    let args = [
        "--socket",
        "unix",
        "--level",
        "must",
        "--filter",
        "names",
        "--filter",
        "separators",
    ];
    let (ran, lines, _) = report(folder.path(), &args, &["python3", &listener]);
    ran.expect_status(1);
    let errors: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("::error title="))
        .collect();
    assert!(!errors.is_empty() && errors.len() <= 10, "{lines:?}");
    for line in &lines {
        let kinds = ["::notice title=", "::error title=", "::warning title="];
        assert!(kinds.iter().any(|kind| line.starts_with(kind)), "{line}");
        // The message is the text after the second `::`, and the title contains no colon.
        let title = line
            .split("title=")
            .nth(1)
            .and_then(|rest| rest.split("::").next());
        assert!(
            title.is_some_and(|title| !title.contains([':', ','])),
            "{line}"
        );
        assert!(!line.contains("##["), "{line}");
    }
}

#[test]
fn many_failures_without_a_cause_are_counted() {
    let folder = folder();
    let listener = always_reports(folder.path(), r#"{"event":"E_Y","params":[]}"#);
    let args = [
        "--socket", "unix", "--filter", "T4", "--filter", "T14", "--filter", "T2",
    ];
    let (ran, lines, _) = report(folder.path(), &args, &["python3", &listener]);
    ran.expect_status(1);
    let errors = lines
        .iter()
        .filter(|line| line.starts_with("::error "))
        .count();
    assert!(errors <= 10, "{lines:?}");
    assert!(
        errors < 10 || lines[0].contains(" more failures have no annotation"),
        "{}",
        lines[0]
    );
}

#[test]
fn without_a_job_there_is_no_summary() {
    let folder = folder();
    let annotations = folder.path().join("annotations");
    let report = format!("github={}", annotations.display());
    for summary in [None, Some("")] {
        let mut evdg = evdg();
        evdg.args([
            "test",
            "--filter",
            "sep-first-one-splits",
            "--report",
            &report,
        ]);
        if let Some(path) = summary {
            evdg.env("GITHUB_STEP_SUMMARY", path);
        }
        Ran::from(evdg.output().expect("evdg runs")).expect_status(0);
        assert!(annotations.exists());
    }
    let mut evdg = evdg();
    evdg.args([
        "test",
        "--filter",
        "sep-first-one-splits",
        "--report",
        &report,
    ]);
    evdg.env("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    Ran::from(evdg.output().expect("evdg runs"))
        .expect_status(3)
        .expect_stderr("GITHUB_STEP_SUMMARY /no/such/folder/summary.md: No such file");
}

#[test]
fn evdg_merge_writes_the_same_annotations() {
    let folder = folder();
    let listener = splits_at_last(folder.path());
    let json = folder.path().join("report.json");
    let args = [
        "--filter",
        "separators",
        "--report",
        &format!("json={}", json.display()),
    ];
    let (ran, lines, _) = report(folder.path(), &args, &["python3", &listener]);
    ran.expect_status(1);
    let merged = folder.path().join("merged");
    let mut evdg = evdg();
    evdg.arg("merge")
        .arg(&json)
        .args(["--report", &format!("github={}", merged.display())]);
    Ran::from(evdg.output().expect("evdg runs")).expect_status(1);
    let merged = fs::read_to_string(merged).expect("it is there");
    assert_eq!(merged.lines().collect::<Vec<_>>(), lines);
}
