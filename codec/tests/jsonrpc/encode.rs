//! Tests of what encoding writes and refuses.

use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::{
    EncodeError, EventBuf, EventRef, MAX_UNIX_DATAGRAM, Param, ParamBuf, UnwritableReason, Value,
    jsonrpc, text,
};

#[track_caller]
fn writes(name: &str, params: &[Param<'_>], rest: &str) {
    let event = EventRef::new(name, params);
    let mut newer = Vec::new();
    sender::encode_to_vec(Release::V3_4, &event, &mut newer).expect("it is short");
    assert_eq!(
        newer.escape_ascii().to_string(),
        format!("{{\"jsonrpc\":\"2.0\",{rest}")
            .as_bytes()
            .escape_ascii()
            .to_string()
    );
    let mut older = Vec::new();
    sender::encode_to_vec(Release::V3_1, &event, &mut older).expect("it is short");
    let rest = if params.is_empty() {
        rest.replace('}', ",\"params\":{}}")
    } else {
        rest.into()
    };
    assert_eq!(
        older.escape_ascii().to_string(),
        format!("{{\"id\":null,\"jsonrpc\":\"2.0\",{rest}")
            .as_bytes()
            .escape_ascii()
            .to_string()
    );
}

#[test]
fn the_first_parameter_decides_between_object_and_array() {
    let (named, empty, unnamed) = (
        Param::named("a", "1"),
        Param::named("", 2),
        Param::unnamed(Value::Null),
    );
    writes("E", &[], r#""method":"E"}"#);
    writes("E", &[named], r#""method":"E","params":{"a":"1"}}"#);
    writes(
        "E",
        &[named, unnamed, empty, named],
        r#""method":"E","params":{"a":"1","":null,"":2,"a":"1"}}"#,
    );
    writes(
        "E",
        &[empty, named],
        r#""method":"E","params":{"":2,"a":"1"}}"#,
    );
    writes(
        "E",
        &[unnamed, named, empty],
        r#""method":"E","params":[null,"1",2]}"#,
    );
}

#[test]
fn controls_and_quotes_are_escaped_and_nothing_else() {
    writes(
        "\"\\/\x08\x0c\n\r\t\x01\x0b\x1f\x7fé\u{2028}",
        &[],
        "\"method\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u000b\\u001f\x7fé\u{2028}\"}",
    );
    writes(
        "E\0F",
        &[Param::named("a\0b", "c\0d"), Param::named("\0", "\0")],
        r#""method":"E","params":{"a":"c","":""}}"#,
    );
    writes(
        "E",
        &[Param::named("min", i64::MIN), Param::named("max", i64::MAX)],
        r#""method":"E","params":{"min":-9223372036854775808,"max":9223372036854775807}}"#,
    );
    let event = EventBuf::new(b"\xff\"\xfe".to_vec(), []);
    let mut datagram = Vec::new();
    sender::encode_to_vec(Release::V3_4, &event, &mut datagram).expect("it is short");
    assert_eq!(
        datagram,
        b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\\\"\xfe\"}"
    );
}

#[test]
fn what_was_escaped_in_one_datagram_is_escaped_in_the_next() {
    let decoded =
        jsonrpc::decode(br#"{"method":"\u0000E","params":["\u0061\u000a\u0022\/\u0000b"]}"#);
    let event = decoded.expect("it is an event");
    let mut datagram = Vec::new();
    sender::encode_to_vec(Release::V3_4, &event, &mut datagram).expect("it is short");
    assert_eq!(
        datagram.escape_ascii().to_string(),
        br#"{"jsonrpc":"2.0","method":"","params":["a\n\"/"]}"#
            .escape_ascii()
            .to_string()
    );
    // An event that was decoded from JSON-RPC is checked for the text dialect: a colon that was an
    // escape is also part of a separator.
    let decoded = jsonrpc::decode(br#"{"method":"E","params":{"a\u003a:b":"\u003a:1"}}"#);
    let event = decoded.expect("it is an event");
    let error = text::sender::check(&event).expect_err("the name would end early");
    assert_eq!(error.reason(), UnwritableReason::SeparatorInName);
}

#[test]
fn values_with_escapes_are_quoted_as_text_only_if_they_hold_a_line_feed() {
    let decoded = jsonrpc::decode(br#"{"method":"E","params":["\"a\/b\"","\"a\n\u0062\""]}"#);
    let event = decoded.expect("it is an event");
    let mut datagram = Vec::new();
    text::sender::encode_to_vec(&event, &mut datagram).expect("it is short");
    assert_eq!(
        datagram.escape_ascii().to_string(),
        b"E\n\"a/b\"\n\"\\\"a\nb\\\"\"\n\n"
            .escape_ascii()
            .to_string()
    );
}

#[test]
fn check_returns_whether_an_event_reads_back() {
    let check = |name: &str, params: &[Param<'_>]| {
        let event = EventRef::new(name, params);
        sender::check(&event).map_err(|error| (error.param(), error.reason(), error.to_string()))
    };
    let unwritable = |name: &str, params: &[Param<'_>], index, reason, message: &str| {
        assert_eq!(
            check(name, params),
            Err((index, reason, message.to_string()))
        );
    };
    use UnwritableReason as Reason;
    unwritable(
        "E\0",
        &[],
        None,
        Reason::NulInEventName,
        "event name holds a NUL, which would end it",
    );
    unwritable(
        "E",
        &[Param::named("ok", "1"), Param::named("a\0", "1")],
        Some(1),
        Reason::NulInName,
        "parameter 2: name holds a NUL, which would end it",
    );
    unwritable(
        "E",
        &[Param::unnamed("\0")],
        Some(0),
        Reason::NulInValue,
        "parameter 1: value holds a NUL, which would end it",
    );
    unwritable(
        "E",
        &[
            Param::unnamed("1"),
            Param::unnamed(2),
            Param::named("a", "1"),
        ],
        Some(2),
        Reason::NameBehindUnnamed,
        "parameter 3: name would be lost, as the first parameter has none",
    );
    unwritable(
        "E",
        &[Param::named("", "1"), Param::unnamed(2)],
        Some(1),
        Reason::UnnamedBehindNamed,
        "parameter 2: name is missing and would read as empty, as the first parameter has one",
    );
    assert_eq!(check("", &[]), Ok(()));
    assert_eq!(
        check(
            "E\n\"",
            &[Param::named("", Value::Null), Param::named("a::", -1)]
        ),
        Ok(())
    );
    assert_eq!(
        check("E", &[Param::unnamed("\u{1}"), Param::unnamed("")]),
        Ok(())
    );
}

#[test]
fn the_limit_is_kept_to_the_byte() {
    let frame = "{\"jsonrpc\":\"2.0\",\"method\":\"E\",\"params\":[\"\"]}".len();
    for (length, fits) in [
        (MAX_UNIX_DATAGRAM - frame, true),
        (MAX_UNIX_DATAGRAM - frame + 1, false),
    ] {
        let event = EventBuf::new("E", [ParamBuf::unnamed(vec![b'a'; length])]);
        let size = length + frame;
        let mut buffer = vec![0; size];
        let result = sender::encode(Release::V3_4, &event, &mut buffer);
        if fits {
            assert_eq!(result, Ok(size));
            assert!(
                jsonrpc::decode(&buffer).is_ok_and(|back| EventBuf::from_event(&back) == event)
            );
        } else {
            let error = result.unwrap_err();
            let limit = MAX_UNIX_DATAGRAM;
            assert_eq!(error, EncodeError::TooLong { size, limit });
            assert_eq!(
                error.to_string(),
                "datagram would be 212960 bytes long, 212959 are the limit"
            );
        }
    }
    let mut buffer = *b"untouched";
    let error = sender::encode(Release::V3_1, &EventRef::new("E", &[]), &mut buffer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "datagram of 52 bytes does not fit into the buffer"
    );
    assert_eq!(&buffer, b"untouched");
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
        let size = sender::encode(Release::V3_4, &event, &mut buffer).expect("it fits");
        let untouched = buffer[size..].iter().all(|byte| *byte == 0xa5);
        assert!(untouched, "{}", buffer.escape_ascii());
    }
}

#[test]
fn integers_are_written_with_their_sign() {
    let powers = (0..19).map(|power| 10_i64.pow(power));
    let near = powers.flat_map(|power| [power - 1, power, power + 1]);
    let signed = near.flat_map(|integer| [integer, -integer]);
    for integer in signed.chain([i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]) {
        let event = EventBuf::new(
            "E",
            [ParamBuf::unnamed(integer), ParamBuf::unnamed(integer)],
        );
        let mut datagram = Vec::new();
        sender::encode_to_vec(Release::V3_4, &event, &mut datagram).expect("it is short");
        let params = format!("[{integer},{integer}]");
        let expected = format!(r#"{{"jsonrpc":"2.0","method":"E","params":{params}}}"#);
        assert_eq!(datagram, expected.as_bytes());
    }
}

#[test]
fn bytes_are_escaped_wherever_they_are() {
    let escapes = [
        ("\"", "\\\""),
        ("\\", "\\\\"),
        ("\x08", "\\b"),
        ("\x0c", "\\f"),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\x01", "\\u0001"),
        ("\x1f", "\\u001f"),
        ("\x7f", "\x7f"),
    ];
    for length in 0..200 {
        for ((byte, escape), at) in escapes.iter().cycle().zip(0..=length) {
            let (first, last) = ("a".repeat(at), "a".repeat(length - at));
            let event = EventBuf::new("E", [ParamBuf::unnamed(&*(first.clone() + byte + &last))]);
            let mut datagram = Vec::new();
            sender::encode_to_vec(Release::V3_4, &event, &mut datagram).expect("it is short");
            let expected =
                format!(r#"{{"jsonrpc":"2.0","method":"E","params":["{first}{escape}{last}"]}}"#);
            assert_eq!(datagram, expected.as_bytes());
            // A NUL ends the string.
            let with_nul = first.clone() + "\0" + &last + byte;
            let event = EventBuf::new("E", [ParamBuf::unnamed(&*with_nul)]);
            let mut buffer = [0xa5; 300];
            let size = sender::encode(Release::V3_4, &event, &mut buffer).expect("it fits");
            let expected = format!(r#"{{"jsonrpc":"2.0","method":"E","params":["{first}"]}}"#);
            assert_eq!(buffer[..size], *expected.as_bytes());
            assert!(buffer[size..].iter().all(|byte| *byte == 0xa5));
        }
    }
}

#[test]
fn vectors_are_appended_to_or_left_unchanged() {
    let lengths = (0..1200).chain([MAX_UNIX_DATAGRAM / 6, 2 * MAX_UNIX_DATAGRAM]);
    for (length, byte) in lengths.zip(b"a\n\x01".iter().cycle()) {
        let event = EventBuf::new("E", [ParamBuf::named("v", vec![*byte; length])]);
        let size = sender::size(Release::V3_1, &event);
        let mut slice = vec![0; size];
        let mut vector = b"before".to_vec();
        let result = sender::encode_to_vec(Release::V3_1, &event, &mut vector);
        assert_eq!(result, sender::encode(Release::V3_1, &event, &mut slice));
        let datagram = if result.is_ok() { &slice[..] } else { b"" };
        assert_eq!(result.is_ok(), size <= MAX_UNIX_DATAGRAM);
        assert_eq!(vector, [b"before", datagram].concat());
    }
}
