use std::io::{self, Write};

use event_datagram::{Bytes, Event, EventBuf, Value};
use serde_json::json;

use crate::escape::visible_json;

/// Returns the line by which the contract reports an event, without its line feed, such as
/// `{"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}`.
///
/// Bytes that are not UTF-8 are written in hex, under `event_hex`, `name_hex` or `value_hex`.
pub fn event_line(event: &impl Event) -> Vec<u8> {
    let mut line = Vec::new();
    append_event_line(event, &mut line);
    line
}

/// Appends the line that [`event_line`] returns.
pub fn append_event_line(event: &impl Event, lines: &mut Vec<u8>) {
    write_event(event, lines).expect("a vector takes everything");
}

/// Returns the line by which the contract reports a rejection, without its line feed.
pub fn error_line(why: &str) -> Vec<u8> {
    let line = json!({ "error": why }).to_string();
    visible_json(&line).into_owned().into_bytes()
}

/// Returns whether a line is byte for byte the one that [`event_line`] writes, without parsing it.
///
/// Nearly all lines of a run are such lines, and the longest ones have tens of thousands of short
/// parameters, so this saves time.
pub(crate) fn is_line_of(line: &[u8], event: &EventBuf) -> bool {
    let mut left = Comparing(line);
    write_event(event, &mut left).is_ok() && left.0.is_empty()
}

/// A sink for the pieces of a line.
trait EventSink: Write {
    fn put(&mut self, piece: &[u8]) -> io::Result<()>;

    /// Writes a backslash and a letter.
    fn put_escape(&mut self, letter: u8) -> io::Result<()>;
}

impl EventSink for Vec<u8> {
    #[inline]
    fn put(&mut self, piece: &[u8]) -> io::Result<()> {
        self.extend_from_slice(piece);
        Ok(())
    }

    #[inline]
    fn put_escape(&mut self, letter: u8) -> io::Result<()> {
        self.put(&[b'\\', letter])
    }
}

/// A sink that compares the pieces with a line. Holds the rest of the line. Fails at the first
/// difference.
struct Comparing<'l>(&'l [u8]);

impl EventSink for Comparing<'_> {
    #[inline]
    fn put(&mut self, piece: &[u8]) -> io::Result<()> {
        let rest = self.0.strip_prefix(piece);
        self.0 = rest.ok_or(io::ErrorKind::InvalidData)?;
        Ok(())
    }

    // Comparing both bytes as one slice would store them first, and stall on store forwarding.
    #[inline]
    fn put_escape(&mut self, letter: u8) -> io::Result<()> {
        match self.0 {
            [b'\\', first, rest @ ..] if *first == letter => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Write for Comparing<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.put(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_event(event: &impl Event, out: &mut impl EventSink) -> io::Result<()> {
    out.put(b"{")?;
    member(out, b"\"event", &event.name())?;
    out.put(b",\"params\":[")?;
    let mut params = event.params();
    let mut is_first = true;
    // A parameter stays where the iterator puts it: moving it stalls on store forwarding.
    while let Some(param) = &params.next() {
        if !is_first {
            out.put(b",")?;
        }
        is_first = false;
        out.put(b"{")?;
        if let Some(name) = &param.name {
            member(out, b"\"name", name)?;
            out.put(b",")?;
        }
        match &param.value {
            Value::Bytes(bytes) => member(out, b"\"value", bytes)?,
            Value::Integer(integer) => write!(out, "\"value\":{integer}")?,
            _ => out.put(b"\"value\":null")?,
        }
        out.put(b"}")?;
    }
    out.put(b"]}")
}

/// Writes a member, whose key starts with a quote. Inlined so that the key is compared in a
/// register.
#[inline(always)]
fn member<const N: usize>(
    out: &mut impl EventSink,
    key: &[u8; N],
    bytes: &Bytes<'_>,
) -> io::Result<()> {
    out.put(key)?;
    match bytes.as_slice() {
        Some(bytes) if all(bytes, is_plain) => {
            out.put(b"\":\"")?;
            out.put(bytes)?;
            out.put(b"\"")
        }
        _ => put_other(out, &bytes.to_cow()),
    }
}

/// Writes the rest of a member after its key, if its bytes need escapes, have escapes in the
/// datagram, or are not UTF-8.
#[inline(never)]
fn put_other(out: &mut impl EventSink, bytes: &[u8]) -> io::Result<()> {
    if all(bytes, |byte| is_plain(byte) | escape(byte).is_some()) {
        out.put(b"\":\"")?;
        put_escaped(out, bytes)?;
        return out.put(b"\"");
    }
    match str::from_utf8(bytes) {
        Ok(text) => {
            out.put(b"\":")?;
            out.put(visible_json(&serde_json::to_string(text)?).as_bytes())
        }
        Err(_) => write!(out, "_hex\":\"{}\"", hex::encode(bytes)),
    }
}

fn put_escaped(out: &mut impl EventSink, bytes: &[u8]) -> io::Result<()> {
    for byte in bytes {
        match escape(*byte) {
            None => out.put(&[*byte])?,
            Some(letter) => out.put_escape(letter)?,
        }
    }
    Ok(())
}

/// Returns whether a byte needs no escape in JSON.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\')
}

/// Returns whether a condition holds for all bytes. Without early exit, so that it is vectorized.
fn all(bytes: &[u8], holds: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & holds(*byte))
}

/// Returns the letter that stands for a byte after a backslash. Returns `None` if there is no such
/// letter.
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
