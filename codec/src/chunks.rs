use core::fmt;
use core::iter::FusedIterator;
use core::ops::Deref;

use memchr::memchr;

#[cfg(feature = "jsonrpc")]
use crate::unescape::unescape;

/// A part of the content of [`Bytes`](crate::Bytes) that dereferences to a slice.
///
/// Most chunks borrow from the datagram. The chunk of a JSON escape such as `\u00e9` contains the
/// bytes of the character itself.
#[derive(Clone, Copy)]
pub struct Chunk<'a>(Storage<'a>);

#[derive(Clone, Copy)]
enum Storage<'a> {
    /// A slice of the datagram.
    Borrowed(&'a [u8]),
    /// The character of an escape in UTF-8.
    #[cfg(feature = "jsonrpc")]
    Unescaped { bytes: [u8; 4], length: u8 },
}

impl Deref for Chunk<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Storage::Borrowed(bytes) => bytes,
            #[cfg(feature = "jsonrpc")]
            Storage::Unescaped { bytes, length } => &bytes[..usize::from(*length)],
        }
    }
}

impl<'a> Chunk<'a> {
    /// Returns the bytes one by one.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        (0..self.len()).map(move |at| self[at])
    }
}

/// Prints the chunk as a byte string literal.
impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

/// Which escapes a string of bytes may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// No escapes.
    None,
    /// `\"` stands for `"`; a backslash before any other byte stands for itself (requirement T7).
    Quote,
    /// The escapes of JSON strings (RFC 8259, section 7).
    #[cfg(feature = "jsonrpc")]
    Json,
}

#[derive(Clone)]
pub(crate) struct Chunks<'a> {
    rest: &'a [u8],
    escape: Escape,
}

impl<'a> Chunks<'a> {
    pub(crate) const fn new(raw: &'a [u8], escape: Escape) -> Self {
        Self { rest: raw, escape }
    }

    /// Returns the next chunk of a quoted value. A chunk ends before the backslash of an escape,
    /// and the next chunk begins with the escaped quote.
    fn next_quoted(&mut self) -> Option<Chunk<'a>> {
        while let Some(first) = self.rest.first() {
            let from = usize::from(*first == b'"');
            let quote = memchr(b'"', &self.rest[from..]).map(|at| from + at);
            let chunk = match quote {
                Some(at) => &self.rest[..at - 1],
                None => self.rest,
            };
            self.rest = quote.map_or(&[], |at| &self.rest[at..]);
            if !chunk.is_empty() {
                return Some(Chunk(Storage::Borrowed(chunk)));
            }
        }
        None
    }

    /// Returns the next chunk of a JSON string. Each escape is a chunk, and so are the bytes
    /// between two escapes.
    #[cfg(feature = "jsonrpc")]
    fn next_json(&mut self) -> Option<Chunk<'a>> {
        if *self.rest.first()? == b'\\' {
            let (character, length) = unescape(self.rest).ok()?;
            self.rest = &self.rest[length..];
            let mut bytes = [0; 4];
            // A character has at most four bytes.
            let length = character.encode_utf8(&mut bytes).len() as u8;
            return Some(Chunk(Storage::Unescaped { bytes, length }));
        }
        let end = memchr(b'\\', self.rest).unwrap_or(self.rest.len());
        let (chunk, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Chunk(Storage::Borrowed(chunk)))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        match self.escape {
            Escape::None => {
                let all = core::mem::take(&mut self.rest);
                (!all.is_empty()).then_some(Chunk(Storage::Borrowed(all)))
            }
            Escape::Quote => self.next_quoted(),
            #[cfg(feature = "jsonrpc")]
            Escape::Json => self.next_json(),
        }
    }
}

impl FusedIterator for Chunks<'_> {}
