//! Tests that text of other people (subjects, reports, corpora, networks) is escaped wherever
//! `evdg` shows it: no control characters, no invisible ones, no change of direction, no Markdown
//! or TAP syntax.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::UdpSocket;
use std::path::Path;
use std::process::Stdio;

use event_datagram_conformance::escape::is_hidden;
use serde_json::{Value, json};

use crate::evdg::{Ran, evdg, run};

/// Terminal escape sequences of seven and eight bits, DEL, and characters that change the direction
/// or have no width.
const HIDDEN: &str =
    "\u{1b}[31m\u{1b}]0;t\u{7}\u{9b}2J\u{85}\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}";

#[track_caller]
fn is_visible(what: &str, text: &str) {
    let is_hidden = |character| !matches!(character, '\n' | '\t') && is_hidden(character);
    if let Some(at) = text.find(is_hidden) {
        let before: String = text[..at].chars().rev().take(80).collect();
        let before: String = before.chars().rev().collect();
        panic!("{what}: {:?} behind {before}", text[at..].chars().next());
    }
}

/// Runs `evdg` and checks that its output shows every character. With colours, the output may have
/// the styles of `evdg`, and no others.
#[track_caller]
fn prints_visibly(args: &[&str]) -> Ran {
    let plain = run(&[args, &["--color", "never"]].concat());
    is_visible("stdout", &plain.stdout);
    is_visible("stderr", &plain.stderr);
    let styled = run(&[args, &["--color", "always"]].concat());
    is_visible("stderr", &styled.stderr);
    let styles = [
        "1",
        "2",
        "0",
        "32",
        "33",
        "1m\u{1b}[31",
        "1m\u{1b}[32",
        "1m\u{1b}[33",
        "31",
    ];
    let styles = styles.map(|style| format!("\u{1b}[{style}m"));
    let unstyled = styles
        .iter()
        .fold(styled.stdout, |text, style| text.replace(style, ""));
    assert_eq!(unstyled, plain.stdout);
    plain
}

/// Returns a string of TOML.
fn toml_text(text: &str) -> String {
    let json = serde_json::to_string(text).expect("it is text");
    json.replace('\u{7f}', "\\u007f")
}

/// Returns a report in which every text is `text`.
fn report_of(text: &str) -> Value {
    let result = |verdict: &str| {
        json!({
            "id": format!("{text}-{verdict}"), "requirement": text, "topic": text, "level": "must",
            "authority": "sender", "dialect": "text", "socket": "udp", "verdict": verdict,
            "millis": 1.0, "summary": text, "why": text, "sent_hex": "45", "expected": "reject",
            "observed": [{"event": text, "params": [{"name": text, "value": text}]}, {text: text}],
            "log": [text], "replay": text,
        })
    };
    json!({
        "format_version": 1,
        "suite": {
            "name": text, "version": text, "set": text,
            "requirements": [{"id": text, "title": text}],
        },
        "subject": {"command": text, "kind": text, "declared": [
            {"socket": "udp", "dialects": ["text"], "start": {
                "name": text, "version": text, "dialects": [text], "not_applicable": [text],
            }},
        ]},
        "settings": {"strict": false, "seed": null, "filters": [text], "levels": []},
        "results": [
            result("pass"), result("fail"), result("warn"), result("crash"), result("info"),
            result("known"), result("not-applicable"),
        ],
        "summary": {"total": 7, "complete": true},
    })
}

/// Writes a report into a folder, and returns its path.
fn write_report(folder: &Path, name: &str, report: &Value) -> String {
    let path = folder.join(name);
    fs::write(&path, report.to_string()).expect("there is room");
    path.to_str().expect("it is UTF-8").into()
}

/// Converts a report to another format with `evdg merge`.
fn merged_as(folder: &Path, format: &str, report: &str) -> String {
    let path = folder.join(format);
    let argument = format!("{format}={}", path.display());
    run(&["merge", report, "--report", &argument]).expect_status(1);
    fs::read_to_string(path).expect("it is there")
}

#[test]
fn a_report_of_others_is_printed_visibly() {
    let folder = tempfile::tempdir().expect("there is room");
    let one = write_report(folder.path(), "one.json", &report_of(HIDDEN));
    let mut better = report_of(HIDDEN);
    better["results"][1]["verdict"] = "pass".into();
    let other = write_report(folder.path(), "other.json", &better);
    prints_visibly(&["merge", &one, "--verbose"]).expect_status(1);
    prints_visibly(&["merge", &one]).expect_status(1);
    prints_visibly(&["compare", &other, &one]).expect_status(1);
    for format in ["html", "json", "junit", "markdown", "tap", "github"] {
        is_visible(format, &merged_as(folder.path(), format, &one));
    }
    for format in ["html", "markdown"] {
        let path = folder.path().join("compared");
        let argument = format!("{format}={}", path.display());
        run(&["compare", &other, &one, "--report", &argument]).expect_status(1);
        is_visible(format, &fs::read_to_string(path).expect("it is there"));
    }
}

