use core::mem;

use crate::carry::holds;
use crate::encode::{Decimal, Message, Sink, bytes, escaped_densely};
use crate::search::{Class, find};
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// Tells whether a value stands in quotes.
pub(super) fn stands_in_quotes(content: &Bytes<'_>, quoted: impl Class) -> bool {
    content.chunks().any(|chunk| holds(quoted, &chunk))
}

/// The datagram: the name, a line an argument, the end mark.
pub(super) struct Datagram<'e, E: ?Sized, C> {
    event: &'e E,
    quoted: C,
}

impl<'e, E: ?Sized, C> Datagram<'e, E, C> {
    /// Values that hold a byte of the class stand in quotes: in that the profiles of writing differ.
    pub(super) const fn new(event: &'e E, quoted: C) -> Self {
        Self { event, quoted }
    }
}

impl<E: Event + ?Sized, C: Class> Message for Datagram<'_, E, C> {
    const LIMIT: usize = MAX_DATAGRAM;

    #[inline]
    fn write(&self, sink: &mut impl Sink) {
        bytes(&self.event.name(), sink);
        sink.put(b"\n");
        for param in self.event.params() {
            argument(&param, self.quoted, sink);
        }
        sink.put(b"\n");
    }
}

/// Writes a line. Those that go as they are, nearly all, are told from others before anything is written.
#[inline(always)]
pub(super) fn argument(param: &Param<'_>, quoted: impl Class, sink: &mut impl Sink) {
    let value = param
        .value
        .as_bytes()
        .and_then(|content| content.as_slice());
    let name = match param.name {
        None => Some(None),
        Some(name) if name.is_empty() => None,
        Some(name) => name.as_slice().map(Some),
    };
    let is_written = match (name, value) {
        (Some(Some(name)), Some(value)) => sink.put_without(quoted, [name, b"::"], value, b"\n"),
        (Some(None), Some(value)) => sink.put_without(quoted, [], value, b"\n"),
        _ => false,
    };
    if !is_written {
        // A sink that is lent out has to be in memory: a copy is, so that the sink itself need not be.
        let mut lent = mem::take(sink);
        unusual_argument(*param, quoted, &mut lent);
        *sink = lent;
    }
}

#[cold]
fn unusual_argument(param: Param<'_>, quoted: impl Class, sink: &mut impl Sink) {
    if let Some(name) = param.name.filter(|name| !name.is_empty()) {
        bytes(&name, sink);
        sink.put(b"::");
    }
    value(&param.value, quoted, sink);
    sink.put(b"\n");
}

pub(super) fn value(value: &Value<'_>, quoted: impl Class, sink: &mut impl Sink) {
    match value {
        Value::Bytes(content) if stands_in_quotes(content, quoted) => {
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

fn escaped(mut text: &[u8], sink: &mut impl Sink) {
    while let Some(at) = find(b'"', text) {
        let (plain, quote) = text.split_at(at);
        sink.put(plain);
        // With some bytes behind it: where one quote is, others may be near.
        let (some, rest) = quote.split_at(quote.len().min(8));
        let mut escaped = [b'\\'; 16];
        let mut length = 0;
        for byte in some {
            escaped[length] = b'\\';
            length += usize::from(*byte == b'"');
            escaped[length] = *byte;
            length += 1;
        }
        sink.put(&escaped[..length]);
        text = rest;
        if length > some.len() + 2 {
            text = escaped_densely(text, |byte| Some((byte == b'"', byte)), sink);
        }
    }
    sink.put(text);
}
