use memchr::memchr;

use crate::encode::{Message, Sink, bytes, decimal, escaped, unescaped};
use crate::lanes::{ByteClass, ByteMask, LANES, contains};
use crate::window::marks_of;
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// Returns whether a value is written in quotes, which is so if it contains a line feed.
pub(super) fn is_quoted(content: &Bytes<'_>) -> bool {
    content.chunks().any(|chunk| contains(LINE_FEED, &chunk))
}

/// The class of the line feed, for which a value is quoted.
const LINE_FEED: Only = Only(b'\n');

/// The class of one byte.
#[derive(Clone, Copy)]
struct Only(u8);

impl ByteClass for Only {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        byte == self.0
    }

    #[inline(always)]
    fn mask(self, bytes: &[u8; LANES]) -> ByteMask {
        ByteMask::equal(bytes, self.0)
    }

    /// Searches the first window before it calls `memchr`, because the lines of SIP messages are
    /// short.
    #[inline(always)]
    fn is_in_long(self, text: &[u8]) -> bool {
        let (_, first) = marks_of(self, text, 0);
        first != 0 || memchr(self.0, text).is_some()
    }
}

/// An event that is written as a line with its name, a line for each parameter, and an empty line.
pub(super) struct Datagram<'e, E: ?Sized>(pub(super) &'e E);

impl<E: Event + ?Sized> Message for Datagram<'_, E> {
    const LIMIT: usize = MAX_DATAGRAM;

    #[inline(always)]
    fn write<S: Sink>(&self, mut sink: S) -> S {
        sink = bytes(self.0.name(), sink);
        sink.put(b"\n");
        for param in self.0.params() {
            sink = parameter(&param, sink);
        }
        sink.put(b"\n");
        sink
    }
}

/// Writes a parameter with its line feed.
///
/// Each arm writes the name, so that a single `match` of the value decides all that follows.
#[inline(always)]
pub(super) fn parameter<S: Sink>(param: &Param<'_>, mut sink: S) -> S {
    match param.value {
        Value::Bytes(content) => {
            sink = name(param.name, sink);
            match content.as_slice() {
                Some(text) if !contains(LINE_FEED, text) => sink.put(text),
                None if !is_quoted(&content) => sink = unescaped(content, sink),
                _ => sink = quoted(content, sink),
            }
        }
        // Servers write integers as unsigned, so that -1 arrives as 18446744073709551615.
        Value::Integer(integer) => {
            sink = name(param.name, sink);
            decimal(integer.cast_unsigned(), &mut sink);
        }
        Value::Null => sink = name(param.name, sink),
    }
    sink.put(b"\n");
    sink
}

#[inline(always)]
fn name<S: Sink>(name: Option<Bytes<'_>>, mut sink: S) -> S {
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        sink = bytes(name, sink);
        sink.put(b"::");
    }
    sink
}

#[cold]
fn quoted<S: Sink>(content: Bytes<'_>, mut sink: S) -> S {
    sink.put(b"\"");
    sink = match content.as_slice() {
        Some(text) => with_quotes_escaped(text, sink),
        None => content
            .chunks()
            .fold(sink, |sink, chunk| with_quotes_escaped(&chunk, sink)),
    };
    sink.put(b"\"");
    sink
}

#[inline(always)]
fn with_quotes_escaped<S: Sink>(text: &[u8], sink: S) -> S {
    escaped(text, Only(b'"'), |_, sink| sink.put(b"\\\""), sink)
}
