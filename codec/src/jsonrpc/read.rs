use core::iter::FusedIterator;

use super::scan::{Faults, Scanner, Str};
use crate::Param;

/// The parameters of a [`Decoded`](super::Decoded) datagram, in order: all of them with a name, or
/// none.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    pub(super) json: Scanner<'a>,
    /// The bracket that ends the parameters: `}` if each has a name, `]` if none has.
    close: u8,
    /// Whether another parameter follows.
    more: bool,
}

impl<'a> Params<'a> {
    /// Returns the parameters in the value that begins at the scanner's place, if that is an object
    /// or an array.
    #[inline(always)]
    pub(super) fn open(mut json: Scanner<'a>) -> Option<Self> {
        let close = match json.token() {
            Some(b'{') => b'}',
            Some(b'[') => b']',
            _ => return None,
        };
        let more = json.open(close);
        Some(Self { json, close, more })
    }

    /// Returns no parameters.
    pub(super) const fn none() -> Self {
        Self {
            json: Scanner::new(b""),
            close: b']',
            more: false,
        }
    }

    /// Reads all parameters; `None` if they are malformed.
    #[inline(never)]
    pub(super) fn read_all(&mut self, faults: &mut Faults) -> Option<()> {
        // The compiler keeps a local clone in registers.
        let mut params = self.clone();
        while params.more {
            params.read(faults)?;
        }
        *self = params;
        Some(())
    }

    /// Reads the next parameter; `None` if it is malformed.
    #[inline(always)]
    fn read(&mut self, faults: &mut Faults) -> Option<Param<'a>> {
        let name = match self.close {
            b'}' => Some(self.json.name(faults)?),
            _ => None,
        };
        // The depth is 2: the value is inside the brackets of the datagram and of the parameters.
        let value = self.json.value(2, faults)?;
        self.more = self.json.more(self.close, faults)?;
        let name = name.map(Str::bytes);
        Some(Param { name, value })
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        if !self.more {
            return None;
        }
        // There are no faults: the decoder has checked the same text.
        self.read(&mut Faults::none())
    }
}

impl FusedIterator for Params<'_> {}
