use core::fmt;

use crate::Bytes;
use crate::copy::copy;
use crate::lanes::ByteClass;
use crate::window::{WINDOW, marks_of};

/// Why an event was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeError {
    /// The datagram would be longer than senders may write.
    TooLong {
        /// The length of the datagram, in bytes.
        size: usize,
        /// The greatest length, in bytes.
        limit: usize,
    },
    /// The buffer is too small for the datagram. A part of the buffer may have been overwritten.
    BufferTooSmall {
        /// The length of the datagram, in bytes.
        size: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { size, limit } => {
                write!(
                    f,
                    "datagram would be {size} bytes long, {limit} are the limit"
                )
            }
            Self::BufferTooSmall { size } => {
                write!(f, "datagram of {size} bytes does not fit into the buffer")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

/// An event that can be written in a dialect.
pub(crate) trait Message {
    /// The greatest length of a datagram, in bytes.
    const LIMIT: usize;

    /// Writes the datagram and returns the sink.
    ///
    /// Sinks are passed by value. If a cold function took a reference to a sink, the compiler would
    /// keep the sink in memory on the hot path, too.
    fn write<S: Sink>(&self, sink: S) -> S;
}

/// A consumer of the pieces of a datagram, in order.
pub(crate) trait Sink: Sized {
    fn put(&mut self, piece: &[u8]);
}

pub(crate) fn size(message: &impl Message) -> usize {
    message.write(SliceSink::default()).size
}

/// Writes the datagram to the start of `buffer`, and returns its length.
pub(crate) fn to_slice<M: Message>(message: &M, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    let SliceSink { buffer, size } = message.write(SliceSink { buffer, size: 0 });
    let size = within_limit::<M>(size)?;
    if size > buffer.len() {
        return Err(EncodeError::BufferTooSmall { size });
    }
    Ok(size)
}

/// Appends the datagram to `buffer`, and returns its length.
///
/// Safe code cannot write to uninitialized memory, and many small appends to a vector are slow.
/// Writing to a slice of zeros after the content is faster for datagrams that fit into it, which
/// are nearly all. For a longer one, the first attempt returns the length, so that at most one
/// allocation is needed.
#[cfg(feature = "alloc")]
pub(crate) fn to_vec<M: Message>(
    message: &M,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    /// At least the length of 99.5 % of the captured datagrams.
    const SPACE: usize = 512;
    let start = buffer.len();
    buffer.resize(start + SPACE, 0);
    let size = to_slice(message, &mut buffer[start..]);
    buffer.truncate(start + size.unwrap_or(0));
    if let Err(EncodeError::BufferTooSmall { size }) = size {
        buffer.reserve(size);
        message.write(buffer);
        return Ok(size);
    }
    size
}

fn within_limit<M: Message>(size: usize) -> Result<usize, EncodeError> {
    let limit = M::LIMIT;
    if size > limit {
        return Err(EncodeError::TooLong { size, limit });
    }
    Ok(size)
}

#[inline(always)]
pub(crate) fn bytes<S: Sink>(content: Bytes<'_>, mut sink: S) -> S {
    match content.as_slice() {
        Some(text) => sink.put(text),
        None => sink = unescaped(content, sink),
    }
    sink
}

/// Writes content that was read from a datagram with escapes.
#[cold]
pub(crate) fn unescaped<S: Sink>(content: Bytes<'_>, mut sink: S) -> S {
    content.chunks().for_each(|chunk| sink.put(&chunk));
    sink
}

/// Writes `text`, and calls `escape` in place of each byte of a class.
#[inline(always)]
pub(crate) fn escaped<S: Sink>(
    text: &[u8],
    class: impl ByteClass,
    escape: impl Fn(u8, &mut S),
    mut sink: S,
) -> S {
    let (mut from, mut searched) = (0, 0);
    while searched < text.len() {
        let (window, mut marks) = marks_of(class, text, searched);
        while marks != 0 {
            let at = window + marks.trailing_zeros() as usize;
            sink.put(&text[from..at]);
            escape(text[at], &mut sink);
            from = at + 1;
            marks &= marks - 1;
        }
        searched = window + WINDOW;
    }
    sink.put(&text[from..]);
    sink
}

/// A sink that writes while there is space, and then only counts bytes.
#[derive(Default)]
struct SliceSink<'b> {
    buffer: &'b mut [u8],
    size: usize,
}

impl Sink for SliceSink<'_> {
    #[inline(always)]
    fn put(&mut self, piece: &[u8]) {
        let end = self.size + piece.len();
        if let Some(to) = self.buffer.get_mut(self.size..end) {
            copy(piece, to);
        }
        self.size = end;
    }
}

#[cfg(feature = "alloc")]
impl Sink for &mut alloc::vec::Vec<u8> {
    fn put(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
}

/// Writes the decimal digits of an integer.
///
/// The digits are computed in pieces of eight, each in a register.
#[inline(always)]
pub(crate) fn decimal(integer: u64, sink: &mut impl Sink) {
    // Most integers of events have one digit.
    if integer < 10 {
        return sink.put(&[b'0' + integer as u8]);
    }
    let high = integer / 100_000_000;
    let pieces = [high / 100_000_000, high, integer].map(|piece| piece % 100_000_000);
    let first = pieces.iter().take_while(|piece| **piece == 0).count();
    sink.put(significant(&eight_digits(pieces[first])));
    for piece in &pieces[first + 1..] {
        sink.put(&eight_digits(*piece));
    }
}

/// Returns the digits without leading zeros. Not all of them are zeros.
#[inline(always)]
fn significant(digits: &[u8; 8]) -> &[u8] {
    let zeros = (u64::from_le_bytes(*digits) ^ ZEROS).trailing_zeros() / 8;
    &digits[zeros as usize..]
}

/// The digit `0` in each byte.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Returns the digits of an integer below 100,000,000.
///
/// Divides all parts of a word at once: into two numbers of four digits, then four of two, then
/// eight of one. It multiplies by 10,486 / 2^20 for 1/100, and by 103 / 2^10 for 1/10: the
/// quotients are exact for numbers of four and of two digits.
#[inline(always)]
fn eight_digits(integer: u64) -> [u8; 8] {
    let fours = (integer / 10_000) | ((integer % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    (ZEROS | tens | ((pairs - tens * 10) << 8)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::{decimal, eight_digits};

    #[test]
    fn every_eight_digits_are_those_of_the_integer() {
        // Tests all numbers of four digits, in either half.
        for four in 0..10_000_u64 {
            for integer in [four, four * 10_000, four * 10_001, 99_990_000 + four] {
                let expected = alloc::format!("{integer:08}");
                assert_eq!(eight_digits(integer), expected.as_bytes());
            }
        }
    }

    #[test]
    fn integers_are_written_as_core_writes_them() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power / 4 * 7]);
        for integer in near.chain([u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1]) {
            let mut digits = Vec::new();
            decimal(integer, &mut &mut digits);
            assert_eq!(digits, integer.to_string().as_bytes());
        }
    }
}
