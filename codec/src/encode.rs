use core::fmt;

use crate::carry::{copy, copy_without, holds};
use crate::search::Class;
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
    /// The buffer does not hold the datagram. What it holds instead is not said.
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
pub(crate) trait Sink: Default {
    fn put(&mut self, piece: &[u8]);

    /// Takes `text` between other pieces, unless it holds a byte of a class; tells whether it did. If not, it takes nothing.
    #[inline(always)]
    fn put_without<const N: usize>(
        &mut self,
        class: impl Class,
        before: [&[u8]; N],
        text: &[u8],
        after: &[u8],
    ) -> bool {
        let is_free = !holds(class, text);
        if is_free {
            before.into_iter().for_each(|piece| self.put(piece));
            self.put(text);
            self.put(after);
        }
        is_free
    }
}

pub(crate) fn size(message: &impl Message) -> usize {
    let mut size = Size(0);
    message.write(&mut size);
    size.0
}

/// Writes the datagram to the start of `buffer`, and gives its length.
pub(crate) fn to_slice<M: Message>(message: &M, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    let mut slice = Slice { buffer, size: 0 };
    message.write(&mut slice);
    let Slice { buffer, size } = slice;
    let size = within_limit::<M>(size)?;
    if size > buffer.len() {
        return Err(EncodeError::BufferTooSmall { size });
    }
    Ok(size)
}

/// Appends the datagram to `buffer`, and gives its length.
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

/// Writes text of which much stands behind a backslash, as far as that goes on, and gives what is left. Bytes are written many together,
/// without asking of each how to go on.
///
/// `spelling` gives what stands there for a byte, and whether behind a backslash; `None` ends it.
#[inline(never)]
pub(crate) fn escaped_densely<'t>(
    mut text: &'t [u8],
    spelling: impl Fn(u8) -> Option<(bool, u8)>,
    sink: &mut impl Sink,
) -> &'t [u8] {
    loop {
        let mut written = [0; 2 * TOGETHER];
        let (mut length, mut taken) = (0, 0);
        for byte in text.iter().take(TOGETHER) {
            let Some((is_escaped, letter)) = spelling(*byte) else {
                break;
            };
            // It has room for all of them, which the remainder says in a way that costs less than to look.
            written[length % (2 * TOGETHER)] = b'\\';
            length += usize::from(is_escaped);
            written[length % (2 * TOGETHER)] = letter;
            length += 1;
            taken += 1;
        }
        sink.put(&written[..length]);
        text = &text[taken..];
        if taken < TOGETHER || !is_dense(length - taken, taken) {
            return text;
        }
    }
}

const TOGETHER: usize = 64;

/// Tells whether so many escapes in so many bytes let expect as many behind them.
const fn is_dense(escapes: usize, bytes: usize) -> bool {
    4 * escapes >= bytes
}

#[derive(Default)]
struct Size(usize);

impl Sink for Size {
    fn put(&mut self, piece: &[u8]) {
        self.0 += piece.len();
    }
}

/// Room for a datagram, which may be too small: then only the size is right.
#[derive(Default)]
struct Slice<'b> {
    buffer: &'b mut [u8],
    size: usize,
}

impl Sink for Slice<'_> {
    #[inline(always)]
    fn put(&mut self, piece: &[u8]) {
        let end = self.size + piece.len();
        if let Some(room) = self.buffer.get_mut(self.size..end) {
            copy(piece, room);
        }
        self.size = end;
    }

    /// With one look at whether there is room.
    #[inline(always)]
    fn put_without<const N: usize>(
        &mut self,
        class: impl Class,
        before: [&[u8]; N],
        text: &[u8],
        after: &[u8],
    ) -> bool {
        let length = before
            .iter()
            .fold(text.len(), |sum, piece| sum + piece.len());
        let end = self.size + length + after.len();
        let is_free = match self.buffer.get_mut(self.size..end) {
            Some(mut room) => {
                for piece in before {
                    let (to, rest) = room.split_at_mut(piece.len());
                    copy(piece, to);
                    room = rest;
                }
                let (to, rest) = room.split_at_mut(text.len());
                copy(after, rest);
                copy_without(class, text, to)
            }
            None => !holds(class, text),
        };
        if !is_free {
            return false;
        }
        self.size = end;
        true
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
