//! The bytes that JSON strings must escape (RFC 8259, section 7): quotes, backslashes and control
//! characters.

use crate::lanes::{ByteClass, ByteMask, LANES};
use crate::window::{WINDOW, marks_of};

/// The class of the bytes that must be escaped.
#[derive(Clone, Copy)]
pub(super) struct Escaped;

impl ByteClass for Escaped {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        matches!(byte, ..0x20 | b'"' | b'\\')
    }

    #[inline(always)]
    fn mask(self, bytes: &[u8; LANES]) -> ByteMask {
        // With the second bit flipped, the quote and the control characters are the bytes below
        // 0x21.
        ByteMask::at_most(bytes, 0x20, 0x02).or(ByteMask::equal(bytes, b'\\'))
    }

    #[inline(always)]
    fn is_in_long(self, text: &[u8]) -> bool {
        marked_window(text, 0).0 < text.len()
    }
}

/// Returns the offset and the marks of the window that begins at `at`, or else of the first later
/// window that has a mark. The end of the text counts as a mark.
#[inline(never)]
pub(super) fn marked_window(text: &[u8], at: usize) -> (usize, u64) {
    match marks_of(Escaped, text, at) {
        (_, 0) => distant_window(text, at + WINDOW),
        window => window,
    }
}

/// Returns the same as [`marked_window`], for texts in which many windows without marks may come
/// first.
#[cold]
fn distant_window(text: &[u8], at: usize) -> (usize, u64) {
    let places = (at..text.len()).step_by(WINDOW);
    let mut windows = places.map(|at| marks_of(Escaped, text, at));
    windows
        .find(|(_, marks)| *marks != 0)
        .unwrap_or((text.len(), 1))
}

#[cfg(test)]
mod tests {
    use super::{Escaped, marked_window};
    use crate::lanes::contains;

    /// Returns the length of the longest prefix without a byte that must be escaped.
    fn plain(text: &[u8]) -> usize {
        let (window, marks) = marked_window(text, 0);
        window + marks.trailing_zeros() as usize
    }

    #[test]
    fn every_byte_is_classified_at_every_offset() {
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
    fn the_first_of_several_escaped_bytes_is_found() {
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
