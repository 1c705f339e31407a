use core::fmt;

crate::decode_error::decode_error!(DecodeErrorKind);

/// What is wrong with a datagram: it is no JSON object, or none that tells an event.
///
/// Each names the requirement by which the datagram is rejected. J14 stands for departures from the
/// grammar: a parser may forgive them, and [`decode`](super::decode) does not. It stops at the
/// first departure, behind which the datagram may also be cut short or have no `method` (J1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It has no bytes (T18).
    Empty,
    /// It begins with a byte order mark, which RFC 8259 keeps senders from writing (J13).
    ByteOrderMark,
    /// It is an array: JSON-RPC puts several calls into one, which no OpenSIPS does (J12).
    Batch,
    /// Its first byte that is no white space opens no object (J1; J14 if the byte is white space to
    /// lenient parsers).
    NotAnObject,
    /// It ends inside the object (J1).
    CutShort,
    /// Something stands where a member's name has to (J14).
    ExpectedName,
    /// Something stands between a member's name and its value that is no colon (J14).
    ExpectedColon,
    /// Something stands where a value has to, and begins none (J14).
    ExpectedValue,
    /// Something stands behind a value that is neither a comma nor the closing bracket (J14).
    ExpectedComma,
    /// A number is not written as JSON has it (J14).
    MalformedNumber,
    /// A string holds a control character that is not escaped (J14).
    ControlCharacter,
    /// A string holds a backslash with which no escape begins (J14).
    MalformedEscape,
    /// Brackets lie deeper than [`MAX_DEPTH`](super::MAX_DEPTH) (J13).
    TooDeep,
    /// Something but white space stands behind the object (J1; J13 if NUL bytes do, J14 if white
    /// space of lenient parsers does).
    TrailingBytes,
    /// There is no `method` (J1). The offset is that of the closing brace.
    NoMethod,
    /// The `method` is not a string (J1).
    MethodNotString,
    /// The `params` are neither an object nor an array, nor null (J13).
    ParamsNotStructured,
    /// The event's name, a parameter's name or a value has half of a surrogate pair, which stands
    /// for nothing (J13).
    LoneSurrogate,
    /// A parameter's value is true or false, which no event holds (J13).
    Boolean,
    /// A parameter's value is an array or an object, which no event holds (J13).
    Nested,
    /// A parameter's value is a number with a fraction or an exponent, which no event holds (J13).
    NotInteger,
    /// A parameter's value is an integer that does not fit into 64 bits with a sign (J13).
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
