//! The steps that unescape JSON strings, which faults can change.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::super::chain::{Step, StepRef};

/// A surrogate, and the code of the escape that follows it, if there is one.
pub(super) type Surrogates = (u32, Option<u32>);

/// The bytes of a character, and whether both surrogates were used.
pub(super) type Character = Option<(Vec<u8>, bool)>;

/// The steps that decode escapes.
pub(super) struct Escapes {
    /// Returns the byte for a letter after a backslash.
    pub(super) short: Step<u8, Option<u8>>,
    /// Combines two surrogates into a character.
    pub(super) pair: Step<Surrogates, Character>,
}

impl Default for Escapes {
    fn default() -> Self {
        Self {
            short: Step::new(short_escape),
            pair: Step::new(pair),
        }
    }
}

impl Escapes {
    /// Returns the step that unescapes the text between two quotes with these escapes.
    pub(super) fn unescape(escapes: &Rc<RefCell<Self>>) -> StepRef<[u8], Result<Vec<u8>, String>> {
        let escapes = escapes.clone();
        StepRef::new(move |content: &[u8]| escapes.borrow_mut().read(content))
    }

    fn read(&mut self, content: &[u8]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let mut rest = content;
        while let Some(at) = rest.find_byte(b'\\') {
            text.extend(&rest[..at]);
            rest = &rest[at + 1..];
            let letter = *rest.first().ok_or("half an escape")?;
            if letter != b'u' {
                text.push(self.short.call(letter).ok_or("an unknown escape")?);
                rest = &rest[1..];
                continue;
            }
            let code = code(&rest[1..]).ok_or("half an escape")?;
            rest = &rest[5..];
            let next = rest.strip_prefix(b"\\u").and_then(self::code);
            let (bytes, both) = match char::from_u32(code) {
                Some(char) => (char.to_string().into_bytes(), false),
                None => self.pair.call((code, next)).ok_or("half a pair")?,
            };
            text.extend(bytes);
            if both && next.is_some() {
                rest = &rest[6..];
            }
        }
        text.extend(rest);
        Ok(text)
    }
}

fn short_escape(letter: u8) -> Option<u8> {
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

fn pair((code, next): Surrogates) -> Character {
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
