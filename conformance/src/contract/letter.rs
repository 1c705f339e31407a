use std::io;

use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde::Serialize;

use super::Reported;
use super::event::ReportedParam;

/// Tells whether a line is what [`Reported`] writes of an event, byte for byte, without reading it.
///
/// Nearly all lines of a run are that, and in the longest ones each of tens of thousands of parameters is a few letters.
pub(crate) fn is_line_of(line: &[u8], event: &EventBuf) -> bool {
    let mut rest = Rest(line);
    rest.take_event(event).is_some() && rest.0.is_empty()
}

/// What is left of a line. Takes only what stands there.
struct Rest<'l>(&'l [u8]);

impl Rest<'_> {
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(bytes)?;
        Some(())
    }

    /// Takes what is written of anything.
    fn take_json(&mut self, json: &impl Serialize) -> Option<()> {
        serde_json::to_writer(self, json).ok()
    }

    fn take_event(&mut self, event: &EventBuf) -> Option<()> {
        let EventBuf { name, params } = event;
        let Some((last, others)) = params.split_last() else {
            return self.take_json(&Reported(event));
        };
        let head = EventBuf::new(&name[..], []);
        let head = serde_json::to_vec(&Reported(&head)).ok()?;
        self.take(head.strip_suffix(b"]}")?)?;
        for param in others {
            self.take_param(param)?;
            self.take(b",")?;
        }
        self.take_param(last)?;
        self.take(b"]}")
    }

    fn take_param(&mut self, param: &ParamBuf) -> Option<()> {
        let name = param.name.as_deref();
        match &param.value {
            ValueBuf::Bytes(value) if is_simple(name.unwrap_or_default()) && is_simple(value) => {
                match name {
                    None => self.take(b"{\"value\":\"")?,
                    Some(name) => {
                        self.take(b"{\"name\":\"")?;
                        self.take_simple(name)?;
                        self.take(b"\",\"value\":\"")?;
                    }
                }
                self.take_simple(value)?;
                self.take(b"\"}")
            }
            _ => self.take_json(&ReportedParam(param.as_param())),
        }
    }

    fn take_simple(&mut self, bytes: &[u8]) -> Option<()> {
        if all(bytes, |byte| escape(byte).is_none()) {
            return self.take(bytes);
        }
        for byte in bytes {
            self.0 = match (escape(*byte), self.0) {
                (Some(letter), [b'\\', next, rest @ ..]) if *next == letter => rest,
                (None, [next, rest @ ..]) if next == byte => rest,
                _ => return None,
            };
        }
        Some(())
    }
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

impl io::Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
