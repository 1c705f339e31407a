use std::fmt;

use super::bytes_literal::BytesLiteral;
use super::words::{EVENTS, NAMES, VALUES};
use super::{ByteSource, Generate};
use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{
    EventBuf, MAX_DATAGRAM, MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM, ParamBuf, ValueBuf, text,
};

/// An event whose names and values break readers and writers of the text dialect.
#[derive(Clone, PartialEq, Eq)]
pub struct TextEvent(pub EventBuf);

/// An event whose names and values break readers and writers of the JSON-RPC dialect.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonRpcEvent(pub EventBuf);

/// A text longer than a vector register, so that the next piece can begin at any offset in a
/// register.
pub(super) const LONG: &[u8] = &[b'0'; 100];

/// Pieces that break text readers and writers, alone and side by side.
pub(super) const TEXT_PIECES: &[&[u8]] = &[
    b"a",
    b"ip",
    b"::",
    b":",
    b"\n",
    b"\"",
    b"\\",
    b"\\\"",
    b"\"\n",
    b"\\\"\n",
    b"\n\n",
    b":::",
    b"\"::",
    b"\\\\",
    b"\r\n",
    b"\r",
    b"'",
    b",",
    b" ",
    b"\t",
    b"\0",
    b"7",
    b"E_TEST",
    b"1.2.3.4",
    b"[::1]",
    b"\xff",
    b"\xc3\xa9",
    b"\xc3",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\x7f",
    b"\x1b[31m",
    LONG,
];

/// Pieces that break JSON readers and writers in a string.
const JSON_PIECES: &[&[u8]] = &[
    b"a",
    b"ip",
    b"\"",
    b"\\",
    b"/",
    b"\n",
    b"\r",
    b"\t",
    b"\x08",
    b"\x0c",
    b"\x01",
    b"\x1f",
    b"\x7f",
    b"\xc3\xa9",
    b"\xff",
    b"\xf0\x9f\x98\x80",
    b"\xf0\x90\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\xef\xbf\xbf",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\\u00e9",
    b"\\n",
    b"null",
    b"-1",
    b"{",
    b"}",
    b"[",
    b"],",
    b":",
    b"::",
    b"method",
    b"params",
    b"12345678",
    LONG,
];

impl Generate for TextEvent {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let target = target_size(source);
        let mut event = event(source, TEXT_PIECES, |source| {
            source.weighted_index(&[1, 1]) == 1
        });
        let size = text::sender::size(&event);
        pad(&mut event, size, target);
        Self(event)
    }
}

impl Generate for JsonRpcEvent {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let target = target_size(source);
        // Usually all parameters have names or none has, because senders drop the names of a
        // mixture.
        let all_named = source.weighted_index(&[1, 1]) == 1;
        let mut event = event(source, JSON_PIECES, |source| all_named != source.one_in(24));
        if source.one_in(24) {
            event.name.push(0);
        }
        let size = jsonrpc::sender::size(Release::V3_4, &event);
        pad(&mut event, size, target);
        Self(event)
    }
}

fn event(
    source: &mut ByteSource<'_>,
    pieces: &[&[u8]],
    mut named: impl FnMut(&mut ByteSource<'_>) -> bool,
) -> EventBuf {
    let name = match source.weighted_index(&[12, 4, 1, 1]) {
        0 => b"E_TEST".to_vec(),
        1 => source.pieces(8, pieces),
        2 => source.choose(EVENTS).to_vec(),
        _ => source.choose(NAMES).to_vec(),
    };
    let params = source.list(12, |source| {
        let name = named(source).then(|| match source.weighted_index(&[4, 8, 1]) {
            0 => b"ip".to_vec(),
            1 => source.pieces(8, pieces),
            _ => source.choose(NAMES).to_vec(),
        });
        ParamBuf {
            name,
            value: value(source, pieces),
        }
    });
    EventBuf { name, params }
}

/// The longest repetition of a byte as a value. Python reads no number of more than 4300 digits.
const LONGEST_REPETITION: usize = 6_000;

/// Returns a value. One byte decides of which kind it is, so that shrinking need change no other to
/// get a simpler kind.
fn value(source: &mut ByteSource<'_>, pieces: &[&[u8]]) -> ValueBuf {
    match source.weighted_index(&[160, 40, 20, 12, 1]) {
        1 => ValueBuf::Integer(source.integer()),
        2 => ValueBuf::Null,
        3 => source.choose(VALUES).into(),
        4 if source.may_be_large() => repetition(source, pieces).into(),
        _ => source.pieces(12, pieces).into(),
    }
}

/// Returns a byte many times, perhaps behind a piece.
fn repetition(source: &mut ByteSource<'_>, pieces: &[&[u8]]) -> Vec<u8> {
    let byte = source.choose(b"[{9a \"");
    let mut bytes = vec![byte; source.below(LONGEST_REPETITION)];
    if source.one_in(2) {
        bytes.splice(0..0, source.choose(pieces).iter().copied());
    }
    bytes
}

/// Returns, in rare cases, a size of the datagram just below or above a limit: most often around
/// [`MAX_DATAGRAM`], because only the largest datagrams show which readers take less.
fn target_size(source: &mut ByteSource<'_>) -> Option<usize> {
    let limits = [
        1_024,
        text::sender::BUFFER,
        MAX_DATAGRAM,
        MAX_UDP_PAYLOAD,
        MAX_UNIX_DATAGRAM,
    ];
    let is_large = source.one_in(100) && source.may_be_large();
    is_large.then(|| limits[source.weighted_index(&[1, 1, 4, 1, 1])] - 1 + source.below(3))
}

/// Pads an event so that its datagram grows from `size` to `target` bytes.
fn pad(event: &mut EventBuf, size: usize, target: Option<usize>) {
    let missing = target.map_or(0, |target| target.saturating_sub(size));
    match event.params.last_mut().map(|param| &mut param.value) {
        Some(ValueBuf::Bytes(value)) => value.splice(0..0, vec![b'a'; missing]),
        _ => event.name.splice(0..0, vec![b'A'; missing]),
    };
}

impl fmt::Debug for TextEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextEvent")
            .field(&EventCode(&self.0))
            .finish()
    }
}

impl fmt::Debug for JsonRpcEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonRpcEvent")
            .field(&EventCode(&self.0))
            .finish()
    }
}

/// Formats an event as the Rust expression that makes it.
pub(super) struct EventCode<'a>(pub(super) &'a EventBuf);

impl fmt::Debug for EventCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<_> = self.0.params.iter().map(ParamCode).collect();
        write!(
            f,
            "EventBuf::new({:?}, {params:?})",
            BytesLiteral(&self.0.name)
        )
    }
}

struct ParamCode<'a>(&'a ParamBuf);

impl fmt::Debug for ParamCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.name {
            Some(name) => write!(f, "ParamBuf::named({:?}, ", BytesLiteral(name))?,
            None => f.write_str("ParamBuf::unnamed(")?,
        }
        match &self.0.value {
            ValueBuf::Bytes(value) => write!(f, "{:?})", BytesLiteral(value)),
            ValueBuf::Integer(integer) => write!(f, "{integer})"),
            _ => f.write_str("ValueBuf::Null)"),
        }
    }
}
