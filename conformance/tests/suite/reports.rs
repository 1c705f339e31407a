//! Tests of the report formats. The subject of the run answers with texts that could break a
//! report. Each report is compared with a snapshot, and real consumers read some of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use snapbox::{Assert, Data, Redactions};

use crate::evdg::{Ran, evdg};

/// A parser that answers with control characters, markup, Markdown fences and faked results, and
/// exits at an empty datagram.
const HOSTILE: &str = r#"
import json, sys
for line in sys.stdin:
    datagram = bytes.fromhex(line)
    if not datagram: sys.exit('\033[31mred\033[0m `` </details>')
    text = datagram.decode('latin-1')
    name, _, rest = text.partition('\n')
    value = rest.partition('::')[2].partition('\n')[0]
    if name != 'E_EVDG_FENCE': value += '\033[2J</script>]]>```\u202e\nok 2 - fake'
    print(json.dumps({'event': name, 'params': [{'name': rest.partition('::')[0], 'value': value}]}), flush=True)
"#;

fn run(format: &str) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report");
    let report = format!("{format}={}", path.display());
    let filters = [
        "sep-one-named",
        "sep-loopback-alone",
        "either-quoted-nothing",
        "bad-empty-datagram",
    ];
    let mut command = evdg();
    command.args(["test", "--parser", "--report", &report]);
    command.args(filters.iter().flat_map(|filter| ["--filter", filter]));
    let ran: Ran = command
        .args(["--", "python3", "-c", HOSTILE])
        .output()
        .expect("evdg runs")
        .into();
    ran.expect_status(1);
    fs::read_to_string(path).expect("it is there")
}

/// Replaces what is different in each run: times, durations, the machine and the command.
fn without_run(report: &str) -> String {
    let facts = "started|duration|machine|command";
    let mut report = report.to_owned();
    for (pattern, replacement) in [
        (r#"(?m)^"run":.*$"#, r#""run":[RUN],"#),
        (r#" timestamp="[^"]*""#, r#" timestamp="[RUN]""#),
        (
            &format!(r#"(<property name="(?:{facts})" value=)"[^"]*""#),
            r#"$1"[RUN]""#,
        ),
        (&format!("(?m)^(# (?:{facts})): .*$"), "$1: [RUN]"),
        ("(?m), started .*$", ", started [RUN]"),
    ] {
        let pattern = Regex::new(pattern).expect("it is right");
        report = pattern.replace_all(&report, replacement).into_owned();
    }
    report
}

/// Compares a report with its snapshot; `SNAPSHOTS=overwrite` rewrites the snapshot.
#[track_caller]
fn is_as_approved(report: &str, file: &str) {
    let mut redactions = Redactions::new();
    let number = Regex::new("(?:time=\"|\"millis\":)(?<redacted>[0-9.]+)").expect("it is right");
    redactions
        .insert("[TIME]", number)
        .expect("the name is right");
    redactions
        .insert("[VERSION]", env!("CARGO_PKG_VERSION"))
        .expect("the name is right");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(file);
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .redact_with(redactions)
        .eq(without_run(report), Data::read_from(&path, None));
}

#[track_caller]
fn is_fit_to_print(report: &str) {
    let odd =
        |character: &char| character.is_control() && *character != '\n' || *character == '\u{202e}';
    assert_eq!(report.chars().find(odd), None, "{report}");
}

#[test]
fn json() {
    // A JSON report holds the subject's text unchanged; the JSON writer escapes control characters.
    is_as_approved(&run("json"), "report.json");
}

#[test]
fn junit() {
    let report = run("junit");
    is_as_approved(&report, "report.xml");
    is_fit_to_print(&report);
    let document = quick_junit::Report::deserialize_from_str(&report).expect("it is JUnit");
    assert_eq!(
        (document.tests, document.failures, document.errors),
        (4, 1, 1)
    );
    // An independent XML parser, Python's, reads the report, too.
    let count = "import sys, xml.etree.ElementTree as e; print(len(e.fromstring(sys.argv[1]).findall('.//testcase')))";
    let python = Command::new("python3")
        .args(["-c", count, &report])
        .output()
        .expect("python runs");
    assert_eq!(String::from_utf8_lossy(&python.stdout), "4\n");
}

#[test]
fn tap() {
    let report = run("tap");
    is_as_approved(&report, "report.tap");
    is_fit_to_print(&report);
    // `prove`, the test harness of Perl, reads the report.
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.tap");
    fs::write(&path, &report).expect("there is room");
    let prove = Command::new("prove")
        .args(["-e", "cat"])
        .arg(&path)
        .output()
        .expect("prove runs");
    let told = String::from_utf8_lossy(&prove.stdout);
    assert!(told.contains("Failed 2/4 subtests"), "{told}");
}

#[test]
fn markdown() {
    let report = run("markdown");
    is_as_approved(&report, "report.md");
    is_fit_to_print(&report);
}
