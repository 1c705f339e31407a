use core::fmt;

/// The first part of an event that does not read back the same, and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unwritable {
    param: Option<usize>,
    reason: UnwritableReason,
}

impl Unwritable {
    pub(crate) const fn new(param: Option<usize>, reason: UnwritableReason) -> Self {
        Self { param, reason }
    }

    /// Returns the position of the parameter, from 0, or `None` for the event's name.
    pub const fn param(&self) -> Option<usize> {
        self.param
    }

    /// Returns the reason.
    pub const fn reason(&self) -> UnwritableReason {
        self.reason
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.param {
            Some(index) => write!(f, "parameter {}: {}", index + 1, self.reason),
            None => write!(f, "event name {}", self.reason),
        }
    }
}

impl core::error::Error for Unwritable {}

/// Why a part of an event does not read back the same in its dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnwritableReason {
    /// The event's name is empty, which makes the datagram malformed (T1).
    EmptyEventName,
    /// The event's name holds a line feed, which would end it (T1).
    LineFeedInEventName,
    /// The parameter's name is empty, and would read as no name.
    EmptyName,
    /// The parameter's name holds a line feed, which would end the parameter.
    LineFeedInName,
    /// The parameter's name holds `::` or ends with `:`, so that it would end early (T4).
    SeparatorInName,
    /// The value has no name before it, is not quoted, and contains `::`, so that its beginning
    /// would read as a name (T4, T6).
    SeparatorInUnnamedValue,
    /// The value must be quoted and ends with a backslash, and because of the text that follows,
    /// another quote than its last one would close it (T7, T10).
    BackslashBeforeClosingQuote,
    /// The name or the bare value begins with a quote, and a quote on a later line would close it
    /// (T7, T10).
    ReadsAsQuoted,
    /// The value is an integer, and would read as a string of its digits.
    Integer,
    /// There is no value, and an empty one would be read.
    Null,
    /// JSON-RPC: the event's name contains a NUL, where the sender ends the name.
    NulInEventName,
    /// JSON-RPC: the parameter's name contains a NUL, where the sender ends the name.
    NulInName,
    /// JSON-RPC: the value contains a NUL, where the sender ends the value.
    NulInValue,
    /// JSON-RPC: the parameter has a name, but the sender does not write it, because the first
    /// parameter has no name.
    NameBehindUnnamed,
    /// JSON-RPC: the parameter has no name, and would read as one with an empty name, because the
    /// first parameter has a name.
    UnnamedBehindNamed,
}

impl fmt::Display for UnwritableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyEventName => "is empty",
            Self::LineFeedInEventName => "holds a line feed, which would end it",
            Self::EmptyName => "name is empty and would read as none",
            Self::LineFeedInName => "name holds a line feed, which would end the parameter",
            Self::SeparatorInName => "name holds `::` or ends with `:`, so that it would end early",
            Self::SeparatorInUnnamedValue => "value without a name holds `::`, so that its beginning would read as a name",
            Self::BackslashBeforeClosingQuote => {
                "value has to be quoted and ends with a backslash, so that another quote would close it"
            }
            Self::ReadsAsQuoted => "name or value begins with a quote and would read as quoted",
            Self::Integer => "value is an integer and would read as a string",
            Self::Null => "value is missing and would read as empty",
            Self::NulInEventName => "holds a NUL, which would end it",
            Self::NulInName => "name holds a NUL, which would end it",
            Self::NulInValue => "value holds a NUL, which would end it",
            Self::NameBehindUnnamed => "name would be lost, as the first parameter has none",
            Self::UnnamedBehindNamed => "name is missing and would read as empty, as the first parameter has one",
        })
    }
}
