//! A hand-written JSON parser, in steps that faults can change.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::super::chain::{Step, StepRef};
use super::escapes::Escapes;
use super::json::{Json, is_number, word};

/// The grammar that the parser accepts as JSON.
pub(super) struct Grammar {
    /// Returns whether a byte between tokens is white space.
    pub(super) is_blank: Step<u8, bool>,
    /// Returns whether a byte may be in a string without an escape.
    pub(super) is_plain: Step<u8, bool>,
    /// Returns the value of the text between two quotes.
    pub(super) unescape: StepRef<[u8], Result<Vec<u8>, String>>,
    /// The meaning of escapes for `unescape`.
    pub(super) escapes: Rc<RefCell<Escapes>>,
    /// Returns whether a text is a number.
    pub(super) is_number: StepRef<[u8], bool>,
    /// Returns the value of a word without quotes.
    pub(super) word: StepRef<[u8], Option<Json>>,
    /// Returns an error if an object or array may not be nested in this many others.
    pub(super) enter: Step<usize, Result<(), String>>,
    /// The depth from which the parser rejects what `enter` accepts.
    pub(super) depth_limit: usize,
    /// The bytes that open and close a string.
    pub(super) quotes: Vec<u8>,
    /// Whether items need a comma between them.
    pub(super) needs_commas: bool,
    /// Whether members need a colon.
    pub(super) needs_colons: bool,
    /// Whether members and items need a value.
    pub(super) needs_values: bool,
    /// Whether a bracket needs a closing bracket of the same kind.
    pub(super) closers_match: bool,
    /// Whether a comma may precede a closing bracket.
    pub(super) trailing_commas: bool,
    /// Whether the end of input closes objects and arrays.
    pub(super) closes_at_the_end: bool,
    /// Whether the end of input closes a string.
    pub(super) closes_strings_at_the_end: bool,
    /// Whether the name of a member may have no quotes.
    pub(super) bare_names: bool,
    /// Whether bytes may follow the value.
    pub(super) anything_behind: bool,
}

impl Default for Grammar {
    fn default() -> Self {
        let escapes = Rc::default();
        Self {
            is_blank: Step::new(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')),
            is_plain: Step::new(|byte| byte >= b' '),
            unescape: Escapes::unescape(&escapes),
            escapes,
            is_number: StepRef::new(is_number),
            word: StepRef::new(word),
            enter: Step::new(|_| Ok(())),
            depth_limit: KEPT_DEPTH,
            quotes: b"\"".into(),
            needs_commas: true,
            needs_colons: true,
            needs_values: true,
            closers_match: true,
            trailing_commas: false,
            closes_at_the_end: false,
            closes_strings_at_the_end: false,
            bare_names: false,
            anything_behind: false,
        }
    }
}

/// The deepest nesting that the correct listener reads. A parser with a higher limit drops the
/// values below this depth, so that recursion over a value does not exhaust the stack.
const KEPT_DEPTH: usize = 512;

impl Grammar {
    /// Parses a datagram.
    pub(super) fn parse(&mut self, datagram: &[u8]) -> Result<Json, String> {
        let mut parser = Parser {
            grammar: self,
            rest: datagram,
            open: Vec::new(),
        };
        let json = parser.value()?;
        parser.blanks();
        if parser.rest.is_empty() || parser.grammar.anything_behind {
            Ok(json)
        } else {
            Err("something stands behind it".into())
        }
    }
}

struct Parser<'p> {
    grammar: &'p mut Grammar,
    rest: &'p [u8],
    /// The objects and arrays around `rest`, the outermost first.
    open: Vec<Container>,
}

enum Container {
    Array(Vec<Json>),
    /// The members so far, and the name of the member whose value comes next.
    Object(Vec<(Vec<u8>, Json)>, Vec<u8>),
}

impl Container {
    fn push(&mut self, json: Json) {
        match self {
            Self::Array(items) => items.push(json),
            Self::Object(members, name) => members.push((std::mem::take(name), json)),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Array(items) => items.is_empty(),
            Self::Object(members, _) => members.is_empty(),
        }
    }
}

