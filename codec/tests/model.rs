//! Tests of the event model: bytes that may still have their escapes behave like their content, and
//! advice has the right kind and offset.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use event_datagram::{
    Advice, Bytes, Event as _, EventBuf, EventRef, Param, ParamBuf, Value, ValueBuf, advise,
    jsonrpc, text,
};

/// Returns the value of the only parameter of a datagram.
fn value<'a>(datagram: &'a [u8], params: &mut Vec<Param<'a>>) -> Bytes<'a> {
    match datagram.first() {
        Some(b'{') => params.extend(jsonrpc::decode(datagram).expect("it is right").params()),
        _ => params.extend(text::decode(datagram).expect("it is right").params()),
    }
    params[0].value.as_bytes().expect("it is a string")
}

fn hash(bytes: Bytes<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn escaped_bytes_are_like_their_content() {
    let content = "a\"b\nc\u{e9}";
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let plain = Bytes::from(content);
    let in_text = value("E\n\"a\\\"b\nc\u{e9}\"\n\n".as_bytes(), &mut one);
    let in_json = value(
        br#"{"method":"E","params":["a\u0022b\nc\u00e9"]}"#,
        &mut other,
    );
    for escaped in [in_text, in_json] {
        assert_eq!(escaped, plain);
        assert_eq!(plain, escaped);
        assert_eq!(escaped, in_json);
        assert_eq!(hash(escaped), hash(plain));
        assert_eq!(escaped.len(), content.len());
        assert_eq!(escaped.to_vec(), content.as_bytes());
        assert_eq!(escaped.as_slice(), None, "it has to be put together");
        assert_eq!(format!("{escaped:?}"), r#"b"a\"b\nc\xc3\xa9""#);
    }
    assert_ne!(hash(plain), hash(Bytes::from("a")));
    assert_ne!(plain, Bytes::from("a"));
    assert_ne!(in_text, Bytes::from("a\"b\nc"));
}

#[test]
fn bytes_without_escapes_are_borrowed() {
    let datagram = b"E\np::plain\n\n";
    let mut params = Vec::new();
    let bytes = value(datagram, &mut params);
    let slice = bytes.as_slice().expect("there are no escapes");
    assert_eq!(slice, b"plain");
    assert!(
        datagram.as_ptr_range().contains(&slice.as_ptr()),
        "it was copied"
    );
    assert_eq!(bytes, Bytes::from("plain"));
    assert_ne!(bytes, Bytes::from("plaid"));
}

#[test]
fn an_escape_is_a_chunk_of_its_own() {
    let mut params = Vec::new();
    let datagram = br#"{"method":"E","params":["ab\u00e9"]}"#;
    let bytes = value(datagram, &mut params);
    let chunks: Vec<_> = bytes.chunks().collect();
    assert_eq!(format!("{chunks:?}"), r#"[b"ab", b"\xc3\xa9"]"#);
    assert!(bytes.iter().eq(*b"ab\xc3\xa9"));
}

#[test]
fn owned_and_borrowed_events_print_the_same() {
    let event = EventBuf::new(
        b"E_\xff",
        [ParamBuf::named("a\"", 5), ParamBuf::unnamed(Value::Null)],
    );
    let params: Vec<_> = event.params().collect();
    assert_eq!(format!("{:?}", event.params), format!("{params:?}"));
    assert_eq!(
        format!("{event:?}"),
        format!("{:?}", EventRef::new(event.name(), &params)).replace("EventRef", "EventBuf")
    );
    assert_eq!(
        format!("{:?}", ValueBuf::from(&b"\0\xff"[..])),
        r#"Bytes(b"\x00\xff")"#
    );
}

#[test]
fn values_are_equal_to_bytes_only_if_they_are_strings() {
    assert!(Value::from("5") == *b"5");
    assert!(Value::from(5) != *b"5");
    assert!(Value::Null != *b"");
    assert_eq!(Value::from(5).as_bytes(), None);
}

#[test]
fn advice_says_what_and_where() {
    assert_eq!(advise(b"E_PIKE_BLOCKED"), None);
    assert_eq!(advise(b"E_A1"), None);
    for (name, advice, text) in [
        (
            &b"PIKE"[..],
            Advice::Prefix,
            "event name does not begin with `E_`",
        ),
        (
            b"E_PIKE_blocked",
            Advice::Character { offset: 7 },
            "event name holds more than upper-case letters, digits and `_`, at byte 7",
        ),
        (
            b"E_",
            Advice::EmptyWord { offset: 2 },
            "event name lacks a word at byte 2",
        ),
        (
            b"E_A_",
            Advice::EmptyWord { offset: 4 },
            "event name lacks a word at byte 4",
        ),
        (
            b"E_AB__C",
            Advice::EmptyWord { offset: 5 },
            "event name lacks a word at byte 5",
        ),
    ] {
        assert_eq!(advise(name), Some(advice));
        let shown = advice.to_string();
        assert_eq!(
            shown,
            format!("{text}; recommended is E_MODULE_NAME_EXTRA_NAME")
        );
    }
}
