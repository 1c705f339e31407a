//! Tests of the text dialect with hand-picked cases: what decoding returns, what encoding writes,
//! and the errors with their offsets.

use event_datagram::text::{self, documented, sender};
use event_datagram::{
    EncodeError, Event, EventBuf, EventRef, MAX_DATAGRAM, Param, ParamBuf, UnwritableReason,
};

/// The name of a parameter, if it has one, and the value.
type Expected<'a> = (Option<&'a str>, &'a [u8]);

#[track_caller]
fn reads(body: &[u8], expected: &[Expected<'_>]) {
    let datagram = [b"E_TEST\n", body].concat();
    let event = text::decode(&datagram).expect("it has a name");
    let params: Vec<_> = event.params().map(ParamBuf::from).collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, value)| ParamBuf {
            name: name.map(Into::into),
            value: (*value).into(),
        })
        .collect();
    assert_eq!(params, expected);
}

#[track_caller]
fn rejects(datagram: &[u8], message: &str) {
    assert_eq!(text::decode(datagram).unwrap_err().to_string(), message);
    assert_eq!(
        documented::decode(datagram).unwrap_err().to_string(),
        message
    );
}

/// Asserts that the rulings accept the datagram, but the documented grammar does not.
#[track_caller]
fn forbids(datagram: &[u8], message: &str) {
    assert!(text::decode(datagram).is_ok());
    assert_eq!(
        documented::decode(datagram).unwrap_err().to_string(),
        message
    );
}

#[test]
fn names_end_at_the_first_separator() {
    reads(b"a::b::c\n\n", &[(Some("a"), b"b::c")]);
    reads(b"a:::b\n\n", &[(Some("a"), b":b")]);
    reads(b"a:b::c\n\n", &[(Some("a:b"), b"c")]);
    reads(b"a:b\n\n", &[(None, b"a:b")]);
    reads(b"::1\n\n", &[(None, b"::1")]);
    reads(b"::1::2\n\n", &[(None, b"::1::2")]);
    reads(b":::\n\n", &[(None, b":::")]);
    reads(b"a:\n:b\n\n", &[(None, b"a:"), (None, b":b")]);
    reads(b"a::", &[(Some("a"), b"")]);
    reads(b"a:", &[(None, b"a:")]);
}

#[test]
fn the_documented_grammar_forbids_more() {
    forbids(
        b"E'T\n\n",
        "event name holds a quote or carriage return, at byte 1",
    );
    forbids(
        b"E\nok::1\na\"b::c\n\n",
        "parameter name holds a quote or carriage return, at byte 9",
    );
    forbids(
        b"E\nok::1\nabc::c\r\n\n",
        "value outside quotes holds a quote or carriage return, at byte 14",
    );
    forbids(
        b"E\nit's\n\n",
        "value outside quotes holds a quote or carriage return, at byte 4",
    );
    forbids(
        b"E\na::b",
        "last parameter does not end with a line feed, at byte 6",
    );
    let long = [b"E\n".to_vec(), vec![b'a'; MAX_DATAGRAM - 1]].concat();
    forbids(
        &[&long[..], b"\n"].concat(),
        "datagram is longer than 65457 bytes, at byte 65457",
    );
    assert!(documented::decode(b"E\na::\"it's\r\n\\\"x\\\"\"\n\n").is_ok());
}

#[test]
fn empty_lines_are_parameters_but_for_the_last() {
    reads(b"", &[]);
    reads(b"\n", &[]);
    reads(b"\n\n", &[(None, b"")]);
    reads(b"a\n\nb\n\n", &[(None, b"a"), (None, b""), (None, b"b")]);
    reads(b"n::\n\n", &[(Some("n"), b"")]);
    reads(b"n::v\n", &[(Some("n"), b"v")]);
    reads(b"n::v", &[(Some("n"), b"v")]);
}

#[test]
fn dense_quotes_are_all_escaped() {
    for dense in 0..200 {
        for value in [
            format!("\n{}", "\"".repeat(dense)),
            format!("\n{}plain, and \"not\"", "\"a".repeat(dense)),
            format!("\"\"\"\"\"\n{}\"", "plain".repeat(dense)),
        ] {
            let event = EventBuf::new("E", [ParamBuf::unnamed(value.as_str())]);
            let mut datagram = Vec::new();
            sender::encode_to_vec(&event, &mut datagram).expect("it is short");
            let escaped = value.replace('"', "\\\"");
            assert_eq!(datagram, format!("E\n\"{escaped}\"\n\n").as_bytes());
        }
    }
}

