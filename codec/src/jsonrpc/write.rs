use core::mem;

use super::plain::{Escaped, plain};
use crate::encode::{Decimal, Message, Sink};
use crate::lanes::contains;
use crate::{Bytes, Event, MAX_UNIX_DATAGRAM, Value};

/// A range of OpenSIPS releases that write the same bytes for the same event.
///
/// Of 3.1.1 to 3.3 no capture exists; 3.1.1 writes no `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Release {
    /// OpenSIPS 3.1.0 alone: the first member is `"id":null`, and `params` is an empty object where
    /// there are no parameters.
    V3_1,
    /// OpenSIPS 3.4 to 4.0 (observed: 3.4.18, 3.6.8 and 4.0.1): there is no `id`, and no `params`
    /// where there are no parameters.
    V3_4,
}

/// An event as one JSON object without white space.
pub(super) struct Datagram<'e, E: ?Sized> {
    release: Release,
    event: &'e E,
}

impl<'e, E: ?Sized> Datagram<'e, E> {
    pub(super) const fn new(release: Release, event: &'e E) -> Self {
        Self { release, event }
    }
}

impl<E: Event + ?Sized> Message for Datagram<'_, E> {
    const LIMIT: usize = MAX_UNIX_DATAGRAM;

    #[inline]
    fn write(&self, sink: &mut impl Sink) {
        sink.put(match self.release {
            Release::V3_1 => b"{\"id\":null,\"jsonrpc\":\"2.0\",\"method\":",
            Release::V3_4 => b"{\"jsonrpc\":\"2.0\",\"method\":",
        });
        string(self.event.name(), sink);
        let mut named = None;
        for param in self.event.params() {
            let first = named.is_none();
            // An object where the first has a name, even an empty one. Names behind one without are
            // lost.
            let named = *named.get_or_insert(param.name.is_some());
            sink.put(match (first, named) {
                (true, true) => b",\"params\":{",
                (true, false) => b",\"params\":[",
                (false, _) => b",",
            });
            if named {
                match param.name {
                    Some(name) => string(name, sink),
                    None => sink.put(b"\"\""),
                }
                sink.put(b":");
            }
            value(param.value, sink);
        }
        sink.put(match (named, self.release) {
            (Some(true), _) => b"}}",
            (Some(false), _) => b"]}",
            (None, Release::V3_1) => b",\"params\":{}}",
            (None, Release::V3_4) => b"}",
        });
    }
}

#[inline(always)]
fn value(value: Value<'_>, sink: &mut impl Sink) {
    match value {
        Value::Bytes(content) => string(content, sink),
        Value::Integer(integer) => {
            if integer < 0 {
                sink.put(b"-");
            }
            sink.put(Decimal::unsigned(integer.unsigned_abs()).digits());
        }
        Value::Null => sink.put(b"null"),
    }
}

/// Writes a string up to its first NUL, where servers take it to end.
#[inline(always)]
fn string(content: Bytes<'_>, sink: &mut impl Sink) {
    sink.put(b"\"");
    match content.as_slice() {
        Some(text) if !contains(Escaped, text) => sink.put(text),
        _ => {
            // Passing `sink` itself to a cold function would spill it: it is moved out so that the
            // hot path keeps it in registers.
            let mut moved = mem::take(sink);
            escaped_string(content, &mut moved);
            *sink = moved;
        }
    }
    sink.put(b"\"");
}

#[cold]
fn escaped_string(content: Bytes<'_>, sink: &mut impl Sink) {
    content.chunks().all(|chunk| escape(&chunk, sink));
}

/// Writes text up to its first NUL, and returns whether there was none.
fn escape(mut text: &[u8], sink: &mut impl Sink) -> bool {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS[usize::from(value & 0xf)];
    loop {
        let (plain, rest) = text.split_at(plain(text));
        sink.put(plain);
        let Some((byte, rest)) = rest.split_first() else {
            return true;
        };
        match byte {
            b'\0' => return false,
            b'"' | b'\\' => sink.put(&[b'\\', *byte]),
            b'\x08' => sink.put(b"\\b"),
            b'\x0c' => sink.put(b"\\f"),
            b'\n' => sink.put(b"\\n"),
            b'\r' => sink.put(b"\\r"),
            b'\t' => sink.put(b"\\t"),
            _ => sink.put(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(*byte)]),
        }
        text = rest;
    }
}
