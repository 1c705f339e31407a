//! Where lines and names end, for many bytes at once.

use crate::lanes::{LANES, Which};

/// So many bytes are looked at together: one for each bit of the marks, and the one behind them.
const WINDOW: usize = 64;

/// Where in a window of some text there are line feeds, and where `::` begins: a bit a byte, the first lowest.
///
/// Of the text behind, nothing is known. A `::` of which only the first byte was looked at is not marked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Where the window begins.
    from: usize,
    ends: u64,
    separators: u64,
}

impl Marks {
    /// Looks at `text` from this place on.
    #[inline]
    pub(super) fn of(text: &[u8], from: usize) -> Self {
        let rest = &text[from..];
        if let Some(window) = rest.first_chunk() {
            return Self::of_window(window, from);
        }
        if let Some(window) = text.last_chunk::<{ WINDOW + 1 }>() {
            return Self::of_window(window, text.len() - window.len()).behind(from);
        }
        Self::of_few(rest, from)
    }

    /// Takes the line that starts at `from`, if its end was looked at.
    #[inline]
    pub(super) fn line(&mut self, from: usize) -> Option<Line> {
        if self.ends == 0 {
            return None;
        }
        let (end, separator) = (self.ends.trailing_zeros(), self.separators.trailing_zeros());
        self.ends &= self.ends - 1;
        self.separators &= u64::MAX << end;
        let separator = self.from + separator as usize;
        let end = self.from + end as usize;
        Some(Line {
            separator: (from < separator && separator < end).then_some(separator),
            end,
        })
    }

    /// Goes on at this place.
    #[inline]
    pub(super) fn behind(self, at: usize) -> Self {
        let left = match at.saturating_sub(self.from) {
            passed @ 0..WINDOW => u64::MAX << passed,
            _ => 0,
        };
        Self {
            from: self.from,
            ends: self.ends & left,
            separators: self.separators & left,
        }
    }

    #[inline]
    fn of_window(window: &[u8; WINDOW + 1], from: usize) -> Self {
        let mut marks = Self::none(from);
        for (index, group) in window.as_chunks().0.iter().enumerate() {
            marks.look(LANES * index, group);
        }
        let next = u64::from(window[WINDOW] == b':') << (WINDOW - 1);
        marks.separators &= (marks.separators >> 1) | next;
        marks
    }

    /// The same for up to a window.
    #[inline]
    fn of_few(text: &[u8], from: usize) -> Self {
        let mut marks = Self::none(from);
        for (index, group) in text.as_chunks().0.iter().enumerate() {
            marks.look(LANES * index, group);
        }
        match text.last_chunk() {
            // Some of it a second time, and the same comes out.
            Some(group) => marks.look(text.len() - LANES, group),
            None => {
                let mut group = [0; LANES];
                group
                    .iter_mut()
                    .zip(text)
                    .for_each(|(to, from)| *to = *from);
                marks.look(0, &group);
            }
        }
        marks.separators &= marks.separators >> 1;
        marks
    }

    const fn none(from: usize) -> Self {
        Self {
            from,
            ends: 0,
            separators: 0,
        }
    }

    /// Marks line feeds, and colons, whether or not another follows.
    #[inline(always)]
    fn look(&mut self, at: usize, group: &[u8; LANES]) {
        self.ends |= Which::equal(group, b'\n').bits() << at;
        self.separators |= Which::equal(group, b':').bits() << at;
    }
}

/// A line, as far as it goes before quotes are looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where `::` ends a name: the first of the line, unless it begins with one (T4, T5).
    pub(super) separator: Option<usize>,
    /// Where the line feed is.
    pub(super) end: usize,
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Line, Marks};

    fn bits(marks: Marks) -> u64 {
        assert_eq!(marks.ends & marks.separators, 0);
        marks.ends | marks.separators
    }

    fn plainly(text: &[u8], from: usize) -> u64 {
        let marked = |at: &usize| text[*at] == b'\n' || text[*at..].starts_with(b"::");
        let window = from..text.len().min(from + 64);
        window
            .filter(marked)
            .fold(0, |marks, at| marks | 1 << (at - from))
    }

    /// Bytes that are marked, that differ from those in one bit, and others, in an order without a pattern.
    fn text(length: usize, mut seed: u32) -> Vec<u8> {
        let mut byte = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"\n::\n:\x0b\x8a;\xba\0\xffabc:\n"[(seed >> 28) as usize]
        };
        (0..length).map(|_| byte()).collect()
    }

    #[test]
    fn every_place_is_marked_as_plainly_looked_at() {
        for length in 0..140 {
            let text = text(length, length as u32);
            for from in 0..length {
                let marks = Marks::of(&text, from);
                let mut expected = plainly(&text, from);
                // The last byte has no byte behind it, which a whole window wants.
                if length > 64 && length - from <= 64 {
                    expected &= !(1 << (length - 1 - from));
                }
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
                let mut text = [byte; 65];
                text[at..].fill(b'\n');
                assert_eq!(bits(Marks::of(&text, 0)), plainly(&text, 0));
            }
        }
    }

    #[test]
    fn lines_are_found_where_their_ends_were_looked_at() {
        let text = b"ab::c::d\n::e\nf\n\ng::h";
        let mut marks = Marks::of(text, 0);
        let mut line = |from| marks.line(from);
        let is = |separator, end| Some(Line { separator, end });
        assert_eq!(line(0), is(Some(2), 8));
        assert_eq!(line(9), is(None, 12));
        assert_eq!(line(13), is(None, 14));
        assert_eq!(line(15), is(None, 15));
        assert_eq!(line(16), None);
    }

    #[test]
    fn what_lies_behind_is_not_marked_any_more() {
        let marks = Marks::of(&[b'\n'; 100], 10);
        assert_eq!(bits(marks.behind(10)), u64::MAX);
        assert_eq!(bits(marks.behind(13)), u64::MAX << 3);
        assert_eq!(bits(marks.behind(74)), 0);
    }
}
