//! Load tests of listeners with a known behaviour. The tests assert counts and never times, except
//! those that `ci/load` runs on a quiet machine.

mod compare;
mod ends;
mod listener;
mod reports;
mod search;
mod thresholds;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::evdg::{Ran, evdg, run};
use listener::bench;

/// The arguments of a load test that is slow enough for every machine: nothing is lost.
const LOSSLESS: [&str; 6] = ["--rate", "200", "--duration", "500ms", "--socket", "unix"];

/// Runs `evdg bench`, checks its JSON report against the schema, and returns the report. With a
/// behaviour, the subject is a [listener] with this behaviour, and the last number is how many
/// datagrams it has taken.
fn measured(args: &[&str], behaviour: Option<&str>) -> (Ran, Value, u64) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("load.json");
    let report = format!("json={}", file.display());
    let args = [args, &["--report", &report, "--warm-up", "0"]].concat();
    let (ran, taken) = match behaviour {
        Some(behaviour) => bench(&args, behaviour),
        None => (run(&[&["bench"], &args[..]].concat()), 0),
    };
    let report = read(&file);
    assert!(report.is_some(), "no report; stderr:\n{}", ran.stderr);
    (ran, report.expect("the report was written"), taken)
}

/// Reads a report and checks it against the published schema.
fn read(file: &Path) -> Option<Value> {
    let report: Value = serde_json::from_slice(&fs::read(file).ok()?).expect("the report is JSON");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/bench.schema.json");
    let schema = fs::read(schema).expect("the schema is there");
    let schema = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is valid");
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Some(report)
}

/// Returns a count of a run.
#[track_caller]
fn count(report: &Value, run: usize, name: &str) -> u64 {
    let count = &report["runs"][run]["measurement"]["counts"][name];
    count
        .as_u64()
        .unwrap_or_else(|| panic!("{name} is {count}"))
}

#[track_caller]
fn assert_adds_up(report: &Value, run: usize) {
    let count = |name| count(report, run, name);
    assert_eq!(count("delivered") + count("lost"), count("accepted"));
    assert_eq!(count("dropped") + count("unreported"), count("lost"));
}

#[test]
fn the_built_in_listener_reports_all_over_both_sockets_in_both_dialects() {
    // So few datagrams that a receive buffer holds all of them, however late they are read.
    let args = [
        "--rate",
        "200",
        "--duration",
        "500ms",
        "--dialect",
        "text,jsonrpc",
    ];
    let (ran, report, _) = measured(&args, None);
    let names: Vec<_> = report["runs"]
        .as_array()
        .expect("runs are listed")
        .iter()
        .map(|run| (run["dialect"].clone(), run["socket"].clone()))
        .collect();
    assert_eq!(
        names,
        [
            ("text", "udp"),
            ("text", "unix"),
            ("jsonrpc", "udp"),
            ("jsonrpc", "unix")
        ]
        .map(|(dialect, socket)| (dialect.into(), socket.into()))
    );
    for run in 0..4 {
        for name in ["planned", "sent", "accepted", "delivered"] {
            assert_eq!(count(&report, run, name), 100, "{name}\n{}", ran.stdout);
        }
        for name in [
            "lost",
            "dropped",
            "unreported",
            "repeated",
            "reordered",
            "unexpected",
            "unnumbered",
        ] {
            assert_eq!(count(&report, run, name), 0, "{name}\n{}", ran.stdout);
        }
        for latency in ["latency", "raw_latency", "lag"] {
            assert_eq!(report["runs"][run]["measurement"][latency]["count"], 100);
        }
        for latency in ["latency", "raw_latency"] {
            let min = &report["runs"][run]["measurement"][latency]["min_us"];
            assert!(
                min.as_f64() > Some(0.0),
                "no datagram is sent before it is due: {latency} {min}"
            );
        }
    }
    assert!(ran.stdout.contains("nothing lost of 100"), "{}", ran.stdout);
}

#[test]
fn a_bare_socket_is_counted_too() {
    // So few datagrams that a receive buffer holds all of them, however late they are read.
    let args = [
        "--sink",
        "--rate",
        "burst:20/50ms",
        "--duration",
        "100ms",
        "--size",
        "1400",
    ];
    for method in ["single", "many", "segments"] {
        let (_, report, _) = measured(&[&args[..], &["--send", method]].concat(), None);
        for run in 0..2 {
            assert_eq!(count(&report, run, "accepted"), 40, "{method}");
            assert_eq!(count(&report, run, "delivered"), 40, "{method}");
        }
    }
}

#[test]
fn losses_are_counted_exactly() {
    // A UNIX socket makes the sender wait, so that only the listener loses datagrams.
    let args = ["--rate", "5k", "--duration", "500ms", "--socket", "unix"];
    let (ran, report, taken) = measured(&args, Some("loses:100"));
    assert_eq!(taken, 2_500);
    for (name, expected) in [
        ("accepted", 2_500),
        ("delivered", 2_475),
        ("lost", 25),
        ("dropped", 0),
        ("unreported", 25),
    ] {
        assert_eq!(count(&report, 0, name), expected, "{name}\n{}", ran.stdout);
    }
    let ran = ran.expect_status(1);
    assert!(
        ran.stdout.contains("25 of 2,500 datagrams lost, 1.000 %"),
        "{}",
        ran.stdout
    );
    // Over UDP the kernel may drop datagrams, too, and these are counted separately.
    let args = ["--rate", "10k", "--duration", "500ms", "--socket", "udp"];
    let (_, report, taken) = measured(&args, Some("loses:1000"));
    assert_adds_up(&report, 0);
    assert_eq!(count(&report, 0, "accepted"), 5_000);
    assert_eq!(count(&report, 0, "dropped"), 5_000 - taken);
    assert_eq!(count(&report, 0, "unreported"), taken / 1000);
}

