//! Reads the numbers of JSON text.

use super::error::DecodeErrorKind as Kind;
use super::scan::{Faults, Scanner};

impl Scanner<'_> {
    /// Reads a number. Returns 0 for a number that no event has.
    #[inline(always)]
    pub(super) fn number(&mut self, faults: &mut Faults) -> Option<i64> {
        let start = self.at;
        let negative = self.pass(b"-");
        let first = self.at;
        let mut sum = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            sum = sum.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        let (digits, leading) = (self.at - first, self.text.get(first));
        // Eighteen digits always fit.
        let is_usual = matches!((digits, leading), (1, _) | (2..=18, Some(b'1'..=b'9')));
        if is_usual && !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Some(if negative { -sum } else { sum });
        }
        self.at = start;
        self.out_of_line(|json| json.unusual_number(faults))
    }

    /// Reads a number that is long, not an integer, or malformed.
    #[cold]
    fn unusual_number(&mut self, faults: &mut Faults) -> Option<i64> {
        let start = *self;
        self.pass(b"-");
        let first = self.at;
        self.digits(faults)?;
        if self.text[first] == b'0' && self.at > first + 1 {
            self.at = first + 1;
            return self.malformed(Kind::MalformedNumber, faults);
        }
        let integer = str::from_utf8(&self.text[start.at..self.at]);
        let integer = integer.ok().and_then(|digits| digits.parse().ok());
        let mut unsupported = integer.is_none().then_some(Kind::IntegerTooLarge);
        if self.pass(b".") {
            unsupported = Some(Kind::NotInteger);
            self.digits(faults)?;
        }
        if self.pass(b"eE") {
            unsupported = Some(Kind::NotInteger);
            self.pass(b"+-");
            self.digits(faults)?;
        }
        if let Some(kind) = unsupported {
            faults.unsupported.get_or_insert(start.error(kind));
        }
        Some(integer.unwrap_or(0))
    }

    fn digits(&mut self, faults: &mut Faults) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            return self.malformed(Kind::MalformedNumber, faults);
        }
        Some(())
    }

    /// Skips the byte at the current position if it is one of `bytes`, and returns whether it was.
    #[inline(always)]
    fn pass(&mut self, bytes: &[u8]) -> bool {
        let passed = self.peek().is_some_and(|byte| bytes.contains(&byte));
        self.at += usize::from(passed);
        passed
    }
}
