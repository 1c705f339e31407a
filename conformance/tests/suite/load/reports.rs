//! Tests of JSON reports of load tests: they can be merged, and reports that no load test can have
//! written are refused.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{count, read};
use crate::evdg::run;

#[test]
fn reports_of_several_machines_merge() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("the path is UTF-8")
            .to_string()
    };
    let (one, other, both) = (file("one.json"), file("other.json"), file("both.json"));
    for (name, rate) in [(&one, "100"), (&other, "300")] {
        let report = format!("json={name}");
        run(&[
            "bench",
            "--sink",
            "--socket",
            "unix",
            "--rate",
            rate,
            "--duration",
            "500ms",
            "--warm-up",
            "0",
            "--report",
            &report,
        ]);
    }
    let ran = run(&[
        "bench",
        "--merge",
        &one,
        &other,
        "--report",
        &format!("json={both}"),
        "--report",
        &format!("html={}", file("both.html")),
    ]);
    assert!(
        ran.stdout.contains("lost of 200"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let merged = read(Path::new(&both)).expect("the report was written");
    assert_eq!(
        (
            count(&merged, 0, "accepted"),
            count(&merged, 0, "delivered")
        ),
        (200, 200)
    );
    let measurement = &merged["runs"][0]["measurement"];
    assert_eq!(
        (
            measurement["latency"]["count"].as_u64(),
            measurement["rate"].as_f64()
        ),
        (Some(200), Some(400.0))
    );
    assert_eq!(merged["hosts"].as_array().map(Vec::len), Some(2));

    let copy = file("copy.json");
    fs::copy(&one, &copy).expect("the folder is writable");
    for same in [&one, &copy] {
        run(&["bench", "--merge", &one, &other, same])
            .expect_status(2)
            .expect_stderr(&format!("evdg: {same}: it is the same report as {one}"));
    }

    fs::write(&other, "{}").expect("the folder is writable");
    run(&["bench", "--merge", &one, &other])
        .expect_status(2)
        .expect_stderr("no report of evdg bench");
    let report = format!("json={other}");
    run(&[
        "bench",
        "--sink",
        "--socket",
        "udp",
        "--rate",
        "100",
        "--duration",
        "100ms",
        "--warm-up",
        "0",
        "--report",
        &report,
    ]);
    run(&["bench", "--merge", &one, &other])
        .expect_status(2)
        .expect_stderr("it measured text over udp, and the first one text over unix");
    run(&["bench", "--merge", "/dev/null/none"])
        .expect_status(2)
        .expect_stderr("/dev/null/none");
}

#[test]
fn a_report_that_no_trial_has_is_refused_or_drawn() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (file, html) = (
        folder.path().join("load.json"),
        folder.path().join("load.html"),
    );
    let (path, html) = (
        file.display().to_string(),
        format!("html={}", html.display()),
    );
    let report = format!("json={path}");
    let args = [
        "bench",
        "--sink",
        "--socket",
        "udp",
        "--rate",
        "200",
        "--duration",
        "100ms",
        "--report",
    ];
    run(&[&args[..], &[&report]].concat());
    let mut original = read(&file).expect("the report was written");
    // This test does not check whether the machine has reached the rate.
    let measurement = &mut original["runs"][0]["measurement"];
    measurement["seconds"] = measurement["planned_seconds"].clone();
    let merge = |change: &dyn Fn(&mut Value)| {
        let mut report = original.clone();
        change(&mut report);
        fs::write(&file, report.to_string()).expect("the folder is writable");
        run(&["bench", "--merge", &path, "--report", &html])
    };
    let timeline = |report: &mut Value| report["runs"][0]["measurement"]["timeline"].take();
    merge(&|report| {
        let mut timeline = timeline(report);
        timeline["width_seconds"] = 0.into();
        report["runs"][0]["measurement"]["timeline"] = timeline;
    })
    .expect_status(2)
    .expect_stderr("its timeline does not have 1 to 1000 moments");
    // The range of an axis is limited.
    merge(&|report| {
        let mut timeline = timeline(report);
        timeline["moments"][0]["p99_us"] = 1e308.into();
        timeline["moments"][0]["max_us"] = 1e-300.into();
        report["runs"][0]["measurement"]["timeline"] = timeline;
    })
    .expect_status(0);
    let ran = merge(&|report| {
        report["load"] = "\u{1b}[31m".into();
        report["runs"][0]["notes"] = vec!["\u{1b}]0;title\u{7}\nand more\u{7}"].into();
    })
    .expect_status(0);
    assert!(!ran.stdout.contains(['\u{1b}', '\u{7}']), "{}", ran.stdout);
}

#[test]
fn a_report_of_an_older_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("load.json");
    let text = r#"{"format_version":1,"suite_version":"0.1.0","runs":[],"complete":true}"#;
    fs::write(&file, text).expect("the folder is writable");
    run(&[
        "bench",
        "--merge",
        file.to_str().expect("the path is UTF-8"),
    ])
    .expect_status(2)
    .expect_stderr("its format is version 1; this suite reads version 2");
}
