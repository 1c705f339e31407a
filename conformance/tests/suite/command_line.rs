//! Tests of the command line: exit statuses, messages, input and output.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};

use event_datagram_conformance::vectors::Corpus;
use serde_json::{Value, json};

use crate::evdg::{Ran, evdg, python_listener_with, run};

#[test]
fn without_a_command_the_built_in_listener_is_tested() {
    let ran = run(&["test"]).expect_status(0);
    let corpus = Corpus::embedded().expect("it is sound");
    let count = corpus.vectors.len() * 2;
    // The first and the last line name the dialects, and the releases that send them.
    let verdict = format!(
        "conforms in {count} tests (text, OpenSIPS 1.7 to 3.0; jsonrpc, OpenSIPS 3.1 and later)"
    );
    let first = format!("the built-in listener over udp, unix: {verdict}");
    assert_eq!(ran.stdout.lines().next(), Some(&*first), "{}", ran.stdout);
    let last = ran.stdout.lines().last();
    assert_eq!(last, Some(&*verdict), "{}", ran.stdout);
    run(&["test", "--parser"]).expect_status(0);
    run(&["test", "--socket", "udp6", "--dialect", "jsonrpc"]).expect_status(0);
    run(&["test", "--seed", "7", "--level", "must,should"]).expect_status(0);
}

#[test]
fn nothing_selected_is_never_green() {
    run(&["test", "--filter", "no-such-vector"])
        .expect_status(4)
        .expect_stderr("no vector fits `no-such-vector`");
    run(&["test", "--filter", "T4", "--filter", "nor-this"]).expect_status(4);
    run(&["test", "--filter", "T6", "--level", "must"])
        .expect_status(4)
        .expect_stderr("none of the vectors that fit");
    run(&["test", "--filter", ""]).expect_status(4);
    run(&["vectors", "list", "--filter", "no-such-vector"]).expect_status(4);
    run(&["vectors", "show", "no-such-vector"]).expect_status(4);
}

