//! Which bytes of a JSON string stand for themselves, and what the others stand for (RFC 8259, section 7).

use super::error::DecodeErrorKind;
use crate::lanes::{LANES, Which};
use crate::search::{Class, find, find_near};

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
    find(Stops, text).unwrap_or(text.len())
}

/// Counts what stands for itself between one escape of a string and the next.
///
/// Where escapes are near each other, bytes are looked at one by one: then looking at what follows need not wait until it is known how
/// many they are.
#[derive(Default)]
pub(super) struct Runs {
    are_short: bool,
}

impl Runs {
    /// Counts as [`plain`] does.
    #[inline]
    pub(super) fn next(&mut self, text: &[u8]) -> usize {
        const SHORT: usize = 2;
        let near = text.iter().take(if self.are_short { SHORT } else { 0 });
        let length = near.clone().position(|byte| Stops.has(*byte));
        let length = length.unwrap_or_else(|| plain(text));
        self.are_short = length <= SHORT;
        length
    }
}

/// What does not stand for itself: a quote, a backslash or a control character.
#[derive(Clone, Copy)]
pub(super) struct Stops;

impl Class for Stops {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        // With the second bit flipped, the quote and the control characters are those below 0x21.
        (byte ^ 0x02 < 0x21) | (byte == b'\\')
    }

    #[inline(always)]
    fn in_lanes(self, bytes: &[u8; LANES]) -> Which {
        Which::at_most(bytes, 0x20, 0x02).or(Which::equal(bytes, b'\\'))
    }

    #[inline(never)]
    fn find_far(self, text: &[u8]) -> Option<usize> {
        let is_free = |window: &&[u8; 4 * LANES]| {
            let mut groups = window
                .as_chunks()
                .0
                .iter()
                .map(|group| self.in_lanes(group));
            let first = groups.next().expect("there are four");
            groups.fold(first, Which::or).bits() == 0
        };
        let windows = text.as_chunks().0.iter();
        let at = 4 * LANES * windows.take_while(is_free).count();
        let from = at.min(text.len().saturating_sub(LANES));
        find_near(self, &text[from..]).map(|further| from + further)
    }
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
    use super::{Stops, plain};
    use crate::carry::holds;

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
                    assert_eq!(holds(Stops, &text[..length]), stops, "{byte:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn long_texts_stop_as_short_ones_do() {
        for length in 25..=230 {
            for place in 0..length {
                let mut text = [b'a'; 230];
                assert_eq!(plain(&text[..length]), length);
                text[place] = b"\"\\\x1f"[place % 3];
                assert_eq!(plain(&text[..length]), place, "of {length}");
                // One word behind it, there is another.
                if let Some(byte) = text.get_mut(place + 8) {
                    *byte = b'"';
                    assert_eq!(plain(&text[..length]), place, "of {length}");
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
