use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::plain::plain;
use super::read;
use crate::Bytes;
use crate::unescape::{EscapeError, unescape};

/// The greatest depth of brackets in a datagram, the outermost object counted.
///
/// Senders go down to 2. RFC 8259 (section 9) leaves the limit to the reader. Without a limit the
/// scanner would need memory for a datagram of brackets; with it, one bit for each bracket is
/// enough.
pub const MAX_DEPTH: usize = 128;

/// A place in JSON text. Each method moves it forward, and returns an error for malformed JSON.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// The first value or escape since this was cleared that is well-formed JSON, but that no event
    /// can hold.
    pub(super) unsupported: Option<DecodeError>,
}

/// A string without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Str<'a> {
    raw: &'a [u8],
    escapes: bool,
    /// Whether half of a surrogate pair is among the escapes.
    lone: bool,
}

impl<'a> Str<'a> {
    /// Returns the content, or `None` if a lone surrogate makes it meaningless.
    #[inline]
    pub(super) fn bytes(self) -> Option<Bytes<'a>> {
        match (self.lone, self.escapes) {
            (true, _) => None,
            (false, true) => Some(Bytes::json(self.raw)),
            (false, false) => Some(Bytes::new(self.raw)),
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            unsupported: None,
        }
    }

    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Returns the text from `start` to the byte before this place.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.text[start..self.at - 1]
    }

    pub(super) fn error(&self, kind: Kind) -> DecodeError {
        let offset = match kind {
            Kind::CutShort => self.text.len(),
            _ => self.at,
        };
        DecodeError::new(kind, offset)
    }

    #[inline]
    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Skips the opening bracket at this place, and returns whether anything comes before the
    /// closing one.
    #[inline]
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        self.space();
        let filled = self.peek() != Some(close);
        self.at += usize::from(!filled);
        filled
    }

    /// Skips the comma or closing bracket behind a value, and returns whether another value
    /// follows.
    #[inline]
    pub(super) fn more(&mut self, close: u8) -> Result<bool, DecodeError> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.unexpected(Kind::ExpectedComma)),
        }
    }

    /// Reads the name of a member, and skips to its value.
    #[inline]
    pub(super) fn name(&mut self) -> Result<Str<'a>, DecodeError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected(Kind::ExpectedName));
        }
        let name = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected(Kind::ExpectedColon));
        }
        self.at += 1;
        self.space();
        Ok(name)
    }

    /// Skips a value of any kind, inside of `depth` open brackets.
    #[inline]
    pub(super) fn value(&mut self, depth: usize) -> Result<(), DecodeError> {
        match self.peek() {
            Some(b'{' | b'[') => {
                let nested = self.error(Kind::Nested);
                self.unsupported.get_or_insert(nested);
                self.nested(depth)
            }
            _ => self.scalar(),
        }
    }

    /// Reads a string.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Str<'a>, DecodeError> {
        self.at += 1;
        let start = self.at;
        let (mut escapes, mut lone) = (false, false);
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    lone |= self.escape()?;
                }
                Some(0x20..) => self.at += plain(&self.text[self.at..]),
                _ => return Err(self.unexpected(Kind::ControlCharacter)),
            }
        }
        self.at += 1;
        Ok(Str {
            raw: self.since(start),
            escapes,
            lone,
        })
    }

    /// Skips an escape, and returns whether it is half of a surrogate pair.
    #[inline]
    fn escape(&mut self) -> Result<bool, DecodeError> {
        match unescape(&self.text[self.at..]) {
            Ok((_, length)) => {
                self.at += length;
                Ok(false)
            }
            Err(EscapeError::LoneSurrogate { length }) => {
                self.set_unsupported(Kind::LoneSurrogate, self.at);
                self.at += length;
                Ok(true)
            }
            Err(EscapeError::CutShort) => Err(self.error(Kind::CutShort)),
            Err(EscapeError::Malformed) => Err(self.error(Kind::MalformedEscape)),
        }
    }

    /// Skips an array or object inside of `depth` open brackets.
    fn nested(&mut self, depth: usize) -> Result<(), DecodeError> {
        // A bit for each bracket that is opened here, the innermost lowest: whether it is an
        // object's.
        let mut objects = 0_u128;
        let mut opened = 0;
        loop {
            let close = |objects| if objects & 1 == 1 { b'}' } else { b']' };
            let mut more = false;
            if let Some(bracket @ (b'{' | b'[')) = self.peek() {
                if depth + opened == MAX_DEPTH {
                    return Err(self.error(Kind::TooDeep));
                }
                opened += 1;
                objects = objects << 1 | u128::from(bracket == b'{');
                more = self.open(close(objects));
                if !more {
                    opened -= 1;
                    objects >>= 1;
                }
            } else {
                self.scalar()?;
            }
            // Behind a value: as many brackets as close here.
            while !more {
                if opened == 0 {
                    return Ok(());
                }
                more = self.more(close(objects))?;
                if !more {
                    opened -= 1;
                    objects >>= 1;
                }
            }
            if objects & 1 == 1 {
                self.name()?;
            }
        }
    }

    /// Skips a value that is neither an object nor an array.
    #[inline]
    fn scalar(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.literal(b"null"),
            Some(b't') => self.boolean(b"true"),
            Some(b'f') => self.boolean(b"false"),
            _ => Err(self.unexpected(Kind::ExpectedValue)),
        }
    }

    fn boolean(&mut self, word: &[u8]) -> Result<(), DecodeError> {
        self.set_unsupported(Kind::Boolean, self.at);
        self.literal(word)
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), DecodeError> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        let cut = word.starts_with(rest);
        Err(self.error(if cut {
            Kind::CutShort
        } else {
            Kind::ExpectedValue
        }))
    }

    fn number(&mut self) -> Result<(), DecodeError> {
        let start = self.at;
        let negative = self.pass(b"-");
        let digits = self.digits()?;
        if digits.len() > 1 && digits[0] == b'0' {
            self.at -= digits.len() - 1;
            return Err(self.error(Kind::MalformedNumber));
        }
        let mut whole = true;
        if self.pass(b".") {
            whole = false;
            self.digits()?;
        }
        if self.pass(b"eE") {
            whole = false;
            self.pass(b"+-");
            self.digits()?;
        }
        if !whole {
            self.set_unsupported(Kind::NotInteger, start);
        } else if read::integer(negative, digits).is_none() {
            self.set_unsupported(Kind::IntegerTooLarge, start);
        }
        Ok(())
    }

    /// Skips the byte at this place if it is one of `bytes`, and returns whether it was.
    #[inline]
    fn pass(&mut self, bytes: &[u8]) -> bool {
        let passed = self.peek().is_some_and(|byte| bytes.contains(&byte));
        self.at += usize::from(passed);
        passed
    }

    #[inline]
    fn digits(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected(Kind::MalformedNumber));
        }
        Ok(&self.text[start..self.at])
    }

    #[cold]
    fn set_unsupported(&mut self, kind: Kind, offset: usize) {
        self.unsupported
            .get_or_insert(DecodeError::new(kind, offset));
    }

    /// Returns the error for the byte at this place, or for the end of the text.
    #[cold]
    fn unexpected(&self, kind: Kind) -> DecodeError {
        self.error(match self.peek() {
            Some(_) => kind,
            None => Kind::CutShort,
        })
    }
}
