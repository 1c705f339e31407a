use core::mem;

use memchr::{memchr, memchr_iter};

use crate::encode::{Decimal, Message, Sink, bytes};
use crate::lanes::{ByteClass, ByteMask, LANES, contains};
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// Returns whether a value is written in quotes: it is if it holds a line feed.
pub(super) fn is_quoted(content: &Bytes<'_>) -> bool {
    content.chunks().any(|chunk| contains(LineFeed, &chunk))
}

/// The class of the byte for which a value is quoted.
#[derive(Clone, Copy)]
struct LineFeed;

impl ByteClass for LineFeed {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        byte == b'\n'
    }

    #[inline(always)]
    fn mask(self, bytes: &[u8; LANES]) -> ByteMask {
        ByteMask::equal(bytes, b'\n')
    }

    #[inline(always)]
    fn is_in_long(self, text: &[u8]) -> bool {
        memchr(b'\n', text).is_some()
    }
}

/// An event as the event's name on a line, a line for each parameter, and the end mark.
pub(super) struct Datagram<'e, E: ?Sized>(pub(super) &'e E);

impl<E: Event + ?Sized> Message for Datagram<'_, E> {
    const LIMIT: usize = MAX_DATAGRAM;

    #[inline]
    fn write(&self, sink: &mut impl Sink) {
        bytes(&self.0.name(), sink);
        sink.put(b"\n");
        for param in self.0.params() {
            parameter(&param, sink);
        }
        sink.put(b"\n");
    }
}

/// Writes a parameter with its line feed.
///
/// Parameters without escapes, quotes and integers, nearly all, are recognized before anything is
/// written.
#[inline(always)]
pub(super) fn parameter(param: &Param<'_>, sink: &mut impl Sink) {
    let value = param
        .value
        .as_bytes()
        .and_then(|content| content.as_slice());
    let name = match param.name {
        None => Some(None),
        Some(name) if name.is_empty() => None,
        Some(name) => name.as_slice().map(Some),
    };
    match (name, value) {
        (Some(Some(name)), Some(value)) if !contains(LineFeed, value) => {
            sink.put(name);
            sink.put(b"::");
            sink.put(value);
            sink.put(b"\n");
        }
        (Some(None), Some(value)) if !contains(LineFeed, value) => {
            sink.put(value);
            sink.put(b"\n");
        }
        _ => {
            // Passing `sink` itself to a cold function would spill it: it is moved out so that the
            // hot path keeps it in registers.
            let mut moved = mem::take(sink);
            unusual_parameter(*param, &mut moved);
            *sink = moved;
        }
    }
}

#[cold]
fn unusual_parameter(param: Param<'_>, sink: &mut impl Sink) {
    if let Some(name) = param.name.filter(|name| !name.is_empty()) {
        bytes(&name, sink);
        sink.put(b"::");
    }
    value(&param.value, sink);
    sink.put(b"\n");
}

pub(super) fn value(value: &Value<'_>, sink: &mut impl Sink) {
    match value {
        Value::Bytes(content) if is_quoted(content) => {
            sink.put(b"\"");
            content.chunks().for_each(|chunk| escaped(&chunk, sink));
            sink.put(b"\"");
        }
        Value::Bytes(content) => bytes(content, sink),
        // Servers write integers as unsigned, so that -1 arrives as 18446744073709551615.
        Value::Integer(integer) => sink.put(Decimal::unsigned(integer.cast_unsigned()).digits()),
        Value::Null => {}
    }
}

fn escaped(text: &[u8], sink: &mut impl Sink) {
    let mut from = 0;
    for at in memchr_iter(b'"', text) {
        sink.put(&text[from..at]);
        sink.put(b"\\\"");
        from = at + 1;
    }
    sink.put(&text[from..]);
}
