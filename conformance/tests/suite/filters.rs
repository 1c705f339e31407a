//! Tests of `--filter`: the vectors that a pattern selects, and the error for a pattern that fits
//! none.

use crate::evdg::run;

#[test]
fn filters_take_ids_requirements_topics_parts_and_globs() {
    let count = |filter: &str| {
        run(&["vectors", "list", "--filter", filter])
            .expect_status(0)
            .stdout
            .lines()
            .count()
    };
    assert_eq!(count("sep-first-one-splits"), 1);
    // A complete id selects only that vector, even if other ids contain it.
    assert_eq!(count("esc-quote"), 1);
    assert!(count("esc-quot") > 1);
    assert_eq!(count("sep-first-one-?plits"), 1);
    assert_eq!(count("sep-*"), count("separators"));
    assert!(count("T4") > count("T18"));
}

#[test]
fn case_does_not_matter_in_filters() {
    let list = |filter: &str| {
        let ran = run(&["vectors", "list", "--filter", filter]);
        ran.expect_status(0).stdout
    };
    for (one, other) in [
        ("T4", "t4"),
        ("separators", "Separators"),
        ("sep-first-one-splits", "SEP-First-One-Splits"),
        ("sep-first-one-?plits", "SEP-FIRST-ONE-?PLITS"),
        ("esc-quot", "ESC-Quot"),
    ] {
        assert_eq!(list(one), list(other), "{other}");
    }
    run(&["vectors", "show", "BAD-empty-datagram"]).expect_status(0);
}

#[test]
fn a_pattern_that_is_similar_to_a_name_gets_a_suggestion() {
    for (pattern, name) in [
        ("sep-first-one-split-s", "sep-first-one-splits"),
        ("seperators", "separators"),
        ("SEPERATORS", "separators"),
        ("T44", "T4"),
    ] {
        let message = format!("part of an id; did you mean `{name}`?");
        run(&["test", "--filter", pattern])
            .expect_status(4)
            .expect_stderr(&message);
        run(&["vectors", "show", pattern])
            .expect_status(4)
            .expect_stderr(&message);
    }
    let ran = run(&["test", "--filter", "something-else-entirely"]).expect_status(4);
    assert!(!ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn a_filter_of_another_dialect_says_which_is_missing() {
    let said = |args: &[&str], message: &str| {
        let ran = run(args).expect_status(4);
        assert_eq!(ran.stderr, format!("evdg: {message}\n"));
    };
    said(
        &["test", "--parser", "--filter", "J4", "--", "cat"],
        "`J4` fits vectors of jsonrpc alone, and none of text: add `--dialect jsonrpc`",
    );
    said(
        &[
            "vectors",
            "list",
            "--dialect",
            "jsonrpc",
            "--filter",
            "T4",
            "--filter",
            "T5",
        ],
        "the patterns fit vectors of text alone, and none of jsonrpc: add `--dialect text`",
    );
    said(
        &[
            "vectors",
            "list",
            "--filter",
            "sep-lone-colon",
            "--level",
            "may",
        ],
        "none of the vectors that fit has the level asked for",
    );
}
