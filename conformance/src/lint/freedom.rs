//! Datagrams that a JSON-RPC listener may read or refuse: J11 to J13.

use event_datagram::MAX_DATAGRAM;
use event_datagram::jsonrpc::DecodeErrorKind;
use event_datagram_oracle::reference::Reading;

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
        _ => may_be_read(datagram).then_some(Freedom::NoEventValue),
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