impl From<Container> for Json {
    fn from(container: Container) -> Self {
        match container {
            Container::Array(items) => Self::Array(items),
            Container::Object(members, _) => Self::Object(members),
        }
    }
}

impl Parser<'_> {
    /// Reads a value with all nested values. A loop and not a recursion, because a datagram may
    /// nest thousands of arrays.
    fn value(&mut self) -> Result<Json, String> {
        let mut complete = self.begin()?;
        loop {
            if let Some(json) = complete {
                match self.open.last_mut() {
                    Some(container) => container.push(json),
                    None => return Ok(json),
                }
            }
            complete = self.next_item()?;
        }
    }

    /// Reads a scalar, or only the bracket that opens an object or array.
    fn begin(&mut self) -> Result<Option<Json>, String> {
        self.blanks();
        match self.rest.first() {
            None => Err("it ends too early".into()),
            Some(b'}' | b']') if !self.grammar.needs_values => Ok(Some(Json::Null)),
            Some(b'{') => self.enter(Container::Object(Vec::new(), Vec::new())),
            Some(b'[') => self.enter(Container::Array(Vec::new())),
            Some(quote) if self.grammar.quotes.contains(quote) => {
                self.string().map(|text| Some(Json::String(text)))
            }
            Some(_) => self.scalar().map(Some),
        }
    }

    fn enter(&mut self, container: Container) -> Result<Option<Json>, String> {
        let depth = self.open.len();
        self.grammar.enter.call(depth)?;
        if depth >= self.grammar.depth_limit {
            return Err("too deep".into());
        }
        self.rest = &self.rest[1..];
        self.open.push(container);
        Ok(None)
    }

    /// Begins the next item of the innermost object or array. If the object or array ends, returns
    /// it.
    fn next_item(&mut self) -> Result<Option<Json>, String> {
        let Some(mut container) = self.open.pop() else {
            return Err("no object or array is open".into());
        };
        let close = match container {
            Container::Array(_) => b']',
            Container::Object(..) => b'}',
        };
        if !self.goes_on(close, container.is_empty())? {
            let is_kept = self.open.len() < KEPT_DEPTH;
            return Ok(Some(if is_kept {
                container.into()
            } else {
                Json::Null
            }));
        }
        if let Container::Object(_, name) = &mut container {
            *name = self.member_name()?;
        }
        self.open.push(container);
        self.begin()
    }

    /// Reads the name of a member and its colon.
    fn member_name(&mut self) -> Result<Vec<u8>, String> {
        self.blanks();
        let name = self.name()?;
        self.blanks();
        match self.rest.strip_prefix(b":") {
            Some(rest) => self.rest = rest,
            None if !self.grammar.needs_colons => {}
            None => return Err("no colon".into()),
        }
        Ok(name)
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
            // A bracket is no item. Without this check, a parser that needs neither commas nor
            // values would never stop.
            Some(byte) if is_first || !self.grammar.needs_commas && !b"]}".contains(byte) => {
                Ok(true)
            }
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
                Some(byte) if self.grammar.is_plain.call(*byte) => at += 1,
                Some(_) => return Err("a control character in a string".into()),
            }
        }
        let content = &self.rest[1..at];
        self.rest = &self.rest[at + 1..];
        self.grammar.unescape.call(content)
    }

    fn scalar(&mut self) -> Result<Json, String> {
        let mut is_end = |byte: &u8| {
            matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"')
                || self.grammar.is_blank.call(*byte)
        };
        let end = self
            .rest
            .iter()
            .position(&mut is_end)
            .unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if text.is_empty() {
            return Err("neither a number nor a word".into());
        }
        if self.grammar.is_number.call(text) {
            return Ok(Json::Number(text.into()));
        }
        self.grammar
            .word
            .call(text)
            .ok_or_else(|| "neither a number nor a word".into())
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_with(|c| {
            u8::try_from(c).is_ok_and(|byte| self.grammar.is_blank.call(byte))
        });
    }
}
