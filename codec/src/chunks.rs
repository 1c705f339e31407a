use core::fmt;
use core::iter::FusedIterator;
use core::ops::Deref;

#[cfg(feature = "jsonrpc")]
use crate::jsonrpc::escape;
use crate::search::find;

/// A piece of some [`Bytes`](crate::Bytes): a slice, but for where it lies.
///
/// Nearly all pieces stand in the datagram as they are. A JSON escape such as `\u00e9` stands for bytes that do not: those
/// are in the piece itself.
#[derive(Clone, Copy)]
pub struct Chunk<'a>(Place<'a>);

#[derive(Clone, Copy)]
enum Place<'a> {
    /// In the datagram.
    There(&'a [u8]),
    /// Here: what one escape stands for, at most one character in UTF-8.
    #[cfg(feature = "jsonrpc")]
    Here { bytes: [u8; 4], length: u8 },
}

impl Deref for Chunk<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::There(bytes) => bytes,
            #[cfg(feature = "jsonrpc")]
            Place::Here { bytes, length } => &bytes[..usize::from(*length)],
        }
    }
}

impl<'a> IntoIterator for Chunk<'a> {
    type Item = u8;
    type IntoIter = ChunkBytes<'a>;

    fn into_iter(self) -> ChunkBytes<'a> {
        ChunkBytes { chunk: self, at: 0 }
    }
}

/// Prints the piece as a byte string literal.
impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

/// The bytes of a [`Chunk`], one by one.
#[derive(Clone, Debug)]
pub struct ChunkBytes<'a> {
    chunk: Chunk<'a>,
    at: usize,
}

impl Iterator for ChunkBytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let byte = *self.chunk.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.chunk.len() - self.at;
        (left, Some(left))
    }
}

impl ExactSizeIterator for ChunkBytes<'_> {}

impl FusedIterator for ChunkBytes<'_> {}

/// What stands for something else, in bytes as a dialect writes them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// Nothing: the content is what stands there.
    None,
    /// `\"` stands for `"`; a backslash before anything else is itself (requirement T7).
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

    /// A piece ends before the backslash of an escape, and the next begins with the quote that it stood for.
    fn next_quoted(&mut self) -> Option<Chunk<'a>> {
        while let Some(first) = self.rest.first() {
            let from = usize::from(*first == b'"');
            let quote = find(b'"', &self.rest[from..]).map(|at| from + at);
            let chunk = match quote {
                Some(at) => &self.rest[..at - 1],
                None => self.rest,
            };
            self.rest = quote.map_or(&[], |at| &self.rest[at..]);
            if !chunk.is_empty() {
                return Some(Chunk(Place::There(chunk)));
            }
        }
        None
    }

    /// An escape is a piece, and so is what stands between two.
    #[cfg(feature = "jsonrpc")]
    fn next_json(&mut self) -> Option<Chunk<'a>> {
        if *self.rest.first()? == b'\\' {
            let (character, length) = escape::read(self.rest).ok()?;
            self.rest = &self.rest[length..];
            let mut bytes = [0; 4];
            // A character takes four bytes at most.
            let length = character.encode_utf8(&mut bytes).len() as u8;
            return Some(Chunk(Place::Here { bytes, length }));
        }
        let end = find(b'\\', self.rest).unwrap_or(self.rest.len());
        let (chunk, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Chunk(Place::There(chunk)))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        match self.escape {
            Escape::None => {
                let all = core::mem::take(&mut self.rest);
                (!all.is_empty()).then_some(Chunk(Place::There(all)))
            }
            Escape::Quote => self.next_quoted(),
            #[cfg(feature = "jsonrpc")]
            Escape::Json => self.next_json(),
        }
    }
}

impl FusedIterator for Chunks<'_> {}
