//! Tests that every report has the time, the machine and the command of the run, and that none has
//! the host name.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::evdg::run;

/// The reports of one run in all formats.
struct Reports(TempDir);

impl Reports {
    fn of_a_run() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let files = ["json", "junit", "tap", "html", "markdown"]
            .map(|format| format!("{format}={}", folder.path().join(format).display()));
        let mut args = vec!["test", "--parser", "--dialect", "jsonrpc", "--filter", "J4"];
        args.extend(files.iter().flat_map(|file| ["--report", file]));
        run(&args).expect_status(0);
        Self(folder)
    }

    fn path(&self, format: &str) -> String {
        let path = self.0.path().join(format);
        path.to_str().expect("it is UTF-8").into()
    }

    fn read(&self, format: &str) -> String {
        fs::read_to_string(self.path(format)).expect("it is there")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.read("json")).expect("it is JSON")
    }
}

#[test]
fn every_format_has_the_facts_of_the_run() {
    let reports = Reports::of_a_run();
    let json = reports.json();
    let (context, suite) = (&json["run"], &json["suite"]);
    let started = context["started"].as_str().expect("it is a time");
    let (day, time) = started.split_at("2026-01-31".len());
    let machine = &context["machines"][0];
    assert_eq!(machine["architecture"], std::env::consts::ARCH);
    assert!(context["seconds"].as_f64().is_some_and(|it| it > 0.0));
    assert_eq!(context["dialects"][0], "jsonrpc");
    let facts = [
        day.into(),
        time[1..9].into(),
        format!("{} {}, ", std::env::consts::OS, std::env::consts::ARCH),
        suite["version"].as_str().expect("it is a text").into(),
        "jsonrpc".into(),
        "evdg test --parser --dialect jsonrpc --filter J4 --report".into(),
    ];
    for format in ["junit", "tap", "html", "markdown"] {
        let report = reports.read(format);
        for fact in &facts {
            assert!(report.contains(fact), "{format} without {fact}:\n{report}");
        }
    }
}

#[test]
fn no_format_names_the_host() {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    // A short host name may be a part of another word.
    if host.len() < 6 {
        return;
    }
    let reports = Reports::of_a_run();
    for format in ["json", "junit", "tap", "html", "markdown"] {
        assert!(!reports.read(format).contains(host), "{format}");
    }
}

#[test]
fn reports_from_a_json_report_have_the_facts_of_its_run() {
    let reports = Reports::of_a_run();
    for format in ["junit", "tap", "html", "markdown"] {
        let again = reports.path("again");
        let file = format!("{format}={again}");
        run(&["merge", &reports.path("json"), "--report", &file]).expect_status(0);
        let read = |path: &str| fs::read_to_string(Path::new(path)).expect("it is there");
        assert!(read(&again) == reports.read(format), "{format} differs");
    }
}

#[test]
fn a_report_without_the_facts_is_read_and_a_wrong_time_is_refused() {
    let reports = Reports::of_a_run();
    let changed = |name: &str, run: Option<Value>| {
        let mut json = reports.json();
        let object = json.as_object_mut().expect("it is an object");
        match run {
            Some(run) => object.insert("run".into(), run),
            None => object.remove("run"),
        };
        let path = reports.path(name);
        fs::write(&path, json.to_string()).expect("there is room");
        path
    };
    run(&["merge", &changed("older.json", None)]).expect_status(0);
    let mut wrong = reports.json()["run"].take();
    wrong["started"] = "yesterday".into();
    run(&["merge", &changed("wrong.json", Some(wrong))])
        .expect_status(2)
        .expect_stderr("run: started: expected a time such as 2026-01-31T12:00:00Z");
}
