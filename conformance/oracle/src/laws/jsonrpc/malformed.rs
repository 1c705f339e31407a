//! The laws of the two classes of malformed datagrams, J1 and J14.

use event_datagram::EventBuf;
use event_datagram::jsonrpc::sender::{self, Release};

use crate::reference::Reading;
use crate::reference::jsonrpc as reference;

/// Asserts that a datagram is on the closed list of J1 if it is an event cut at `cut`, or an event
/// with other text before or after its object.
///
/// # Panics
///
/// If the law does not hold.
pub fn damaged_objects_must_be_rejected(event: &EventBuf, cut: usize) {
    let datagram = encoded(event);
    must_be_rejected(&datagram[..cut % datagram.len()]);
    for foreign in FOREIGN {
        must_be_rejected(&[foreign, &datagram[..]].concat());
        must_be_rejected(&[&datagram[..], foreign].concat());
    }
}

/// Asserts that a datagram should be rejected (J14) if it is an event with one departure from the
/// grammar of RFC 8259.
///
/// # Panics
///
/// If the law does not hold.
pub fn departures_from_grammar_should_be_rejected(event: &EventBuf) {
    let datagram = encoded(event);
    let members = datagram
        .strip_prefix(VERSION)
        .expect("the sender writes the version first");
    for start in DEPARTING_STARTS {
        should_be_rejected(&[start, members].concat());
    }
    let object = &datagram[..datagram.len() - 1];
    for end in DEPARTING_ENDS {
        should_be_rejected(&[object, end].concat());
    }
}

/// Texts that are neither white space, nor NUL, nor a comment.
const FOREIGN: &[&[u8]] = &[
    b"x",
    b"0",
    b",",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"{\"method\":\"E_TEST\"}",
    b"null",
    b"/",
    b"\xff",
];

/// The text that the sender writes before `method`.
const VERSION: &[u8] = b"{\"jsonrpc\":\"2.0\",";

/// Texts to replace [`VERSION`], each with one departure from the grammar.
const DEPARTING_STARTS: &[&[u8]] = &[
    // Control characters in strings.
    b"{\"jsonrpc\":\"2.0\n\",",
    b"{\"json\0rpc\":\"2.0\",",
    // Commas and colons.
    b"{,\"jsonrpc\":\"2.0\",",
    b"{\"jsonrpc\":\"2.0\",,",
    b"{\"jsonrpc\":\"2.0\" ",
    b"{\"x\":[1,],",
    b"{\"x\":[,1],",
    b"{\"x\":[1 2],",
    b"{\"jsonrpc\"\"2.0\",",
    b"{\"x\":,",
    // Comments.
    b"{/* } */\"jsonrpc\":\"2.0\",",
    b"{\"jsonrpc\":\"2.0\",// {\"\n",
    b"{\"jsonrpc\":\"2.0\",# it's\n",
    b"/**/{\"jsonrpc\":\"2.0\",",
    // Quotes.
    b"{'jsonrpc':'2.0',",
    b"{'}\"':`\\`{`,",
    b"{jsonrpc:\"2.0\",",
    b"{\"x\":None,",
    // Numbers.
    b"{\"x\":007,",
    b"{\"x\":+1,",
    b"{\"x\":0x1F,",
    b"{\"x\":NaN,",
    b"{\"x\":[-Infinity],",
    b"{\"x\":.5,",
    b"{\"x\":1.,",
    b"{\"x\":1e,",
    b"{\"x\":-,",
    // Escapes.
    b"{\"x\":\"\\q\\'\\0\",",
    b"{\"x\":\"\\u12\",",
    b"{\"x\":\"\\u{41}\",",
    // White space.
    b"\0{\"jsonrpc\":\"2.0\",",
    b"{\"jsonrpc\":\"2.0\",\x0b",
    b"{\x0c\"jsonrpc\":\"2.0\",",
    b"{\"jsonrpc\":\xc2\xa0\"2.0\",",
    b"{\"jsonrpc\":\"2.0\"\xef\xbb\xbf,",
    b"\xef\xbb\xbf\x0b{\"jsonrpc\":\"2.0\",",
    // Bytes that are not UTF-8.
    b"{\"jsonrpc\":\"2.0\",\xa0",
    b"{\"x\":\xff,",
    // Brackets.
    b"{\"x\":[1},",
    b"{\"x\":{\"y\":1],",
    b"{\"x\":(1),",
];

/// Texts to replace the closing brace, each with one departure from the grammar.
const DEPARTING_ENDS: &[&[u8]] = &[b",}", b"/**/}", b"]", b"\x0b}", b"}\x0c", b"}\xe2\x80\xa8"];

fn encoded(event: &EventBuf) -> Vec<u8> {
    let mut datagram = Vec::new();
    if sender::encode_to_vec(Release::V3_4, event, &mut datagram).is_err() {
        // The event is too long for a datagram, so only the beginning of its name is used.
        let short = EventBuf::new(&event.name[..event.name.len().min(64)], []);
        sender::encode_to_vec(Release::V3_4, &short, &mut datagram).expect("it is short");
    }
    datagram
}

fn must_be_rejected(datagram: &[u8]) {
    is_rejected_alone(datagram);
    assert!(
        !reference::advice(datagram).contains(&"J14"),
        "J14, though on the closed list: {}",
        datagram.escape_ascii()
    );
}

fn should_be_rejected(datagram: &[u8]) {
    is_rejected_alone(datagram);
    assert!(
        reference::advice(datagram).contains(&"J14"),
        "J1, though not on the closed list: {}",
        datagram.escape_ascii()
    );
}

fn is_rejected_alone(datagram: &[u8]) {
    let readings = reference::readings(datagram);
    assert_eq!(
        readings,
        [Reading::Rejection],
        "{}",
        datagram.escape_ascii()
    );
    assert!(!reference::is_unspecified(datagram));
}
