//! Datagrams that are no JSON-RPC, but that lenient readers take for an event.

use super::ByteSource;

/// The event that the spellings are made of.
const EVENT: &str = r#"{"method":"E","params":{"a":null,"b":10,"c":"A"}}"#;

/// Parts of the event, and what stands in their place. JSON forbids each of these, and parsers of
/// other languages and formats take it.
const SPELLINGS: &[(&str, &[u8])] = &[
    ("\"", b"'"),
    ("\"", b"`"),
    ("\"", b"\xc0\xa2"),
    ("\"method\"", b"method"),
    (":", b"=>"),
    (",", b";"),
    ("}", b",}"),
    ("{", b"{/*a*/"),
    ("{", b"{//a\n"),
    ("{", b"{#a\n"),
    ("{", b"{\x0b"),
    ("{", b"{\xa0"),
    ("{", b"{\xc2\xa0"),
    ("null", b"True"),
    ("null", b"None"),
    ("null", b"NaN"),
    ("null", b"undefined"),
    ("10", b"1_0"),
    ("10", b"010"),
    ("10", b"+10"),
    ("10", b"0x10"),
    ("10", b".5"),
    ("A", b"\\x41"),
    ("A", b"\\u41"),
    ("A", b"\\u+041"),
    ("A", b"\\u00zz"),
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

/// Returns the event in one of the spellings, wrappings or encodings.
pub(super) fn lenient(source: &mut ByteSource<'_>) -> Vec<u8> {
    match source.weighted_index(&[8, 2, 1]) {
        0 => {
            let (part, spelling) = source.choose(SPELLINGS);
            let rest: Vec<_> = EVENT.split(part).map(str::as_bytes).collect();
            rest.join(spelling)
        }
        1 => {
            let (before, behind) = source.choose(WRAPPINGS);
            [before, EVENT.as_bytes(), behind].concat()
        }
        _ => {
            let to_bytes = source.choose(&[u16::to_le_bytes, u16::to_be_bytes]);
            EVENT.encode_utf16().flat_map(to_bytes).collect()
        }
    }
}
