//! Tests of `evdg compare` on load tests: the figures with their uncertainty, and what got worse.

use std::fs;

use serde_json::Value;

use super::LOSSLESS;
use crate::evdg::run;
use crate::report_folder::{ReportFolder, compare};

/// Runs a load test that loses nothing, and returns the path of its report.
fn bench(folder: &ReportFolder, name: &str) -> String {
    let path = folder.name(name);
    let report = format!("json={path}");
    let args = ["--warm-up", "0", "--report", &report];
    run(&[&["bench", "--sink"], &LOSSLESS[..], &args].concat());
    path
}

fn counts(report: &mut Value) -> &mut Value {
    &mut report["runs"][0]["measurement"]["counts"]
}

#[test]
fn a_loss_beyond_the_uncertainty_got_worse() {
    let folder = ReportFolder::new();
    let good = bench(&folder, "good.json");
    let lossy = folder.change(&good, "lossy.json", |report| {
        let counts = counts(report);
        (counts["delivered"], counts["lost"]) = (60.into(), 40.into());
        (counts["dropped"], counts["unreported"]) = (Value::Null, Value::Null);
    });
    compare(&[&good, &good])
        .expect_status(0)
        .stdout
        .ends_with("nothing got worse\n")
        .then_some(())
        .expect("a report equals itself");
    let ran = compare(&[&good, &lossy]).expect_status(1);
    let worse = "worse  text over unix: loss from 0 % to 40.000 %\n";
    assert!(ran.stdout.contains(worse), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("1 figure got worse\n"),
        "{}",
        ran.stdout
    );
    // The loss is printed with its uncertainty.
    assert!(
        ran.stdout.contains("0 % (0 % to 3.699 %)"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("latency p50"), "{}", ran.stdout);
    let ran = compare(&[&lossy, &good]).expect_status(0);
    assert!(
        ran.stdout.contains("better  text over unix: loss"),
        "{}",
        ran.stdout
    );

    let markdown = folder.name("comment.md");
    compare(&[&good, &lossy, "--report", &format!("markdown={markdown}")]).expect_status(1);
    let markdown = fs::read_to_string(markdown).expect("it is there");
    assert!(
        markdown.starts_with("## event_datagram load: 1 figure got worse\n"),
        "{markdown}"
    );
    assert!(markdown.contains("| latency p99 | "), "{markdown}");

    let page = folder.name("page.html");
    compare(&[&good, &lossy, "--report", &format!("html={page}")]).expect_status(1);
    let page = fs::read_to_string(page).expect("it is there");
    for part in [
        "<p class=\"answer\">1 figure got worse</p>",
        "<li><b class=\"bad\">worse</b> text over unix: loss from 0 % to 40.000 %</li>",
        "<th scope=\"row\">latency p99</th>",
        "<td>40.000 % (",
    ] {
        assert!(page.contains(part), "{part}:\n{page}");
    }
}

#[test]
fn the_page_of_a_comparison_escapes_what_reports_hold() {
    let folder = ReportFolder::new();
    let good = bench(&folder, "good.json");
    let strange = folder.change(&good, "<script>.json", |report| {
        report["runs"][0]["measurement"]["broken"] = "<script>alert(1)</script>".into();
    });
    let page = folder.name("page.html");
    compare(&[&good, &strange, "--report", &format!("html={page}")]).expect_status(1);
    let page = fs::read_to_string(page).expect("it is there");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("text over unix: &lt;script&gt;"), "{page}");
}

#[test]
fn a_run_that_is_gone_got_worse_and_other_rates_are_not_judged() {
    let folder = ReportFolder::new();
    let good = bench(&folder, "good.json");
    let gone = folder.change(&good, "gone.json", |report| {
        report["runs"] = Value::Array(vec![])
    });
    let ran = compare(&[&good, &gone]).expect_status(1);
    assert!(
        ran.stdout.contains("the last report has no result"),
        "{}",
        ran.stdout
    );
    let other = folder.change(&good, "other.json", |report| {
        let measurement = &mut report["runs"][0]["measurement"];
        measurement["schedules"][0] = "400".into();
        measurement["rate"] = 400.into();
    });
    let ran = compare(&[&good, &other]).expect_status(0);
    assert!(
        ran.stdout
            .contains("not judged, as the rates differ: 200 /s and 400 /s"),
        "{}",
        ran.stdout
    );
}

#[test]
fn load_tests_of_different_commands_are_listed_but_not_compared() {
    let folder = ReportFolder::new();
    let good = bench(&folder, "good.json");
    let other = folder.change(&good, "other.json", |report| {
        report["subject"] = "./other".into();
        report["runs"] = Value::Array(vec![]);
    });
    let ran = compare(&[&good, &other]).expect_status(0);
    assert!(ran.stdout.contains("give --same-subject"), "{}", ran.stdout);
    compare(&["--same-subject", &good, &other]).expect_status(1);
}

#[test]
fn reports_of_both_kinds_are_one_clear_error() {
    let folder = ReportFolder::new();
    let load = bench(&folder, "load.json");
    let results = folder.name("results.json");
    let report = format!("json={results}");
    run(&[
        "test",
        "--parser",
        "--filter",
        "sep-alone",
        "--report",
        &report,
    ])
    .expect_status(0);
    compare(&[&results, &load])
        .expect_status(2)
        .expect_stderr("results.json is a report of evdg test, and ")
        .expect_stderr("load.json is one of evdg bench: compare reports of one kind");
}
