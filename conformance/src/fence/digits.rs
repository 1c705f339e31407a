use memchr::memmem;

/// The number of digits.
pub(super) const DIGITS: usize = 9;

/// Random decimal digits, and how they look in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) plain: String,
    pub(super) hex: String,
}

impl Digits {
    /// Returns as many digits as [`DIGITS`] says, from the lowest ones of a number.
    pub(super) fn of(number: u64) -> Self {
        let plain = format!("{:0DIGITS$}", number % 10_u64.pow(DIGITS as u32));
        Self {
            hex: hex::encode(&plain),
            plain,
        }
    }

    /// Returns whether a line holds these digits, plain or in hex.
    pub(super) fn are_in(&self, line: &[u8]) -> bool {
        memmem::find(line, self.plain.as_bytes()).is_some()
            || memmem::find(line, self.hex.as_bytes()).is_some()
    }
}

/// Returns whether a line holds a letter followed by `digits` digits, in any of the contract's
/// forms: the mark of a fence, or of a numbered datagram, of any factory.
#[cfg(feature = "diagnosis")]
pub(crate) fn holds_mark(line: &[u8], letter: u8, digits: usize) -> bool {
    let is_letter = |byte: &u8| byte.eq_ignore_ascii_case(&letter);
    let are_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let is_plain = |bytes: &[u8]| is_letter(&bytes[0]) && are_digits(&bytes[1..]);
    let is_hex = |bytes: &[u8]| {
        // A digit in hex is the character `3` and the digit itself.
        bytes
            .chunks_exact(2)
            .skip(1)
            .all(|pair| pair[0] == b'3' && pair[1].is_ascii_digit())
            && hex::decode(&bytes[..2]).is_ok_and(|first| is_letter(&first[0]))
    };
    line.windows(1 + digits).any(is_plain) || line.windows(2 + 2 * digits).any(is_hex)
}
