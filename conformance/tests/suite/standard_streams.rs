//! Standard input and output that cannot be used, and readers that go away: messages name what
//! failed, statuses stay true.

use std::fs;
use std::process::Command;

use crate::evdg::{Ran, evdg, run};

#[test]
fn what_cannot_be_read_or_written_is_named() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().to_str().expect("it is UTF-8");
    let said = format!("evdg: {path}: expected a file, found a folder");
    for option in ["--lines", "--captures"] {
        run(&["send", "udp:127.0.0.1:9", option, path])
            .expect_status(2)
            .expect_stderr(&said);
    }
    run(&["bench", "--sink", "--events", path])
        .expect_status(2)
        .expect_stderr(&said);
    // Before anything is measured.
    let report = format!("json={path}/none/report.json");
    run(&["bench", "--rate", "10", "--report", &report])
        .expect_status(2)
        .expect_stderr(&format!(
            "evdg: report {path}/none/report.json: No such file"
        ));
    // Linux has a file that is always full.
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        let ran = evdg().args(["vectors", "list"]).stdout(full).output();
        Ran::from(ran.expect("evdg runs"))
            .expect_status(3)
            .expect_stderr("evdg: standard input or output: No space left on device");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let command = format!("{} vectors list | head -n 1", env!("CARGO_BIN_EXE_evdg"));
    let ran: Ran = Command::new("sh")
        .args(["-c", &command])
        .output()
        .expect("sh runs")
        .into();
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_got_worse_is_a_failure_though_nobody_reads_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let report = |name: &str, args: &[&str], status| {
        let path = folder.path().join(name).display().to_string();
        let report = format!("json={path}");
        let args = [
            &["test", "--parser", "--filter", "sep", "--report", &report],
            args,
        ]
        .concat();
        run(&args).expect_status(status);
        path
    };
    let good = report("good.json", &[], 0);
    let bad = report(
        "bad.json",
        &["--", "sed", "-u", "s/.*/{\"error\":\"&\"}/"],
        1,
    );
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let command = format!("({evdg} compare {good} {bad} --same-subject; echo $? >&2) | true");
    let ran = Command::new("sh").args(["-c", &command]).output();
    let ran = Ran::from(ran.expect("sh runs"));
    assert_eq!(ran.stderr, "1\n");
}

#[test]
fn a_reader_of_standard_output_that_goes_away_changes_neither_verdict_nor_reports() {
    let folder = tempfile::tempdir().expect("there is room");
    let report = folder.path().join("report.json");
    // It answers everything with an error that holds the datagram in hex: the fence is recognised,
    // and no event is read.
    let parser = "sed -u 's/.*/{\"error\":\"&\"}/'";
    let command = format!(
        "({} test --parser --filter sep-lone-colon --report json={} -- {parser}; echo $? >&2) | true",
        env!("CARGO_BIN_EXE_evdg"),
        report.display()
    );
    let ran: Ran = Command::new("sh")
        .args(["-c", &command])
        .output()
        .expect("sh runs")
        .into();
    assert_eq!(ran.stderr, "1\n");
    assert!(report.exists());
}
