//! Reference decoders, one a dialect: each lists *every* admissible reading of a datagram.

pub mod jsonrpc;
pub mod text;

use event_datagram::EventBuf;

/// One admissible meaning of a datagram.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reading {
    /// It is this event.
    Event(EventBuf),
    /// It is no event.
    Rejection,
}
