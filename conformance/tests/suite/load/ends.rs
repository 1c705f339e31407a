//! Tests of load tests that end early, because the listener dies, hangs or does not start again, or
//! because the user interrupts.

use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use super::listener::{command, mark};
use super::{count, measured, read};
use crate::hostile_subjects::wait_until;

#[test]
fn a_listener_that_dies_is_a_result() {
    for socket in ["udp", "unix"] {
        let args = ["--rate", "500", "--duration", "500ms", "--socket", socket];
        let (ran, report, _) = measured(&args, Some("dies:100"));
        let ran = ran.expect_status(1);
        let broken = &report["runs"][0]["measurement"]["broken"];
        assert!(
            broken
                .as_str()
                .is_some_and(|why| why.contains("exit status 7")),
            "{broken}"
        );
        assert!(ran.stdout.contains("broken off"), "{}", ran.stdout);
        assert_eq!(count(&report, 0, "delivered"), 99);
    }
}

#[test]
fn a_listener_that_hangs_is_a_result() {
    // Long enough to start on a busy machine. Both runs wait at the same time.
    let args = ["--rate", "500", "--duration", "500ms", "--timeout", "5s"];
    let hangs_over = |socket| {
        let args = [&args[..], &["--socket", socket]].concat();
        let (ran, report, _) = measured(&args, Some("stops:50"));
        ran.expect_status(1);
        let run = &report["runs"][0];
        let broken = &run["measurement"]["broken"];
        assert!(
            broken.as_str().is_some_and(|why| why.contains("hangs")),
            "{broken}"
        );
        assert_ne!(run["limit"], "machine", "{}", run["notes"]);
        assert_eq!(count(&report, 0, "delivered"), 49);
    };
    thread::scope(|scope| {
        scope.spawn(|| hangs_over("udp"));
        hangs_over("unix");
    });
}

#[test]
fn measurements_are_kept_of_a_listener_that_does_not_start_again() {
    let args = ["--rate", "500", "--duration", "500ms"];
    let (ran, report, _) = measured(&args, Some("dies-for-good:100"));
    let ran = ran.expect_status(1);
    assert_eq!(count(&report, 0, "delivered"), 99);
    let runs = &report["runs"];
    assert_eq!(runs[1]["socket"], "unix");
    assert!(runs[1]["measurement"].is_null(), "{runs}");
    assert!(
        ran.stdout.contains("nothing was measured"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("did not start over unix"),
        "{}",
        ran.stdout
    );

    let args = [
        "--from",
        "200",
        "--to",
        "400",
        "--duration",
        "100ms",
        "--socket",
        "unix",
    ];
    let (ran, report, _) = measured(&args, Some("dies-for-good:30"));
    ran.expect_status(1);
    let search = &report["runs"][0]["search"];
    let broken = search["broken"].as_str().unwrap_or_default();
    assert!(broken.contains("did not start over unix"), "{search}");
    assert_eq!(search["is_decided"], false);
    assert_eq!(search["trials"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_measurement_that_is_interrupted_is_kept() {
    // The first burst is sent at once, and the next one long after the interruption.
    let args = ["--rate", "burst:25/100s", "--duration", "200s"];
    let report = interrupted(&args, "marks:25");
    let run = &report["runs"][0];
    for name in ["planned", "sent", "accepted", "delivered"] {
        assert_eq!(count(&report, 0, name), 25, "{name}");
    }
    assert_eq!(count(&report, 0, "lost"), 0);
    let note = run["notes"][0].as_str().expect("there is a note");
    assert!(note.contains("it was interrupted after"), "{note}");
    let planned = run["measurement"]["planned_seconds"].as_f64();
    assert!(planned.is_some_and(|planned| planned < 100.0));
}

#[test]
fn the_trials_of_a_search_that_is_interrupted_are_kept() {
    // The first trial sends 20 datagrams.
    let report = interrupted(&["--from", "20", "--duration", "1s"], "marks:25");
    let search = &report["runs"][0]["search"];
    assert_eq!(search["broken"], "interrupted");
    assert_eq!(search["trials"][0]["accepted"], 20);
}

/// Runs `evdg bench` over a UNIX socket, interrupts it when the listener has made its mark, and
/// returns its report.
fn interrupted(args: &[&str], behaviour: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (file, count) = (folder.path().join("load.json"), folder.path().join("count"));
    let report = format!("json={}", file.display());
    let more = ["--socket", "unix", "--warm-up", "0", "--report", &report];
    let mut child = command(&[args, &more].concat(), behaviour, &count)
        .stdout(Stdio::null())
        .spawn()
        .expect("evdg runs");
    wait_until(|| mark(&count).exists());
    let pid = child.id().to_string();
    let interrupt = Command::new("kill").args(["-INT", &pid]).status();
    assert!(interrupt.expect("kill runs").success());
    assert_eq!(child.wait().expect("evdg ends").code(), Some(130));
    read(&file).expect("the report was written")
}
