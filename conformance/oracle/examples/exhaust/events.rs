use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use event_datagram_oracle::laws::{jsonrpc, text};

use crate::family::Family;

/// The symbol that starts the next parameter.
const NEXT: &[u8] = b"&";
/// The symbol that ends the name of a parameter.
const NAMED: &[u8] = b"=";
/// The symbol for the integer -1 as a value.
const INTEGER: &[u8] = b"#";

/// Returns the family of every event that up to six symbols describe.
pub(crate) fn text_families() -> Vec<Family> {
    vec![Family {
        name: "events of up to 6 symbols",
        symbols: &[NEXT, NAMED, b"\n", b":", b"\"", b"\\", b"a"],
        longest: 6,
        run: |string| in_each_length(string, text::sender_matches_size_and_check),
    }]
}

/// Returns the family of every event that up to five symbols describe.
pub(crate) fn jsonrpc_families() -> Vec<Family> {
    vec![Family {
        name: "events of up to 5 symbols",
        symbols: &[NEXT, NAMED, INTEGER, b"\n", b"\0", b"\"", b"\\", b"\xff"],
        longest: 5,
        run: |string| {
            in_each_length(string, |event| {
                jsonrpc::sender_matches_size_and_check(event)
            })
        },
    }]
}

/// The numbers of bytes that are put before a value, so that its end crosses the border of a block
/// of the encoder, which processes 16, 32 and 64 bytes at once.
const LENGTHS: [usize; 4] = [0, 14, 30, 62];

/// Runs the laws on the event of a string, and on the same event with longer values. Returns the
/// number of events.
fn in_each_length(string: &[u8], laws: fn(&EventBuf)) -> u64 {
    for length in LENGTHS {
        let mut event = event(string);
        for param in &mut event.params {
            if let ValueBuf::Bytes(value) = &mut param.value {
                value.splice(..0, [b'a'].repeat(length));
            }
        }
        laws(&event);
    }
    LENGTHS.len() as u64
}

/// Returns the event that a string describes. `&` precedes each parameter, and `=` ends a name. A
/// name without a value has the value null.
fn event(string: &[u8]) -> EventBuf {
    let params = string.split(|byte| [*byte] == *NEXT).skip(1);
    EventBuf::new("E_TEST", params.map(param).collect::<Vec<_>>())
}

fn param(text: &[u8]) -> ParamBuf {
    let mut parts = text.splitn(2, |byte| [*byte] == *NAMED);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    match second {
        None => ParamBuf::unnamed(value(first)),
        Some(b"") => ParamBuf::named(first, ValueBuf::Null),
        Some(second) => ParamBuf::named(first, value(second)),
    }
}

fn value(text: &[u8]) -> ValueBuf {
    match text {
        INTEGER => (-1).into(),
        text => text.into(),
    }
}
