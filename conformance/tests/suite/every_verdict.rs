//! Tests of a run that has every verdict: the reports in each format, and reading them again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::report::{Record, Summary, read};
use serde_json::Value;
use tempfile::TempDir;

use crate::evdg::{evdg, python_listener, run};
use crate::published_schema::published_schema;

/// A parser that is right, except for some vectors. A file in its folder records that it fell
/// silent once.
const SUBJECT: &str = r#"
import json, os, sys, time
sys.path.insert(0, LISTENER)
sys.dont_write_bytecode = True
import listener
print(json.dumps({'ready': True, 'name': 'all of it', 'not_applicable': ['T16']}), flush=True)
for line in sys.stdin:
    datagram = bytes.fromhex(line)
    if not datagram: sys.exit('it ends\nhere')
    if datagram.startswith(b'E_TEST\nip::192.168.2.11\n'):
        try: open(os.environ['MARK'], 'x')
        except FileExistsError: pass
        else: time.sleep(100)
    if b'key::b::c' in datagram: time.sleep(100)
    try:
        report = listener.report(*listener.parse(datagram))
    except ValueError as error:
        report = {'error': str(error)}
    if b'\n::1\n' in datagram: report['params'][0] = {'name': '', 'value': '1'}
    if datagram == b'E_TEST\np::\n\n' or len(report.get('params', [])) == 3: report['params'].pop()
    print(json.dumps(report), flush=True)
"#;

const KNOWN: &str = r#"
[[known]]
id = "empty-named"
reason = "it is said to lose it"

[[known]]
id = "sep-value-is-colon"
reason = "nobody knows"
"#;

const FILTERS: [&str; 11] = [
    "sep-one-named",
    "sep-first-one-splits",
    "sep-value-is-colon",
    "sep-loopback-alone",
    "sep-three-named",
    "empty-named",
    "bad-empty-datagram",
    "bad-no-line-feed",
    "either-quoted-nothing",
    "state-empty-then-good",
    "T16",
];

struct Reports {
    folder: TempDir,
    /// The standard output of the run.
    stdout: String,
}

impl Reports {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it is there")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.read("json")).expect("it is JSON")
    }
}

/// Runs once for all tests, because some verdicts take long.
fn reports() -> &'static Reports {
    static REPORTS: OnceLock<Reports> = OnceLock::new();
    REPORTS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        let listener = python_listener();
        let listener = listener.parent().and_then(Path::to_str);
        let program = SUBJECT.replace("LISTENER", &format!("{:?}", listener.expect("UTF-8")));
        fs::write(folder.path().join("known.toml"), KNOWN).expect("there is room");
        let mut command = evdg();
        command.args(["test", "--parser", "--known"]);
        command.arg(folder.path().join("known.toml"));
        for format in ["html", "json", "junit", "markdown", "tap"] {
            command.arg("--report");
            command.arg(format!("{format}={}", folder.path().join(format).display()));
        }
        for filter in FILTERS {
            command.args(["--filter", filter]);
        }
        command.env("MARK", folder.path().join("mark"));
        let output = command.args(["--", "python3", "-c", &program]).output();
        let output = output.expect("evdg runs");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let stdout = String::from_utf8(output.stdout).expect("it is UTF-8");
        Reports { folder, stdout }
    })
}

fn verdicts(json: &Value) -> BTreeMap<String, usize> {
    let results = json["results"].as_array().expect("it is a list");
    let mut counts = BTreeMap::new();
    for result in results {
        let verdict = result["verdict"].as_str().expect("it is a string");
        *counts.entry(verdict.to_string()).or_default() += 1;
    }
    counts
}

#[test]
fn all_ten_verdicts_occur_and_are_counted() {
    let json = reports().json();
    let counts = verdicts(&json);
    for verdict in Verdict::ALL {
        let count = counts.get(verdict.as_str()).copied().unwrap_or_default();
        assert!(count > 0, "{verdict}: {counts:?}");
        assert_eq!(json["summary"][verdict.as_str()], count, "{verdict}");
    }
    let summary = json["summary"].as_object().expect("it is an object");
    assert_eq!(summary["total"], counts.values().sum::<usize>());
    let failing = ["crash", "hang", "flaky", "fail", "fixed"];
    assert_eq!(
        summary["failures"],
        failing.iter().map(|name| counts[*name]).sum::<usize>()
    );
    assert_eq!(
        summary.iter().next_back(),
        Some((&"complete".to_string(), &true.into()))
    );
}

