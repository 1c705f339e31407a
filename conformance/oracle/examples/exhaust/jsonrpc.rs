use event_datagram_oracle::laws::jsonrpc;

use crate::family::{Context, Family, in_each_context};

const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\"method\"",
    b"\"params\"",
    b"\"a\"",
    b"-1",
    b"null",
];

/// Parts of strings: quotes, pieces of escapes, and halves of a surrogate pair.
const STRING_PARTS: &[&[u8]] = &[
    b"\"", b"\\", b"a", b"u00e9", b"\n", b"\xff", b"\\ud83d", b"\\udcde",
];

/// Returns the families of every string of up to six tokens, and of every string value of up to six
/// parts.
pub(crate) fn families() -> Vec<Family> {
    vec![
        Family {
            name: "strings of up to 6 tokens, by the reference",
            symbols: TOKENS,
            longest: 6,
            run: |string| in_each_context(string, &TOKEN_CONTEXTS, by_reference),
        },
        Family {
            name: "values of up to 6 parts, by the reference",
            symbols: STRING_PARTS,
            longest: 6,
            run: |string| in_each_context(string, &STRING_CONTEXTS, by_reference),
        },
        // These laws take ten times as long.
        Family {
            name: "strings of up to 4 tokens, by the other laws",
            symbols: TOKENS,
            longest: 4,
            run: |string| in_each_context(string, &TOKEN_CONTEXTS, by_other_laws),
        },
        Family {
            name: "values of up to 4 parts, by the other laws",
            symbols: STRING_PARTS,
            longest: 4,
            run: |string| in_each_context(string, &STRING_CONTEXTS, by_other_laws),
        },
    ]
}

/// The contexts of a string of tokens: alone, as members from the fourteenth byte on, and as
/// `params` from the sixtieth byte on.
const TOKEN_CONTEXTS: [Context; 3] = [
    Context {
        before: b"",
        behind: b"",
    },
    Context {
        before: b"{\"method\":\"E\",",
        behind: b"}",
    },
    Context {
        before: b"{\"jsonrpc\":\"2.0\",\"a longer name\":0,\"method\":\"E\",\"params\":",
        behind: b"}",
    },
];

/// The contexts of a string value: as the first member's value, from the thirteenth byte on, and
/// as a parameter's value, from the sixty-second byte on.
const STRING_CONTEXTS: [Context; 2] = [
    Context {
        before: b"{\"method\" :\"",
        behind: b"\"}",
    },
    Context {
        before: b"{\"jsonrpc\":\"2.0\",\"method\":\"E_TEST\",\"params\":{\"parameter\":\"",
        behind: b"\"}}",
    },
];

fn by_reference(datagram: &[u8]) {
    jsonrpc::decoder_agrees_with_reference(datagram);
    jsonrpc::decoded_parts_are_slices_in_order(datagram);
}

fn by_other_laws(datagram: &[u8]) {
    jsonrpc::reference_admits_its_readings(datagram);
    jsonrpc::accessors_agree(datagram);
    jsonrpc::truncated_objects_are_rejected(datagram);
    jsonrpc::decoded_events_encode_as_checked(datagram);
}
