use memchr::memchr;

use crate::encode::{Decimal, Message, Sink, bytes};
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// In what the profiles of writing differ: which values stand in quotes.
pub(super) type Quotes = fn(&Bytes<'_>) -> bool;

/// The datagram: the name, a line an argument, the end mark.
pub(super) struct Datagram<'e, E: ?Sized> {
    pub(super) event: &'e E,
    pub(super) quotes: Quotes,
}

impl<E: Event + ?Sized> Message for Datagram<'_, E> {
    const LIMIT: usize = MAX_DATAGRAM;

    fn write(&self, sink: &mut impl Sink) {
        bytes(&self.event.name(), sink);
        sink.put(b"\n");
        self.event
            .params()
            .for_each(|param| argument(&param, self.quotes, sink));
        sink.put(b"\n");
    }
}

pub(super) fn argument(param: &Param<'_>, quotes: Quotes, sink: &mut impl Sink) {
    if let Some(name) = param.name.filter(|name| !name.is_empty()) {
        bytes(&name, sink);
        sink.put(b"::");
    }
    value(&param.value, quotes, sink);
    sink.put(b"\n");
}

pub(super) fn value(value: &Value<'_>, quotes: Quotes, sink: &mut impl Sink) {
    match value {
        Value::Bytes(content) if quotes(content) => {
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

fn escaped(mut chunk: &[u8], sink: &mut impl Sink) {
    while let Some(at) = memchr(b'"', chunk) {
        sink.put(&chunk[..at]);
        sink.put(b"\\\"");
        chunk = &chunk[at + 1..];
    }
    sink.put(chunk);
}
