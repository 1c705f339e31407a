//! Tests that the reference decoders list the readings that the rulings admit, the preferred one
//! first.

use event_datagram::jsonrpc::MAX_DEPTH;
use event_datagram::{EventBuf, MAX_DATAGRAM, ParamBuf};
use event_datagram_oracle::reference::{Reading, jsonrpc, text};

fn event(params: &[ParamBuf]) -> Reading {
    Reading::Event(EventBuf::new("E", params.to_vec()))
}

#[track_caller]
fn text_reads(body: &[u8], expected: &[Reading]) {
    let datagram = [b"E\n", body].concat();
    let readings: Vec<_> = text::readings(&datagram).take(10).collect();
    assert_eq!(readings, expected, "{}", datagram.escape_ascii());
}

#[test]
fn text_has_a_reading_for_each_way_to_read_a_line() {
    text_reads(b"", &[event(&[])]);
    text_reads(b"a\n\n", &[event(&[ParamBuf::unnamed("a")])]);
    let plain = ParamBuf::named("a_b.c-1", "x::y");
    text_reads(b"a_b.c-1::x::y\n\n", &[event(&[plain])]);
    text_reads(
        b"\"a::b\"\n\n",
        &[
            event(&[ParamBuf::named("\"a", "b\"")]),
            event(&[ParamBuf::unnamed("\"a::b\"")]),
            event(&[ParamBuf::unnamed("a::b")]),
        ],
    );
    // In the list, the reading of the last parameter changes first.
    text_reads(
        b"\"a\"\nn::\"b\"\n\n",
        &[
            event(&[ParamBuf::unnamed("\"a\""), ParamBuf::named("n", "\"b\"")]),
            event(&[ParamBuf::unnamed("\"a\""), ParamBuf::named("n", "b")]),
            event(&[ParamBuf::unnamed("a"), ParamBuf::named("n", "\"b\"")]),
            event(&[ParamBuf::unnamed("a"), ParamBuf::named("n", "b")]),
        ],
    );
    text_reads(
        b"n::\"a\nb\"\n\n",
        &[event(&[ParamBuf::named("n", "a\nb")])],
    );
}

#[test]
fn text_may_be_rejected_without_its_last_line_feed_and_above_the_maximum() {
    text_reads(
        b"a",
        &[event(&[ParamBuf::unnamed("a")]), Reading::Rejection],
    );
    let frame = "E\n\n".len();
    for (size, may_reject) in [(MAX_DATAGRAM, false), (MAX_DATAGRAM + 1, true)] {
        let value = "a".repeat(size - frame);
        let mut expected = vec![event(&[ParamBuf::unnamed(&*value)])];
        expected.extend(may_reject.then_some(Reading::Rejection));
        text_reads(format!("{value}\n").as_bytes(), &expected);
    }
}

#[test]
fn text_admits_only_what_it_lists() {
    let admits = |reading: &Reading| text::admits(b"E\nn::\"a\"\n\n", reading);
    let plain = || ParamBuf::named("n", "a");
    assert!(admits(&event(&[plain()])));
    assert!(admits(&event(&[ParamBuf::named("n", "\"a\"")])));
    for params in [
        vec![],
        vec![ParamBuf::named("n", "b")],
        vec![ParamBuf::unnamed("a")],
        vec![plain(), plain()],
    ] {
        assert!(!admits(&event(&params)), "{params:?}");
    }
    let other_name = EventBuf::new("F", [plain()]);
    assert!(!admits(&Reading::Event(other_name)));
    assert!(!admits(&Reading::Rejection));
    assert!(text::admits(b"E\nn::a", &Reading::Rejection));
    assert!(text::admits(b"E", &Reading::Rejection));
    assert!(!text::admits(b"E", &event(&[])));
}

/// Lists the readings of an event without parameters.
fn json_readings(before: &str, members: &str, behind: &str) -> Vec<Reading> {
    let object = format!(r#"{before}{{"jsonrpc":"2.0","method":"E"{members}}}{behind}"#);
    jsonrpc::readings(object.as_bytes())
}

#[test]
fn json_in_surroundings_or_too_deep_is_rejected_or_an_event() {
    let is_event = [event(&[])];
    let is_rejected_first = [Reading::Rejection, event(&[])];
    assert_eq!(json_readings(" \r\n", "", "\t "), is_event);
    assert_eq!(json_readings("\u{feff}", "", "\n"), is_rejected_first);
    assert_eq!(json_readings("", "", "\0"), is_rejected_first);
    assert_eq!(json_readings("", "", " \n\0 \0\t"), is_rejected_first);
    // The object itself is one level.
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        json_readings("", &format!(r#","x":{open}"\"[{{"{close},"y":[{{}}]"#), "")
    };
    assert_eq!(nested(33), is_event);
    assert_eq!(nested(34), [event(&[]), Reading::Rejection]);
    assert_eq!(nested(MAX_DEPTH)[..1], is_event);
    assert_eq!(nested(MAX_DEPTH + 1), is_rejected_first);
}

#[test]
fn json_that_a_parser_may_refuse_is_an_event_or_rejected() {
    let may_be_rejected = [event(&[]), Reading::Rejection];
    for member in [r#","x":1e999"#, r#","x":"\ud800""#, r#","id":1"#] {
        assert_eq!(json_readings("", member, ""), may_be_rejected, "{member}");
    }
    let size = r#"{"jsonrpc":"2.0","method":"E"}"#.len();
    for (length, expected) in [
        (MAX_DATAGRAM, &may_be_rejected[..1]),
        (MAX_DATAGRAM + 1, &may_be_rejected[..]),
    ] {
        let space = " ".repeat(length - size);
        assert_eq!(json_readings("", "", &space), expected, "{length}");
    }
}
