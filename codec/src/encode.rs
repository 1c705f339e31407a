use core::fmt;

use crate::Bytes;
use crate::copy::copy;

/// Why an event was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeError {
    /// The datagram would be longer than senders may make it.
    TooLong {
        /// Its length, in bytes.
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

/// An event in the form of some dialect.
pub(crate) trait Message {
    /// The greatest length of a datagram, in bytes.
    const LIMIT: usize;

    fn write(&self, sink: &mut impl Sink);
}

/// A consumer of the pieces of a datagram, in order.
pub(crate) trait Sink: Default {
    fn put(&mut self, piece: &[u8]);
}

pub(crate) fn size(message: &impl Message) -> usize {
    let mut size = Size(0);
    message.write(&mut size);
    size.0
}

/// Writes the datagram to the start of `buffer`, and returns its length.
pub(crate) fn to_slice<M: Message>(message: &M, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    let mut slice = SliceSink { buffer, size: 0 };
    message.write(&mut slice);
    let SliceSink { buffer, size } = slice;
    let size = within_limit::<M>(size)?;
    if size > buffer.len() {
        return Err(EncodeError::BufferTooSmall { size });
    }
    Ok(size)
}

/// Appends the datagram to `buffer`, and returns its length.
#[cfg(feature = "alloc")]
pub(crate) fn to_vec<M: Message>(
    message: &M,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    let size = within_limit::<M>(size(message))?;
    buffer.reserve(size);
    message.write(buffer);
    Ok(size)
}

fn within_limit<M: Message>(size: usize) -> Result<usize, EncodeError> {
    let limit = M::LIMIT;
    if size > limit {
        return Err(EncodeError::TooLong { size, limit });
    }
    Ok(size)
}

#[inline]
pub(crate) fn bytes(content: &Bytes<'_>, sink: &mut impl Sink) {
    match content.as_slice() {
        Some(slice) => sink.put(slice),
        None => content.chunks().for_each(|chunk| sink.put(&chunk)),
    }
}

#[derive(Default)]
struct Size(usize);

impl Sink for Size {
    fn put(&mut self, piece: &[u8]) {
        self.0 += piece.len();
    }
}

/// A sink that writes while there is space, and counts bytes behind that.
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
impl Sink for alloc::vec::Vec<u8> {
    fn put(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
}

/// The digits of an integer.
pub(crate) struct Decimal {
    buffer: [u8; 20],
    start: usize,
}

impl Decimal {
    pub(crate) fn unsigned(mut integer: u64) -> Self {
        let mut decimal = Self {
            buffer: [b'0'; 20],
            start: 20,
        };
        loop {
            decimal.start -= 1;
            // A remainder by ten fits any integer type.
            decimal.buffer[decimal.start] += (integer % 10) as u8;
            integer /= 10;
            if integer == 0 {
                return decimal;
            }
        }
    }

    pub(crate) fn digits(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}