#[test]
fn lines_of_any_length_are_followed_by_others() {
    for length in 0..200 {
        let line = vec![b'a'; length];
        reads(
            &[&line, &b"\nb::"[..], &line, b"\n::", &line, b"\nc\n\n"].concat(),
            &[
                (None, &line),
                (Some("b"), &line),
                (None, &[b"::", &line[..]].concat()),
                (None, b"c"),
            ],
        );
    }
}

#[test]
fn quoted_values_hold_lines() {
    reads(
        b"n::\"a\nb\"\nm::c\n\n",
        &[(Some("n"), b"a\nb"), (Some("m"), b"c")],
    );
    reads(b"\"a\nb::c\"\n\n", &[(None, b"a\nb::c")]);
    reads(b"\"a\n\n\nb\"", &[(None, b"a\n\n\nb")]);
    reads(
        b"n::\"\\\"a\\\"\n\\\\\"\\\"\"\n\n",
        &[(Some("n"), b"\"a\"\n\\\"\"")],
    );
    reads(b"n::\"a\\n\\t\n\"\n\n", &[(Some("n"), b"a\\n\\t\n")]);
    reads(
        b"\"x::y\nip::6.6.6.6\"\nm::c\n\n",
        &[(None, b"x::y\nip::6.6.6.6"), (Some("m"), b"c")],
    );
    reads(
        b"\"say \\\"hi\\\"\nip::6.6.6.6\"\n\n",
        &[(None, b"say \"hi\"\nip::6.6.6.6")],
    );
}

#[test]
fn quoted_values_may_end_in_a_backslash() {
    reads(b"n::\"a\nb\\\"\n\n", &[(Some("n"), b"a\nb\\")]);
    reads(b"\"a::b\nc\\\"", &[(None, b"a::b\nc\\")]);
    // The last quote that can close the value closes it.
    reads(
        b"\"a\nb\\\"\nc\\\"\nm::d\n\n",
        &[(None, b"a\nb\"\nc\\"), (Some("m"), b"d")],
    );
    // A quote without a backslash ends the search, and closes the value if it ends a line.
    reads(
        b"\"a\nb\\\"\nm::\"c\n\n",
        &[(None, b"a\nb\\"), (Some("m"), b"\"c")],
    );
    reads(b"\"a\nb\\\"\nm::\"\n\n", &[(None, b"a\nb\"\nm::")]);
    // The value does not close, because no line feed precedes the quote.
    reads(b"n::\"a\\\"\n\n", &[(Some("n"), b"\"a\\\"")]);
    reads(
        b"n::\"a\\\"\nm::b\n\n",
        &[(Some("n"), b"\"a\\\""), (Some("m"), b"b")],
    );
}

#[test]
fn values_quoted_on_one_line_keep_their_quotes() {
    reads(b"n::\"abc\"\n\n", &[(Some("n"), b"\"abc\"")]);
    reads(b"n::\"\"\n\n", &[(Some("n"), b"\"\"")]);
    reads(b"\"abc\"\n\n", &[(None, b"\"abc\"")]);
    reads(b"\"a::b\"\n\n", &[(Some("\"a"), b"b\"")]);
}

#[track_caller]
fn reads_by_grammar(body: &[u8], expected: Param<'_>) {
    let datagram = [b"E_TEST\n", body].concat();
    let event = documented::decode(&datagram).expect("it keeps to the grammar");
    assert!(event.params().eq([expected]));
}

#[test]
fn by_the_documented_grammar_quotes_enclose_a_value_on_one_line() {
    reads_by_grammar(b"n::\"abc\"\n\n", Param::named("n", "abc"));
    reads_by_grammar(b"n::\"\"\n\n", Param::named("n", ""));
    reads_by_grammar(b"n::\"a\\\"b\"\n\n", Param::named("n", "a\"b"));
    reads_by_grammar(b"\"abc\"\n\n", Param::unnamed("abc"));
    reads_by_grammar(b"\"ab::c\"\n\n", Param::unnamed("ab::c"));
    reads_by_grammar(b"n::\"a\nb\\\"\n\n", Param::named("n", "a\nb\\"));
}

#[test]
fn by_the_documented_grammar_no_other_quote_stands_in_quotes_without_a_backslash() {
    let message = "value outside quotes holds a quote or carriage return, at byte 5";
    forbids(b"E\nn::\"a\"b\"\n\n", message);
    forbids(b"E\nn::\"\"\"\n\n", message);
    forbids(b"E\nn::\"a\\\"\n\n", message);
}

#[test]
fn values_that_only_begin_like_quoted_ones_are_bare() {
    reads(
        b"n::\"Alice\" <sip:a@b>\n\n",
        &[(Some("n"), b"\"Alice\" <sip:a@b>")],
    );
    reads(b"n::\"\n\n", &[(Some("n"), b"\"")]);
    reads(b"n::\"\"\"\n\n", &[(Some("n"), b"\"\"\"")]);
    reads(
        b"n::\"a\nm::b\n\n",
        &[(Some("n"), b"\"a"), (Some("m"), b"b")],
    );
    reads(b"n::a\"b\nc\"\n\n", &[(Some("n"), b"a\"b"), (None, b"c\"")]);
}

