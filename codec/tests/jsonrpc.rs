//! The JSON-RPC dialect by hand-picked cases: what decoding gives, what encoding writes, which
//! errors come where.

use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::jsonrpc::{self, DecodeErrorKind, MAX_DEPTH};
use event_datagram::{
    EncodeError, EventBuf, EventRef, MAX_UNIX_DATAGRAM, Param, ParamBuf, UnwritableReason, Value,
    text,
};

#[track_caller]
fn reads(datagram: impl AsRef<[u8]>, name: &str, params: &[Param<'_>]) {
    let datagram = datagram.as_ref();
    let event = match jsonrpc::decode(datagram) {
        Ok(event) => event,
        Err(error) => panic!("{}: {error}", datagram.escape_ascii()),
    };
    assert_eq!(
        EventBuf::from_event(&event),
        EventBuf::from_event(&EventRef::new(name, params)),
        "{}",
        datagram.escape_ascii()
    );
}

/// Reads `params` as a member of an object that is good otherwise.
#[track_caller]
fn reads_params(params: impl AsRef<[u8]>, expected: &[Param<'_>]) {
    let object = [b"{\"method\":\"E\",\"params\":", params.as_ref(), b"}"].concat();
    reads(object, "E", expected);
}

#[track_caller]
fn rejects(datagram: impl AsRef<[u8]>, message: &str) {
    let datagram = datagram.as_ref();
    match jsonrpc::decode(datagram) {
        Ok(event) => panic!("{} is read as {event:?}", datagram.escape_ascii()),
        Err(error) => assert_eq!(error.to_string(), message, "{}", datagram.escape_ascii()),
    }
}

#[test]
fn members_stand_in_any_order_with_white_space_anywhere() {
    let params = [Param::named("ip", "::1")];
    reads(
        r#"{"jsonrpc":"2.0","method":"E","params":{"ip":"::1"}}"#,
        "E",
        &params,
    );
    reads(
        r#"{"params":{"ip":"::1"},"method":"E","jsonrpc":"2.0","id":null}"#,
        "E",
        &params,
    );
    reads(
        "\r\n\t {\t\"method\" :\n\"E\" , \"params\" : { \"ip\" : \"::1\" } \r} \n",
        "E",
        &params,
    );
    reads_params("\t[ 1 ,\r\n-2 ] ", &[Param::unnamed(1), Param::unnamed(-2)]);
    // A name is its characters, however they are written.
    reads(r#"{"m\u0065thod":"\u0045"}"#, "E", &[]);
    reads(
        r#"{"x":{"method":"F"},"method":"E","params":[],"y":[[1.5e-3,true],{"a":[]},"\ud800",{}]}"#,
        "E",
        &[],
    );
}

#[test]
fn parameters_have_names_in_an_object_and_none_in_an_array() {
    reads(r#"{"method":"E"}"#, "E", &[]);
    reads_params("{}", &[]);
    reads_params("[ ]", &[]);
    reads_params("null", &[]);
    reads_params(
        r#"{"a":"1","":"2","a":"3","":null}"#,
        &[
            Param::named("a", "1"),
            Param::named("", "2"),
            Param::named("a", "3"),
            Param::named("", Value::Null),
        ],
    );
    reads_params(
        r#"["a",0,null,""]"#,
        &[
            Param::unnamed("a"),
            Param::unnamed(0),
            Param::unnamed(Value::Null),
            Param::unnamed(""),
        ],
    );
}

#[test]
fn integers_are_exact_and_no_strings() {
    let integers = [
        ("-0", 0),
        ("-1", -1),
        ("9007199254740993", 9_007_199_254_740_993),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ];
    for (text, integer) in integers {
        reads_params(format!("[{text}]"), &[Param::unnamed(integer)]);
        reads_params(format!("[\"{text}\"]"), &[Param::unnamed(text)]);
    }
}

#[test]
fn strings_are_unescaped_and_else_left_alone() {
    let unescaped: &[(&[u8], &[u8])] = &[
        (br#"\"\\\/\b\f\n\r\t"#, b"\"\\/\x08\x0c\n\r\t"),
        (br"\u00e9\u00E9\u20ac", "éé€".as_bytes()),
        (br"\ud83d\ude00\uD83D\uDE00!", "😀😀!".as_bytes()),
        (
            br"\uffff\u0000\uDBFF\uDFFF",
            "\u{ffff}\0\u{10ffff}".as_bytes(),
        ),
        (br"\\u00e9\\\\n", br"\u00e9\\n"),
        (b"\xff\\n\xc3\x80\xfe\x7f", b"\xff\n\xc3\x80\xfe\x7f"),
        (b" NaN :: {\\\"a\\\":1} ", b" NaN :: {\"a\":1} "),
    ];
    for (written, content) in unescaped {
        let params = [Param::named(*content, *content), Param::named("", "")];
        reads_params(
            [b"{\"", *written, b"\":\"", written, b"\",\"\":\"\"}"].concat(),
            &params,
        );
    }
    reads("{\"method\":\"\\u20aca\"}", "€a", &[]);
}

#[test]
fn escapes_and_closing_quotes_are_found_at_every_offset() {
    let parts = [
        ("", ""),
        (r"\n", "\n"),
        (r#"\""#, "\""),
        (r"\\", "\\"),
        (r#"\\\""#, "\\\""),
        (r"\u00e9", "é"),
        (r"\ud83d\ude00", "😀"),
    ];
    for before in 0..=64 {
        for (first, second) in parts
            .iter()
            .flat_map(|first| parts.map(|second| (first, second)))
        {
            for between in [0, 58, 63, 64, 130] {
                let [before, between] = [before, between].map(|length| "a".repeat(length));
                let value = |first, second| [before.as_str(), first, &between, second].concat();
                reads_params(
                    format!(r#"{{"b":"{}","":"c"}}"#, value(first.0, second.0)),
                    &[
                        Param::named("b", value(first.1, second.1).as_str()),
                        Param::named("", "c"),
                    ],
                );
            }
        }
    }
}

#[test]
fn what_is_wrong_in_a_string_is_found_at_every_offset() {
    for place in 0..=200 {
        for escape in ["", "\\n", "\\\"", "\\u0041"] {
            let good = format!("{{\"method\":\"{escape}{}", "a".repeat(place));
            let wrong = |part, message| {
                rejects(
                    format!("{good}{part}\"}}"),
                    &format!("{message}, at byte {}", good.len()),
                );
            };
            wrong("\n", "string holds a control character that is not escaped");
            wrong("\\v", "string holds an escape that is none of JSON's");
            wrong("\\u00 0", "string holds an escape that is none of JSON's");
            wrong("\\ud83d", "string holds half of a surrogate pair");
            for cut in ["", "\\", "\\u00e"] {
                let cut = [&good, cut].concat();
                let message = "datagram ends inside its JSON object, at byte";
                rejects(&cut, &format!("{message} {}", cut.len()));
            }
        }
    }
}

#[test]
fn what_listeners_may_refuse_is_read() {
    reads(r#"{"method":""}"#, "", &[]);
    reads(r#"{"jsonrpc":"1.0","id":7,"method":"E"}"#, "E", &[]);
    reads(
        r#"{"jsonrpc":{},"id":[],"method":1,"params":7,"method":"E","params":[1],"params":{"a":1}}"#,
        "E",
        &[Param::named("a", 1)],
    );
}

#[test]
fn what_is_no_object_is_rejected() {
    rejects("", "datagram is empty");
    rejects(" ", "datagram is not a JSON object, at byte 1");
    rejects("E_TEST\n\n", "datagram is not a JSON object, at byte 0");
    rejects(" \"{}\"", "datagram is not a JSON object, at byte 1");
    rejects("\0", "datagram is not a JSON object, at byte 0");
    rejects(
        r#" [{"method":"E"}]"#,
        "datagram is a batch, not one call, at byte 1",
    );
    rejects(
        "\u{feff}{\"method\":\"E\"}",
        "datagram begins with a byte order mark, at byte 0",
    );
    let trailing = "bytes follow the JSON object, at byte 15";
    rejects(r#"{"method":"E"} {}"#, trailing);
    rejects("{\"method\":\"E\"}\n\0", trailing);
    rejects("{\"method\":\"E\"} }", trailing);
}

#[test]
fn what_is_no_json_is_rejected_where_it_goes_wrong() {
    let name = "a member's name in quotes is missing, at byte";
    rejects("{method:\"E\"}", &format!("{name} 1"));
    rejects(r#"{"method":"E",}"#, &format!("{name} 14"));
    rejects(r#"{,}"#, &format!("{name} 1"));
    rejects(r#"{"x":{1:2}}"#, &format!("{name} 6"));
    let colon = "a colon is missing behind a member's name, at byte";
    rejects(r#"{"method" "E"}"#, &format!("{colon} 10"));
    rejects(r#"{"method"}"#, &format!("{colon} 9"));
    let value = "a value is missing, or is none of JSON's, at byte";
    rejects(r#"{"method":}"#, &format!("{value} 10"));
    rejects(r#"{"x":NaN}"#, &format!("{value} 5"));
    rejects(r#"{"x":'y'}"#, &format!("{value} 5"));
    rejects(r#"{"x":nil}"#, &format!("{value} 5"));
    rejects(r#"{"x":[1,]}"#, &format!("{value} 8"));
    rejects(r#"{"x":+1}"#, &format!("{value} 5"));
    let comma = "a comma or closing bracket is missing behind a value, at byte";
    rejects(r#"{"x":1 "y":2}"#, &format!("{comma} 7"));
    rejects(r#"{"x":[1}]}"#, &format!("{comma} 7"));
    rejects(r#"{"x":{"y":1]}}"#, &format!("{comma} 11"));
    rejects(r#"{"x":truest}"#, &format!("{comma} 9"));
    rejects(r#"{"params":[1}}"#, &format!("{comma} 12"));
    let number = "number is not written as in JSON, at byte";
    rejects(r#"{"x":01}"#, &format!("{number} 6"));
    rejects(r#"{"x":-00}"#, &format!("{number} 7"));
    rejects(r#"{"x":-a}"#, &format!("{number} 6"));
    rejects(r#"{"x":1.}"#, &format!("{number} 7"));
    rejects(r#"{"x":1.e1}"#, &format!("{number} 7"));
    rejects(r#"{"x":1e+}"#, &format!("{number} 8"));
    let control = "string holds a control character that is not escaped, at byte";
    rejects("{\"method\":\"E\n\"}", &format!("{control} 12"));
    rejects("{\"12345678\0\":1}", &format!("{control} 10"));
    let escape = "string holds an escape that is none of JSON's, at byte";
    rejects(r#"{"x":"\x"}"#, &format!("{escape} 6"));
    rejects(r#"{"x":"a\u12g4"}"#, &format!("{escape} 7"));
    rejects(r#"{"x":"\u+123"}"#, &format!("{escape} 6"));
    rejects(r#"{"x":"\ud800\u12"}"#, &format!("{escape} 12"));
}

#[test]
fn what_tells_no_event_is_rejected() {
    rejects("{}", "object has no method, at byte 1");
    rejects(
        r#"{"params":[true],"Method":"E"} "#,
        "object has no method, at byte 29",
    );
    for method in ["null", "7", "[\"E\"]", "{}", "true"] {
        rejects(
            format!("{{\"method\":{method},\"params\":7}}"),
            "method is not a string, at byte 10",
        );
    }
    rejects(
        r#"{"method":"E","method":null}"#,
        "method is not a string, at byte 23",
    );
    let params = |params: &str, message: &str| {
        rejects(
            format!("{{\"method\":\"E\",\"params\":{params}}}"),
            &format!("{message}, at byte 26"),
        );
    };
    for scalar in ["   7", "   \"a\"", "   true", "   -1.5"] {
        params(scalar, "params are neither an object nor an array");
    }
    params(
        "[0,true,[]]",
        "value is a boolean, not a string, integer or null",
    );
    params(
        "[0,false]",
        "value is a boolean, not a string, integer or null",
    );
    let nested = "value is an array or object, not a string, integer or null";
    params("[0,[],true]", nested);
    params("[0,{\"a\":[{}]}]", nested);
    let fraction = "number has a fraction or exponent, and is no integer";
    params("[0,1.0]", fraction);
    params("[0,-2e3]", fraction);
    params("[0,0.5]", fraction);
    params("[0,-0e0]", fraction);
    let large = "integer does not fit into 64 bits";
    params("[0,9223372036854775808]", large);
    params("[0,-9223372036854775809]", large);
    params(&format!("[0,{}]", "9".repeat(50_000)), large);
    let lone = "string holds half of a surrogate pair";
    params(r#"["a\ud800"]"#, lone);
    params(r#"{"a\udc00":1}"#, lone);
}

#[test]
fn half_a_surrogate_pair_matters_only_where_it_is_looked_at() {
    let lone = |datagram: &str, offset: usize| {
        let error = jsonrpc::decode(datagram.as_bytes()).expect_err("it stands for nothing");
        assert_eq!(
            (error.kind(), error.offset()),
            (DecodeErrorKind::LoneSurrogate, offset)
        );
    };
    lone(r#"{"method":"\ud800"}"#, 11);
    lone(r#"{"method":"E","params":["a\udfff"]}"#, 26);
    lone(r#"{"method":"E","params":{"\ud83d\u0041":1}}"#, 25);
    lone(r#"{"method":"E","params":["\ud83d\ud83d\ude00"]}"#, 25);
    reads(
        r#"{"method":"E","\ud800":"\ud800","x":{"\udc00":1}}"#,
        "E",
        &[],
    );
    // Up to the half, this is a name that matters.
    reads(r#"{"method":"E","method\ud800":"X"}"#, "E", &[]);
}

/// A datagram that ends too early is told so, wherever it ends.
#[test]
fn cut_short_anywhere() {
    let whole = br#" {"x":[true,false,null,{"y":-1.5e+3,"z":{}}],"method":"\ud83d\ude00\n","params":{"a":-12}}"#;
    assert!(jsonrpc::decode(whole).is_ok());
    for end in 2..whole.len() {
        let error = jsonrpc::decode(&whole[..end]).expect_err("it is not whole");
        assert_eq!(
            (error.kind(), error.offset()),
            (DecodeErrorKind::CutShort, end),
            "{}",
            whole[..end].escape_ascii()
        );
    }
}

#[test]
fn brackets_go_so_deep_and_no_deeper() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| {
            let inner = if open == "[" { "" } else { "1" };
            [&open.repeat(depth), inner, &close.repeat(depth)].concat()
        };
        let ignored = |depth| format!("{{\"method\":\"E\",\"x\":{}}}", nested(depth));
        reads(ignored(MAX_DEPTH - 1), "E", &[]);
        let offset = 18 + open.len() * (MAX_DEPTH - 1);
        rejects(
            ignored(MAX_DEPTH),
            &format!("brackets lie deeper than 128, at byte {offset}"),
        );
        let value = |depth| format!("{{\"method\":\"E\",\"params\":[{}]}}", nested(depth));
        rejects(
            value(MAX_DEPTH - 2),
            "value is an array or object, not a string, integer or null, at byte 24",
        );
        let offset = 24 + open.len() * (MAX_DEPTH - 2);
        rejects(
            value(MAX_DEPTH - 1),
            &format!("brackets lie deeper than 128, at byte {offset}"),
        );
        // A bomb costs no more than the way to the limit.
        rejects(
            format!("{{\"x\":{}", open.repeat(100_000)),
            &format!(
                "brackets lie deeper than 128, at byte {}",
                5 + open.len() * (MAX_DEPTH - 1)
            ),
        );
    }
}

#[test]
fn many_members_are_all_told() {
    let members: Vec<_> = (0..100_000)
        .map(|index| format!("\"{index}\":{index}"))
        .collect();
    let datagram = format!("{{\"params\":{{{}}},\"method\":\"E\"}}", members.join(","));
    let event = jsonrpc::decode(datagram.as_bytes()).expect("it is an event");
    let mut params = event.params().enumerate();
    assert!(params.all(|(index, param)| {
        param == Param::named(index.to_string().as_str(), i64::try_from(index).unwrap())
    }));
    assert_eq!(event.params().count(), 100_000);
}

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
    // Between the dialects: a separator of which one half is an escape is a separator all the same.
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
fn the_sender_is_asked_what_reads_back() {
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
fn neither_decoding_nor_encoding_allocates() {
    let datagram = br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"ip":"192.168.2.11","qval":-1,"path":null,"extra":"a \"b\"\r\n"}}"#;
    let escaped = br#"{"x":[[{"y":1.5}]],"method":"E\u00e9","params":["\ud83d\ude00"],"id":null}"#;
    let mut buffer = [0; 256];
    let allocations = allocation_counter::measure(|| {
        let event = jsonrpc::decode(datagram).expect("it is an event");
        assert_eq!(
            event.params().filter(|param| param.name.is_some()).count(),
            4
        );
        assert_eq!(sender::check(&event), Ok(()));
        let size = sender::encode(Release::V3_4, &event, &mut buffer).expect("it fits");
        assert_eq!(&buffer[..size], datagram);
        let event = jsonrpc::decode(escaped).expect("it is an event");
        assert_eq!(event.name(), *"Eé".as_bytes());
        assert!(event.params().eq([Param::unnamed("😀")]));
        assert!(sender::encode(Release::V3_1, &event, &mut buffer).is_ok());
        assert!(jsonrpc::decode(&datagram[1..]).is_err());
    });
    assert_eq!(allocations.count_total, 0);
}

#[test]
fn types_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<jsonrpc::Decoded<'_>>();
    assert_send_sync::<jsonrpc::Params<'_>>();
    assert_send_sync::<jsonrpc::DecodeError>();
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
