use core::fmt;

crate::decode_error::decode_error!(DecodeErrorKind);

/// The reason why a datagram is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The datagram has no bytes (T18).
    Empty,
    /// The datagram has no line feed, so that the event's name has no end (T1).
    EndlessName,
    /// The event's name is empty (T1).
    EmptyName,
    /// The event's name holds a quote or a carriage return, which the documented grammar forbids.
    ForbiddenInEventName,
    /// A parameter's name holds a quote or a carriage return, which the documented grammar forbids.
    ForbiddenInName,
    /// A value without quotes around it holds a quote or a carriage return, which the documented
    /// grammar forbids.
    ForbiddenInValue,
    /// The last parameter lacks the line feed that the documented grammar demands after each
    /// parameter.
    EndlessParam,
    /// The datagram is longer than [`MAX_DATAGRAM`](crate::MAX_DATAGRAM), the documented limit.
    TooLong,
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "datagram is empty",
            Self::EndlessName => "event name does not end with a line feed",
            Self::EmptyName => "event name is empty",
            Self::ForbiddenInEventName => "event name holds a quote or carriage return",
            Self::ForbiddenInName => "parameter name holds a quote or carriage return",
            Self::ForbiddenInValue => "value outside quotes holds a quote or carriage return",
            Self::EndlessParam => "last parameter does not end with a line feed",
            Self::TooLong => "datagram is longer than 65457 bytes",
        })
    }
}
