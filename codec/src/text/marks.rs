//! Finds the ends of lines and names, in 64 bytes at once.
//!
//! Without this module, `decode/text/contact` takes 3 times the instructions.

use crate::lanes::ByteMask;
use crate::window;

/// The line feeds and the beginnings of `::` in a window of some text: a bit for each byte, the
/// first one lowest.
///
/// The marks say nothing about the text after the window. A `::` that begins with the last byte of
/// the window is not marked: its line ends after the window, so that [`line`](Self::line) returns
/// `None` for this line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// The offset of the window in the text.
    from: usize,
    ends: u64,
    separators: u64,
}

impl Marks {
    /// Marks the window of `text` that begins at `from`.
    #[inline]
    pub(super) fn of(text: &[u8], from: usize) -> Self {
        let (from, [ends, colons]) = window::marks(text, from, |group| {
            [b'\n', b':'].map(|byte| ByteMask::equal(group, byte))
        });
        Self {
            from,
            ends,
            separators: colons & colons >> 1,
        }
    }

    /// Removes and returns the line that starts at `from`, if its end is in the window.
    #[inline]
    pub(super) fn line(&mut self, from: usize) -> Option<MarkedLine> {
        if self.ends == 0 {
            return None;
        }
        let (end, separator) = (self.ends.trailing_zeros(), self.separators.trailing_zeros());
        self.ends &= self.ends - 1;
        self.separators &= u64::MAX << end;
        let separator = self.from + separator as usize;
        let end = self.from + end as usize;
        Some(MarkedLine {
            separator: (from < separator && separator < end).then_some(separator),
            end,
        })
    }

    /// Removes the marks before `at`.
    #[inline]
    pub(super) fn skip_to(self, at: usize) -> Self {
        Self {
            from: self.from,
            ends: window::skip_to(at, self.from, self.ends),
            separators: window::skip_to(at, self.from, self.separators),
        }
    }
}

/// A line, found without regard to quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MarkedLine {
    /// The position of the first `::`, unless the line begins with it (T4, T5).
    pub(super) separator: Option<usize>,
    /// The position of the line feed.
    pub(super) end: usize,
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{MarkedLine, Marks};

    fn bits(marks: Marks) -> u64 {
        assert_eq!(marks.ends & marks.separators, 0);
        marks.ends | marks.separators
    }

    fn plainly(text: &[u8], from: usize) -> u64 {
        let window = from..text.len().min(from + 64);
        let known = &text[..window.end];
        let marked = |at: &usize| known[*at] == b'\n' || known[*at..].starts_with(b"::");
        window
            .filter(marked)
            .fold(0, |marks, at| marks | 1 << (at - from))
    }

    /// Returns marked bytes, bytes that differ from them in one bit, and others, in a pseudorandom
    /// order.
    fn text(length: usize, mut seed: u32) -> Vec<u8> {
        let mut byte = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"\n::\n:\x0b\x8a;\xba\0\xffabc:\n"[(seed >> 28) as usize]
        };
        (0..length).map(|_| byte()).collect()
    }

    #[test]
    fn marks_equal_those_of_a_plain_search() {
        for length in 0..140 {
            let text = text(length, length as u32);
            for from in 0..length {
                let marks = Marks::of(&text, from);
                let expected = plainly(&text, from);
                let bits = bits(marks).checked_shr((from - marks.from) as u32);
                assert_eq!(
                    bits.unwrap_or(0),
                    expected,
                    "{from} in {}",
                    text.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn no_byte_is_taken_for_a_line_feed() {
        for byte in 0..=u8::MAX {
            for at in 0..64 {
                let mut text = [byte; 64];
                text[at..].fill(b'\n');
                assert_eq!(bits(Marks::of(&text, 0)), plainly(&text, 0));
            }
        }
    }

    #[test]
    fn lines_are_found_if_their_ends_are_in_the_window() {
        let text = b"ab::c::d\n::e\nf\n\ng::h";
        let mut marks = Marks::of(text, 0);
        let mut line = |from| marks.line(from);
        let is = |separator, end| Some(MarkedLine { separator, end });
        assert_eq!(line(0), is(Some(2), 8));
        assert_eq!(line(9), is(None, 12));
        assert_eq!(line(13), is(None, 14));
        assert_eq!(line(15), is(None, 15));
        assert_eq!(line(16), None);
    }

    #[test]
    fn skipped_marks_are_removed() {
        let marks = Marks::of(&[b'\n'; 100], 10);
        assert_eq!(bits(marks.skip_to(10)), u64::MAX);
        assert_eq!(bits(marks.skip_to(13)), u64::MAX << 3);
        assert_eq!(bits(marks.skip_to(74)), 0);
    }
}
