//! Where lines and names end, for many bytes at once.

/// So many bytes are looked at together: one for each bit of the marks, and the one behind them.
const WINDOW: usize = 64;

/// Where in a window of some text there is a line feed, or `::` begins.
///
/// Of the text behind, nothing is known. A `::` of which only the first byte was looked at is not marked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Where the window begins.
    from: usize,
    /// A bit a byte, the first lowest.
    bits: u64,
}

impl Marks {
    /// Looks at `text` from this place on.
    #[inline]
    pub(super) fn of(text: &[u8], from: usize) -> Self {
        let rest = &text[from..];
        if let Some(window) = rest.first_chunk() {
            return Self {
                from,
                bits: marks(window),
            };
        }
        if let Some(window) = text.last_chunk() {
            let before = rest.len();
            let from = text.len() - window.len();
            return Self {
                from,
                bits: marks(window),
            }
            .behind(text.len() - before);
        }
        Self {
            from,
            bits: marks_of_few(rest),
        }
    }

    /// Takes the line that starts at `from`, if its end was looked at.
    #[inline]
    pub(super) fn line(&mut self, text: &[u8], from: usize) -> Option<Line> {
        let mut separator = None;
        let mut bits = self.bits;
        while bits != 0 {
            let at = self.from + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if text[at] == b'\n' {
                self.bits = bits;
                let separator = separator.filter(|at| *at > from);
                return Some(Line { separator, end: at });
            }
            separator.get_or_insert(at);
        }
        None
    }

    /// Goes on at this place.
    #[inline]
    pub(super) fn behind(self, at: usize) -> Self {
        let bits = match at.saturating_sub(self.from) {
            passed @ 0..WINDOW => self.bits & (u64::MAX << passed),
            _ => 0,
        };
        Self { bits, ..self }
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

const ONES: u64 = u64::from_ne_bytes([1; 8]);

#[inline]
fn marks(window: &[u8; WINDOW + 1]) -> u64 {
    // Compilers make vector instructions of this loop.
    let mut bits = [0; WINDOW];
    for (index, bit) in bits.iter_mut().enumerate() {
        let separator = (window[index] == b':') & (window[index + 1] == b':');
        let marked = (window[index] == b'\n') | separator;
        *bit = if marked { 1 << (index % 8) } else { 0 };
    }
    // Eight bytes hold eight different bits: their sum is all of them, in the highest byte of the product.
    let mut marks = [0; WINDOW / 8];
    for (bits, marks) in bits.as_chunks().0.iter().zip(&mut marks) {
        *marks = u64::from_le_bytes(*bits).wrapping_mul(ONES).to_be_bytes()[0];
    }
    u64::from_le_bytes(marks)
}

/// The same for up to a window.
#[inline]
fn marks_of_few(text: &[u8]) -> u64 {
    let (mut ends, mut colons) = (0, 0);
    let mut look = |at: usize, word: [u8; 8]| {
        ends |= equal(word, b'\n') << at;
        colons |= equal(word, b':') << at;
    };
    for (index, word) in text.as_chunks().0.iter().enumerate() {
        look(8 * index, *word);
    }
    match text.last_chunk() {
        // Some of it a second time, and the same comes out.
        Some(word) => look(text.len() - 8, *word),
        None => {
            let mut word = [0; 8];
            word.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            look(0, word);
        }
    }
    ends | (colons & (colons >> 1))
}

/// Tells which bytes are this one.
#[inline]
fn equal(word: [u8; 8], byte: u8) -> u64 {
    const LOW: u64 = ONES * 0x7f;
    let differences = u64::from_le_bytes(word) ^ (ONES * u64::from(byte));
    // The high bit of each byte that has no difference, and no other; then all of them together in one byte.
    let equal = !(((differences & LOW) + LOW) | differences | LOW);
    (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Line, Marks, equal};

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
                let bits = marks.bits.checked_shr((from - marks.from) as u32);
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
    fn no_byte_is_taken_for_another() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut word = [byte ^ 0x80; 8];
                word[at] = byte;
                word[(at + 5) % 8] = byte ^ 1;
                assert_eq!(equal(word, byte), 1 << at);
            }
            for at in 0..64 {
                let mut text = [byte; 65];
                text[at..].fill(b'\n');
                assert_eq!(Marks::of(&text, 0).bits, plainly(&text, 0));
            }
        }
    }

    #[test]
    fn lines_are_found_where_their_ends_were_looked_at() {
        let text = b"ab::c::d\n::e\nf\n\ng::h";
        let mut marks = Marks::of(text, 0);
        let mut line = |from| marks.line(text, from);
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
        assert_eq!(marks.behind(10).bits, u64::MAX);
        assert_eq!(marks.behind(13).bits, u64::MAX << 3);
        assert_eq!(marks.behind(74).bits, 0);
    }
}
