use core::fmt;

use crate::{Bytes, Unwritable};

/// Why an event was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeError {
    /// The datagram would not read back as the event. Only profiles that refuse to write such events say so.
    Unwritable(Unwritable),
    /// The datagram would be longer than the profile goes.
    TooLong {
        /// Its length, in bytes.
        size: usize,
        /// The greatest length that the profile writes.
        limit: usize,
    },
    /// The buffer does not hold the datagram. Nothing was written.
    BufferTooSmall {
        /// The length of the datagram, in bytes.
        size: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable(unwritable) => unwritable.fmt(f),
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

impl core::error::Error for EncodeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unwritable(unwritable) => Some(unwritable),
            _ => None,
        }
    }
}

impl From<Unwritable> for EncodeError {
    fn from(unwritable: Unwritable) -> Self {
        Self::Unwritable(unwritable)
    }
}

/// An event in some profile's form: what is to be written.
pub(crate) trait Message {
    /// The greatest length that the profile writes.
    const LIMIT: usize;

    fn write(&self, sink: &mut impl Sink);
}

/// Takes the pieces of a datagram in order.
pub(crate) trait Sink {
    fn put(&mut self, piece: &[u8]);
}

pub(crate) fn size(message: &impl Message) -> usize {
    let mut size = Size(0);
    message.write(&mut size);
    size.0
}

/// Writes the datagram to the start of `buffer`, and gives its length.
pub(crate) fn to_slice<M: Message>(message: &M, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    let size = size_within_limit(message)?;
    let buffer = buffer
        .get_mut(..size)
        .ok_or(EncodeError::BufferTooSmall { size })?;
    message.write(&mut Slice { rest: buffer });
    Ok(size)
}

/// Appends the datagram to `buffer`, and gives its length.
#[cfg(feature = "alloc")]
pub(crate) fn to_vec<M: Message>(
    message: &M,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    let size = size_within_limit(message)?;
    buffer.reserve(size);
    message.write(buffer);
    Ok(size)
}

fn size_within_limit<M: Message>(message: &M) -> Result<usize, EncodeError> {
    let limit = M::LIMIT;
    match size(message) {
        size if size > limit => Err(EncodeError::TooLong { size, limit }),
        size => Ok(size),
    }
}

pub(crate) fn bytes(content: &Bytes<'_>, sink: &mut impl Sink) {
    content.chunks().for_each(|chunk| sink.put(&chunk));
}

struct Size(usize);

impl Sink for Size {
    fn put(&mut self, piece: &[u8]) {
        self.0 += piece.len();
    }
}

/// Room for just the datagram.
struct Slice<'b> {
    rest: &'b mut [u8],
}

impl Sink for Slice<'_> {
    fn put(&mut self, piece: &[u8]) {
        let (room, rest) = core::mem::take(&mut self.rest).split_at_mut(piece.len());
        room.copy_from_slice(piece);
        self.rest = rest;
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
