use memchr::memchr;

use super::error::EncodeError;
use crate::{Bytes, Event, MAX_DATAGRAM, Param, Value};

/// In what the profiles of writing differ: which values stand in quotes.
pub(super) type Quotes = fn(&Bytes<'_>) -> bool;

/// Takes the pieces of a datagram in order.
pub(super) trait Sink {
    fn put(&mut self, piece: &[u8]);
}

/// Writes the datagram: the name, a line an argument, the end mark.
pub(super) fn event<E: Event + ?Sized>(event: &E, quotes: Quotes, sink: &mut impl Sink) {
    bytes(&event.name(), sink);
    sink.put(b"\n");
    event
        .params()
        .for_each(|param| argument(&param, quotes, sink));
    sink.put(b"\n");
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
            content.chunks().for_each(|chunk| escaped(chunk, sink));
            sink.put(b"\"");
        }
        Value::Bytes(content) => bytes(content, sink),
        Value::Integer(integer) => sink.put(Decimal::new(integer.cast_unsigned()).digits()),
        Value::Null => {}
    }
}

pub(super) fn size<E: Event + ?Sized>(event: &E, quotes: Quotes) -> usize {
    let mut size = Size(0);
    self::event(event, quotes, &mut size);
    size.0
}

/// Writes the datagram to the start of `buffer`, and gives its length.
pub(super) fn to_slice<E: Event + ?Sized>(
    event: &E,
    quotes: Quotes,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    let size = size_within_limit(event, quotes)?;
    let buffer = buffer
        .get_mut(..size)
        .ok_or(EncodeError::BufferTooSmall { size })?;
    self::event(event, quotes, &mut Slice { rest: buffer });
    Ok(size)
}

/// Appends the datagram to `buffer`, and gives its length.
#[cfg(feature = "alloc")]
pub(super) fn to_vec<E: Event + ?Sized>(
    event: &E,
    quotes: Quotes,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    let size = size_within_limit(event, quotes)?;
    buffer.reserve(size);
    self::event(event, quotes, buffer);
    Ok(size)
}

fn size_within_limit<E: Event + ?Sized>(event: &E, quotes: Quotes) -> Result<usize, EncodeError> {
    match size(event, quotes) {
        size if size > MAX_DATAGRAM => Err(EncodeError::TooLong { size }),
        size => Ok(size),
    }
}

fn bytes(content: &Bytes<'_>, sink: &mut impl Sink) {
    content.chunks().for_each(|chunk| sink.put(chunk));
}

fn escaped(mut chunk: &[u8], sink: &mut impl Sink) {
    while let Some(at) = memchr(b'"', chunk) {
        sink.put(&chunk[..at]);
        sink.put(b"\\\"");
        chunk = &chunk[at + 1..];
    }
    sink.put(chunk);
}

struct Size(usize);

impl Sink for Size {
    fn put(&mut self, piece: &[u8]) {
        self.0 += piece.len();
    }
}

/// Room for just the datagram.
struct Slice<'b> {
    rest: &'b mut [u8],
}

impl Sink for Slice<'_> {
    fn put(&mut self, piece: &[u8]) {
        let (room, rest) = core::mem::take(&mut self.rest).split_at_mut(piece.len());
        room.copy_from_slice(piece);
        self.rest = rest;
    }
}

#[cfg(feature = "alloc")]
impl Sink for alloc::vec::Vec<u8> {
    fn put(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
}

/// The digits of an integer: servers write it as unsigned, so that -1 arrives as 18446744073709551615.
struct Decimal {
    buffer: [u8; 20],
    start: usize,
}

impl Decimal {
    fn new(mut integer: u64) -> Self {
        let mut decimal = Self {
            buffer: [b'0'; 20],
            start: 20,
        };
        loop {
            decimal.start -= 1;
            // A remainder by ten fits any integer type.
            decimal.buffer[decimal.start] += (integer % 10) as u8;
            integer /= 10;
            if integer == 0 {
                return decimal;
            }
        }
    }

    fn digits(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}
