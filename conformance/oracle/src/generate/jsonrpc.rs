use std::fmt;

use super::bytes_literal::BytesLiteral;
use super::event::{EventCode, LONG};
use super::lenient::lenient;
use super::mutate::{mutate, repeated, sequence};
use super::words::{EVENTS, NAMES, VALUES};
use super::{ByteSource, Generate, JsonRpcEvent};
use event_datagram::jsonrpc::MAX_DEPTH;
use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::{EventBuf, ValueBuf};

/// A datagram for readers of the JSON-RPC dialect. It is an event as a release writes it or in
/// another spelling, perhaps mutated; or JSON that is no event; or no JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonRpcDatagram(pub Vec<u8>);

/// Datagrams of the JSON-RPC dialect, back to back.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonRpcSequence(pub Vec<Vec<u8>>);

/// An event, and one of the many datagrams that every reader must read as it: members in any order,
/// white space anywhere, any character escaped, unknown members.
#[derive(Clone, PartialEq, Eq)]
pub struct Spelling {
    /// The event.
    pub event: EventBuf,
    /// The datagram.
    pub datagram: Vec<u8>,
}

/// Pieces that break JSON readers, alone and side by side.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"\\",
    b" ",
    b"\n",
    b"{}",
    b"[]",
    b"[[",
    b"{\"",
    b"\":",
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
    b"\\n",
    b"\\\"",
    b"\\\\",
    b"\\/",
    b"\\x",
    b"\\u00e9",
    b"\\uD83D\\ude00",
    b"\\ud83d",
    b"\\udE00",
    b"\\u0000",
    b"\\u12",
    b"\\u003a",
    b"\0",
    b"\x0b",
    b"\r\t",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x80\xa8",
];

/// The beginning of an event that ends with its parameters.
const BEFORE_PARAMS: &[u8] = b"{\"jsonrpc\":\"2.0\",\"method\":\"E\",\"params\":";

/// The beginning of an event that ends with an unknown member.
const BEFORE_UNKNOWN: &[u8] = b"{\"jsonrpc\":\"2.0\",\"method\":\"E\",\"x\":";

/// The most repetitions of a bracket. Brackets that nest this deep overflow the stack of recursive
/// readers.
const MAX_REPETITION: usize = 60_000;

impl JsonRpcDatagram {
    /// Pieces that break JSON readers, alone and side by side: the words of a fuzzing dictionary.
    pub const PIECES: &[&[u8]] = PIECES;

    /// Mutates the datagram in a few places: inserts, removes, replaces, doubles, moves or cuts off
    /// bytes.
    pub fn mutate(&mut self, source: &mut ByteSource<'_>) {
        mutate(&mut self.0, source, PIECES);
    }
}

impl Generate for JsonRpcDatagram {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        if source.may_be_large() && source.one_in(100) {
            let params = match source.below(2) {
                0 => repeated(source, PIECES, MAX_REPETITION),
                _ => many(source),
            };
            return Self(around(BEFORE_PARAMS, params));
        }
        let kind = source.weighted_index(&[4, 3, 4, 6, 2, 1, 2, 1, 1]);
        let mut datagram = match kind {
            0 => written(source),
            1 => Spelling::generate(source).datagram,
            2 | 3 => call(source),
            4 => around(BEFORE_PARAMS, source.pieces(16, PIECES)),
            5 => source.pieces(32, PIECES),
            6 => deep(source),
            7 => lenient(source),
            _ => source.take_rest().to_vec(),
        };
        if kind < 3 && source.one_in(2) {
            mutate(&mut datagram, source, PIECES);
        }
        if source.one_in(32) {
            datagram.splice(0..0, source.pieces(2, PIECES));
        }
        if source.one_in(32) {
            datagram.extend_from_slice(&source.pieces(2, PIECES));
        }
        if source.one_in(48) {
            let calls = source.list(3, call);
            datagram = bracketed(b'[', [vec![datagram], calls].concat(), b']');
        }
        Self(datagram)
    }
}

