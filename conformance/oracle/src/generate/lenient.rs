//! Datagrams that are no JSON-RPC, but that lenient readers take for an event.

use super::ByteSource;

/// The event that the spellings are made of.
const EVENT: &[u8] = br#"{"method":"E","params":{"a":null,"b":10,"c":"A"}}"#;

/// Parts of the event, and what stands in their place. JSON forbids each of these, and parsers of
/// other languages and formats take it.
const SPELLINGS: &[(&[u8], &[u8])] = &[
    (b"\"", b"'"),
    (b"\"", b"`"),
    (b"\"", b"\xc0\xa2"),
    (b"\"method\"", b"method"),
    (b":", b"=>"),
    (b",", b";"),
    (b"}", b",}"),
    (b"{", b"{/*a*/"),
    (b"{", b"{//a\n"),
    (b"{", b"{#a\n"),
    (b"{", b"{\x0b"),
    (b"{", b"{\xa0"),
    (b"{", b"{\xc2\xa0"),
    (b"null", b"True"),
    (b"null", b"None"),
    (b"null", b"NaN"),
    (b"null", b"undefined"),
    (b"10", b"1_0"),
    (b"10", b"010"),
    (b"10", b"+10"),
    (b"10", b"0x10"),
    (b"10", b".5"),
    (b"A", b"\\x41"),
    (b"A", b"\\u41"),
    (b"A", b"\\u+041"),
    (b"A", b"\\u00zz"),
];

/// What stands before and behind the event: other protocols and formats that contain JSON.
const WRAPPINGS: &[(&[u8], &[u8])] = &[
    (b"49:", b","),
    (b"POST / HTTP/1.1\r\n\r\n", b""),
    (b"data: ", b"\n\n"),
    (b"call(", b")"),
    (b"\x1e", b"\n"),
    (b"{\"result\":", b"}"),
];

/// Returns the event in one of the spellings or wrappings.
pub(super) fn lenient(source: &mut ByteSource<'_>) -> Vec<u8> {
    match source.weighted_index(&[4, 1]) {
        0 => {
            let (part, spelling) = source.choose(SPELLINGS);
            replaced(EVENT, part, spelling)
        }
        _ => {
            let (before, behind) = source.choose(WRAPPINGS);
            [before, EVENT, behind].concat()
        }
    }
}

/// Replaces every occurrence of a part.
fn replaced(mut text: &[u8], part: &[u8], replacement: &[u8]) -> Vec<u8> {
    let mut result = Vec::new();
    while let Some((first, rest)) = text.split_first() {
        match text.strip_prefix(part) {
            Some(rest) => {
                result.extend_from_slice(replacement);
                text = rest;
            }
            None => {
                result.push(*first);
                text = rest;
            }
        }
    }
    result
}
