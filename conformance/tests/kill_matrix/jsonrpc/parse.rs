//! A hand-written JSON parser, in steps.

use bstr::ByteSlice as _;

/// A JSON value. Numbers keep their text, and members their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Self>),
    Object(Vec<(Vec<u8>, Self)>),
}

/// What the parser accepts as JSON.
pub(crate) struct Grammar {
    /// Whether a byte between tokens is white space.
    pub(crate) is_blank: fn(u8) -> bool,
    /// Whether a byte may be in a string without an escape.
    pub(crate) is_plain: fn(u8) -> bool,
    /// Returns the value of the text between two quotes.
    pub(crate) unescape: fn(&[u8]) -> Result<Vec<u8>, String>,
    /// Whether a text is a number.
    pub(crate) is_number: fn(&[u8]) -> bool,
    /// Returns the value of a word without quotes.
    pub(crate) word: fn(&[u8]) -> Option<Json>,
    /// The bytes that open and close a string.
    pub(crate) quotes: &'static [u8],
    /// Whether items need a comma between them.
    pub(crate) needs_commas: bool,
    /// Whether members need a colon.
    pub(crate) needs_colons: bool,
    /// Whether members and items need a value.
    pub(crate) needs_values: bool,
    /// Whether a bracket needs a closing bracket of its kind.
    pub(crate) closers_match: bool,
    /// Whether a comma may precede a closing bracket.
    pub(crate) trailing_commas: bool,
    /// Whether the end of input closes objects and arrays.
    pub(crate) closes_at_the_end: bool,
    /// Whether the end of input closes a string.
    pub(crate) closes_strings_at_the_end: bool,
    /// Whether the name of a member may have no quotes.
    pub(crate) bare_names: bool,
    /// Whether bytes may follow the value.
    pub(crate) anything_behind: bool,
    /// The deepest nesting, and what happens below it.
    pub(crate) too_deep: (usize, fn() -> String),
}

impl Default for Grammar {
    fn default() -> Self {
        Self {
            is_blank: |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'),
            is_plain: |byte| byte >= b' ',
            unescape,
            is_number,
            word,
            quotes: b"\"",
            needs_commas: true,
            needs_colons: true,
            needs_values: true,
            closers_match: true,
            trailing_commas: false,
            closes_at_the_end: false,
            closes_strings_at_the_end: false,
            bare_names: false,
            anything_behind: false,
            too_deep: (512, || "too deep".into()),
        }
    }
}

impl Grammar {
    /// Parses a datagram.
    pub(crate) fn parse(&self, datagram: &[u8]) -> Result<Json, String> {
        let mut parser = Parser {
            grammar: self,
            rest: datagram,
            depth: 0,
        };
        let json = parser.value()?;
        parser.blanks();
        if parser.rest.is_empty() || self.anything_behind {
            Ok(json)
        } else {
            Err("something stands behind it".into())
        }
    }
}

struct Parser<'p> {
    grammar: &'p Grammar,
    rest: &'p [u8],
    depth: usize,
}

