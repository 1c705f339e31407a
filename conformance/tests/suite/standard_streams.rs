//! Tests with standard streams that cannot be used, and with readers that close the pipe: messages
//! name the failure, and exit statuses are right.

use std::fs;
use std::process::Command;

use crate::evdg::{Ran, evdg, run};

#[test]
fn errors_name_the_stream_that_cannot_be_used() {
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
    // The error comes before the measurement.
    let report = format!("json={path}/none/report.json");
    run(&["bench", "--rate", "10", "--report", &report])
        .expect_status(2)
        .expect_stderr(&format!(
            "evdg: report {path}/none/report.json: No such file"
        ));
    // On Linux, writes to this file always fail.
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        let ran = evdg().args(["vectors", "list"]).stdout(full).output();
        Ran::from(ran.expect("evdg runs"))
            .expect_status(3)
            .expect_stderr("evdg: standard input or output: No space left on device");
    }
}

#[test]
fn a_closed_reader_is_no_failure() {
    let command = format!("{} vectors list | head -n 1", env!("CARGO_BIN_EXE_evdg"));
    let ran: Ran = Command::new("sh")
        .args(["-c", &command])
        .output()
        .expect("sh runs")
        .into();
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_worse_result_is_a_failure_even_if_nobody_reads_the_output() {
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
fn a_closed_standard_output_changes_neither_verdict_nor_reports() {
    let folder = tempfile::tempdir().expect("there is room");
    let report = folder.path().join("report.json");
    // The parser answers everything with an error that contains the datagram in hex, so that the
    // runner recognises the fence, but no event is read.
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