#[test]
fn errors_escape_the_text_that_they_quote() {
    let folder = tempfile::tempdir().expect("there is room");
    let known = folder.path().join("known.toml");
    let known_path = known.to_str().expect("it is UTF-8");
    let list = ["test", "--parser", "--filter", "T1", "--known", known_path];
    let quoted = toml_text(HIDDEN);
    let raw = HIDDEN.replace(['\u{1b}', '\u{7}', '\u{7f}'], "");
    for text in [
        format!("[[known]]\nid = {quoted}\nreason = \"why\"\n"),
        format!("[[known]]\n{quoted} = 1\n"),
        format!("[[known]]\nid = '{raw}\n"),
        HIDDEN.into(),
    ] {
        fs::write(&known, text).expect("there is room");
        prints_visibly(&list).expect_status(2);
    }
    let mut unknown = report_of("text");
    unknown["results"][1]["verdict"] = HIDDEN.into();
    let unknown = write_report(folder.path(), "unknown.json", &unknown);
    prints_visibly(&["merge", &unknown]).expect_status(2);
    let path = folder.path().join(HIDDEN);
    prints_visibly(&["merge", path.to_str().expect("it is UTF-8")]).expect_status(2);
    prints_visibly(&["test", "--filter", HIDDEN]).expect_status(4);
    prints_visibly(&["test", "--timeout", HIDDEN]).expect_status(2);
    prints_visibly(&[HIDDEN]).expect_status(2);
    prints_visibly(&["bench", "--merge", &unknown]).expect_status(2);
}