impl Generate for JsonRpcSequence {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        Self(sequence(source, |source| {
            JsonRpcDatagram::generate(source).0
        }))
    }
}

/// Returns an event as one of the releases writes it.
fn written(source: &mut ByteSource<'_>) -> Vec<u8> {
    let JsonRpcEvent(event) = JsonRpcEvent::generate(source);
    let mut datagram = Vec::new();
    let release = match source.below(2) {
        0 => Release::V3_4,
        _ => Release::V3_1,
    };
    if sender::encode_to_vec(release, &event, &mut datagram).is_err() {
        // The event is longer than any release sends, but a listener may receive such a datagram,
        // too.
        datagram = [b"{\"method\":\"".to_vec(), event.name, b"\"}".to_vec()].concat();
    }
    datagram
}

/// Returns more parameters than a small table has room for.
fn many(source: &mut ByteSource<'_>) -> Vec<u8> {
    let count = 1 + source.choose(&[16, 32, 64, 100, 128, 255, 256, 500, 512, 1_000, 1_024]);
    match source.below(2) {
        0 => bracketed(b'[', vec![b"0".to_vec(); count], b']'),
        _ => {
            let members = (0..count).map(|index| format!("\"{index}\":0").into_bytes());
            bracketed(b'{', members.collect(), b'}')
        }
    }
}

/// Returns brackets that nest deep, often up to the limit or nearly, sometimes so deep that they
/// overflow a stack, in an unknown member or as a value.
fn deep(source: &mut ByteSource<'_>) -> Vec<u8> {
    let (open, inner, close): (&[u8], &[u8], &[u8]) = match source.below(2) {
        0 => (b"[", b"", b"]"),
        _ => (b"{\"a\":", b"0", b"}"),
    };
    let depth = match source.weighted_index(&[8, 8, 1]) {
        0 => MAX_DEPTH - 3 + source.below(4),
        2 if source.may_be_large() => 1 + source.choose(&[512, 1_000, 10_000]),
        _ => 1 + source.below(MAX_DEPTH),
    };
    let nested = [open.repeat(depth), inner.to_vec(), close.repeat(depth)].concat();
    match source.below(2) {
        0 => around(BEFORE_UNKNOWN, nested),
        _ => around(BEFORE_PARAMS, nested),
    }
}

fn around(before: &[u8], mut inner: Vec<u8>) -> Vec<u8> {
    inner.splice(0..0, before.iter().copied());
    inner.push(b'}');
    inner
}

/// Returns an object that is usually an event, and whose pieces are usually JSON.
fn call(source: &mut ByteSource<'_>) -> Vec<u8> {
    let member =
        |source: &mut ByteSource<'_>| match source.weighted_index(&[6, 8, 4, 2, 1, 1, 1, 2]) {
            0 => [b"\"method\":".to_vec(), string(source)].concat(),
            1 => {
                let params = match source.weighted_index(&[4, 4, 1]) {
                    0 => object(source, 3),
                    1 => array(source, 3),
                    _ => value(source, 3),
                };
                [b"\"params\":".to_vec(), params].concat()
            }
            2 => b"\"jsonrpc\":\"2.0\"".to_vec(),
            3 => b"\"id\":null".to_vec(),
            4 => [b"\"id\":".to_vec(), value(source, 2)].concat(),
            5 => [b"\"method\":".to_vec(), value(source, 2)].concat(),
            6 => {
                let value = match source.below(2) {
                    0 => value(source, 1),
                    _ => object(source, 1),
                };
                [similar_name(source), value].join(&b':')
            }
            _ => [string(source), value(source, 3)].join(&b':'),
        };
    bracketed(b'{', source.list(8, member), b'}')
}

