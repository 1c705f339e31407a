//! The bytes of JSON strings that stand for themselves (RFC 8259, section 7): all but quotes,
//! backslashes and control characters.

use crate::lanes::{ByteClass, ByteMask, LANES};

/// Returns the length of the longest prefix of `text` whose bytes stand for themselves.
#[inline]
pub(super) fn plain(text: &[u8]) -> usize {
    let (groups, _) = text.as_chunks();
    for (index, group) in groups.iter().enumerate() {
        if let Some(first) = Escaped.mask(group).first() {
            return index * LANES + first;
        }
    }
    match text.last_chunk() {
        // Overlaps the groups before it.
        Some(group) => Escaped
            .mask(group)
            .first()
            .map_or(text.len(), |first| text.len() - LANES + first),
        None => text
            .iter()
            .position(|byte| Escaped.has(*byte))
            .unwrap_or(text.len()),
    }
}

/// The class of the bytes that do not stand for themselves.
#[derive(Clone, Copy)]
pub(super) struct Escaped;

impl ByteClass for Escaped {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        matches!(byte, ..0x20 | b'"' | b'\\')
    }

    #[inline(always)]
    fn mask(self, bytes: &[u8; LANES]) -> ByteMask {
        // With the second bit flipped, the quote and the control characters are those below 0x21.
        ByteMask::at_most(bytes, 0x20, 0x02).or(ByteMask::equal(bytes, b'\\'))
    }

    #[inline(always)]
    fn is_in_long(self, text: &[u8]) -> bool {
        plain(text) < text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, plain};
    use crate::lanes::contains;

    #[test]
    fn every_byte_at_every_place_stands_for_itself_or_not() {
        for length in 0..=40 {
            for place in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = [b'a'; 40];
                    text[place] = byte;
                    let is_escaped = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let expected = if is_escaped { place } else { length };
                    assert_eq!(plain(&text[..length]), expected, "{byte:#x} at {place}");
                    let found = contains(Escaped, &text[..length]);
                    assert_eq!(found, is_escaped, "{byte:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn long_texts_are_searched_as_short_ones_are() {
        for length in 41..=150 {
            let mut text = [b'a'; 150];
            assert_eq!(plain(&text[..length]), length);
            assert!(!contains(Escaped, &text[..length]));
            for place in 0..length {
                text[place] = b"\"\\\x1f"[place % 3];
                assert_eq!(plain(&text[..length]), place, "of {length}");
                assert!(contains(Escaped, &text[..length]), "{place} of {length}");
                text[place] = b'a';
            }
        }
    }

    #[test]
    fn the_first_of_several_ends_what_stands_for_itself() {
        for first in 0..60 {
            let mut text = [0xff; 60];
            text[first..].fill(b'!');
            text[first] = b'"';
            text[59] = b'"';
            assert_eq!(plain(&text), first);
            text[first..].fill(0);
            assert_eq!(plain(&text), first);
        }
    }
}