#[test]
fn drops_of_the_kernel_are_counted_exactly() {
    let args = ["--rate", "4k", "--duration", "500ms", "--socket", "udp"];
    // The listener reads on when the kernel has dropped a hundred datagrams, and loses no datagram
    // itself.
    let (ran, report, taken) = measured(&args, Some("overflows:100"));
    assert_adds_up(&report, 0);
    assert_eq!(count(&report, 0, "accepted"), 2_000);
    assert_eq!(count(&report, 0, "unreported"), 0, "{}", ran.stdout);
    assert_eq!(count(&report, 0, "dropped"), 2_000 - taken);
    assert!(count(&report, 0, "dropped") >= 100, "{}", ran.stdout);
    ran.expect_status(1);
}

#[test]
fn repeated_and_reordered_are_counted_exactly() {
    let args = ["--rate", "2k", "--duration", "500ms", "--socket", "unix"];
    let (ran, report, _) = measured(&args, Some("repeats:10"));
    assert_eq!(count(&report, 0, "delivered"), 1000);
    assert_eq!(
        (
            count(&report, 0, "repeated"),
            count(&report, 0, "reordered")
        ),
        (100, 0)
    );
    // Every datagram must be reported once, however slow this machine is.
    let ran = ran.expect_status(1);
    assert!(
        ran.stdout.contains("but 100 reported again"),
        "{}",
        ran.stdout
    );
    assert_eq!(report["runs"][0]["limit"], "listener");
    let (_, report, _) = measured(&args, Some("swaps:7"));
    assert_eq!(count(&report, 0, "delivered"), 1000);
    assert_eq!(
        (
            count(&report, 0, "repeated"),
            count(&report, 0, "reordered")
        ),
        (0, 142)
    );
}

#[test]
fn reports_without_a_number_are_counted() {
    let args = ["--rate", "200", "--duration", "500ms", "--socket", "unix"];
    let (_, report, _) = measured(&args, Some("forgets:1"));
    assert_eq!(
        (count(&report, 0, "delivered"), count(&report, 0, "lost")),
        (0, 100)
    );
    assert_eq!(
        (
            count(&report, 0, "unreported"),
            count(&report, 0, "unnumbered")
        ),
        (100, 100)
    );
}

#[test]
fn a_listener_that_runs_already_is_tested_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (reports, path) = (folder.path().join("reports"), folder.path().join("s"));
    let socket = format!("unix:{}", path.display());
    let file = fs::File::create(&reports).expect("the folder is writable");
    let mut listener = evdg()
        .args(["listen", &socket])
        .stdout(file)
        .stdin(Stdio::null())
        .spawn()
        .expect("evdg runs");
    let args = [
        "--attach",
        &socket,
        "--observe",
        reports.to_str().expect("the path is UTF-8"),
        "--rate",
        "200",
        "--duration",
        "500ms",
    ];
    let (_, report, _) = measured(&args, None);
    assert_eq!(count(&report, 0, "delivered"), 100);
    assert!(
        listener
            .try_wait()
            .expect("the listener can be waited for")
            .is_none(),
        "the listener still runs"
    );
    listener.kill().expect("the listener still runs");
    listener.wait().expect("the listener can be waited for");
}

#[test]
fn events_come_from_lines_and_from_captures() {
    let corpus =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/captures/opensips-2.4.11.jsonl");
    let captures = fs::read_to_string(corpus).expect("the captures are there");
    let lines: Vec<_> = captures
        .lines()
        // One of the captures is no event, and `evdg bench` leaves it out.
        .filter(|line| line.contains("\"builtin-") || line.contains("\"event-empty-none\""))
        .collect();
    assert!(lines.len() > 5);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("events");
    let name = file.to_str().expect("the path is UTF-8");
    let text = format!(
        "{}\n\n{{\"event\":\"E_MINE\",\"params\":[{{\"name\":\"n\",\"value\":1}}]}}\n",
        lines.join("\n")
    );
    fs::write(&file, text).expect("the folder is writable");
    let args = [&LOSSLESS[..], &["--events", name]].concat();
    let (_, report, _) = measured(&args, None);
    assert_eq!(count(&report, 0, "delivered"), 100);
    for (text, message) in [
        ("{}", "line 1: "),
        ("", "there is no event in it"),
        ("{\"event\":\"E\"}\nx", "line 2: "),
    ] {
        fs::write(&file, text).expect("the folder is writable");
        run(&[&["bench"], &args[..]].concat())
            .expect_status(2)
            .expect_stderr(message);
    }
}

#[test]
fn invalid_arguments_are_refused() {
    for (args, status, message) in [
        (&["--rate", "fast"][..], 2, "no rate"),
        (&["--rate", "1", "--from", "5"], 2, "--from"),
        (&["--from", "5", "--to", "4"], 2, "no rate is left"),
        (
            &["--rate", "ramp:0-1", "--duration", "1s"],
            2,
            "gives no datagram in",
        ),
        (&["--rate", "10", "--size", "30"], 2, "more than --size 30"),
        (
            &["--sink", "--attach", "udp:127.0.0.1:1", "--observe", "-"],
            2,
            "--attach",
        ),
        (
            &["--rate", "10", "--report", "junit=x"],
            2,
            "formats: json, html",
        ),
        (
            &["--rate", "10", "--", "/dev/null/none"],
            3,
            "cannot be started",
        ),
    ] {
        run(&[&["bench"], args].concat())
            .expect_status(status)
            .expect_stderr(message);
    }
}