/// Returns a member name that differs slightly from a known one, or that some languages or other
/// messages give a meaning.
fn similar_name(source: &mut ByteSource<'_>) -> Vec<u8> {
    let names: &[&[u8]] = &[
        b"\"Method\"",
        b"\"method\\ud800\"",
        b"\"method\\u0000\"",
        b"\"params \"",
        b"\"params\\ude00\"",
        b"\"\\u0070arams\"",
        b"\"id\\n\"",
        b"\"__proto__\"",
        b"\"result\"",
        b"\"error\"",
    ];
    source.choose(names).to_vec()
}

/// Returns a JSON string, or something similar.
fn string(source: &mut ByteSource<'_>) -> Vec<u8> {
    let good: &[&[u8]] = &[
        b"a",
        b"ip",
        b"::",
        b"\\n",
        b"\\\"",
        b"\\\\",
        b"\\/",
        b"\\u00e9",
        b"\\u003a",
        b"\\u0000",
        b"\\uD83D\\ude00",
        b"\\ud800\\udc00",
        b"\\uDBFF\\uDFFF",
        b"\\ud7ff\\ue000",
        b"\xc3\xa9",
        b"\xff",
        b"\xe2\x80\xa8",
        b"\x7f",
        b"12345678",
        b"{",
        b",",
        b"NaN",
        LONG,
    ];
    let odd: &[&[u8]] = &[
        b"\\ud83d", b"\\ude00", b"\\u00", b"\\q", b"\n", b"\0", b"\"", b"\\",
    ];
    let word = match source.weighted_index(&[20, 2, 2, 1]) {
        0 => {
            let content = source.list(6, |source| match source.one_in(40) {
                false => source.choose(good),
                true => source.choose(odd),
            });
            return [b"\"", &content.concat()[..], b"\""].concat();
        }
        1 => source.choose(NAMES),
        2 => source.choose(VALUES),
        _ => source.choose(EVENTS),
    };
    spelled(word, source)
}

/// Returns a JSON value, or something similar.
fn value(source: &mut ByteSource<'_>, depth: usize) -> Vec<u8> {
    let good: &[&[u8]] = &[
        b"0",
        b"null",
        b"-7",
        b"9223372036854775807",
        b"-9223372036854775808",
    ];
    let odd: &[&[u8]] = &[
        b"true",
        b"false",
        b"-0",
        b"-0.0",
        b"1e3",
        b"2E-7",
        b"0.5",
        b"1E+999",
        b"9223372036854775808",
        b"-9223372036854775809",
        b"00",
        b"-01",
        b"1.",
        b"1e",
        b".5",
        b"NaN",
        b"Infinity",
        b"nil",
        b"",
        b"+1",
    ];
    match source.weighted_index(&[6, 6, 1, 2]) {
        0 => string(source),
        1 => source.choose(good).to_vec(),
        2 if depth > 0 && source.one_in(2) => object(source, depth - 1),
        2 if depth > 0 => array(source, depth - 1),
        _ => source.choose(odd).to_vec(),
    }
}

fn object(source: &mut ByteSource<'_>, depth: usize) -> Vec<u8> {
    let known: &[&[u8]] = &[b"\"method\"", b"\"params\"", b"\"jsonrpc\"", b"\"id\""];
    let member = |source: &mut ByteSource<'_>| {
        let name = match source.one_in(8) {
            false => string(source),
            true => source.choose(known).to_vec(),
        };
        [name, value(source, depth)].join(&b':')
    };
    bracketed(b'{', source.list(6, member), b'}')
}

fn array(source: &mut ByteSource<'_>, depth: usize) -> Vec<u8> {
    let values = source.list(6, |source| value(source, depth));
    bracketed(b'[', values, b']')
}

fn bracketed(open: u8, parts: Vec<Vec<u8>>, close: u8) -> Vec<u8> {
    [vec![open], parts.join(&b','), vec![close]].concat()
}

