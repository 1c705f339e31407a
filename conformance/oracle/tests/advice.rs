//! Tests of `advice`, which lists the requirements of level `should` that decide how a datagram is
//! read.

use event_datagram::MAX_DATAGRAM;
use event_datagram_oracle::reference::{jsonrpc, text};

#[test]
fn the_text_reference_names_the_advice_of_a_datagram() {
    for (datagram, expected) in [
        (&b"E_TEST\na::b::c\n\"x\ny\"\n\"z\"\n\n"[..], &[][..]),
        (b"", &[]),
        (b"\xff", &["T13"]),
        (b"E_TEST\n::1\n\n", &["T5"]),
        (b"E_TEST\np::::1\n\n", &[]),
        (b"E_TEST\np::\"Alice\" <sip:a@b>\n\n", &["T8"]),
        (b"E_TEST\np::\"\n\n", &["T8"]),
        // A line within a quoted value is no parameter.
        (b"E_TEST\np::\"\n::1\n\"\n\n", &[]),
        // The end of the line closes the quote.
        (b"E_TEST\n\"x y\"\n\n", &[]),
        // The whole line may be an unnamed value, and then its quote stays open.
        (b"E_TEST\n\"a::b\n\xff", &["T8", "T13"]),
        // T10 applies to a quoted value that ends in a backslash, but not to a bare one.
        (b"E_TEST\np::\"a\nb\\\"\n\n", &["T10"]),
        (b"E_TEST\np::a\\\n\n", &[]),
        (b"E_TEST\np::\"a\nb\\\"\n\"\n\n", &[]),
    ] {
        assert_eq!(
            text::advice(datagram),
            expected,
            "{}",
            datagram.escape_ascii()
        );
    }
}

#[test]
fn the_references_name_t16_above_the_maximum() {
    let [frame, object] = ["E_TEST\n", r#"{"jsonrpc":"2.0","method":"E_TEST"}"#];
    let text = |length: usize| [frame, &"a".repeat(length - frame.len())].concat();
    let json = |length: usize| [object, &" ".repeat(length - object.len())].concat();
    for (length, expected) in [(MAX_DATAGRAM, &[][..]), (MAX_DATAGRAM + 1, &["T16"])] {
        assert_eq!(text::advice(text(length).as_bytes()), expected);
        assert_eq!(jsonrpc::advice(json(length).as_bytes()), expected);
    }
}

#[test]
fn the_jsonrpc_reference_names_the_advice_of_a_datagram() {
    for (params, expected) in [
        (r#"{"a":"1","b":9007199254740991,"c":null}"#, &[][..]),
        (r#"["1","1"]"#, &[]),
        (r#"{"10":"1"}"#, &[]),
        (r#"{"10":"1","a":2}"#, &["J2"]),
        (r#"{"a":"\u0000"}"#, &["J3"]),
        (r#"{"a":"1","\u0061":"1"}"#, &["J7"]),
        (r#"{"":"1"}"#, &["J8"]),
        (r#"{"a":9007199254740992}"#, &["J10"]),
        (
            r#"{"a":-9223372036854775808,"":1,"":2}"#,
            &["J7", "J8", "J10"],
        ),
    ] {
        let datagram = format!(r#"{{"jsonrpc":"2.0","method":"E_TEST","params":{params}}}"#);
        assert_eq!(jsonrpc::advice(datagram.as_bytes()), expected, "{datagram}");
    }
    assert_eq!(jsonrpc::advice(b"\xff"), ["J9"]);
    assert_eq!(
        jsonrpc::advice(br#"{"jsonrpc":"2.0","method":"rpc.x"}"#),
        ["J3"]
    );
    assert_eq!(jsonrpc::advice(br#"{"jsonrpc":"2.0","method":7}"#), [""; 0]);
}

/// Checks examples of the closed list of J1, as a lenient parser reads them. `laws` checks
/// generated ones.
#[test]
fn the_jsonrpc_reference_tells_forged_events_from_departures_of_grammar() {
    for (class, datagrams) in [(&[][..], FORGED), (&["J14"], DEPARTING)] {
        for datagram in datagrams {
            assert_eq!(
                jsonrpc::advice(datagram.as_bytes()),
                class,
                "{}",
                datagram.escape_debug()
            );
        }
    }
}

/// Datagrams that are on the closed list of J1.
const FORGED: &[&str] = &[
    "\0",
    "E_TEST\nip::1\n\n",
    "['method','E']",
    r#"[{"method":"E"},]"#,
    r#""method":"E""#,
    // Truncated, in syntax that lenient parsers accept.
    "{'method':'E'",
    "{'method':'E",
    "{'method':'E',/*",
    r#"{'method':"E","p":[}"#,
    r#"{method:"E\"}"#,
    // No method.
    "{,}",
    "{method}",
    "{'method':}",
    "{'method':,'params':'E'}",
    "{'method','E'}",
    "{'method':7}",
    "{'method':+7}",
    "{'method'=7}",
    "{'method':.5}",
    "{'method':NaN}",
    "{'method':-Infinity}",
    "{'method':Infinity}",
    "{'method':true,}",
    "{'method':false,}",
    "{'method':null,}",
    "{'method':['E']}",
    "{'method':{'method':'E'}}",
    "{'params':{'method':'E'}}",
    "{'params':[{'method':'E'],}",
    "{'x':'method','y':'E'}",
    "{'x':'method' 'E'}",
    "{'x':'method':'E'}",
    "{'x':method,'y':'E'}",
    r#"{'x':'"method":"E"'}"#,
    r#"{"x":1 /*,"method":"E" */}"#,
    "{'Method':'E'}",
    "{'methods':'E'}",
    "{'method ':'E'}",
    r"{'me\thod':'E'}",
    r"{'\u006e\u0065thod':'E'}",
    r"{'\x6fethod':'E'}",
    // Other text before or after the object.
    "x{'method':'E'}",
    "{'method':'E'}x",
    "{'method':'E'}}",
    "{'method':'E'}{'method':'F'}",
    "/{'method':'E'}",
    "{'method':'E'}/*",
];

/// Datagrams that are not on the closed list of J1.
const DEPARTING: &[&str] = &[
    "{'method':'E'}",
    "{`method`:`E`}",
    "{method:E}",
    "{method:E_1.x-$}",
    "{method:\u{e9}}",
    "{method:None}",
    "{'method' 'E'}",
    "{'method'='E'}",
    "{'method':/**/'E'}",
    "/**/{'method':'E'}/**/",
    "#\n{'method':'E'}// no line feed",
    "{'x':1 'method':'E'}",
    "{'x':{},'method':'E'}",
    "{'x':'}','method':'E'}",
    r"{'me\u0074hod':'E'}",
    r"{'me\x74hod':'E'}",
    r"{'m\ethod':'E'}",
    r#"{"method":"\u1","method":7}"#,
    "\u{feff}\u{b}{'method':'E'}\0\u{c}",
    // A quote and a slash that begin no string and no comment.
    r#"{"x":it's,"method":"E"}"#,
    r#"{"method":"E","x":'a}"#,
    r#"{"x":http://y,"method":"E"}"#,
    r#"{"x":#1,"method":"E"}"#,
    r#"{"x":1/2,"method":"E"}"#,
    r#"{"x":/*1,"method":"E"}"#,
];
