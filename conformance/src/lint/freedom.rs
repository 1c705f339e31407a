//! Datagrams that a JSON-RPC listener may read or refuse: J11 to J13.

use event_datagram::MAX_DATAGRAM;
use event_datagram::jsonrpc::{self, DecodeErrorKind};
use event_datagram_oracle::reference::Reading;
use memchr::memchr;

use crate::dialect::Dialect;

/// Why a listener may read a datagram or refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freedom {
    /// It is no plain notification: another version, an id, null parameters (J11, J13).
    OddRequest,
    /// It is a batch (J12).
    Batch,
    /// It holds what no event holds, or what only some parsers skip (J13).
    NoEventValue,
}

/// The greatest position of the first NUL in UTF-16 or UTF-32: after the longest byte order mark
/// and the first byte of a brace.
const LONGEST_START: usize = 5;
/// The readings that are asked for: one more than that of the codec.
const READINGS: usize = 2;

/// Returns why a listener may read a datagram that the codec rejects.
pub(super) fn of_rejected(datagram: &[u8], why: DecodeErrorKind) -> Option<Freedom> {
    use DecodeErrorKind as Kind;

    match why {
        // The codec checks these last, so the datagram is JSON.
        Kind::LoneSurrogate
        | Kind::Boolean
        | Kind::Nested
        | Kind::NotInteger
        | Kind::IntegerTooLarge
        | Kind::ParamsNotStructured => Some(Freedom::NoEventValue),
        Kind::Batch => may_be_read(datagram).then_some(Freedom::Batch),
        Kind::ByteOrderMark | Kind::TooDeep | Kind::TrailingBytes | Kind::MethodNotString => {
            may_be_read(datagram).then_some(Freedom::NoEventValue)
        }
        _ => is_utf16_or_utf32(datagram).then_some(Freedom::NoEventValue),
    }
}

/// Returns why a listener may refuse a datagram that the codec reads, and that no release writes.
pub(super) fn of_read(datagram: &[u8], is_nameless: bool) -> Option<Freedom> {
    if Dialect::JsonRpc.is_unspecified(datagram) {
        return Some(Freedom::NoEventValue);
    }
    // Any listener may refuse an event without a name (J11), and a datagram of such a size (T16).
    if is_nameless || datagram.len() > MAX_DATAGRAM {
        return None;
    }
    let readings = Dialect::JsonRpc.readings(datagram, READINGS);
    let may_refuse = readings.contains(&Reading::Rejection);
    may_refuse.then_some(Freedom::OddRequest)
}

fn may_be_read(datagram: &[u8]) -> bool {
    let is_event = |reading: &Reading| matches!(reading, Reading::Event(_));
    Dialect::JsonRpc.is_unspecified(datagram)
        || Dialect::JsonRpc
            .readings(datagram, READINGS)
            .iter()
            .any(is_event)
}

/// Returns whether a datagram holds an event in UTF-16 or UTF-32, of either byte order, with a byte
/// order mark or without.
fn is_utf16_or_utf32(datagram: &[u8]) -> bool {
    let texts = || {
        let (pairs, rest) = datagram.as_chunks::<2>();
        let utf16 = [u16::from_le_bytes, u16::from_be_bytes].map(|unit| {
            let units: Vec<_> = pairs.iter().map(|pair| unit(*pair)).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        });
        let (quads, rest) = datagram.as_chunks::<4>();
        let utf32 = [u32::from_le_bytes, u32::from_be_bytes].map(|unit| {
            let characters = quads.iter().map(|quad| char::from_u32(unit(*quad)));
            let text: Option<String> = characters.collect();
            text.filter(|_| rest.is_empty())
        });
        utf16.into_iter().chain(utf32).flatten()
    };
    // In UTF-16 and UTF-32 the first brace has a NUL beside it; in UTF-8 it has none.
    let may_be = memchr(0, datagram).is_some_and(|at| at <= LONGEST_START);
    may_be
        && texts().any(|text| {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            jsonrpc::decode(text.as_bytes()).is_ok()
        })
}
