use event_datagram::EventBuf;

/// One admissible reading of a datagram.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reading {
    /// The datagram is this event.
    Event(EventBuf),
    /// The datagram is no event.
    Rejection,
}
