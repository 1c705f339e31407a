//! Which bytes of a JSON string stand for themselves, and what the others stand for (RFC 8259, section 7).

use super::error::DecodeErrorKind;

/// The length of an escape by number, `\u00e9`.
pub(super) const BY_NUMBER: usize = 6;

/// Tells whether a backslash and this byte are an escape, all by themselves.
#[inline]
pub(super) const fn is_letter(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
}

/// Reads the escape at the start of `text`, which begins with a backslash; gives the character and the escape's length.
pub(crate) fn read(text: &[u8]) -> Result<(char, usize), DecodeErrorKind> {
    let character = match text.get(1).ok_or(DecodeErrorKind::CutShort)? {
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return by_number(text),
        _ => return Err(DecodeErrorKind::MalformedEscape),
    };
    Ok((character, 2))
}

/// Counts the bytes at the start of `text` that stand for themselves: up to a quote, a backslash or a control character.
#[inline]
pub(super) fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // Eight bytes at once. Taking `n` from a byte that is smaller sets its high bit; where the lowest such byte lies, nothing
    // was borrowed below it. With the second bit flipped, the quote and the control characters are those below 0x21.
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
        let stops = (quote_or_control | backslash) & !word & (ONES << 7);
        if stops != 0 {
            return text.len() - rest.len() + stops.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    let stops = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    text.len() - rest.len() + rest.iter().position(stops).unwrap_or(rest.len())
}

fn by_number(text: &[u8]) -> Result<(char, usize), DecodeErrorKind> {
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
    Err(DecodeErrorKind::LoneSurrogate)
}

fn number(text: &[u8]) -> Result<u32, DecodeErrorKind> {
    let mut number = 0;
    for index in 0..4 {
        let digit = text.get(index).ok_or(DecodeErrorKind::CutShort)?;
        let digit = char::from(*digit).to_digit(16);
        number = number * 16 + digit.ok_or(DecodeErrorKind::MalformedEscape)?;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn every_byte_at_every_place_stops_or_not() {
        for length in 0..=24 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = [b'a'; 24];
                    text[place] = byte;
                    let stops = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let expected = if stops { place } else { length };
                    assert_eq!(plain(&text[..length]), expected, "{byte:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_stops() {
        for first in 0..16 {
            let mut text = [0xff; 16];
            text[first..].fill(b'!');
            text[first] = b'"';
            text[15] = b'"';
            assert_eq!(plain(&text), first);
            text[first..].fill(0);
            assert_eq!(plain(&text), first);
        }
    }
}
