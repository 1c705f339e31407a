//! A plain listener, right in every step, of which each bug replaces one.

mod json;
mod socket;

use std::io::{self, Write as _};

pub(crate) use json::{line, line_with, quoted};
pub(crate) use socket::Socket;

/// What a datagram was read as, or why it was rejected.
pub(crate) type Reading = Result<Event, String>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: Vec<u8>,
    pub(crate) params: Vec<Param>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bytes(Vec<u8>),
    /// A number, or whatever else this listener's language makes of a value, as JSON.
    Json(String),
}

impl Value {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }
}

/// The reading of one dialect.
pub(crate) trait Read {
    fn read(&mut self, datagram: &[u8]) -> Reading;
}

/// A step that is given something and makes something of it.
pub(crate) type Step<In, Out> = Box<dyn FnMut(In) -> Out>;

/// A step that looks at something.
pub(crate) type Look<In, Out> = Box<dyn FnMut(&In) -> Out>;

/// A step that puts a parameter to those before it.
pub(crate) type Store = Box<dyn FnMut(&mut Vec<Param>, Param)>;

/// A listener in steps.
pub(crate) struct Listener<R> {
    /// So many bytes are read of a datagram; what is left is lost.
    pub(crate) buffer: usize,
    /// What of the bytes that came is read as a datagram: one, none or several.
    pub(crate) receive: Step<Vec<u8>, Vec<Vec<u8>>>,
    /// Reads a datagram.
    pub(crate) reader: R,
    /// What is reported of a reading: it alone, nothing, or more.
    pub(crate) report: Step<Reading, Vec<Reading>>,
    /// Writes a reading as a line of JSON.
    pub(crate) write: Look<Reading, Vec<u8>>,
}

impl<R: Read + Default> Default for Listener<R> {
    fn default() -> Self {
        Self {
            buffer: 1 << 18,
            receive: Box::new(|datagram| vec![datagram]),
            reader: R::default(),
            report: Box::new(|reading| vec![reading]),
            write: Box::new(line),
        }
    }
}

impl<R: Read> Listener<R> {
    /// Listens for ever.
    pub(crate) fn listen(mut self, socket: &Socket) -> io::Result<()> {
        let mut buffer = vec![0; self.buffer];
        loop {
            let length = socket.receive(&mut buffer)?;
            for datagram in (self.receive)(buffer[..length].to_vec()) {
                let reading = self.reader.read(&datagram);
                for reading in (self.report)(reading) {
                    let mut line = (self.write)(&reading);
                    line.push(b'\n');
                    let mut out = io::stdout().lock();
                    out.write_all(&line)?;
                    out.flush()?;
                }
            }
        }
    }
}
