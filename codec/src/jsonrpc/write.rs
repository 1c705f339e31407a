use core::mem;

use super::escape::{self, Stops};
use crate::encode::{Decimal, Message, Sink, escaped_densely};
use crate::{Bytes, Event, MAX_UNIX_DATAGRAM, Value};

/// In what the releases differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// 3.1.0: an `id` that is null stands before the rest, and empty `params` are written.
    V3_1,
    /// 3.4.18, 3.6.8 and 4.0.1.
    V3_4,
}

/// The datagram: one JSON object without white space.
pub(super) struct Datagram<'e, E: ?Sized> {
    pub(super) event: &'e E,
    pub(super) release: Release,
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
            // An object where the first has a name, even an empty one. Names behind one without are lost.
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

/// Writes a string up to its first NUL, where servers take it to end. Those without escapes, nearly all, are told from others before anything
/// is written.
#[inline(always)]
fn string(content: Bytes<'_>, sink: &mut impl Sink) {
    let is_written = content
        .as_slice()
        .is_some_and(|text| sink.put_without(Stops, [b"\""], text, b"\""));
    if !is_written {
        // A sink that is lent out has to be in memory: a copy is, so that the sink itself need not be.
        let mut lent = mem::take(sink);
        unusual_string(content, &mut lent);
        *sink = lent;
    }
}

#[cold]
fn unusual_string(content: Bytes<'_>, sink: &mut impl Sink) {
    sink.put(b"\"");
    content.chunks().all(|chunk| escaped(&chunk, sink));
    sink.put(b"\"");
}

/// Writes text up to its first NUL, and tells whether there was none.
#[inline]
fn escaped(mut text: &[u8], sink: &mut impl Sink) -> bool {
    let mut is_dense = false;
    loop {
        let length = escape::plain(text);
        let (plain, rest) = text.split_at(length);
        sink.put(plain);
        let was_dense = is_dense;
        is_dense = length <= DENSE;
        if is_dense && was_dense {
            is_dense = false;
            text = escaped_densely(rest, spelling, sink);
            continue;
        }
        let Some((byte, rest)) = rest.split_first() else {
            return true;
        };
        match spelling(*byte) {
            Some((_, letter)) => sink.put(&[b'\\', letter]),
            None if *byte == 0 => return false,
            None => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |of: u8| DIGITS[usize::from(of & 0xf)];
                sink.put(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(*byte)]);
            }
        }
        text = rest;
    }
}

/// Where no more bytes than this stand between escapes twice in a row, many more escapes may follow.
const DENSE: usize = 2;

/// Gives what stands for a byte, and whether it stands behind a backslash; `None` for what is written by its number.
#[inline]
fn spelling(byte: u8) -> Option<(bool, u8)> {
    /// The letter of each byte that is escaped with one; 0 where there is none.
    const LETTERS: [u8; 256] = {
        let mut letters = [0; 256];
        letters[b'"' as usize] = b'"';
        letters[b'\\' as usize] = b'\\';
        letters[0x08] = b'b';
        letters[0x0c] = b'f';
        letters[b'\n' as usize] = b'n';
        letters[b'\r' as usize] = b'r';
        letters[b'\t' as usize] = b't';
        letters
    };
    match LETTERS[usize::from(byte)] {
        0 if byte < 0x20 => None,
        0 => Some((false, byte)),
        letter => Some((true, letter)),
    }
}
