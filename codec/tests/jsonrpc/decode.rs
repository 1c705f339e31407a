//! Tests of what decoding returns, and of its errors with their offsets.

use event_datagram::jsonrpc::{self, DecodeErrorKind, MAX_DEPTH};
use event_datagram::{EventBuf, EventRef, Param, Value};

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

/// Decodes an object with these `params` that is otherwise correct.
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
    // A name may be written with escapes.
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
fn events_that_listeners_may_reject_are_decoded() {
    reads(r#"{"method":""}"#, "", &[]);
    reads(r#"{"jsonrpc":"1.0","id":7,"method":"E"}"#, "E", &[]);
    reads(
        r#"{"jsonrpc":{},"id":[],"method":1,"params":7,"method":"E","params":[1],"params":{"a":1}}"#,
        "E",
        &[Param::named("a", 1)],
    );
}

#[test]
fn datagrams_that_are_no_object_are_rejected() {
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
fn malformed_json_is_rejected_at_its_first_mistake() {
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
fn objects_that_are_no_event_are_rejected() {
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
    // The name begins like `method`, but half of a surrogate pair follows.
    reads(r#"{"method":"E","method\ud800":"X"}"#, "E", &[]);
}

/// Asserts that a truncated datagram has the error for that, wherever it ends.
#[test]
fn a_datagram_may_be_truncated_anywhere() {
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
fn brackets_may_nest_up_to_the_limit() {
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
        // Very deep brackets are read only up to the limit.
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
fn many_parameters_are_all_decoded() {
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
