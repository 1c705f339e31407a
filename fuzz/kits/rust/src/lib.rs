//! An example: a parser of the text dialect with a planted bug. Put your own in its place.

use event_datagram::{EventBuf, ParamBuf};

/// Parses a datagram of the text dialect. Returns `None` if it is rejected.
pub fn parse(datagram: &[u8]) -> Option<EventBuf> {
    let end = find(datagram, b"\n").filter(|end| *end > 0)?;
    let (name, mut rest) = (&datagram[..end], &datagram[end + 1..]);
    let mut params = Vec::new();
    // The end, or the end mark.
    while !rest.is_empty() && rest != b"\n" {
        let line = &rest[..find(rest, b"\n").unwrap_or(rest.len())];
        let (mut name, mut start) = (None, 0);
        let mut closing = closing_quote(rest);
        if let (None, Some(separator @ 1..)) = (closing, find(line, b"::")) {
            (name, start) = (Some(line[..separator].to_vec()), separator + 2);
            closing = closing_quote(&rest[start..]);
        }
        let (value, length) = match closing {
            Some(closing) => (unescape(&rest[start + 1..start + closing]), start + closing + 1),
            None => (line[start..].to_vec(), line.len()),
        };
        let value = value.into();
        params.push(ParamBuf { name, value });
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    Some(EventBuf::new(name, params))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Returns where the quoted value at the start of a text closes, if there is one: a quoted value
/// holds a line feed, and its closing quote ends a line.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let line_feed = find(text, b"\n").filter(|_| text[0] == b'"')?;
    let mut closing = None;
    for at in (1..text.len()).filter(|at| text[*at] == b'"') {
        if at > line_feed && matches!(text.get(at + 1), None | Some(b'\n')) {
            closing = Some(at);
        }
        if text[at - 1] != b'\\' {
            break;
        }
    }
    closing
}

/// Removes the escapes of a quoted value.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::new();
    let mut at = 0;
    while at < text.len() {
        // The planted bug: only the backslash of \" is an escape. Correct is
        // text[at..].starts_with(b"\\\"")
        if text[at] == b'\\' && at + 1 < text.len() {
            at += 1;
        }
        value.push(text[at]);
        at += 1;
    }
    value
}
