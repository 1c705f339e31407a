use core::fmt;
use core::hash::{Hash, Hasher};

use crate::chunks::{Chunk, Chunks, Escape};

/// A string of bytes, borrowed from a datagram, that may still have the escapes of its dialect.
///
/// All methods work on the content, without escapes: [`len`](Self::len), iteration and comparison
/// see `"` where the datagram has `\"`, and `é` where JSON has `\u00e9`. If there are no escapes,
/// which is the usual case, [`as_slice`](Self::as_slice) returns the content without copying.
///
/// ```
/// use event_datagram::text;
///
/// let event = text::decode(b"E_TEST\nsaid::\"first \\\"line\\\"\nsecond\"\n\n")?;
/// let said = event.params().next().unwrap().value;
/// assert_eq!(said, *b"first \"line\"\nsecond");
/// # Ok::<(), text::DecodeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    raw: &'a [u8],
    escape: Escape,
}

impl<'a> Bytes<'a> {
    /// Wraps bytes without escapes.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            raw: bytes,
            escape: Escape::None,
        }
    }

    /// Wraps the inside of a quoted value. Every `"` in it must have a backslash before it, because
    /// the quote would otherwise have closed the value. These backslashes are not part of the
    /// content.
    pub(crate) const fn quoted(raw: &'a [u8]) -> Self {
        Self {
            raw,
            escape: Escape::Quote,
        }
    }

    /// Wraps the inside of a JSON string without malformed escapes. A decoder must return an error
    /// if the string contains a lone surrogate.
    #[cfg(feature = "jsonrpc")]
    pub(crate) const fn json(raw: &'a [u8]) -> Self {
        Self {
            raw,
            escape: Escape::Json,
        }
    }

    /// Returns the content as a slice of the datagram, or `None` if it has escapes.
    #[inline]
    pub const fn as_slice(&self) -> Option<&'a [u8]> {
        match self.escape {
            Escape::None => Some(self.raw),
            _ => None,
        }
    }

    /// Returns the length of the content in bytes, in constant time if there are no escapes.
    pub fn len(&self) -> usize {
        self.chunks().map(|chunk| chunk.len()).sum()
    }

    /// Returns whether the content is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Returns the bytes of the content.
    pub fn iter(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        self.chunks().flat_map(Chunk::bytes)
    }

    /// Returns the content in chunks that are not empty, each as long as escapes allow.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> + Clone + use<'a> {
        Chunks::new(self.raw, self.escape)
    }

    /// Returns the content, borrowed if it has no escapes.
    #[cfg(feature = "alloc")]
    pub fn to_cow(&self) -> alloc::borrow::Cow<'a, [u8]> {
        match self.as_slice() {
            Some(slice) => slice.into(),
            None => self.to_vec().into(),
        }
    }

    /// Copies the content into a new vector.
    #[cfg(feature = "alloc")]
    pub fn to_vec(&self) -> alloc::vec::Vec<u8> {
        let mut content = alloc::vec::Vec::with_capacity(self.raw.len());
        self.chunks()
            .for_each(|chunk| content.extend_from_slice(&chunk));
        content
    }
}

/// Prints the content as a byte string literal that can be pasted into a test.
impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("b\"")?;
        self.chunks()
            .try_for_each(|chunk| write!(f, "{}", chunk.escape_ascii()))?;
        f.write_str("\"")
    }
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Bytes<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::new(bytes)
    }
}

impl<'a> From<&'a str> for Bytes<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl PartialEq for Bytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.as_slice(), other.as_slice()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.iter().eq(other.iter()),
        }
    }
}

impl Eq for Bytes<'_> {}

impl PartialEq<[u8]> for Bytes<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        *self == Bytes::new(other)
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Bytes<'_> {
    fn eq(&self, other: &[u8; N]) -> bool {
        *self == Bytes::new(other)
    }
}

impl Hash for Bytes<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff);
    }
}
