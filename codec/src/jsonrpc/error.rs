use core::fmt;

crate::decode_error::decode_error!(DecodeErrorKind);

/// The reason why a datagram is malformed: it is no JSON object, or the object is no event.
///
/// Each variant names the requirement by which the datagram is rejected. J14 is for departures from
/// the grammar: a parser may accept them, but [`decode`](super::decode) does not. It stops at the
/// first departure, so the rest of the datagram may also be truncated or have no `method` (J1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The datagram has no bytes (T18).
    Empty,
    /// The datagram begins with a byte order mark, which RFC 8259 forbids senders to write (J13).
    ByteOrderMark,
    /// The datagram is an array. JSON-RPC allows several calls in one array, but OpenSIPS never
    /// sends one (J12).
    Batch,
    /// The first byte that is not white space does not open an object (J1; J14 if the byte is white
    /// space for lenient parsers).
    NotAnObject,
    /// The datagram ends inside the object (J1).
    CutShort,
    /// There is something other than a member's name where one is required (J14).
    ExpectedName,
    /// There is something other than a colon between a member's name and its value (J14).
    ExpectedColon,
    /// There is something other than a value where one is required (J14).
    ExpectedValue,
    /// There is neither a comma nor the closing bracket after a value (J14).
    ExpectedComma,
    /// A number breaks the grammar of JSON (J14).
    MalformedNumber,
    /// A string holds a control character that is not escaped (J14).
    ControlCharacter,
    /// A string contains a backslash that begins no escape (J14).
    MalformedEscape,
    /// Brackets nest deeper than [`MAX_DEPTH`](super::MAX_DEPTH) (J13).
    TooDeep,
    /// There is something other than white space after the object (J1; J13 if these are NUL bytes,
    /// J14 if it is white space for lenient parsers).
    TrailingBytes,
    /// There is no `method` (J1). The offset is that of the closing brace.
    NoMethod,
    /// The `method` is not a string (J1).
    MethodNotString,
    /// The `params` are neither an object nor an array, nor null (J13).
    ParamsNotStructured,
    /// The event's name, a parameter's name or a value has half of a surrogate pair, which has no
    /// meaning (J13).
    LoneSurrogate,
    /// A parameter's value is true or false, which no event has (J13).
    Boolean,
    /// A parameter's value is an array or an object, which no event has (J13).
    Nested,
    /// A parameter's value is a number with a fraction or an exponent, which no event has (J13).
    NotInteger,
    /// A parameter's value is an integer that does not fit into a signed 64-bit integer (J13).
    IntegerTooLarge,
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "datagram is empty",
            Self::ByteOrderMark => "datagram begins with a byte order mark",
            Self::Batch => "datagram is a batch, not one call",
            Self::NotAnObject => "datagram is not a JSON object",
            Self::CutShort => "datagram ends inside its JSON object",
            Self::ExpectedName => "a member's name in quotes is missing",
            Self::ExpectedColon => "a colon is missing behind a member's name",
            Self::ExpectedValue => "a value is missing, or is none of JSON's",
            Self::ExpectedComma => "a comma or closing bracket is missing behind a value",
            Self::MalformedNumber => "number is not written as in JSON",
            Self::ControlCharacter => "string holds a control character that is not escaped",
            Self::MalformedEscape => "string holds an escape that is none of JSON's",
            Self::TooDeep => "brackets lie deeper than 128",
            Self::TrailingBytes => "bytes follow the JSON object",
            Self::NoMethod => "object has no method",
            Self::MethodNotString => "method is not a string",
            Self::ParamsNotStructured => "params are neither an object nor an array",
            Self::LoneSurrogate => "string holds half of a surrogate pair",
            Self::Boolean => "value is a boolean, not a string, integer or null",
            Self::Nested => "value is an array or object, not a string, integer or null",
            Self::NotInteger => "number has a fraction or exponent, and is no integer",
            Self::IntegerTooLarge => "integer does not fit into 64 bits",
        })
    }
}
