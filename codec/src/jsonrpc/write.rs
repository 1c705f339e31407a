use memchr::memchr;

use super::escaped::Escaped;
use crate::encode::{Message, Sink, decimal, escaped};
use crate::lanes::contains;
use crate::{Bytes, Event, MAX_UNIX_DATAGRAM, Value};

/// A range of OpenSIPS releases that write the same bytes for the same event.
///
/// There are no captures of 3.1.1 to 3.3. Release 3.1.1 writes no `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Release {
    /// OpenSIPS 3.1.0 alone: the first member is `"id":null`, and `params` is an empty object if
    /// there are no parameters.
    V3_1,
    /// OpenSIPS 3.4 to 4.0 (observed: 3.4.18, 3.6.8 and 4.0.1): there is no `id`, and there is no
    /// `params` if there are no parameters.
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

    #[inline(always)]
    fn write<S: Sink>(&self, mut sink: S) -> S {
        match self.release {
            Release::V3_1 => sink.put(b"{\"id\":null,\"jsonrpc\":\"2.0\",\"method\":"),
            Release::V3_4 => sink.put(b"{\"jsonrpc\":\"2.0\",\"method\":"),
        }
        sink = string(self.event.name(), sink);
        let mut named = None;
        for param in self.event.params() {
            match param.value {
                Value::Bytes(content) => {
                    sink = name(&mut named, param.name, sink);
                    sink = string(content, sink);
                }
                Value::Integer(integer) => {
                    sink = name(&mut named, param.name, sink);
                    if integer < 0 {
                        sink.put(b"-");
                    }
                    decimal(integer.unsigned_abs(), &mut sink);
                }
                Value::Null => {
                    sink = name(&mut named, param.name, sink);
                    sink.put(b"null");
                }
            }
        }
        match (named, self.release) {
            (Some(true), _) => sink.put(b"}}"),
            (Some(false), _) => sink.put(b"]}"),
            (None, Release::V3_1) => sink.put(b",\"params\":{}}"),
            (None, Release::V3_4) => sink.put(b"}"),
        }
        sink
    }
}

/// Writes the text before a value: the opening bracket or a comma, and the name.
#[inline(always)]
fn name<S: Sink>(named: &mut Option<bool>, name: Option<Bytes<'_>>, mut sink: S) -> S {
    // An object if the first parameter has a name, even an empty one. If the first one has no name,
    // the names of all others are lost.
    match named {
        Some(_) => sink.put(b","),
        None if name.is_some() => sink.put(b",\"params\":{"),
        None => sink.put(b",\"params\":["),
    }
    if *named.get_or_insert(name.is_some()) {
        sink = string(name.unwrap_or(Bytes::new(b"")), sink);
        sink.put(b":");
    }
    sink
}

/// Writes a string up to its first NUL, where servers end a string.
#[inline(always)]
fn string<S: Sink>(content: Bytes<'_>, mut sink: S) -> S {
    sink.put(b"\"");
    match content.as_slice() {
        Some(text) if !contains(Escaped, text) => sink.put(text),
        _ => sink = escaped_string(content, sink),
    }
    sink.put(b"\"");
    sink
}

#[cold]
fn escaped_string<S: Sink>(content: Bytes<'_>, mut sink: S) -> S {
    for chunk in content.chunks() {
        let end = memchr(b'\0', &chunk);
        sink = escaped(&chunk[..end.unwrap_or(chunk.len())], Escaped, escape, sink);
        if end.is_some() {
            break;
        }
    }
    sink
}

#[inline(always)]
fn escape(byte: u8, sink: &mut impl Sink) {
    let letter = match byte {
        b'\x08' => b'b',
        b'\x0c' => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        // Below 0x20: the first digit is 0 or 1.
        ..0x20 => {
            let digit = b"0123456789abcdef"[usize::from(byte & 0xf)];
            return sink.put(&[b'\\', b'u', b'0', b'0', b'0' | byte >> 4, digit]);
        }
        _ => byte,
    };
    sink.put(&[b'\\', letter]);
}