impl Generate for Spelling {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let JsonRpcEvent(mut event) = JsonRpcEvent::generate(source);
        let named = event
            .params
            .first()
            .is_some_and(|param| param.name.is_some());
        for param in &mut event.params {
            param.name = named.then(|| param.name.take().unwrap_or_default());
        }
        let mut members = vec![
            (b"method".to_vec(), spelled(&event.name, source)),
            (b"jsonrpc".to_vec(), spelled(b"2.0", source)),
        ];
        let params: Vec<_> = event
            .params
            .iter()
            .map(|param| {
                let value = match &param.value {
                    ValueBuf::Bytes(value) => spelled(value, source),
                    ValueBuf::Integer(integer) => format!("{integer}").into_bytes(),
                    _ => b"null".to_vec(),
                };
                match &param.name {
                    Some(name) => member(name, value, source),
                    None => spaced(value, source),
                }
            })
            .collect();
        if !params.is_empty() || source.one_in(4) {
            let empty_object = params.is_empty() && source.one_in(2);
            let (open, close) = if named || empty_object {
                (b'{', b'}')
            } else {
                (b'[', b']')
            };
            members.push((b"params".to_vec(), bracketed(open, params, close)));
        }
        let ignored: &[&[u8]] = &[
            b"null",
            b"true",
            b"1.5e-3",
            b"[]",
            b"{\"method\":\"F\"}",
            b"[[{\"params\":[1]},-0.1],\"\\\"}\"]",
            b"\"\\\\\"",
        ];
        for (name, value) in [("id", &ignored[..1]), ("method ", ignored), ("", ignored)] {
            if source.one_in(4) {
                members.push((name.into(), source.choose(value).to_vec()));
            }
        }
        // Fisher-Yates shuffle.
        for index in (1..members.len()).rev() {
            members.swap(index, index - source.below(index + 1));
        }
        let members = members
            .into_iter()
            .map(|(name, value)| member(&name, value, source));
        let object = bracketed(b'{', members.collect(), b'}');
        Self {
            datagram: spaced(object, source),
            event,
        }
    }
}

fn member(name: &[u8], value: Vec<u8>, source: &mut ByteSource<'_>) -> Vec<u8> {
    let name = spelled(name, source);
    [spaced(name, source), spaced(value, source)].join(&b':')
}

/// Returns a JSON string with some unnecessary escapes. Bytes that are not UTF-8 are kept.
fn spelled(content: &[u8], source: &mut ByteSource<'_>) -> Vec<u8> {
    let mut text = vec![b'"'];
    for chunk in content.utf8_chunks() {
        for character in chunk.valid().chars() {
            let letter = "\"\\/\u{8}\u{c}\n\r\t".find(character);
            let must = character < ' ' || matches!(character, '"' | '\\');
            match (letter, source.weighted_index(&[6, 1, 1])) {
                (_, 0) if !must => {
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                (Some(place), 0 | 1) => text.extend_from_slice(&[b'\\', b"\"\\/bfnrt"[place]]),
                (_, case) => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let escape = match case {
                            2 => format!("\\u{unit:04X}"),
                            _ => format!("\\u{unit:04x}"),
                        };
                        text.extend_from_slice(escape.as_bytes());
                    }
                }
            }
        }
        text.extend_from_slice(chunk.invalid());
    }
    text.push(b'"');
    text
}

/// Puts white space around some JSON.
fn spaced(json: Vec<u8>, source: &mut ByteSource<'_>) -> Vec<u8> {
    let spaces: &[&[u8]] = &[b"", b"", b"", b"", b"", b"", b" ", b"\r\n\t "];
    [source.choose(spaces), &json, source.choose(spaces)].concat()
}

impl fmt::Debug for JsonRpcDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonRpcDatagram")
            .field(&BytesLiteral(&self.0))
            .finish()
    }
}

impl fmt::Debug for JsonRpcSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datagrams: Vec<_> = self
            .0
            .iter()
            .map(|datagram| BytesLiteral(datagram))
            .collect();
        write!(f, "JsonRpcSequence(vec!{datagrams:?})")
    }
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spelling")
            .field("event", &EventCode(&self.event))
            .field("datagram", &BytesLiteral(&self.datagram))
            .finish()
    }
}
