//! Tests that reports of runs whose results do not fit into memory can be written.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::process::Command;

use serde_json::Value;

use crate::evdg::run;

/// The memory limit in kilobytes. The vectors take most of it, and the results alone would take
/// more.
const LIMIT: usize = 50_000;
const COUNT: usize = 9_000;
const LENGTH: usize = 9_000;

#[test]
fn results_are_not_kept_in_memory() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    let short = path("short");
    let report = format!("json={}", short.display());
    run(&["test", "--parser", "--filter", "T9", "--report", &report]).expect_status(0);
    let short = fs::read_to_string(short).expect("it is there");
    let (head, rest) = short.split_once("\"results\":[\n").expect("it has results");
    let result = rest
        .lines()
        .next()
        .expect("there is one")
        .trim_end_matches(',');
    let mut result: Value = serde_json::from_str(result).expect("it is JSON");
    result["why"] = "x".repeat(LENGTH).into();

    let mut long = BufWriter::new(File::create(path("long")).expect("there is room"));
    write!(long, "{head}\"results\":[").expect("there is room");
    for index in 0..COUNT {
        result["id"] = format!("vector-{index}").into();
        let comma = if index == 0 { "" } else { "," };
        write!(long, "{comma}\n{result}").expect("there is room");
    }
    let end = format!("\n],\n\"summary\":{{\"total\":{COUNT},\"complete\":true}}}}\n");
    long.write_all(end.as_bytes()).expect("there is room");
    long.flush().expect("there is room");

    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -d {LIMIT} && exec \"$0\" \"$@\"")]);
    shell
        .args([env!("CARGO_BIN_EXE_evdg"), "merge"])
        .arg(path("long"));
    for format in ["json", "junit", "tap"] {
        shell
            .arg("--report")
            .arg(format!("{format}={}", path(format).display()));
    }
    let output = shell.output().expect("there is a shell");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for format in ["json", "junit", "tap"] {
        let text = fs::read_to_string(path(format)).expect("it is there");
        // JUnit reports have a greatest size.
        if format != "junit" {
            assert!(text.len() > COUNT * LENGTH, "{format}: {}", text.len());
        }
        assert!(text.contains(&format!("vector-{}", COUNT - 1)), "{format}");
    }
}
