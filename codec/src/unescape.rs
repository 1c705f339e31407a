//! Decodes the escapes of JSON strings (RFC 8259, section 7).

/// The length of a numeric escape, such as `\u00e9`.
const BY_NUMBER: usize = 6;

/// What is wrong with an escape.
pub(crate) enum EscapeError {
    /// The text ends inside the escape.
    CutShort,
    /// No escape begins with these bytes.
    Malformed,
    /// The escape, of `length` bytes, is one half of a surrogate pair.
    LoneSurrogate { length: usize },
}

/// Decodes the escape at the start of `text`, which begins with a backslash. Returns the character
/// and the length of the escape.
pub(crate) fn unescape(text: &[u8]) -> Result<(char, usize), EscapeError> {
    let character = match text.get(1).ok_or(EscapeError::CutShort)? {
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return unescape_number(text),
    };
    Ok((character, 2))
}

/// Decodes a numeric escape in the same way. Every other escape is malformed for this function.
pub(crate) fn unescape_number(text: &[u8]) -> Result<(char, usize), EscapeError> {
    if *text.get(1).ok_or(EscapeError::CutShort)? != b'u' {
        return Err(EscapeError::Malformed);
    }
    let first = number(&text[2..])?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, BY_NUMBER));
    }
    if let 0xd800..0xdc00 = first
        && text[BY_NUMBER..].starts_with(b"\\u")
        && let Ok(second @ 0xdc00..0xe000) = number(&text[BY_NUMBER + 2..])
        && let Some(character) =
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    {
        return Ok((character, 2 * BY_NUMBER));
    }
    Err(EscapeError::LoneSurrogate { length: BY_NUMBER })
}

fn number(text: &[u8]) -> Result<u32, EscapeError> {
    let mut number = 0;
    for index in 0..4 {
        let digit = text.get(index).ok_or(EscapeError::CutShort)?;
        let digit = char::from(*digit).to_digit(16);
        number = number * 16 + digit.ok_or(EscapeError::Malformed)?;
    }
    Ok(number)
}
