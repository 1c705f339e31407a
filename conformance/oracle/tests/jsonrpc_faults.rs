//! Tests of the models of faulty listeners of the JSON-RPC dialect, with one fault and with two.

#![cfg(feature = "faults")]

use std::collections::HashSet;

use event_datagram_oracle::faults::{
    self, End, Fault, FaultInstance, Model, Parameter, ParameterKind, Response,
};

/// Returns the fault with a slug and a parameter.
#[track_caller]
fn fault_with(slug: &str, parameter: Parameter) -> FaultInstance {
    let fault = faults()
        .find(|fault| fault.slug == slug)
        .expect("a fault has this slug");
    FaultInstance { fault, parameter }
}

#[track_caller]
fn fault(slug: &str) -> FaultInstance {
    fault_with(slug, Parameter::None)
}

fn faults() -> impl Iterator<Item = &'static Fault> {
    faults::jsonrpc().iter().flat_map(|group| group.faults)
}

/// Returns the lines of a model for datagrams.
#[track_caller]
fn lines(faults: &[&FaultInstance], datagrams: &[&str]) -> Vec<String> {
    let mut model = Model::jsonrpc(faults.iter().copied());
    let mut lines = Vec::new();
    for datagram in datagrams {
        let response = model.receive(datagram.as_bytes());
        assert_eq!(response.end, None);
        lines.extend(response.lines);
    }
    let text = |line| String::from_utf8(line).expect("a line is UTF-8");
    lines.into_iter().map(text).collect()
}

fn event(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","method":"E_TEST","params":{params}}}"#)
}

