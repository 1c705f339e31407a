//! Tests of thresholds: the exit status, and the message that names the missed threshold.

use serde_json::json;

use super::{LOSSLESS, measured};
use crate::evdg::run;

/// A load test in which the listener loses 25 of 2,500 datagrams.
const LOSSY: [&str; 6] = ["--rate", "5k", "--duration", "500ms", "--socket", "unix"];

#[test]
fn a_loss_below_the_threshold_passes_and_one_above_fails() {
    let with =
        |thresholds: &[&str]| measured(&[&LOSSY[..], thresholds].concat(), Some("loses:100"));
    let (ran, report, _) = with(&["--max-loss", "1.1%", "--min-rate", "1"]);
    ran.expect_status(0);
    let thresholds = json!({"max_loss_percent": 1.1, "min_rate": 1.0});
    assert_eq!(report["runs"][0]["thresholds"], thresholds);
    let (ran, ..) = with(&["--max-loss", "0.5%", "--min-rate", "1"]);
    let ran = ran.expect_status(1);
    let missed = "text over unix: missed --max-loss 0.5%: 1.000% of the datagrams were lost";
    assert!(ran.stdout.contains(missed), "{}", ran.stdout);
}

#[test]
fn a_latency_and_a_rate_that_are_missed_are_named() {
    let with =
        |thresholds: &[&str]| measured(&[&["--sink"], &LOSSLESS[..], thresholds].concat(), None).0;
    // No machine reaches the first threshold, and every machine reaches the second one.
    let ran = with(&["--max-p99", "1us", "--min-rate", "1M"]).expect_status(1);
    for missed in [
        "missed --max-p99 1 µs: p99 was ",
        "missed --min-rate 1,000,000 /s: delivered were ",
    ] {
        assert!(ran.stdout.contains(missed), "{missed}:\n{}", ran.stdout);
    }
    with(&["--max-p99", "1m", "--min-rate", "1", "--max-loss", "100%"]).expect_status(0);
    let ran = with(&["--max-p99", "1m"]);
    for row in ["latency p50 ", "latency p99.9 ", "latency max "] {
        assert!(ran.stdout.contains(row), "{row}:\n{}", ran.stdout);
    }
}

#[test]
fn thresholds_that_are_none_are_refused() {
    for (args, message) in [
        (&["--max-loss", "1%"][..], "--max-loss needs --rate"),
        (
            &["--rate", "10", "--max-loss", "1"],
            "a part from 0% to 100%",
        ),
        (
            &["--rate", "10", "--max-loss", "101%"],
            "a part from 0% to 100%",
        ),
        (&["--rate", "10", "--max-p99", "fast"], "a time from 1us"),
        (
            &["--rate", "10", "--min-rate", "ramp:1-2"],
            "datagrams a second",
        ),
    ] {
        run(&[&["bench", "--sink"], args].concat())
            .expect_status(2)
            .expect_stderr(message);
    }
}

#[test]
fn a_test_whose_sender_cannot_keep_its_schedule_ends_at_its_duration() {
    // No machine can send so many datagrams one by one.
    let args = [
        "--sink",
        "--rate",
        "20M",
        "--duration",
        "200ms",
        "--socket",
        "udp",
        "--send",
        "single",
    ];
    let (ran, report, _) = measured(&args, None);
    let ran = ran.expect_status(1);
    let measurement = &report["runs"][0]["measurement"];
    let counts = &measurement["counts"];
    assert_eq!(counts["planned"], 4_000_000);
    assert_eq!(counts["sent"], counts["accepted"]);
    assert!(counts["sent"].as_u64() < Some(4_000_000), "{counts}");
    // The sender has half a second to catch up, and finishes its current call.
    let seconds = measurement["seconds"].as_f64().expect("it is a number");
    assert!(seconds > 0.7, "{seconds}");
    assert!(ran.stdout.contains("not sent in time"), "{}", ran.stdout);
}

#[test]
fn a_search_says_how_long_it_takes() {
    let args = [
        "bench",
        "--sink",
        "--from",
        "200",
        "--to",
        "400",
        "--duration",
        "100ms",
        "--confirm",
        "2",
        "--socket",
        "unix",
        "--warm-up",
        "0",
    ];
    let ran = run(&args);
    ran.expect_stderr("unix: the search takes ")
        .expect_stderr(" trials of 100ms, which is ");
}
