//! Tests of the models of listeners that misread names, separators and quotes in the text dialect.

#![cfg(feature = "faults")]

use event_datagram_oracle::faults::{self, End, Fault, FaultInstance, Model, Parameter};

/// Checks the reports of a listener with these faults, injected in this order.
#[track_caller]
fn assert_reports(faults: &[&str], datagram: &str, expected: &[&str]) {
    let instances: Vec<_> = faults.iter().map(|name| common(name)).collect();
    let response = Model::text(&instances).receive(datagram.as_bytes());
    let lines = response.lines.into_iter();
    let lines: Vec<_> = lines
        .map(|line| String::from_utf8(line).expect("a report of UTF-8"))
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(response.end, None);
}

/// Checks the parameters in the only report of a listener with these faults, injected in either
/// order.
#[track_caller]
fn assert_both_show(faults: [&str; 2], datagram: &str, params: &str) {
    let [first, second] = faults;
    let report = format!(r#"{{"event":"E_TEST","params":[{params}]}}"#);
    assert_reports(&[first, second], datagram, &[&report]);
    assert_reports(&[second, first], datagram, &[&report]);
}

/// Returns the common instance of this name.
fn common(name: &str) -> FaultInstance {
    all()
        .flat_map(FaultInstance::common)
        .find(|instance| instance.name() == name)
        .unwrap_or_else(|| panic!("there is no fault {name}"))
}

fn all() -> impl Iterator<Item = &'static Fault> {
    faults::text().iter().flat_map(|group| group.faults)
}

/// Returns a listener that reports only these events.
fn reports_only(names: &[&str]) -> FaultInstance {
    FaultInstance {
        fault: all()
            .find(|fault| fault.slug == "reports-only")
            .expect("there is such a fault"),
        parameter: Parameter::Names(names.iter().map(|name| (*name).into()).collect()),
    }
}

#[test]
fn line_ends() {
    assert_reports(
        &["stops-at-first-blank-line"],
        "E_TEST\na::1\n \nb::2\n\n",
        &[r#"{"event":"E_TEST","params":[{"name":"a","value":"1"}]}"#],
    );
    assert_reports(
        &["splits-with-splitlines"],
        "E_TEST\na::1\u{2028}2\r\n\n",
        &[r#"{"event":"E_TEST","params":[{"name":"a","value":"1"},{"value":"2"}]}"#],
    );
}

#[test]
fn separators() {
    assert_reports(
        &["splits-with-strtok"],
        "E_TEST\nuri::sip:a@b\nempty::\n::1\n\n",
        &[concat!(
            r#"{"event":"E_TEST","params":[{"name":"uri","value":"sip"},"#,
            r#"{"name":"empty","value":""},{"value":"1"}]}"#
        )],
    );
    assert_reports(
        &["takes-the-last-piece"],
        "E_TEST\np::a::b::c\nd\n\n",
        &[r#"{"event":"E_TEST","params":[{"name":"p","value":"c"},{"value":"d"}]}"#],
    );
    assert_reports(
        &["drops-lines-that-match-no-pattern"],
        "E_TEST\na::1\nb\nc-d::2\n\n",
        &[r#"{"event":"E_TEST","params":[{"name":"a","value":"1"}]}"#],
    );
}

#[test]
fn names_are_cut() {
    let event = format!("E_{}", "N".repeat(300));
    assert_reports(
        &["cuts-event-names-at-63", "cuts-names-at-255"],
        &format!("{event}\n{event}::1\n\n"),
        &[&format!(
            r#"{{"event":"{}","params":[{{"name":"{}","value":"1"}}]}}"#,
            &event[..63],
            &event[..255]
        )],
    );
}

#[test]
fn words_of_a_shell() {
    assert_reports(
        &["splits-like-a-shell"],
        "E_TEST\np::\"Alice\" <sip:a>\nq::\"a\nsay \\\"b\\\"\"\n\n",
        &[concat!(
            r#"{"event":"E_TEST","params":[{"name":"p","value":"Alice"},{"value":"<sip:a>"},"#,
            r#"{"name":"q","value":"a\nsay \"b\""}]}"#
        )],
    );
    assert_reports(
        &["splits-like-a-shell"],
        "E_TEST\np::it's\n\n",
        &[r#"{"error":"there is no line feed"}"#],
    );
}

#[test]
fn other_events_are_dropped_silently() {
    let mut model = Model::text([&reports_only(&["E_TEST", "E_OTHER"])]);
    let mut lines = |datagram: &[u8]| model.receive(datagram).lines;
    assert_eq!(lines(b"E_TEST\n\n"), [br#"{"event":"E_TEST","params":[]}"#]);
    assert!(lines(b"E_TESTS\n\n").is_empty());
    assert_eq!(lines(b"E_TEST"), [br#"{"error":"there is no line feed"}"#]);
}

#[test]
fn a_sentence_lists_the_names() {
    assert_eq!(
        reports_only(&["E_TEST", "E_OTHER"]).sentence(),
        "reports only these events: E_TEST, E_OTHER"
    );
}

#[test]
fn ends() {
    let mut model = Model::text([&common("takes-event-names-for-commands")]);
    assert_eq!(model.receive(b"quit\n\n").end, Some(End::Exit));
    let mut model = Model::text([&common("starts-over-for-ever")]);
    let response = model.receive(b"E_TEST\np::\"a\\\n\n");
    assert_eq!((response.lines.len(), response.end), (0, Some(End::Hang)));
}

#[test]
fn changes_of_quoted_values_combine() {
    let datagram = "E_TEST\np::\" a\n\\\"b\\\\n\"\n\n";
    assert_both_show(
        ["leaves-escapes-in", "splits-lines-first"],
        datagram,
        r#"{"name":"p","value":" a \\\"b\\\\n"}"#,
    );
    assert_both_show(
        ["unescapes-as-c", "trims-quoted-values"],
        datagram,
        r#"{"name":"p","value":"a\n\"b\\n"}"#,
    );
}

#[test]
fn searches_for_quotes_combine() {
    // For the faulty listener, two backslashes do not escape the quote after `a`, and one backslash
    // escapes the quote after `b`.
    assert_both_show(
        [
            "counts-backslashes",
            "reads-a-value-with-a-backslash-at-the-end-line-by-line",
        ],
        "E_TEST\na::\"1\n\\\\\"\nb::\"2\n\\\"\n\n",
        concat!(
            r#"{"name":"a","value":"1\n\\\\"},"#,
            r#"{"name":"b","value":"\"2"},{"value":"\\\""}"#
        ),
    );
}

#[test]
fn searches_for_separators_combine() {
    assert_both_show(
        [
            "splits-at-equals-signs",
            "takes-runs-of-colons-for-one-separator",
        ],
        "E_TEST\na=1\np:::2\n\n",
        r#"{"name":"a","value":"1"},{"name":"p","value":"2"}"#,
    );
    assert_both_show(
        ["splits-lines-at-tabs", "splits-values-at-commas"],
        "E_TEST\np::1,2\t3\n\n",
        r#"{"name":"p","value":"1"},{"value":"2"},{"value":"3"}"#,
    );
}