#[test]
fn json_keeps_to_the_published_schema() {
    let validator = published_schema("report");
    let report = reports().json();
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let bad = |change: fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        validator.is_valid(&report)
    };
    let results = report["results"].as_array().expect("it is a list");
    assert_ne!(results[0]["verdict"], "pass");
    assert!(!bad(|report| report["summary"]["complete"] = false.into()));
    assert!(!bad(|report| report["format_version"] = 2.into()));
    assert!(!bad(
        |report| report["results"][0]["verdict"] = "perhaps".into()
    ));
    assert!(!bad(
        |report| report["results"][0]["verdict"] = "pass".into()
    ));
    assert!(!bad(|report| report["results"][0]["odd"] = 1.into()));
    assert!(!bad(|report| drop(
        report["results"][0].as_object_mut().unwrap().remove("why")
    )));
    assert!(!bad(|report| report["results"][0]["sent_hex"] = "0".into()));
}

#[test]
fn a_result_stands_on_a_line() {
    let text = reports().read("json");
    let lines: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("{\"id\":"))
        .collect();
    assert_eq!(
        lines.len(),
        reports().json()["results"]
            .as_array()
            .expect("a list")
            .len()
    );
    for line in lines {
        let result = line.strip_suffix(',').unwrap_or(line);
        serde_json::from_str::<Record>(result).expect("it is a result");
    }
}

#[test]
fn reports_read_back_the_same() {
    let mut written = Vec::new();
    let mut summary = Summary::default();
    let whole = read(&reports().path("json"), |record: Record| {
        summary.add(&record);
        written.push(serde_json::to_value(&record).expect("it is JSON"));
        Ok(())
    });
    let whole = whole.expect("it is whole");
    assert_eq!(Value::from(written), reports().json()["results"]);
    assert_eq!(summary.total(), whole.count);
    assert_eq!(whole.header.subject.kind, "parser");
}

#[test]
fn every_format_can_be_made_from_json() {
    let reports = reports();
    let folder = tempfile::tempdir().expect("there is room");
    let source = reports.path("json");
    let mut command = evdg();
    command.arg("merge").arg(&source);
    let formats = ["html", "json", "junit", "markdown", "tap"];
    for format in formats {
        let path = folder.path().join(format);
        command
            .arg("--report")
            .arg(format!("{format}={}", path.display()));
    }
    let output = command.output().expect("evdg runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), reports.stdout);
    for format in formats {
        let made = fs::read_to_string(folder.path().join(format)).expect("it is there");
        assert!(made == reports.read(format), "{format} differs");
    }
}

#[test]
fn incomplete_reports_are_refused_with_their_reason() {
    let text = reports().read("json");
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    let name = path.to_str().expect("it is UTF-8");
    let refused = |text: &str, why: &str| {
        fs::write(&path, text).expect("there is room");
        run(&["merge", name]).expect_status(2).expect_stderr(why);
        run(&["compare", name, name])
            .expect_status(2)
            .expect_stderr(why);
    };
    refused("", "it is not complete");
    refused(&text[..text.len() / 2], "it is not complete");
    refused(&text[..text.len() - 3], "it is not complete");
    refused(
        &text.replace("\"complete\":true", "\"complete\":false"),
        "summary does not say so",
    );
    refused(
        &text.replace("\"total\":", "\"total\":1"),
        "it is not complete: ",
    );
    refused(
        &text.replacen("\"format_version\":1", "\"format_version\":7", 1),
        "format_version is 7",
    );
    refused(
        &text.replacen("\"format_version\":1,", "", 1),
        "format_version does not come first",
    );
    refused("[]", "a report as `evdg test --report json=FILE` writes it");
    refused(
        "{\"format_version\":1}",
        "it is not complete: summary is missing",
    );
    refused("not JSON", "expected");
    refused(&format!("{text}more"), "trailing characters");
    refused(
        &text.replacen("\"verdict\":\"crash\"", "\"verdict\":\"odd\"", 1),
        "unknown variant `odd`",
    );
    run(&["merge", "no-such.json"])
        .expect_status(2)
        .expect_stderr("no-such.json: No such file");
    run(&["compare", name]).expect_status(2);
}

#[test]
fn text_from_a_report_file_is_escaped() {
    let json = reports().read("json");
    let hostile = json
        .replace("it ends", "\\u001b[31mit ends\\u202e")
        .replace("sep-one-named", "\\u001b[2Jid");
    assert_ne!(hostile, json);
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    fs::write(&path, hostile).expect("there is room");
    let path = path.to_str().expect("it is UTF-8");
    let other = reports().path("json");
    let other = other.to_str().expect("it is UTF-8");
    for ran in [run(&["merge", path]), run(&["compare", path, other])] {
        let odd = |character: &char| {
            character.is_control() && *character != '\n' || *character == '\u{202e}'
        };
        assert_eq!(ran.stdout.chars().find(odd), None, "{}", ran.stdout);
        assert!(ran.stdout.contains("\\u{1b}"), "{}", ran.stdout);
    }
}
