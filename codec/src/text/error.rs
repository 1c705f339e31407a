use core::fmt;

crate::decode_error::decode_error!(DecodeErrorKind);

/// What is wrong with a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It has no bytes (T18).
    Empty,
    /// It has no line feed, so that the event's name has no end (T1).
    EndlessName,
    /// The event's name is empty (T1).
    EmptyName,
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "datagram is empty",
            Self::EndlessName => "event name does not end with a line feed",
            Self::EmptyName => "event name is empty",
        })
    }
}