impl Parser<'_> {
    fn value(&mut self) -> Result<Json, String> {
        self.blanks();
        match self.rest.first() {
            None => Err("it ends too early".into()),
            Some(b'}' | b']') if !self.grammar.needs_values => Ok(Json::Null),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(quote) if self.grammar.quotes.contains(quote) => self.string().map(Json::String),
            Some(_) => self.scalar(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json, String>) -> Result<Json, String> {
        let (most, too_deep) = self.grammar.too_deep;
        if self.depth == most {
            return Err(too_deep());
        }
        self.depth += 1;
        self.rest = &self.rest[1..];
        let json = read(self);
        self.depth -= 1;
        json
    }

    fn array(&mut self) -> Result<Json, String> {
        let mut items = Vec::new();
        while self.goes_on(b']', items.is_empty())? {
            items.push(self.value()?);
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self) -> Result<Json, String> {
        let mut members = Vec::new();
        while self.goes_on(b'}', members.is_empty())? {
            self.blanks();
            let name = self.name()?;
            self.blanks();
            match self.rest.strip_prefix(b":") {
                Some(rest) => self.rest = rest,
                None if !self.grammar.needs_colons => {}
                None => return Err("no colon".into()),
            }
            members.push((name, self.value()?));
        }
        Ok(Json::Object(members))
    }

    fn name(&mut self) -> Result<Vec<u8>, String> {
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = self.rest.iter().take_while(|byte| is_of_word(byte)).count();
        if length == 0 || !self.grammar.bare_names {
            return self.string();
        }
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(name.into())
    }

    /// Consumes the comma or the closing bracket, and returns whether another item follows.
    fn goes_on(&mut self, close: u8, is_first: bool) -> Result<bool, String> {
        self.blanks();
        if self.rest.is_empty() && self.grammar.closes_at_the_end {
            return Ok(false);
        }
        if !is_first && self.rest.first() == Some(&b',') {
            self.rest = &self.rest[1..];
            self.blanks();
            if self.rest.is_empty() && self.grammar.closes_at_the_end {
                return Ok(false);
            }
            if !self.grammar.trailing_commas || self.rest.first() != Some(&close) {
                return Ok(true);
            }
        }
        match self.rest.first() {
            Some(byte) if *byte == close || !self.grammar.closers_match && b"]}".contains(byte) => {
                self.rest = &self.rest[1..];
                Ok(false)
            }
            Some(_) if is_first || !self.grammar.needs_commas => Ok(true),
            _ => Err("neither a comma nor an end".into()),
        }
    }

    fn string(&mut self) -> Result<Vec<u8>, String> {
        let quote = *self
            .rest
            .first()
            .filter(|byte| self.grammar.quotes.contains(byte))
            .ok_or("no string")?;
        let mut at = 1;
        loop {
            match self.rest.get(at) {
                None if self.grammar.closes_strings_at_the_end => {
                    let content = std::mem::take(&mut self.rest);
                    return Ok(content[1..].into());
                }
                None => return Err("a string does not end".into()),
                Some(byte) if *byte == quote => break,
                Some(b'\\') => at += 2,
                Some(byte) if (self.grammar.is_plain)(*byte) => at += 1,
                Some(_) => return Err("a control character in a string".into()),
            }
        }
        let content = &self.rest[1..at];
        self.rest = &self.rest[at + 1..];
        (self.grammar.unescape)(content)
    }

    fn scalar(&mut self) -> Result<Json, String> {
        let is_end = |byte: &u8| {
            matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"')
                || (self.grammar.is_blank)(*byte)
        };
        let end = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if (self.grammar.is_number)(text) {
            return Ok(Json::Number(text.into()));
        }
        (self.grammar.word)(text).ok_or_else(|| "neither a number nor a word".into())
    }

    fn blanks(&mut self) {
        self.rest = self
            .rest
            .trim_start_with(|c| u8::try_from(c).is_ok_and(self.grammar.is_blank));
    }
}

pub(crate) fn word(text: &[u8]) -> Option<Json> {
    match text {
        b"null" => Some(Json::Null),
        b"true" => Some(Json::Bool(true)),
        b"false" => Some(Json::Bool(false)),
        _ => None,
    }
}

pub(crate) fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"-").unwrap_or(text);
    let integer = digits(rest);
    if integer == 0 || integer > 1 && rest[0] == b'0' {
        return false;
    }
    rest = &rest[integer..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent
            .strip_prefix(b"+")
            .or(exponent.strip_prefix(b"-"))
            .unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

pub(crate) fn unescape(content: &[u8]) -> Result<Vec<u8>, String> {
    unescape_with(content, short_escape, pair)
}

/// Combines two surrogates, and returns whether both were used.
type Pair = fn(u32, Option<u32>) -> Option<(Vec<u8>, bool)>;

/// Unescapes with given meanings of a letter behind a backslash and of two surrogates.
pub(crate) fn unescape_with(
    content: &[u8],
    short: fn(u8) -> Option<u8>,
    pair: Pair,
) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find_byte(b'\\') {
        text.extend(&rest[..at]);
        rest = &rest[at + 1..];
        let letter = *rest.first().ok_or("half an escape")?;
        if letter != b'u' {
            text.push(short(letter).ok_or("an unknown escape")?);
            rest = &rest[1..];
            continue;
        }
        let code = code(&rest[1..]).ok_or("half an escape")?;
        let next = rest[5..].strip_prefix(b"\\u").and_then(self::code);
        let (bytes, both) = match char::from_u32(code) {
            Some(char) => (char.to_string().into_bytes(), false),
            None => pair(code, next).ok_or("half a pair")?,
        };
        text.extend(bytes);
        rest = &rest[if both { 11 } else { 5 }..];
    }
    text.extend(rest);
    Ok(text)
}

pub(crate) fn short_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'"' | b'\\' | b'/' => letter,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

/// Returns the character of two surrogates, and whether both were used.
pub(crate) fn pair(code: u32, next: Option<u32>) -> Option<(Vec<u8>, bool)> {
    let low = next.filter(|low| code < 0xdc00 && (0xdc00..0xe000).contains(low))?;
    let char = char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00))?;
    Some((char.to_string().into_bytes(), true))
}

fn code(digits: &[u8]) -> Option<u32> {
    let digits = digits
        .get(..4)
        .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