#[test]
fn wrong_usage_is_an_error() {
    for args in [
        &["test", "--no-such-option"][..],
        &["test", "--level", "perhaps"],
        &["test", "--timeout", "soon"],
        &["test", "--timeout", "0"],
        &["test", "--timeout", "1e-300"],
        &["test", "--timeout", "999us"],
        &["test", "--linger", "1e-9"],
        &["fuzz", "--time", "0.5ms"],
        &["bench", "--duration", "1e-300"],
        &["test", "--report", "xml=file"],
        &["test", "--report", "json="],
        &["test", "--report", "json=/no/such/folder/report.json"],
        &["test", "--fence", "two\nlines"],
        &["test", "--fence", "E_A a=1 a={tag}"],
        &["test", "--fence", "E_A ip"],
        &["fuzz", "--event", "two\nlines"],
        &["bench", "--event", ""],
        &["test", "--parser", "--socket", "udp"],
        &[
            "test",
            "--socket",
            "both",
            "--",
            "listener",
            "--port={port}",
        ],
        &["test", "--", ""],
        &["test", "--corpus", "/no/such/folder"],
        &["bench", "--merge", "part.json", "--timeout", "5s"],
        &[
            "send",
            "udp:127.0.0.1:9",
            "--captures",
            "-",
            "--dialect",
            "text",
        ],
        &["listen", "upd:127.0.0.1:80"],
        &["listen", "udp:127.0.0.1:65536"],
        &["vectors", "check", "--corpus", "/no/such/folder"],
    ] {
        let ran = run(args).expect_status(2);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn vectors_are_shown_whole() {
    let ran = run(&["vectors", "show", "sep-first-one-splits"]).expect_status(0);
    for part in [
        r"E_TEST\nkey::b::c\n\n",
        "455f544553540a6b65793a3a623a3a630a0a",
        r#"E_TEST key="b::c""#,
        "T4 must",
    ] {
        assert!(ran.stdout.contains(part), "{part} is not in {}", ran.stdout);
    }
}

#[test]
fn captured_vectors_are_shown_with_what_was_replaced() {
    let shown = |id: &str| run(&["vectors", "show", id]).expect_status(0).stdout;
    let whole = shown("either-ipv6-unnamed");
    assert!(whole.contains("captured     collide-7b, OpenSIPS 2.4.11\n"));
    assert!(!whole.contains("replaced"), "{whole}");
    let replaced = shown("builtin-presence-exposed");
    assert!(replaced.contains("replaced     etag\n"), "{replaced}");
}

#[test]
fn the_json_report_is_as_the_contract_has_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    let broken = python_listener_with(
        folder.path(),
        "body.find(b\"::\", at",
        "body.rfind(b\"::\", at",
    );
    let report = format!("json={}", path.display());
    let subject = broken.to_str().expect("it is UTF-8");
    run(&[
        "test",
        "--report",
        &report,
        "--filter",
        "separators",
        "--filter",
        "T17",
        "--",
        "python3",
        subject,
    ])
    .expect_status(1);

    let text = fs::read_to_string(&path).expect("it was written");
    assert!(
        text.trim_end()
            .trim_end_matches(['}', ' ', '\n'])
            .ends_with("\"complete\":true"),
        "the last member"
    );
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["format_version"], 1);
    assert_eq!(report["suite"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["subject"]["command"], format!("python3 {subject}"));
    let results = report["results"].as_array().expect("it is a list");
    assert_eq!(results.len(), report["summary"]["total"]);
    let count = |verdict: &str| {
        results
            .iter()
            .filter(|result| result["verdict"] == verdict)
            .count()
    };
    for verdict in [
        "pass",
        "fail",
        "warn",
        "info",
        "crash",
        "hang",
        "flaky",
        "not-applicable",
    ] {
        assert_eq!(report["summary"][verdict], count(verdict), "{verdict}");
    }
    assert!(count("fail") > 0 && count("info") > 0 && count("pass") > 0);
    for result in results {
        for member in [
            "id",
            "requirement",
            "level",
            "authority",
            "dialect",
            "socket",
            "verdict",
            "millis",
        ] {
            assert!(!result[member].is_null(), "{member} is missing in {result}");
        }
        for member in ["sent_hex", "expected", "observed", "replay"] {
            assert_eq!(
                result[member].is_null(),
                result["verdict"] == "pass",
                "{member} in {result}"
            );
        }
    }

    // The line in `replay` runs the vector again, with the same result.
    let failed = results
        .iter()
        .find(|result| result["verdict"] == "fail")
        .expect("there is one");
    let again = failed["replay"].as_str().expect("it is text").replacen(
        "evdg",
        env!("CARGO_BIN_EXE_evdg"),
        1,
    );
    let ran: Ran = Command::new("sh")
        .args(["-c", &again])
        .output()
        .expect("sh runs")
        .into();
    assert!(
        ran.expect_status(1)
            .stdout
            .contains(failed["id"].as_str().expect("it is text"))
    );
}

/// Returns the vector and the verdict of each result, in the order of the report.
fn verdicts(args: &[&str], command: &[&str]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    let report = format!("json={}", path.display());
    let ran = run(&[&["test", "--report", &report], args, &["--"], command].concat());
    assert!(matches!(ran.status, Some(0 | 1)), "{}", ran.stderr);
    let report: Value =
        serde_json::from_slice(&fs::read(path).expect("it was written")).expect("it is JSON");
    let results = report["results"].as_array().expect("it is a list").iter();
    let text = |value: &Value| value.as_str().expect("it is text").to_string();
    results
        .map(|result| {
            let place = format!("{} {}", text(&result["id"]), text(&result["socket"]));
            (place, text(&result["verdict"]))
        })
        .collect()
}

#[test]
fn jobs_and_shards_have_the_same_verdicts() {
    let folder = tempfile::tempdir().expect("there is room");
    let broken = python_listener_with(
        folder.path(),
        "body.find(b\"::\", at",
        "body.rfind(b\"::\", at",
    );
    let command = ["python3", broken.to_str().expect("it is UTF-8")];
    let few = ["--filter", "separators"];
    let with = |args: &[&str]| verdicts(&[&few, args].concat(), &command);
    let whole = with(&[]);
    assert!(whole.iter().any(|(_, verdict)| verdict == "fail"));
    for jobs in ["2", "3"] {
        assert_eq!(with(&["--jobs", jobs]), whole, "--jobs {jobs}");
    }
    let udp = with(&["--socket", "udp"]);
    let parts = ["1/3", "2/3", "3/3"].map(|part| with(&["--socket", "udp", "--shard", part]));
    let dealt: Vec<_> = (0..udp.len())
        .map(|index| parts[index % 3][index / 3].clone())
        .collect();
    assert_eq!(dealt, udp);
    for shard in ["0/3", "4/3", "1", "1/0", "a/b"] {
        run(&["test", "--shard", shard]).expect_status(2);
    }
    run(&["test", "--filter", "sep-first-one-splits", "--shard", "2/2"])
        .expect_status(4)
        .expect_stderr("part 2 of 2 has no vectors");
    run(&["test", "--jobs", "0"]).expect_status(2);
    // There may be more instances than vectors.
    run(&["test", "--filter", "sep-l*", "--jobs", "200"]).expect_status(0);
}

#[test]
fn a_report_of_an_earlier_run_does_not_outlive_a_failed_start() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report.json");
    fs::write(&path, "an old one").expect("there is room");
    run(&[
        "test",
        "--report",
        &format!("json={}", path.display()),
        "--",
        "/bin/false",
    ])
    .expect_status(3);
    assert!(!path.exists());
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[test]
fn datagrams_too_long_for_udp_are_sent_over_unix_sockets_only() {
    let folder = tempfile::tempdir().expect("there is room");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let vectors = folder.path().join("vectors/text");
    fs::create_dir_all(&vectors).expect("there is room");
    fs::copy(root.join("SPEC.md"), folder.path().join("SPEC.md")).expect("it is there");
    let vector = |id: &str, times: u32| {
        let long = json!({"repeat": "a", "times": times});
        json!({
            "id": id, "requirement": "T16", "level": "must", "authority": "sender", "summary": "It is long.",
            "datagram": ["E_TEST\nn::", long, "\n\n"],
            "expect": {"event": {"event": "E_TEST", "params": [{"name": "n", "value": [long]}]}}
        })
    };
    let file = json!({
        "$schema": "../schema.json", "topic": "long", "dialect": "text", "summary": "Long ones.",
        "vectors": [vector("long-fits", 65_495), vector("long-does-not", 65_496), vector("long-by-far", 80_000)]
    });
    fs::write(vectors.join("long.json"), file.to_string()).expect("there is room");
    let corpus = folder.path().to_str().expect("it is UTF-8");
    let ran = run(&["test", "--corpus", corpus]).expect_status(0);
    let why = "it has 65508 bytes, and a datagram over udp has room for 65507";
    assert!(ran.unwrapped().contains(why), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("4 pass, 2 not-applicable"),
        "{}",
        ran.stdout
    );
}

#[test]
fn each_report_has_a_file_of_its_own() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("report");
    let path = path.to_str().expect("it is UTF-8");
    let (json, junit) = (format!("json={path}"), format!("junit={path}"));
    let few = ["test", "--filter", "sep-alone", "--report"];
    run(&[&few[..], &[&json, "--report", &junit]].concat())
        .expect_status(2)
        .expect_stderr("report: another report goes to the same file");
    assert!(!Path::new(path).exists());
    let nowhere = ["json=/dev/null", "--report", "junit=/dev/null"];
    run(&[&few[..], &nowhere].concat()).expect_status(0);
}

