use std::io::{self, Write};

use event_datagram::{Bytes, Event, EventBuf, Value};
use serde_json::json;

/// Gives the line by which the contract reports an event, without its line feed, such as
/// `{"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}`.
///
/// Bytes that are not UTF-8 stand in hex, under `event_hex`, `name_hex` or `value_hex`.
pub fn event_line(event: &impl Event) -> Vec<u8> {
    let mut line = Vec::new();
    spell(event, &mut line).expect("a vector takes everything");
    line
}

/// Returns the line by which the contract reports a rejection, without its line feed.
pub fn error_line(why: &str) -> Vec<u8> {
    json!({ "error": why }).to_string().into_bytes()
}

/// Tells whether a line is that of an event, byte for byte, without reading it.
///
/// Nearly all lines of a run are that, and in the longest ones each of tens of thousands of parameters is a few letters.
pub(crate) fn is_line_of(line: &[u8], event: &EventBuf) -> bool {
    let mut rest = Rest(line);
    spell(event, &mut rest).is_ok() && rest.0.is_empty()
}

/// Takes a line piece by piece.
trait Take: Write {
    fn take(&mut self, piece: &[u8]) -> io::Result<()>;

    /// Takes a backslash and a letter.
    fn take_escape(&mut self, letter: u8) -> io::Result<()>;
}

impl Take for Vec<u8> {
    #[inline]
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.extend_from_slice(piece);
        Ok(())
    }

    #[inline]
    fn take_escape(&mut self, letter: u8) -> io::Result<()> {
        self.take(&[b'\\', letter])
    }
}

/// What is left of a line. Takes only what stands there.
struct Rest<'l>(&'l [u8]);

impl Take for Rest<'_> {
    #[inline]
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        let rest = self.0.strip_prefix(piece);
        self.0 = rest.ok_or(io::ErrorKind::InvalidData)?;
        Ok(())
    }

    // Two bytes that are put together to be compared at once are waited for on their way through memory.
    #[inline]
    fn take_escape(&mut self, letter: u8) -> io::Result<()> {
        match self.0 {
            [b'\\', first, rest @ ..] if *first == letter => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Write for Rest<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.take(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn spell(event: &impl Event, out: &mut impl Take) -> io::Result<()> {
    out.take(b"{")?;
    member(out, b"\"event", &event.name())?;
    out.take(b",\"params\":[")?;
    for (index, param) in event.params().enumerate() {
        if index > 0 {
            out.take(b",")?;
        }
        out.take(b"{")?;
        if let Some(name) = &param.name {
            member(out, b"\"name", name)?;
            out.take(b",")?;
        }
        match &param.value {
            Value::Bytes(bytes) => member(out, b"\"value", bytes)?,
            Value::Integer(integer) => write!(out, "\"value\":{integer}")?,
            _ => out.take(b"\"value\":null")?,
        }
        out.take(b"}")?;
    }
    out.take(b"]}")
}

/// Writes a member whose key is this, behind its quote. It is inlined so that the key is compared in a register.
#[inline(always)]
fn member<const N: usize>(out: &mut impl Take, key: &[u8; N], bytes: &Bytes<'_>) -> io::Result<()> {
    let bytes = bytes.to_cow();
    out.take(key)?;
    if is_simple(&bytes) {
        out.take(b"\":\"")?;
        simple(out, &bytes)?;
        return out.take(b"\"");
    }
    odd(out, &bytes)
}

/// Writes what is behind the key of a member that is not simple.
#[cold]
fn odd(out: &mut impl Take, bytes: &[u8]) -> io::Result<()> {
    match str::from_utf8(bytes) {
        Ok(text) => {
            out.take(b"\":")?;
            Ok(serde_json::to_writer(out, text)?)
        }
        Err(_) => write!(out, "_hex\":\"{}\"", hex::encode(bytes)),
    }
}

/// Up to so many bytes are taken one by one: to begin taking many at once takes longer.
const SHORT: usize = 16;

fn simple(out: &mut impl Take, bytes: &[u8]) -> io::Result<()> {
    if bytes.len() > SHORT && all(bytes, |byte| escape(byte).is_none()) {
        return out.take(bytes);
    }
    for byte in bytes {
        match escape(*byte) {
            None => out.take(&[*byte])?,
            Some(letter) => out.take_escape(letter)?,
        }
    }
    Ok(())
}

/// Tells whether each of these bytes stands in JSON as it is, or as a letter behind a backslash.
fn is_simple(bytes: &[u8]) -> bool {
    all(bytes, |byte| {
        matches!(byte, b' '..=b'~') | escape(byte).is_some()
    })
}

/// Looks at all bytes, whatever the first ones are: so the compiler takes many at once.
fn all(bytes: &[u8], holds: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & holds(*byte))
}

/// Gives the letter that stands for a byte behind a backslash, where one does.
fn escape(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' => Some(byte),
        0x08 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        0x0c => Some(b'f'),
        b'\r' => Some(b'r'),
        _ => None,
    }
}
