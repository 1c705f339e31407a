use super::names::is_plain;
use super::words::Words;

/// Returns a datagram of the JSON-RPC dialect in which the words of its strings and its integers
/// are replaced. The datagram need not be JSON.
pub(super) fn anonymized(words: &Words, datagram: &[u8]) -> Vec<u8> {
    let mut scanner = Scanner {
        words,
        rest: datagram,
        depth: 0,
        is_member_kept: false,
        out: Vec::with_capacity(datagram.len()),
    };
    while let Some(first) = scanner.rest.first() {
        match first {
            b'"' => scanner.string(),
            b'-' | b'0'..=b'9' => scanner.number(),
            byte if byte.is_ascii_alphabetic() || !byte.is_ascii() => scanner.bare_word(),
            _ => scanner.punctuation(),
        }
    }
    scanner.out
}

/// A scanner that copies the tokens of a datagram, from left to right, and replaces words and
/// numbers.
struct Scanner<'d> {
    words: &'d Words,
    rest: &'d [u8],
    /// The number of open brackets of either kind.
    depth: usize,
    /// Whether the next value belongs to a member that is kept, because it says what the datagram
    /// is.
    is_member_kept: bool,
    out: Vec<u8>,
}

/// The most digits of a number whose digits may all be replaced, so that the result fits into 64
/// bits.
const MAX_DIGITS: usize = 18;
const LITERALS: [&[u8]; 3] = [b"true", b"false", b"null"];

impl<'d> Scanner<'d> {
    /// Takes the first bytes of the rest.
    fn take(&mut self, length: usize) -> &'d [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, is_part: impl Fn(&u8) -> bool) -> &'d [u8] {
        let end = self.rest.iter().position(|byte| !is_part(byte));
        self.take(end.unwrap_or(self.rest.len()))
    }

    fn punctuation(&mut self) {
        let byte = self.rest[0];
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if byte == b',' {
            self.is_member_kept = false;
        }
        self.out.push(byte);
        self.rest = &self.rest[1..];
    }

    fn number(&mut self) {
        let number =
            self.take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let (sign, digits) = match number {
            [b'-', digits @ ..] => (&number[..1], digits),
            digits => (&number[..0], digits),
        };
        let is_integer = digits.iter().all(u8::is_ascii_digit);
        if !is_integer || digits.len() > MAX_DIGITS {
            self.out.extend_from_slice(number);
            return;
        }
        self.out.extend_from_slice(sign);
        self.words.append(digits, &mut self.out);
    }

    /// Replaces a word outside of strings, except a beginning that is also the beginning of a
    /// literal.
    fn bare_word(&mut self) {
        let word = self.take_while(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        let common = |literal: &&[u8]| {
            let pairs = word.iter().zip(literal.iter());
            pairs.take_while(|(byte, other)| byte == other).count()
        };
        let kept = LITERALS.iter().map(common).max().unwrap_or_default();
        let (kept, rest) = word.split_at(kept);
        self.out.extend_from_slice(kept);
        for chunk in rest.utf8_chunks() {
            let word = self.words.word_outside_json(chunk.valid());
            self.out.extend_from_slice(word.as_bytes());
            self.words.append(chunk.invalid(), &mut self.out);
        }
    }

    /// Replaces the words of a string, unless it is a plain name or the value of a kept member.
    fn string(&mut self) {
        let end = end_of_string(self.rest);
        let string = self.take(end);
        let colon = self.rest.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_key = colon == Some(&b':');
        let is_kept = if is_key {
            let name = serde_json::from_slice::<String>(string).ok();
            let says_what_it_is = matches!(name.as_deref(), Some("jsonrpc" | "method"));
            self.is_member_kept = self.depth == 1 && says_what_it_is;
            name.is_some_and(|name| is_plain(name.as_bytes()))
        } else {
            // The value of `jsonrpc` is a version, with a dot.
            let value = serde_json::from_slice::<String>(string).ok();
            let value = value.map(|value| value.replace('.', ""));
            self.is_member_kept && value.is_some_and(|value| is_plain(value.as_bytes()))
        };
        if is_kept {
            self.out.extend_from_slice(string);
        } else {
            self.out.extend(with_other_words(self.words, string));
        }
    }
}

/// Returns the length of the string at the start of bytes, with its quotes. The closing quote may
/// be missing.
fn end_of_string(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = bytes[1..].iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(bytes.len(), |end| end + 2)
}

/// How a letter or a digit of a string is written.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    /// `\u` and four hex digits, or a pair of these for a character beyond U+FFFF.
    Escaped,
}

/// Returns a string with its words replaced. The same characters are escaped as before.
fn with_other_words(words: &Words, string: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(string.len());
    let mut word = String::new();
    let mut spellings = Vec::new();
    let mut rest = string;
    while !rest.is_empty() {
        match word_character(rest) {
            Some((character, spelling, length)) => {
                word.push(character);
                spellings.push(spelling);
                rest = &rest[length..];
            }
            None => {
                append_word(words, &word, &spellings, &mut out);
                word.clear();
                spellings.clear();
                let length = length_between_words(rest);
                match rest[..length] {
                    [byte] if !byte.is_ascii() => words.append(&[byte], &mut out),
                    ref between => out.extend_from_slice(between),
                }
                rest = &rest[length..];
            }
        }
    }
    append_word(words, &word, &spellings, &mut out);
    out
}

/// Returns the letter or digit at the start of bytes, how it is written, and the number of its
/// bytes.
fn word_character(bytes: &[u8]) -> Option<(char, Spelling, usize)> {
    if bytes[0] == b'\\' {
        let (character, length) = escaped_character(bytes)?;
        let is_word = character.is_alphanumeric();
        return is_word.then_some((character, Spelling::Escaped, length));
    }
    let character = first_character(bytes)?;
    let is_word = character.is_alphanumeric();
    is_word.then_some((character, Spelling::Plain, character.len_utf8()))
}

/// Returns the character at the start of bytes; `None` if they are not UTF-8.
fn first_character(bytes: &[u8]) -> Option<char> {
    let start = &bytes[..bytes.len().min(4)];
    start.utf8_chunks().next()?.valid().chars().next()
}

/// Returns the character of a numeric escape, and the length of the escape.
fn escaped_character(bytes: &[u8]) -> Option<(char, usize)> {
    const LENGTH: usize = 6;
    let unit = |bytes: &[u8]| {
        let digits = bytes.get(..LENGTH)?.strip_prefix(b"\\u")?;
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = str::from_utf8(digits).ok().filter(|_| is_hex)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(bytes)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, LENGTH));
    }
    let units = [first, unit(&bytes[LENGTH..])?];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 2 * LENGTH))
}

/// Returns the length of the first element of `bytes` that is no part of a word: an escape, a
/// character, or a byte that is not UTF-8.
fn length_between_words(bytes: &[u8]) -> usize {
    match bytes {
        [b'\\', b'u', digits @ ..] => escaped_character(bytes).map_or_else(
            || {
                // The digits of a malformed escape are kept, because replacing them might make the
                // escape valid.
                let digits = digits.iter().take(4);
                2 + digits
                    .take_while(|byte| byte.is_ascii_alphanumeric())
                    .count()
            },
            |(_, length)| length,
        ),
        [b'\\', escaped, ..] if escaped.is_ascii() => 2,
        _ => first_character(bytes).map_or(1, char::len_utf8),
    }
}

fn append_word(words: &Words, word: &str, spellings: &[Spelling], out: &mut Vec<u8>) {
    for (character, spelling) in words.word(word).chars().zip(spellings) {
        match spelling {
            Spelling::Plain => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Spelling::Escaped => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
}
