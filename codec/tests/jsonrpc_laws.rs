//! The laws of the JSON-RPC dialect, on inputs made to break parsers.

use event_datagram::testing::laws::jsonrpc as laws;
use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of JSON over which parsers stumble, alone and side by side.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let telling: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\"",
        b"\\",
        b"{}",
        b"[]",
        b"[[",
        b"{\"",
        b"\":",
        b" ",
        b"\n",
        b"\r\t",
        b"\0",
        b"\x0b",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xc3\xa9",
        b"\xe2\x80\xa8",
        b"\"\"",
        b"\"a\"",
        b"\"a\":",
        b"\"method\":",
        b"\"m\\u0065thod\":",
        b"\"params\":",
        b"\"jsonrpc\":\"2.0\"",
        b"\"id\":null",
        b"\"id\":1",
        b"\"E_TEST\"",
        b"\\u00e9",
        b"\\uD83D\\ude00",
        b"\\ud83d",
        b"\\udE00",
        b"\\u0000",
        b"\\u12",
        b"\\n",
        b"\\\"",
        b"\\\\",
        b"\\/",
        b"\\x",
        b"null",
        b"true",
        b"false",
        b"nul",
        b"NaN",
        b"-Infinity",
        b"0",
        b"-",
        b"-0",
        b"-1",
        b"01",
        b"1.5",
        b"1e9",
        b"1E+999",
        b"7",
        b"9223372036854775807",
        b"9223372036854775808",
        b"-9223372036854775808",
        b"-9223372036854775809",
    ];
    prop_oneof![
        12 => select(telling.to_vec()).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

fn pieces(size: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), size).prop_map(|pieces| pieces.concat())
}

/// A string as JSON has it, or nearly.
fn string() -> impl Strategy<Value = Vec<u8>> {
    let inside: &[&[u8]] = &[
        b"a",
        b"::",
        b"ip",
        b"\\u00e9",
        b"\\uD83D\\ude00",
        b"\\ud83d",
        b"\\ude00",
        b"\\u0000",
        b"\\n",
        b"\\\"",
        b"\\\\",
        b"\\/",
        b"\xff",
        b"\xc3\xa9",
        b"\xe2\x80\xa8",
        b"12345678",
        b"\x7f",
        b"\\u00",
        b"\\q",
        b"\n",
        b"{",
        b",",
        b"NaN",
    ];
    let common = 0..18_usize;
    let index = prop_oneof![40 => common, 1 => 0..inside.len()];
    vec(index, 0..5).prop_map(move |indices| {
        let content: Vec<_> = indices.into_iter().map(|index| inside[index]).collect();
        [b"\"".to_vec(), content.concat(), b"\"".to_vec()].concat()
    })
}

/// A value as JSON has it, or nearly, sometimes nested.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let words: &[&[u8]] = &[b"null", b"0", b"-7", b"9223372036854775807"];
    let odd: &[&[u8]] = &[
        b"true",
        b"false",
        b"-0",
        b"-0.0",
        b"1e3",
        b"0.5",
        b"1e999",
        b"9223372036854775808",
        b"00",
        b"1.",
        b"NaN",
        b"Infinity",
        b"nil",
    ];
    let leaf = prop_oneof![
        6 => string(),
        4 => select(words.to_vec()).prop_map(<[u8]>::to_vec),
        1 => select(odd.to_vec()).prop_map(<[u8]>::to_vec),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|values| bracketed(b'[', values, b']')),
            vec((string(), inner), 0..3).prop_map(object),
        ]
    })
}

fn bracketed(open: u8, parts: Vec<Vec<u8>>, close: u8) -> Vec<u8> {
    [vec![open], parts.join(&b','), vec![close]].concat()
}

fn object(members: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    let members = members
        .into_iter()
        .map(|(name, value)| [name, value].join(&b':'));
    bracketed(b'{', members.collect(), b'}')
}

