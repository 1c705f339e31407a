use super::error::{DecodeError, DecodeErrorKind as Kind};
use crate::window;
use crate::{Bytes, Value};

/// The greatest depth of brackets in a datagram, the outermost object counted.
///
/// Senders nest brackets 2 deep. RFC 8259 (section 9) leaves the limit to the reader. Without a
/// limit, the scanner would need memory for the brackets of a hostile datagram; with this limit,
/// one bit for each open bracket is enough.
pub const MAX_DEPTH: usize = 128;

/// The errors that a scanner found in the text.
///
/// Methods of the scanner return `None` for malformed JSON, and store the error in this struct. A
/// `Result` would be slower: the compiler stores a string that shares memory with an error in
/// pieces.
pub(super) struct Faults {
    /// Why the text is malformed, if it is.
    pub(super) malformed: DecodeError,
    /// The first value or escape since the last reset that is well-formed, but that no event has.
    pub(super) unsupported: Option<DecodeError>,
}

impl Faults {
    /// Returns the value for a text without errors.
    pub(super) const fn none() -> Self {
        Self {
            malformed: DecodeError::new(Kind::Empty, 0),
            unsupported: None,
        }
    }
}

/// A string without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Str<'a> {
    pub(super) raw: &'a [u8],
    pub(super) has_escapes: bool,
}

impl<'a> Str<'a> {
    /// Returns the content.
    #[inline(always)]
    pub(super) const fn bytes(self) -> Bytes<'a> {
        match self.has_escapes {
            true => Bytes::json(self.raw),
            false => Bytes::new(self.raw),
        }
    }
}

/// A position in JSON text. Methods that read or skip something move it forward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// The offset at which the window of the marks begins.
    pub(super) from: usize,
    /// A bit for each byte of the window, the first one lowest. It is set for bytes at the current
    /// position or later that strings must escape.
    pub(super) marks: u64,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            from: 0,
            marks: 0,
        }
    }

    /// Returns the error of this kind at the current position.
    #[inline(always)]
    pub(super) fn error(&self, kind: Kind) -> DecodeError {
        DecodeError::new(kind, self.at)
    }

    /// Records that the text is malformed at the current position.
    #[inline(always)]
    pub(super) fn malformed<T>(&self, kind: Kind, faults: &mut Faults) -> Option<T> {
        malformed(self.text, self.at, kind, faults)
    }

    /// Skips white space, and returns the byte after it.
    #[inline(always)]
    pub(super) fn token(&mut self) -> Option<u8> {
        match self.peek() {
            Some(..=b' ') => {
                self.out_of_line(Self::space);
                self.peek()
            }
            byte => byte,
        }
    }

    /// Skips the opening bracket at the current position, and returns whether anything comes before
    /// the closing one.
    #[inline(always)]
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        let filled = self.token() != Some(close);
        self.at += usize::from(!filled);
        filled
    }

    /// Skips the comma or closing bracket after a value, and returns whether another value follows.
    #[inline(always)]
    pub(super) fn more(&mut self, close: u8, faults: &mut Faults) -> Option<bool> {
        let more = match self.token() {
            Some(b',') => true,
            Some(byte) if byte == close => false,
            _ => return self.malformed(Kind::ExpectedComma, faults),
        };
        self.at += 1;
        Some(more)
    }

    /// Reads the name of a member, and skips the colon after it.
    #[inline(always)]
    pub(super) fn name(&mut self, faults: &mut Faults) -> Option<Str<'a>> {
        if self.token() != Some(b'"') {
            return self.malformed(Kind::ExpectedName, faults);
        }
        let name = self.string(faults)?;
        if self.token() != Some(b':') {
            return self.malformed(Kind::ExpectedColon, faults);
        }
        self.at += 1;
        Some(name)
    }

    /// Reads a value of any kind, inside `depth` open brackets. Returns null for a value that no
    /// event has.
    #[inline(always)]
    pub(super) fn value(&mut self, depth: usize, faults: &mut Faults) -> Option<Value<'a>> {
        match self.token() {
            Some(b'"') => self
                .string(faults)
                .map(|string| Value::Bytes(string.bytes())),
            Some(b'-' | b'0'..=b'9') => self.number(faults).map(Value::Integer),
            Some(b'n') => self.literal(b"null", faults).map(|()| Value::Null),
            _ => self
                .out_of_line(|json| json.unusual_value(depth, faults))
                .map(|()| Value::Null),
        }
    }

    #[inline(always)]
    fn literal(&mut self, word: &[u8], faults: &mut Faults) -> Option<()> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Some(());
        }
        // If the text ends within the literal, the error is at the end of the text.
        if word.starts_with(rest) {
            self.at = self.text.len();
        }
        self.malformed(Kind::ExpectedValue, faults)
    }

    /// Skips a value that no event has, inside `depth` open brackets.
    #[cold]
    fn unusual_value(&mut self, depth: usize, faults: &mut Faults) -> Option<()> {
        let word: &[u8] = match self.peek() {
            Some(b't') => b"true",
            Some(b'f') => b"false",
            Some(b'{' | b'[') => {
                faults.unsupported.get_or_insert(self.error(Kind::Nested));
                return self.nested(depth, faults);
            }
            _ => return self.malformed(Kind::ExpectedValue, faults),
        };
        faults.unsupported.get_or_insert(self.error(Kind::Boolean));
        self.literal(word, faults)
    }

    /// Skips an array or object inside `depth` open brackets.
    fn nested(&mut self, depth: usize, faults: &mut Faults) -> Option<()> {
        // A bit for each bracket that this function has opened, the innermost lowest. It is set for
        // the brackets of objects.
        let mut objects = 0_u128;
        let mut opened = 0;
        let close = |objects| if objects & 1 == 1 { b'}' } else { b']' };
        loop {
            let mut more = if let Some(bracket @ (b'{' | b'[')) = self.token() {
                if depth + opened == MAX_DEPTH {
                    return self.malformed(Kind::TooDeep, faults);
                }
                opened += 1;
                objects = objects << 1 | u128::from(bracket == b'{');
                self.open(close(objects))
            } else {
                // There is no bracket at this position, so the depth does not matter.
                self.value(MAX_DEPTH, faults)?;
                self.more(close(objects), faults)?
            };
            while !more {
                opened -= 1;
                objects >>= 1;
                if opened == 0 {
                    return Some(());
                }
                more = self.more(close(objects), faults)?;
            }
            if objects & 1 == 1 {
                self.name(faults)?;
            }
        }
    }

    #[inline(always)]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[cold]
    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
        self.marks = window::skip_to(self.at, self.from, self.marks);
    }

    /// Calls a function that is not inlined, with a copy of the scanner, so that the scanner itself
    /// stays in registers.
    #[inline(always)]
    pub(super) fn out_of_line<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut copy = *self;
        let result = read(&mut copy);
        *self = copy;
        result
    }
}

/// Records that the text is malformed at a position, or truncated if it ends there.
#[cold]
#[inline(never)]
fn malformed<T>(text: &[u8], at: usize, kind: Kind, faults: &mut Faults) -> Option<T> {
    let is_cut = kind == Kind::CutShort || at == text.len();
    faults.malformed = match is_cut {
        true => DecodeError::new(Kind::CutShort, text.len()),
        false => DecodeError::new(kind, at),
    };
    None
}