#[test]
fn the_replay_command_keeps_strict() {
    let folder = tempfile::tempdir().expect("there is room");
    let (old, new) = ("separator > at:", "separator >= at:");
    let path = python_listener_with(folder.path(), old, new);
    let path = path.to_str().expect("it is UTF-8");
    let args = ["test", "--strict", "--socket", "unix", "--filter", "sep-*"];
    let ran = run(&[&args[..], &["--", "python3", path]].concat()).expect_status(1);
    let again = ran.stdout.lines().find(|line| line.contains("evdg test"));
    assert!(
        again.is_some_and(|line| line.contains(" --strict ")),
        "{}",
        ran.stdout
    );
}

#[test]
fn placeholders_are_replaced() {
    let evdg = env!("CARGO_BIN_EXE_evdg");
    run(&[
        "test",
        "--socket",
        "udp",
        "--filter",
        "sep-*",
        "--",
        evdg,
        "listen",
        "udp:{host}:{port}",
    ])
    .expect_status(0);
    run(&[
        "test", "--socket", "unix", "--filter", "sep-*", "--", evdg, "listen", "{path}",
    ])
    .expect_status(0);
    run(&["test", "--filter", "sep-*", "--", evdg, "listen"]).expect_status(0);
}

#[test]
fn the_first_line_and_the_last_name_the_dialect_and_how_to_choose_the_other() {
    let text = "text, OpenSIPS 1.7 to 3.0; for 3.1 and later: --dialect jsonrpc";
    let jsonrpc = "jsonrpc, OpenSIPS 3.1 and later; for 1.7 to 3.0: --dialect text";
    #[track_caller]
    fn names(output: &str, dialect: &str) {
        let mut lines = output.lines();
        for line in [lines.next(), lines.last()] {
            assert!(line.expect("there are two").contains(dialect), "{output}");
        }
    }
    for (dialect, words, filter) in [("text", text, "sep-alone"), ("jsonrpc", jsonrpc, "J4")] {
        let args = ["--dialect", dialect];
        let parser = ["test", "--parser", "--filter", filter];
        let ran = run(&[&parser[..], &args].concat()).expect_status(0);
        names(&ran.stdout, words);
        let ran = run(&[&["fuzz", "--cases", "5"][..], &args].concat()).expect_status(0);
        names(&ran.stderr, words);
        let bench = ["bench", "--sink", "--rate", "100", "--duration", "50ms"];
        let bench = [&bench[..], &["--socket", "udp", "--warm-up", "0"]].concat();
        names(&run(&[&bench, &args[..]].concat()).stdout, words);
    }
}