/// An object that mostly tells an event.
fn call() -> impl Strategy<Value = Vec<u8>> {
    let params = prop_oneof![
        4 => vec((string(), value()), 0..4).prop_map(object),
        4 => vec(value(), 0..4).prop_map(|values| bracketed(b'[', values, b']')),
        1 => value(),
    ];
    let member = prop_oneof![
        6 => string().prop_map(|name| [b"\"method\":".to_vec(), name].concat()),
        6 => params.prop_map(|params| [b"\"params\":".to_vec(), params].concat()),
        4 => Just(b"\"jsonrpc\":\"2.0\"".to_vec()),
        2 => Just(b"\"id\":null".to_vec()),
        1 => value().prop_map(|id| [b"\"id\":".to_vec(), id].concat()),
        1 => value().prop_map(|method| [b"\"method\":".to_vec(), method].concat()),
        1 => (string(), value()).prop_map(|(name, value)| [name, value].join(&b':')),
    ];
    vec(member, 0..5).prop_map(|members| bracketed(b'{', members, b'}'))
}

fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let behind = prop_oneof![8 => Just(Vec::new()), 1 => pieces(1..3)];
    let mixed = (call(), any::<proptest::sample::Index>(), pieces(1..3)).prop_map(
        |(mut call, place, pieces)| {
            let place = place.index(call.len());
            let _ = call.splice(place..place + 1, pieces);
            call
        },
    );
    prop_oneof![
        1 => pieces(0..24),
        2 => pieces(0..12).prop_map(|rest| [b"{\"method\":\"E\",\"params\":".to_vec(), rest, b"}".to_vec()].concat()),
        4 => (behind.clone(), call(), behind).prop_map(|(before, call, behind)| [before, call, behind].concat()),
        2 => mixed,
        1 => vec(call(), 0..3).prop_map(|calls| bracketed(b'[', calls, b']')),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let telling: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"\\u00e9",
        b"\n",
        b"\r",
        b"\t",
        b"\x08",
        b"\x0c",
        b"\x1f",
        b"\x7f",
        b"\xff",
        b"\xc3\xa9",
        b"/",
        b"::",
        b"a",
        b"{",
        b"12345678",
    ];
    let piece = prop_oneof![
        16 => select(telling.to_vec()).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// An event whose parameters mostly all have names, or none has.
fn event() -> impl Strategy<Value = EventBuf> {
    let name = prop_oneof![3 => Just(b"E_TEST".to_vec()), 1 => bytes()];
    let value = prop_oneof![
        6 => bytes().prop_map(ValueBuf::Bytes),
        1 => any::<i64>().prop_map(ValueBuf::Integer),
        1 => (-1..=1_i64).prop_map(ValueBuf::Integer),
        1 => Just(ValueBuf::Null),
    ];
    let named = prop_oneof![8 => Just(true), 1 => Just(false)];
    let param = (named, bytes(), value);
    (name, any::<bool>(), vec(param, 0..5)).prop_map(|(name, all, params)| {
        let params = params.into_iter().map(|(named, name, value)| ParamBuf {
            name: (named == all).then_some(name),
            value,
        });
        EventBuf::new(name, params.collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn decoder_agrees_with_reference(datagram in datagram()) {
        laws::decoder_agrees_with_reference(&datagram);
    }

    #[test]
    fn an_event_is_one_whole_object(datagram in datagram()) {
        laws::an_event_is_one_whole_object(&datagram);
    }

    #[test]
    fn encoding_what_was_decoded_is_stable(datagram in datagram()) {
        laws::encoding_what_was_decoded_is_stable(&datagram);
    }

    #[test]
    fn sender_keeps_its_word(event in event()) {
        laws::sender_keeps_its_word(&event);
    }

    #[test]
    fn sender_3_1_keeps_its_word(event in event()) {
        laws::sender_3_1_keeps_its_word(&event);
    }
}
