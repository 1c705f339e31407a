use super::error::{DecodeError, DecodeErrorKind as Kind};
use super::escape;
use crate::{Bytes, Param, Value};

/// The greatest depth of brackets in a datagram, the outermost object counted.
///
/// Senders go down to 2. RFC 8259 (section 9) leaves the limit to the reader, and without one a datagram of brackets alone
/// would ask for memory: as it is, one bit a bracket is enough.
pub const MAX_DEPTH: usize = 128;

/// What is good JSON: it has a meaning in an event, or it has none and this is why.
pub(super) type Meaning<T> = Result<T, DecodeError>;

/// A place in JSON text. Each method reads on from there, and fails at what is not JSON.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Gives what is left of the text.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// Gives the text from `start` to the byte before this place.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.text[start..self.at - 1]
    }

    pub(super) fn fail<T>(&self, kind: Kind) -> Result<T, DecodeError> {
        let offset = match kind {
            Kind::CutShort => self.text.len(),
            _ => self.at,
        };
        Err(DecodeError::new(kind, offset))
    }

    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Passes the opening bracket that stands here, and tells whether anything comes before the closing one.
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        self.space();
        let filled = self.peek() != Some(close);
        if !filled {
            self.at += 1;
        }
        filled
    }

    /// Passes what stands behind a value, and tells whether another follows.
    pub(super) fn more(&mut self, close: u8) -> Result<bool, DecodeError> {
        self.space();
        let more = match self.peek() {
            Some(b',') => true,
            Some(byte) if byte == close => false,
            _ => return self.expected(Kind::ExpectedComma),
        };
        self.at += 1;
        if more {
            self.space();
        }
        Ok(more)
    }

    /// Passes the comma behind a value, where one stands.
    pub(super) fn past_comma(&mut self) {
        self.space();
        self.pass(b",");
    }

    /// Reads the name of a member, up to its value.
    pub(super) fn name(&mut self) -> Result<Meaning<Bytes<'a>>, DecodeError> {
        if self.peek() != Some(b'"') {
            return self.expected(Kind::ExpectedName);
        }
        let name = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.expected(Kind::ExpectedColon);
        }
        self.at += 1;
        self.space();
        Ok(name)
    }

    /// Reads a parameter: a member of an object or an element of an array.
    pub(super) fn param(&mut self, named: bool) -> Result<Meaning<Param<'a>>, DecodeError> {
        let name = if named { Some(self.name()?) } else { None };
        let value = self.value(2)?;
        Ok(name
            .transpose()
            .and_then(|name| value.map(|value| Param { name, value })))
    }

    /// Reads a value around which `depth` brackets are open.
    pub(super) fn value(&mut self, depth: usize) -> Result<Meaning<Value<'a>>, DecodeError> {
        if let Some(b'{' | b'[') = self.peek() {
            let nested = self.fail(Kind::Nested);
            self.skip(depth)?;
            return Ok(nested);
        }
        self.scalar()
    }

    /// Passes a value of any kind, whatever it means, around which `depth` brackets are open.
    pub(super) fn skip(&mut self, depth: usize) -> Result<(), DecodeError> {
        // A bit for each bracket that is opened here, the innermost lowest: whether it is an object's.
        let mut objects = 0_u128;
        let mut opened = 0;
        loop {
            let close = |objects| if objects & 1 == 1 { b'}' } else { b']' };
            let mut more = false;
            if let Some(bracket @ (b'{' | b'[')) = self.peek() {
                if depth + opened == MAX_DEPTH {
                    return self.fail(Kind::TooDeep);
                }
                opened += 1;
                objects = objects << 1 | u128::from(bracket == b'{');
                more = self.open(close(objects));
                if !more {
                    opened -= 1;
                    objects >>= 1;
                }
            } else {
                // What it means does not matter.
                let _ = self.scalar()?;
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
                let _ = self.name()?;
            }
        }
    }

    /// Reads a value that is neither an object nor an array.
    fn scalar(&mut self) -> Result<Meaning<Value<'a>>, DecodeError> {
        let boolean = self.fail(Kind::Boolean);
        match self.peek() {
            Some(b'"') => Ok(self.string()?.map(Value::Bytes)),
            Some(b'-' | b'0'..=b'9') => Ok(self.number()?.map(Value::Integer)),
            Some(b'n') => self.literal(b"null").map(|()| Ok(Value::Null)),
            Some(b't') => self.literal(b"true").map(|()| boolean),
            Some(b'f') => self.literal(b"false").map(|()| boolean),
            _ => self.expected(Kind::ExpectedValue),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), DecodeError> {
        if self.rest().starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(self.rest()) {
            self.fail(Kind::CutShort)
        } else {
            self.fail(Kind::ExpectedValue)
        }
    }

    fn string(&mut self) -> Result<Meaning<Bytes<'a>>, DecodeError> {
        self.at += 1;
        let start = self.at;
        let mut escapes = false;
        let mut lone = Ok(());
        loop {
            self.at += escape::plain(self.rest());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    self.at += match escape::read(self.rest()) {
                        Ok((_, length)) => length,
                        Err(Kind::LoneSurrogate) => {
                            lone = lone.and(self.fail(Kind::LoneSurrogate));
                            escape::BY_NUMBER
                        }
                        Err(kind) => return self.fail(kind),
                    };
                }
                _ => return self.expected(Kind::ControlCharacter),
            }
        }
        self.at += 1;
        let raw = self.since(start);
        Ok(lone.map(|()| {
            if escapes {
                Bytes::json(raw)
            } else {
                Bytes::new(raw)
            }
        }))
    }

    fn number(&mut self) -> Result<Meaning<i64>, DecodeError> {
        let not_integer = self.fail(Kind::NotInteger);
        let too_large = self.fail(Kind::IntegerTooLarge);
        let negative = self.pass(b"-");
        let digits = self.digits()?;
        if digits.len() > 1 && digits[0] == b'0' {
            self.at -= digits.len() - 1;
            return self.fail(Kind::MalformedNumber);
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
            return Ok(not_integer);
        }
        let add = |sum: i64, digit: &u8| {
            let (tens, digit) = (sum.checked_mul(10)?, i64::from(digit - b'0'));
            if negative {
                tens.checked_sub(digit)
            } else {
                tens.checked_add(digit)
            }
        };
        Ok(digits.iter().try_fold(0, add).map_or(too_large, Ok))
    }

    /// Passes the byte that stands here if it is one of these, and tells whether it was.
    fn pass(&mut self, bytes: &[u8]) -> bool {
        let passed = self.peek().is_some_and(|byte| bytes.contains(&byte));
        self.at += usize::from(passed);
        passed
    }

    fn digits(&mut self) -> Result<&'a [u8], DecodeError> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !byte.is_ascii_digit());
        let digits = &rest[..end.unwrap_or(rest.len())];
        if digits.is_empty() {
            return self.expected(Kind::MalformedNumber);
        }
        self.at += digits.len();
        Ok(digits)
    }

    /// Fails because of the byte that stands here, or because there is none.
    fn expected<T>(&self, kind: Kind) -> Result<T, DecodeError> {
        self.fail(match self.peek() {
            Some(_) => kind,
            None => Kind::CutShort,
        })
    }
}
