//! The programs reject a filter that matches no benchmark.

use std::process::Command;

const PROGRAMS: [&str; 2] = [
    env!("CARGO_BIN_EXE_ratios"),
    env!("CARGO_BIN_EXE_instructions"),
];

#[test]
fn a_filter_without_a_match_is_an_error() {
    for program in PROGRAMS {
        let error = error_of(program, &["decode/txt"]);
        assert!(
            error.contains("no benchmark has \"decode/txt\" in its name"),
            "{error}"
        );
        assert!(error.contains("\n  decode/text/contact\n"), "{error}");
    }
}

#[test]
fn several_filters_are_an_error() {
    for program in PROGRAMS {
        let error = error_of(program, &["decode/text/pike", "encode/text/pike"]);
        assert!(
            error.contains("expected at most one filter, found several"),
            "{error}"
        );
    }
}

/// Runs a program that must exit with 2 and print nothing but an error, which is returned.
fn error_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.expect("the program was built");
    assert_eq!(output.status.code(), Some(2), "{program}");
    assert_eq!(output.stdout, b"", "{program}");
    String::from_utf8(output.stderr).expect("a message is UTF-8")
}