/// Returns an event with an unknown member that nests `levels` arrays.
fn nested(levels: usize) -> String {
    let (open, close) = ("[".repeat(levels), "]".repeat(levels));
    format!(r#"{{"method":"E_TEST","x":{open}{close}}}"#)
}

#[test]
fn without_a_fault_the_model_reads_an_event() {
    assert_eq!(
        lines(&[], &[&event(r#"{"a":"1","a":-1,"b":null}"#)]),
        [
            r#"{"event":"E_TEST","params":[{"name":"a","value":"1"},{"name":"a","value":-1},{"name":"b","value":null}]}"#
        ]
    );
}

#[test]
fn a_sorted_map_keeps_each_name_once() {
    assert_eq!(
        lines(
            &[&fault("keeps-a-sorted-map")],
            &[&event(r#"{"b":"1","a":"2","b":"3"}"#)]
        ),
        [r#"{"event":"E_TEST","params":[{"name":"a","value":"2"},{"name":"b","value":"3"}]}"#]
    );
}

#[test]
fn a_javascript_object_lists_integers_first() {
    assert_eq!(
        lines(
            &[&fault("keeps-a-javascript-object")],
            &[&event(r#"{"b":1,"10":2,"9":3,"09":4,"b":5}"#)]
        ),
        [
            r#"{"event":"E_TEST","params":[{"name":"9","value":3},{"name":"10","value":2},{"name":"b","value":5},{"name":"09","value":4}]}"#
        ]
    );
}

#[test]
fn a_pattern_finds_strings_and_leaves_their_escapes() {
    assert_eq!(
        lines(
            &[&fault("finds-members-by-pattern")],
            &[
                &event(r#"{"a":"\n","b":1,"c":"say \"hi\""}"#),
                r#"{"method":"E_CUT","a":"1"#,
                "{}",
            ]
        ),
        [
            r#"{"event":"E_TEST","params":[{"name":"a","value":"\\n"},{"name":"c","value":"say \\"}]}"#,
            r#"{"event":"E_CUT","params":[]}"#,
            r#"{"error":"there is no method"}"#,
        ]
    );
}

#[test]
fn a_listener_reports_only_the_names_that_it_knows() {
    let names = vec![b"E_A".to_vec(), b"E_B".to_vec()];
    let instance = fault_with("reports-only", Parameter::Names(names));
    assert_eq!(instance.sentence(), "reports no events but E_A, E_B");
    assert_eq!(
        lines(
            &[&instance],
            &[r#"{"method":"E_B"}"#, r#"{"method":"E_C"}"#]
        ),
        [
            r#"{"event":"E_B","params":[]}"#,
            r#"{"error":"unknown event"}"#
        ]
    );
}

#[test]
fn numbers_are_written_as_other_languages_do() {
    let datagram = event("[1,-1,1234567,99999999]");
    let values = |slug| lines(&[&fault(slug)], &[&datagram]);
    assert_eq!(
        values("writes-large-numbers-with-exponents"),
        [
            r#"{"event":"E_TEST","params":[{"value":1.0},{"value":-1.0},{"value":1234567.0},{"value":9.9999999E7}]}"#
        ]
    );
    assert_eq!(
        values("writes-six-digits"),
        [
            r#"{"event":"E_TEST","params":[{"value":1},{"value":-1},{"value":1.23457e+06},{"value":1e+08}]}"#
        ]
    );
}

#[test]
fn faults_of_one_step_show_together() {
    let pairs = [
        (
            ["trims-values", "null-becomes-none"],
            r#"["a ",null]"#,
            r#"[{"value":"a"},{"value":"None"}]"#,
        ),
        (
            ["takes-any-escape", "surrogates-become-replacements"],
            r#"["\q\ud83d\udcde"]"#,
            "[{\"value\":\"q\u{fffd}\u{fffd}\"}]",
        ),
        (
            ["takes-apostrophes", "takes-backquotes"],
            "['a',`b`]",
            r#"[{"value":"a"},{"value":"b"}]"#,
        ),
        (
            ["drops-null", "keeps-the-first-of-a-name"],
            r#"{"a":"1","b":null,"a":"2"}"#,
            r#"[{"name":"a","value":"1"}]"#,
        ),
    ];
    for (slugs, params, expected) in pairs {
        let [first, second] = slugs.map(fault);
        for faults in [[&first, &second], [&second, &first]] {
            assert_eq!(
                lines(&faults, &[&event(params)]),
                [format!("{{\"event\":\"E_TEST\",\"params\":{expected}}}")]
            );
        }
    }
}

#[test]
fn both_of_two_limits_hold() {
    let limit = |slug, number| fault_with(slug, Parameter::Number(number));
    let few = limit("keeps-at-most", 1);
    let many = limit("keeps-at-most", 2);
    for faults in [[&few, &many], [&many, &few]] {
        assert_eq!(
            lines(&faults, &[&event("[1,2,3]")]),
            [r#"{"event":"E_TEST","params":[{"value":1}]}"#]
        );
    }

    let rejects = limit("rejects-deep-nesting", 30);
    let dies = limit("dies-of-deep-nesting", 1000);
    for faults in [[&rejects, &dies], [&dies, &rejects]] {
        assert_eq!(
            lines(&faults, &[&nested(29), &nested(2000)]),
            [
                r#"{"event":"E_TEST","params":[]}"#,
                r#"{"error":"nested too deep"}"#
            ]
        );
    }
    let dies_early = limit("dies-of-deep-nesting", 10);
    for faults in [[&dies_early, &dies], [&dies, &dies_early]] {
        let response = Model::jsonrpc(faults).receive(nested(20).as_bytes());
        assert_eq!(response.end, Some(End::Crash));
    }
    assert_eq!(
        lines(&[&dies], &[&nested(900)]),
        [r#"{"event":"E_TEST","params":[]}"#]
    );
}

#[test]
fn a_fault_of_texts_does_not_hide_one_of_the_socket() {
    let changes = fault("finds-members-by-pattern");
    let dies = fault("dies-of-empty-datagrams");
    for faults in [[&changes, &dies], [&dies, &changes]] {
        assert_eq!(Model::jsonrpc(faults).receive(b"").end, Some(End::Crash));
    }
}

#[test]
fn bytes_that_are_kept_go_before_the_next_datagram() {
    let datagrams = [
        r#"{"method":"E_A""#,
        r#"{"method":"E_B"}"#,
        "{}",
        "{}",
        "{}",
    ];
    let is_error = |slug| {
        let lines = lines(&[&fault(slug)], &datagrams);
        lines
            .iter()
            .map(|line| line.contains("neither"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        is_error("keeps-bad-bytes"),
        [true, true, true, false, false]
    );
    assert_eq!(is_error("keeps-bad-bytes-for-ever"), [true; 5]);
}

#[test]
fn a_listener_that_fell_silent_stays_silent() {
    let mut model = Model::jsonrpc([&fault("falls-silent-at-malformed-json")]);
    for datagram in ["{", r#"{"method":"E_A"}"#] {
        let silence = Response {
            lines: Vec::new(),
            end: None,
        };
        assert_eq!(model.receive(datagram.as_bytes()), silence);
    }
}

#[test]
fn every_second_report_is_held_back() {
    let datagrams = ["1", "2", "3", "4", "5"].map(|name| format!(r#"{{"method":"{name}"}}"#));
    let datagrams = datagrams.each_ref().map(String::as_str);
    let lines = lines(&[&fault("holds-every-second-report-back")], &datagrams);
    let names: String = lines
        .iter()
        .filter_map(|line| line.chars().nth(10))
        .collect();
    assert_eq!(names, "13254");
}

#[test]
fn no_fault_needs_a_large_stack() {
    let deep = [
        nested(30_000),
        event(&format!("{}1", "{\"a\":".repeat(8000))),
        "[{".repeat(20_000),
    ];
    for instance in faults().flat_map(instances) {
        let mut model = Model::jsonrpc([&instance]);
        for datagram in &deep {
            model.receive(datagram.as_bytes());
        }
    }
}

/// Returns instances of a fault with common and with extreme parameters.
fn instances(fault: &'static Fault) -> Vec<FaultInstance> {
    let parameters = match fault.parameter() {
        ParameterKind::None => vec![Parameter::None],
        ParameterKind::Number(common) => [0, 1, 20_000, usize::MAX]
            .iter()
            .chain(common)
            .copied()
            .map(Parameter::Number)
            .collect(),
        ParameterKind::EventNames | ParameterKind::ParamNames => vec![Parameter::Names(Vec::new())],
    };
    parameters
        .into_iter()
        .map(|parameter| FaultInstance { fault, parameter })
        .collect()
}

#[test]
fn faults_have_plain_slugs_and_sentences() {
    let mut slugs = HashSet::new();
    for Fault {
        slug,
        sentence,
        requirement,
        ..
    } in faults()
    {
        assert!(slugs.insert(slug), "{slug} is there twice");
        assert!(sentence.chars().count() <= 120, "{slug}: {sentence}");
        assert!(
            !sentence.ends_with('.') && !sentence.contains('\n'),
            "{slug}: {sentence}"
        );
        assert!(
            sentence.starts_with(|c: char| c.is_ascii_lowercase()),
            "{slug}: {sentence}"
        );
        assert!(requirement.starts_with(['J', 'T']), "{slug}: {requirement}");
    }
}