#[test]
fn the_listener_replaces_a_dead_socket_and_removes_its_own() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("event.sock");
    drop(UnixDatagram::bind(&path).expect("it can be bound"));
    assert!(path.exists(), "the dead socket is still there");
    let mut child = evdg()
        .arg("listen")
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("evdg runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut line = || lines.next().expect("a line comes").expect("it is UTF-8");
    assert!(line().contains("\"ready\":true"));
    let sender = UnixDatagram::unbound().expect("there is room");
    sender
        .send_to(b"E_TEST\na::b\n\n", &path)
        .expect("it listens");
    assert_eq!(
        line(),
        r#"{"event":"E_TEST","params":[{"name":"a","value":"b"}]}"#
    );
    sender.send_to(b"", &path).expect("it listens");
    assert_eq!(line(), r#"{"error":"datagram is empty"}"#);

    // A socket that is in use is not replaced.
    let second: Ran = evdg()
        .arg("listen")
        .arg(&path)
        .output()
        .expect("evdg runs")
        .into();
    second.expect_status(3).expect_stderr("cannot bind");

    assert!(
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .expect("kill runs")
            .success()
    );
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(!path.exists());
}

#[test]
fn a_report_goes_through_a_link_and_leaves_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let (link, target) = (
        folder.path().join("link.json"),
        folder.path().join("target.json"),
    );
    fs::write(&target, "an old one").expect("there is room");
    std::os::unix::fs::symlink(&target, &link).expect("there is room");
    run(&[
        "test",
        "--filter",
        "sep-lone-colon",
        "--report",
        &format!("json={}", link.display()),
    ])
    .expect_status(0);
    assert!(
        fs::symlink_metadata(&link)
            .expect("it is there")
            .is_symlink()
    );
    let report: Value =
        serde_json::from_slice(&fs::read(&target).expect("it is there")).expect("it is JSON");
    assert_eq!(report["summary"]["pass"], 2);
}