#[test]
fn datagrams_without_a_name_are_rejected() {
    rejects(b"", "datagram is empty");
    rejects(
        b"E_TEST",
        "event name does not end with a line feed, at byte 6",
    );
    rejects(b"\n", "event name is empty, at byte 0");
    rejects(b"\n\n", "event name is empty, at byte 0");
}

#[track_caller]
fn writes(name: &str, params: &[Param<'_>], expected: &[u8]) {
    let mut datagram = Vec::new();
    sender::encode_to_vec(&EventRef::new(name, params), &mut datagram).expect("it is short");
    assert_eq!(
        datagram.escape_ascii().to_string(),
        expected.escape_ascii().to_string()
    );
}

#[test]
fn values_are_quoted_if_they_hold_a_line_feed() {
    writes(
        "E_TEST",
        &[Param::named("a", "b"), Param::unnamed("c")],
        b"E_TEST\na::b\nc\n\n",
    );
    writes("E_TEST", &[], b"E_TEST\n\n");
    writes("E", &[Param::named("a", "\"b\"")], b"E\na::\"b\"\n\n");
    writes("E", &[Param::named("a", "it's")], b"E\na::it's\n\n");
    writes("E", &[Param::named("a", "b\r")], b"E\na::b\r\n\n");
    writes(
        "E",
        &[Param::named("a", "b\n\"c\"\\")],
        b"E\na::\"b\n\\\"c\\\"\\\"\n\n",
    );
    writes(
        "E",
        &[Param::named("a", -42)],
        b"E\na::18446744073709551574\n\n",
    );
    writes("E", &[Param::named("", "v")], b"E\nv\n\n");
    writes("E\nF", &[], b"E\nF\n\n");
}

#[track_caller]
fn unwritable(param: Param<'_>, reason: UnwritableReason) {
    let params = [Param::named("ok", "1"), param, Param::named("last", "x\"")];
    let error = sender::check(&EventRef::new("E", &params)).expect_err("it does not survive");
    assert_eq!((error.param(), error.reason()), (Some(1), reason));
}

#[track_caller]
fn writable(param: Param<'_>) {
    assert_eq!(
        sender::check(&EventRef::new("E", &[param, Param::unnamed("")])),
        Ok(())
    );
}

#[test]
fn check_returns_whether_an_event_reads_back() {
    unwritable(Param::named("a::b", "v"), UnwritableReason::SeparatorInName);
    unwritable(Param::named("a:", "v"), UnwritableReason::SeparatorInName);
    unwritable(Param::named("a\n", "v"), UnwritableReason::LineFeedInName);
    unwritable(
        Param::unnamed("2001:db8::1"),
        UnwritableReason::SeparatorInUnnamedValue,
    );
    unwritable(
        Param::named("a", "b\nc\\"),
        UnwritableReason::BackslashBeforeClosingQuote,
    );
    unwritable(Param::named("\"a", "b"), UnwritableReason::ReadsAsQuoted);
    unwritable(Param::named("a", "\"abc"), UnwritableReason::ReadsAsQuoted);
    unwritable(Param::named("a", 5), UnwritableReason::Integer);

    writable(Param::named("a", "::1"));
    writable(Param::unnamed("::1"));
    writable(Param::unnamed("::1::2"));
    writable(Param::unnamed("a\nb::c"));
    writable(Param::unnamed("a::b\nc"));
    writable(Param::unnamed("::1\nc"));
    writable(Param::unnamed("a\nb\\"));
    writable(Param::named("a", "\"abc\""));
    writable(Param::named("\"a", "b\""));
    writable(Param::named("a b", "'c',\r\0\x7f\u{2028}"));
    writable(Param::named("a", "\"Alice\" <sip:alice@example.com>"));
    writable(Param::named("a", "\"abc"));
    writable(Param::named("a", "b\\\nc"));
}

#[test]
fn the_limit_is_kept_to_the_byte() {
    let frame = "E\nv::\n\n".len();
    for (length, fits) in [
        (MAX_DATAGRAM - frame, true),
        (MAX_DATAGRAM - frame + 1, false),
    ] {
        let event = EventBuf::new("E", [ParamBuf::named("v", vec![b'a'; length])]);
        let size = length + frame;
        let mut buffer = vec![0; size];
        let expected = if fits {
            Ok(size)
        } else {
            Err(EncodeError::TooLong {
                size,
                limit: MAX_DATAGRAM,
            })
        };
        assert_eq!(sender::encode(&event, &mut buffer), expected);
    }
    let mut buffer = *b"untouched";
    let error = sender::encode(&EventRef::new("E_TEST_LONG", &[]), &mut buffer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "datagram of 13 bytes does not fit into the buffer"
    );
    assert_eq!(&buffer, b"untouched");
}

#[test]
fn integers_are_written_as_unsigned() {
    for integer in near_powers_of_ten() {
        let expected = format!("E\nn::{}\n{}\n\n", integer as u64, integer as u64);
        let params = [Param::named("n", integer), Param::unnamed(integer)];
        writes("E", &params, expected.as_bytes());
    }
}

/// Returns integers of each length in digits, next to the powers of ten.
fn near_powers_of_ten() -> impl Iterator<Item = i64> {
    let powers = (0..19).map(|power| 10_i64.pow(power));
    let near = powers.flat_map(|power| [power - 1, power, power + 1]);
    near.flat_map(|integer| [integer, -integer]).chain([
        i64::MIN,
        i64::MIN + 1,
        i64::MAX - 1,
        i64::MAX,
    ])
}

#[test]
fn quotes_are_escaped_wherever_they_are() {
    for length in 1..=200 {
        for line_feed in [0, length / 2, length - 1] {
            for quote in 0..length {
                let mut value = vec![b'a'; length];
                value[quote] = b'"';
                value[length - quote - 1] = b'"';
                value[line_feed] = b'\n';
                let mut expected = b"E\n\"".to_vec();
                for byte in &value {
                    if *byte == b'"' {
                        expected.push(b'\\');
                    }
                    expected.push(*byte);
                }
                expected.extend(b"\"\n\n");
                writes("E", &[Param::unnamed(&value[..])], &expected);
            }
        }
    }
}

#[test]
fn vectors_are_appended_to_or_left_unchanged() {
    for length in (0..1200).chain([MAX_DATAGRAM - 7, MAX_DATAGRAM - 6, 20 * MAX_DATAGRAM]) {
        let value = vec![b'a'; length];
        let event = EventBuf::new("E", [ParamBuf::named("v", value)]);
        let size = sender::size(&event);
        let mut slice = vec![0; size];
        for capacity in [0, 600, 70_000] {
            let mut vector = Vec::with_capacity(capacity);
            vector.extend(b"before");
            let result = sender::encode_to_vec(&event, &mut vector);
            assert_eq!(result, sender::encode(&event, &mut slice));
            let (before, datagram) = vector.split_at(6);
            assert_eq!(before, b"before");
            match result {
                Ok(written) => assert_eq!((written, datagram), (size, &slice[..])),
                Err(error) => {
                    let limit = MAX_DATAGRAM;
                    assert_eq!(error, EncodeError::TooLong { size, limit });
                    assert_eq!(datagram, b"");
                    assert!(vector.capacity() <= capacity.max(2000), "{capacity}");
                }
            }
        }
    }
}

#[test]
fn encoding_writes_nothing_behind_the_datagram() {
    for event in [
        EventBuf::new("E", [ParamBuf::named("ip", "192.168.2.11")]),
        EventBuf::new(
            "E",
            [ParamBuf::named("", 5), ParamBuf::unnamed(&b"a\n\"b\""[..])],
        ),
        EventBuf::new(
            "E",
            [ParamBuf::named(
                "a",
                &b"0123456789\0abcdefghijklmnopqrstuvwxyz"[..],
            )],
        ),
    ] {
        let mut buffer = [0xa5; 256];
        let size = sender::encode(&event, &mut buffer).expect("it fits");
        let untouched = buffer[size..].iter().all(|byte| *byte == 0xa5);
        assert!(untouched, "{}", buffer.escape_ascii());
    }
}

#[test]
fn neither_decoding_nor_encoding_allocates() {
    let datagram =
        b"E_TEST\nip::192.168.2.11\nfrom::\"Alice\" <sip:a@b>\nextra::\"a \\\"b\\\"\nc\"\n\n";
    let mut buffer = [0; 256];
    let allocations = allocation_counter::measure(|| {
        let event = text::decode(datagram).expect("it has a name");
        assert_eq!(
            event.params().filter(|param| param.value != *b"").count(),
            3
        );
        assert_eq!(sender::check(&event), Ok(()));
        let size = sender::encode(&event, &mut buffer).expect("it fits");
        assert_eq!(&buffer[..size], datagram);
    });
    assert_eq!(allocations.count_total, 0);
}

#[test]
fn types_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<text::Decoded<'_>>();
    assert_send_sync::<text::DecodeError>();
    assert_send_sync::<EncodeError>();
    assert_send_sync::<EventBuf>();
}
