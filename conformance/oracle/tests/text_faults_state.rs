//! Tests of models of faulty listeners of the text dialect: bytes, numbers, order, sizes, crashes,
//! and kept state.

#![cfg(feature = "faults")]

use event_datagram_oracle::faults::{self, End, FaultInstance, Model, Parameter};

#[test]
fn a_buffer_cuts_datagrams() {
    let [whole, cut] = ["0123456789", "01234"].map(|value| event("E_A", "p", value));
    let datagram = "E_A\np::0123456789\n\n";
    assert_eq!(lines(&[("reads-at-most", 19)], &[datagram]), [whole]);
    assert_eq!(lines(&[("reads-at-most", 12)], &[datagram]), [cut]);
}

#[test]
fn a_buffer_cuts_before_other_faults_change_the_datagram() {
    let faults = [("reads-at-most", 15), ("trims-values", 0)];
    let reverse = [faults[1], faults[0]];
    let expected = [event("E_A", "p", "123456")];
    let datagram = "E_A\np::  123456789\n\n";
    assert_eq!(lines(&faults, &[datagram]), expected);
    assert_eq!(lines(&reverse, &[datagram]), expected);
}

#[test]
fn faults_of_one_step_combine() {
    let values = [("lower-case-values", 0), ("cuts-values", 127)];
    let long = "X".repeat(200);
    let datagram = format!("E_A\np::{long}\n\n");
    let expected = event("E_A", "p", &long[..127].to_lowercase());
    assert_eq!(lines(&values, &[&datagram]), [expected]);

    let stores = [
        ("keeps-first-parameters", 2),
        ("drops-equal-values-without-name", 0),
    ];
    let expected = r#"{"event":"E_A","params":[{"value":"x"},{"value":"y"}]}"#;
    assert_eq!(lines(&stores, &["E_A\nx\nx\ny\nz\n\n"]), [expected]);

    let writes = [
        ("writes-quotes-as-they-are", 0),
        ("writes-backslashes-as-they-are", 0),
    ];
    let expected = r#"{"event":"E_A","params":[{"name":"p","value":"a"b\c"}]}"#;
    assert_eq!(lines(&writes, &["E_A\np::a\"b\\c\n\n"]), [expected]);
}

#[test]
fn numbers_are_rounded_as_by_javascript() {
    for (value, rounded) in [
        ("9007199254740993", "9007199254740992"),
        ("18446744073709551615", "18446744073709552000"),
        ("1234567890123456789012", "1.2345678901234568e+21"),
        ("007", "7"),
        ("1.50", "1.50"),
    ] {
        let datagram = format!("E_A\np::{value}\n\n");
        let reported = lines(&[("rounds-values-to-doubles", 0)], &[&datagram]);
        assert_eq!(reported, [event("E_A", "p", rounded)]);
    }
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_in_three_ways() {
    // The first two bytes of a three-byte character, and a byte that begins no character.
    let datagram = b"E_A\np::\xe2\x98\xff\n\n";
    for (slug, replaced) in [
        ("replaces-what-is-not-utf8", "\u{fffd}\u{fffd}"),
        (
            "replaces-each-byte-that-is-not-utf8",
            "\u{fffd}\u{fffd}\u{fffd}",
        ),
        ("replaces-each-run-that-is-not-utf8", "\u{fffd}"),
    ] {
        let lines = model(&[(slug, 0)]).receive(datagram).lines;
        assert_eq!(lines, [event("E_A", "p", replaced).into_bytes()], "{slug}");
    }
}

#[test]
fn a_model_ends_once_and_reports_nothing_after_its_end() {
    for (fault, datagram, end) in [
        ("ends-at-an-empty-datagram", "", End::Exit),
        ("dies-of-an-empty-datagram", "", End::Crash),
        ("hangs-on-a-datagram-without-line-feed", "E_A", End::Hang),
        ("dies-of-an-unclosed-quote", "E_A\np::\"x\n\n", End::Crash),
        ("dies-of-a-parameter-without-name", "E_A\nx\n\n", End::Crash),
    ] {
        let mut model = model(&[(fault, 0)]);
        for datagram in [A, B] {
            assert_eq!(model.receive(datagram.as_bytes()).end, None, "{fault}");
        }
        for datagram in [datagram, A] {
            let response = model.receive(datagram.as_bytes());
            assert_eq!(
                (response.lines, response.end),
                (vec![], Some(end)),
                "{fault}"
            );
        }
    }
}

#[test]
fn a_later_quote_prevents_the_crash_at_an_unclosed_one() {
    let datagrams = ["E_A\np::\"Alice\" <sip:a@b>\n\n", "E_A\np::\"a\nb\\\"\n\n"];
    let reported = lines(&[("dies-of-an-unclosed-quote", 0)], &datagrams);
    assert_eq!(reported, lines(&[], &datagrams));
}

#[test]
fn reports_are_lost_late_and_doubled() {
    let [a, b, c] = [A, B, C].map(|datagram| lines(&[], &[datagram]).remove(0));
    let late = lines(&[("holds-back-every-second-report", 0)], &[A, B, C]);
    assert_eq!(late, [&*a, &*c, &*b]);
    let lost = lines(&[("loses-one-datagram-in", 2)], &[A, B, C]);
    assert_eq!(lost, [&*a, &*c]);

    let both = [
        ("loses-one-datagram-in", 2),
        ("reports-everything-twice", 0),
    ];
    assert_eq!(lines(&both, &[A, B, C]), [&*a, &*a, &*c, &*c]);
}

#[test]
fn malformed_bytes_stay_in_the_buffer() {
    let kept = [("keeps-bad-bytes-until-they-parse", 0)];
    let joined = event("E_BADE_A", "p", "1");
    let b = lines(&[], &[B]).remove(0);
    assert_eq!(lines(&kept, &["E_BAD", A, B]), [joined, b]);
    assert!(lines(&kept, &["\n", A, B]).is_empty());

    let silent = [("goes-silent-after-a-malformed-datagram", 0)];
    assert!(lines(&silent, &["E_BAD", A, B]).is_empty());
}

const A: &str = "E_A\np::1\n\n";
const B: &str = "E_B\np::2\n\n";
const C: &str = "E_C\np::3\n\n";

/// Returns the lines that a listener with these faults writes for these datagrams.
fn lines(faults: &[(&str, usize)], datagrams: &[&str]) -> Vec<String> {
    let mut model = model(faults);
    let responses = datagrams
        .iter()
        .map(|datagram| model.receive(datagram.as_bytes()));
    let lines = responses.flat_map(|response| response.lines);
    lines.map(|line| String::from_utf8(line).unwrap()).collect()
}

/// Returns a listener with these faults. A fault without a number has 0.
fn model(faults: &[(&str, usize)]) -> Model {
    let instances: Vec<_> = faults
        .iter()
        .map(|(slug, number)| instance(slug, *number))
        .collect();
    Model::text(&instances)
}

fn instance(slug: &str, number: usize) -> FaultInstance {
    let mut faults = faults::text().iter().flat_map(|group| group.faults);
    let fault = faults.find(|fault| fault.slug == slug);
    FaultInstance {
        fault: fault.unwrap_or_else(|| panic!("there is no fault {slug}")),
        parameter: match number {
            0 => Parameter::None,
            number => Parameter::Number(number),
        },
    }
}

/// Returns the report of an event with one parameter.
fn event(event: &str, name: &str, value: &str) -> String {
    format!(r#"{{"event":"{event}","params":[{{"name":"{name}","value":"{value}"}}]}}"#)
}