#[test]
fn the_reason_of_a_known_failure_is_printed_visibly() {
    let folder = tempfile::tempdir().expect("there is room");
    let known = folder.path().join("known.toml");
    let quoted = toml_text(HIDDEN);
    let list = format!("[[known]]\nid = \"sep-lone-colon\"\nreason = {quoted}\n");
    fs::write(&known, list).expect("there is room");
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let parser = format!("{evdg} decode | sed -u 's/\":\"}}/\"x\"}}/'");
    let report = folder.path().join("report");
    for format in ["json", "junit", "markdown", "tap", "html"] {
        let argument = format!("{format}={}", report.display());
        let args = [
            "test",
            "--parser",
            "--filter",
            "sep-lone-colon",
            "--known",
            known.to_str().expect("it is UTF-8"),
            "--verbose",
            "--report",
            &argument,
        ];
        let ran = run(&[&args[..], &["--color", "never", "--", "sh", "-c", &parser]].concat());
        is_visible("stdout", &ran.stdout);
        assert!(
            ran.stdout.contains("\\u{9b}2J"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        is_visible(format, &fs::read_to_string(&report).expect("it is there"));
    }
}

#[test]
fn the_texts_of_a_corpus_are_printed_visibly() {
    let folder = tempfile::tempdir().expect("there is room");
    let corpus = folder.path();
    fs::create_dir_all(corpus.join("vectors/text")).expect("there is room");
    let spec = format!("### T{HIDDEN}: title {HIDDEN}\nLevel: must. Authority: sender.\n");
    fs::write(corpus.join("SPEC.md"), spec).expect("there is room");
    let vector = json!({
        "id": "v", "requirement": format!("T{HIDDEN}"), "level": "must", "authority": "sender",
        "summary": HIDDEN, "datagram": HIDDEN, "expect": "reject", "notes": HIDDEN,
        "captured": {"case": HIDDEN, "opensips": [HIDDEN], "replaced": [HIDDEN]},
    });
    let file = |vector: Value| {
        let file = json!({
            "$schema": "../schema.json", "topic": "t", "dialect": "text", "summary": "s",
            "vectors": [vector],
        });
        fs::write(corpus.join("vectors/text/t.json"), file.to_string()).expect("there is room");
    };
    file(vector.clone());
    let path = corpus.to_str().expect("it is UTF-8");
    prints_visibly(&["vectors", "list", "--corpus", path]).expect_status(0);
    prints_visibly(&["vectors", "show", "v", "--corpus", path]).expect_status(0);
    let parser = ["--", env!("CARGO_BIN_EXE_evdg"), "decode"];
    let args = [
        "test",
        "--parser",
        "--corpus",
        path,
        "--verbose",
        "--color",
        "never",
    ];
    let ran = run(&[&args[..], &parser].concat());
    is_visible("stdout", &ran.stdout);
    is_visible("stderr", &ran.stderr);
    for (member, value) in [
        ("id", json!(HIDDEN)),
        (HIDDEN, json!(1)),
        ("level", json!(HIDDEN)),
    ] {
        let mut broken = vector.clone();
        broken[member] = value;
        file(broken);
        prints_visibly(&["vectors", "list", "--corpus", path]).expect_status(2);
    }
}

#[test]
fn text_from_the_network_is_printed_visibly() {
    let mut listener = evdg()
        .args(["listen", "udp:127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("evdg starts");
    let mut lines = BufReader::new(listener.stdout.take().expect("it is piped")).lines();
    let mut next = || lines.next().expect("it runs").expect("it is UTF-8");
    let start: Value = serde_json::from_str(&next()).expect("it is JSON");
    let address = start["socket"]
        .as_str()
        .and_then(|socket| socket.strip_prefix("udp:"));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    let event = format!("E_TEST\n{HIDDEN}::{HIDDEN}\n\n");
    let malformed = format!("{{\"method\":\"{HIDDEN}\"");
    for datagram in [&event, &malformed] {
        let sent = socket.send_to(datagram.as_bytes(), address.expect("it is UDP"));
        sent.expect("it can be sent");
        let line = next();
        is_visible("listen", &line);
        let json: Value = serde_json::from_str(&line).expect("it is JSON");
        if datagram == &event {
            assert_eq!(json["params"][0], json!({"name": HIDDEN, "value": HIDDEN}));
        }
    }
    listener.kill().expect("it runs");
    listener.wait().expect("it was started");
}

#[test]
fn text_of_others_has_no_effect_in_markdown() {
    let folder = tempfile::tempdir().expect("there is room");
    let effects = [
        "[text](https://example.com)",
        "![text](https://example.com/a.png)",
        "@somebody",
        "fixes #1",
        "https://example.com",
        "</summary><img src=x>",
        "a | b",
        "`` @somebody ``",
    ];
    for text in effects {
        let report = write_report(folder.path(), "report.json", &report_of(text));
        let markdown = merged_as(folder.path(), "markdown", &report);
        let path = folder.path().join("compared");
        let argument = format!("markdown={}", path.display());
        run(&["compare", &report, &report, "--report", &argument]).expect_status(0);
        let compared = fs::read_to_string(path).expect("it is there");
        for line in markdown.lines().chain(compared.lines()) {
            let outside = outside_code(line);
            let special = ['[', '<', '@', '#']
                .into_iter()
                .find(|mark| outside.contains(*mark));
            let own = ["## event_datagram", "<details", "</details>"];
            let is_own = own.iter().any(|own| line.starts_with(own));
            assert!(special.is_none() || is_own, "{text}: {line}");
            assert!(
                !line.starts_with("<details") || !line.contains("<img"),
                "{line}"
            );
            assert!(is_own || !outside.contains("://"), "{text}: {line}");
        }
    }
}

/// Returns a line without its inline code. Returns an empty text for a line of a code block.
fn outside_code(line: &str) -> String {
    let labels = [
        "why", "sent", "hex", "expected", "observed", "its log", "again",
    ];
    if labels.iter().any(|label| line.starts_with(label)) {
        return String::new();
    }
    let mut outside = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let ticks: String = rest[at..].chars().take_while(|it| *it == '`').collect();
        let code = &rest[at + ticks.len()..];
        let end = code.match_indices('`').map(|(end, _)| end).find(|end| {
            let run = code[*end..].chars().take_while(|it| *it == '`').count();
            run == ticks.len() && !code[..*end].ends_with('`')
        });
        rest = end.map_or("", |end| &code[end + ticks.len()..]);
    }
    outside + rest
}

#[test]
fn text_of_others_has_no_effect_in_tap() {
    let folder = tempfile::tempdir().expect("there is room");
    for directive in ["# TODO later", "# SKIP never", "#skip", "\\# TODO later"] {
        let report = write_report(folder.path(), "report.json", &report_of(directive));
        let tap = merged_as(folder.path(), "tap", &report);
        for line in tap
            .lines()
            .filter(|line| line.starts_with("not ok") || line.starts_with("ok"))
        {
            let unescaped = line.replace("\\\\", "").replace("\\#", "");
            let own = ["# SKIP the subject declares", "# TODO known to fail"];
            let rest = own
                .iter()
                .fold(unescaped, |rest, own| rest.replace(own, ""));
            assert!(!rest.contains('#'), "{line}");
        }
    }
}
