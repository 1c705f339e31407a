use core::mem;

use crate::encode::{Decimal, Message, Sink, bytes, escaped_densely};
use crate::search::find;
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// In what the profiles of writing differ: whether a value that holds these bytes stands in quotes.
pub(super) trait Quotes: Fn(&[u8]) -> bool + Copy {}

impl<F: Fn(&[u8]) -> bool + Copy> Quotes for F {}

/// Tells whether a value stands in quotes.
pub(super) fn stands_in_quotes(content: &Bytes<'_>, quotes: impl Quotes) -> bool {
    content.chunks().any(|chunk| quotes(&chunk))
}

/// The datagram: the name, a line an argument, the end mark.
pub(super) struct Datagram<'e, E: ?Sized, Q> {
    pub(super) event: &'e E,
    pub(super) quotes: Q,
}

impl<E: Event + ?Sized, Q: Quotes> Message for Datagram<'_, E, Q> {
    const LIMIT: usize = MAX_DATAGRAM;

    #[inline]
    fn write(&self, sink: &mut impl Sink) {
        bytes(&self.event.name(), sink);
        sink.put(b"\n");
        for param in self.event.params() {
            argument(&param, self.quotes, sink);
        }
        sink.put(b"\n");
    }
}

/// Writes a line. Those that go as they are, nearly all, are told from others before anything is written.
#[inline(always)]
pub(super) fn argument(param: &Param<'_>, quotes: impl Quotes, sink: &mut impl Sink) {
    let value = param
        .value
        .as_bytes()
        .and_then(|content| content.as_slice());
    match (param.name, value) {
        (Some(name), Some(value))
            if !name.is_empty() && name.as_slice().is_some() && !quotes(value) =>
        {
            sink.put_all([name.as_slice().unwrap_or_default(), b"::", value, b"\n"]);
        }
        (None, Some(value)) if !quotes(value) => sink.put_all([value, b"\n"]),
        _ => {
            // A sink that is lent out has to be in memory: a copy is, so that the sink itself need not be.
            let mut lent = mem::take(sink);
            unusual_argument(*param, quotes, &mut lent);
            *sink = lent;
        }
    }
}

#[inline(never)]
fn unusual_argument(param: Param<'_>, quotes: impl Quotes, sink: &mut impl Sink) {
    if let Some(name) = param.name.filter(|name| !name.is_empty()) {
        bytes(&name, sink);
        sink.put(b"::");
    }
    value(&param.value, quotes, sink);
    sink.put(b"\n");
}

pub(super) fn value(value: &Value<'_>, quotes: impl Quotes, sink: &mut impl Sink) {
    match value {
        Value::Bytes(content) if stands_in_quotes(content, quotes) => {
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
