//! Reads the strings of JSON text.

use super::error::DecodeErrorKind as Kind;
use super::escaped::marked_window;
use super::scan::{Faults, Scanner, Str};
use crate::unescape::{EscapeError, unescape_number};
use crate::window;

impl<'a> Scanner<'a> {
    /// Reads the string at the scanner's position.
    #[inline(always)]
    pub(super) fn string(&mut self, faults: &mut Faults) -> Option<Str<'a>> {
        let start = self.at + 1;
        // The first mark, if one is known, is the opening quote.
        self.skip_to_first(self.marks & self.marks.wrapping_sub(1), start);
        let has_escapes = self.peek() != Some(b'"');
        if has_escapes {
            self.out_of_line(|json| json.escapes(faults))?;
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        Some(Str { raw, has_escapes })
    }

    /// Skips to the first of these marks of the window, and removes the mark. If there is none,
    /// skips to the first mark at `at` or later.
    #[inline(always)]
    fn skip_to_first(&mut self, marks: u64, at: usize) {
        (self.from, self.marks) = match marks {
            0 => marked_window(self.text, at),
            marks => (self.from, marks),
        };
        self.at = self.from + self.marks.trailing_zeros() as usize;
        self.marks &= self.marks.wrapping_sub(1);
    }

    /// Skips the rest of a string, from the first byte that must be escaped to the closing quote.
    #[inline(never)]
    fn escapes(&mut self, faults: &mut Faults) -> Option<()> {
        // The compiler keeps a local copy in registers.
        let mut json = *self;
        loop {
            match json.peek() {
                Some(b'"') => break,
                Some(b'\\') => {}
                _ => return json.malformed(Kind::ControlCharacter, faults),
            }
            let (at, marks) = (json.at, json.marks);
            let escaped = json.text.get(at + 1).copied().unwrap_or(0);
            match marks_of_escape(escaped) {
                1 => json.skip_to_first(marks, at + 2),
                2 => json.skip_to_first(marks & marks.wrapping_sub(1), at + 2),
                _ => {
                    let end = at + escape_by_number(json, faults)?;
                    json.skip_to_first(window::skip_to(end, json.from, marks), end);
                }
            }
        }
        *self = json;
        Some(())
    }
}

/// Returns how many bytes of a two-byte escape that ends in this byte have a mark. Returns 0 if
/// there is no such escape.
const fn marks_of_escape(byte: u8) -> u8 {
    match byte {
        b'"' | b'\\' => 2,
        b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 1,
        _ => 0,
    }
}

/// Returns the length of the numeric escape at the scanner's position, if it is well-formed.
#[cold]
#[inline(never)]
fn escape_by_number(json: Scanner<'_>, faults: &mut Faults) -> Option<usize> {
    match unescape_number(&json.text[json.at..]) {
        Ok((_, length)) => Some(length),
        Err(EscapeError::LoneSurrogate { length }) => {
            let lone_surrogate = json.error(Kind::LoneSurrogate);
            faults.unsupported.get_or_insert(lone_surrogate);
            Some(length)
        }
        Err(EscapeError::CutShort) => json.malformed(Kind::CutShort, faults),
        Err(EscapeError::Malformed) => json.malformed(Kind::MalformedEscape, faults),
    }
}
