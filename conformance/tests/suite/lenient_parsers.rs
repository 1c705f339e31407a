//! Tests with listeners whose JSON parsers accept more than RFC 8259. They misread no event, so
//! they conform, with warnings under J14.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::evdg::{python_listener_with, run, test};

/// How the Python listener parses a datagram.
const STRICT: &str = "json.loads(datagram.decode(errors=\"surrogateescape\"), \
                      object_pairs_hook=tuple, parse_constant=reject)";

/// Runs all vectors on the Python listener with another parser. Asserts that no vector fails, and
/// that there are warnings only for these requirements.
#[track_caller]
fn conforms_with_warnings(parser: &str, requirements: &[&str]) {
    let folder = tempfile::tempdir().expect("there is room");
    let listener = python_listener_with(folder.path(), STRICT, parser);
    let listener = listener.to_str().expect("it is UTF-8");
    let path = folder.path().join("report.json");
    let report = format!("json={}", path.display());
    let args = ["--dialect", "jsonrpc", "--report", &report];
    test(&args, &["python3", listener]).expect_status(0);
    let report = fs::read(path).expect("it is there");
    let report: Value = serde_json::from_slice(&report).expect("it is JSON");
    let mut warned = BTreeSet::new();
    for result in report["results"].as_array().expect("it has results") {
        match result["verdict"].as_str() {
            Some("pass" | "info") => {}
            Some("warn") => drop(warned.insert(result["requirement"].as_str())),
            _ => panic!("{result}"),
        }
    }
    let warned: Vec<_> = warned.into_iter().flatten().collect();
    assert_eq!(warned, requirements);
    // `evdg fuzz` counts departures from J14, and has no finding.
    let args = ["fuzz", "--dialect", "jsonrpc", "--seed", "1"];
    let ran = run(&[&args[..], &["--cases", "3000", "--", "python3", listener]].concat());
    ran.expect_status(0).expect_stderr("J14");
    let ran = run(&[
        &args[..],
        &["--strict", "--first", "--", "python3", listener],
    ]
    .concat());
    let printed = ran.expect_status(1).stdout;
    assert!(printed.contains("\nwarn  "), "{printed}");
}

#[test]
fn python_without_strict_conforms_on_text_with_warnings() {
    let parser = "json.loads(datagram.decode(errors=\"surrogateescape\"), strict=False, \
                  object_pairs_hook=tuple)";
    conforms_with_warnings(parser, &["J14"]);
}

#[test]
fn python_without_strict_conforms_on_bytes_with_warnings() {
    // This parser rejects bytes that are not UTF-8 (J9).
    let parser = "json.loads(datagram, strict=False, object_pairs_hook=tuple)";
    conforms_with_warnings(parser, &["J14", "J9"]);
}
