//! Tests of the reason for a failure: it names the bug, and the datagram that shows the bug.

use crate::hostile_subjects::test_listener_with;

/// A vector of each dialect that is one event with the parameters `a=1`, `b=2`, `a=3`.
const ONE_EVENT: &[(&str, &str)] = &[
    ("text", "order-duplicates-apart"),
    ("jsonrpc", "rpc-name-twice-apart"),
];

#[track_caller]
fn says(dialect: &str, vector: &str, extra: &str, sentence: &str) {
    let args = [
        "--verbose",
        "--strict",
        "--socket",
        "unix",
        "--dialect",
        dialect,
        "--filter",
        vector,
    ];
    let ran = test_listener_with(&args, extra).expect_status(1);
    let reason = format!("  why       {sentence}");
    assert!(
        ran.unwrapped()
            .lines()
            .any(|line| line.starts_with(&reason)),
        "expected: {sentence}\n{}",
        ran.stdout
    );
}

/// The Python condition that is true for all datagrams except fences.
const NO_FENCE: &str = "b'FENCE' not in datagram";

#[test]
fn an_invented_event_comes_before_a_wrong_parameter() {
    let extra = format!(
        "if {NO_FENCE}:\n    \
             datagram = datagram.replace(b'1', b'7')\n    \
             say(report(*parse(datagram)))\n    \
             datagram = datagram.replace(b'7', b'8')"
    );
    for (dialect, vector) in ONE_EVENT {
        let sentence = "2 events came for one datagram (T19); besides, parameter 1: expected the \
                        value \"1\", found \"7\"";
        says(dialect, vector, &extra, sentence);
    }
}

#[test]
fn a_swallowed_good_event_comes_before_a_wrong_parameter() {
    let extra = format!(
        "if count == 0: swallows = False\n\
         if {NO_FENCE}:\n    \
             swallows = True\n    \
             datagram = datagram.replace(b'1', b'7')\n\
         elif swallows:\n    \
             swallows = False\n    \
             continue"
    );
    for (dialect, vector) in ONE_EVENT {
        let sentence = "the good event that followed was not reported, though a later one was: \
                        bytes that stayed in a buffer swallowed it (T20); besides, parameter 1: \
                        expected the value \"1\", found \"7\"";
        says(dialect, vector, &extra, sentence);
    }
}

#[test]
fn the_datagram_that_had_to_be_rejected_is_named_and_not_the_next() {
    // The listener rejects the datagram if a fence follows it. So it rejects the datagram alone,
    // and fails only in the sequence.
    let extra = "if b'E_BAD' in datagram and b'FENCE' not in sock.recv(LARGEST, socket.MSG_PEEK):\n    \
                     say(report(b'E_BAD', [])); continue";
    for (dialect, vector) in [
        ("text", "state-bad-then-ten-good"),
        ("jsonrpc", "rpc-state-bad-then-ten-good"),
    ] {
        let sentence = "datagram 1 of 11: expected a rejection, found an event";
        says(dialect, vector, extra, sentence);
    }
}

#[test]
fn a_report_that_breaks_the_contract_says_so_whatever_was_expected() {
    let extra = format!("if {NO_FENCE}: print('{{no JSON', flush=True); continue");
    let rejected = [
        ("text", "bad-one-byte"),
        ("jsonrpc", "rpc-bad-empty-object"),
    ];
    for (dialect, vector) in ONE_EVENT.iter().chain(&rejected) {
        let sentence = "the report breaks the contract: it is not JSON";
        says(dialect, vector, &extra, sentence);
    }
}

#[test]
fn lost_repeated_and_exchanged_parameters_are_told_apart() {
    for (dialect, vector) in ONE_EVENT {
        for (change, sentence) in [
            (
                "params[1:]",
                r#"expected 3 parameters, found 2: parameter 1, "a"="1", is lost"#,
            ),
            (
                "dict(params).items()",
                r#"expected 3 parameters, found 2: "a"="1" is lost, and the others are in another order"#,
            ),
            (
                "[*params, params[0]]",
                r#"expected 3 parameters, found 4: parameter 4, "a"="1", is repeated"#,
            ),
            (
                "[*params[1:], params[0]]",
                r#"the parameters are in another order: expected "a"="1" as parameter 1, found "b"="2""#,
            ),
        ] {
            let extra = format!(
                "if {NO_FENCE}:\n    \
                     name, params = parse(datagram)\n    \
                     params = list(params)\n    \
                     say(report(name, list({change})))\n    \
                     continue"
            );
            says(dialect, vector, &extra, sentence);
        }
    }
}
