//! A plain listener made of steps; each fault replaces one.

mod json;
mod socket;

use std::io::{self, Write as _};

pub(crate) use json::{line, line_with, quoted};
pub(crate) use socket::Socket;

/// The event of a datagram, or why it was rejected.
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
    /// A number, or another value of the listener's language, as JSON.
    Json(String),
}

impl Value {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }
}

/// A reader of one dialect.
pub(crate) trait Read {
    fn read(&mut self, datagram: &[u8]) -> Reading;
}

/// A step that consumes its input.
pub(crate) type Step<In, Out> = Box<dyn FnMut(In) -> Out>;

/// A step that borrows its input.
pub(crate) type StepRef<In, Out> = Box<dyn FnMut(&In) -> Out>;

/// A step that adds a parameter to those before it.
pub(crate) type AddParam = Box<dyn FnMut(&mut Vec<Param>, Param)>;

/// A listener in steps.
pub(crate) struct Listener<R> {
    /// The size of the receive buffer; longer datagrams are truncated.
    pub(crate) buffer: usize,
    /// Splits the received bytes into datagrams: one, none or several.
    pub(crate) receive: Step<Vec<u8>, Vec<Vec<u8>>>,
    /// Reads a datagram.
    pub(crate) reader: R,
    /// Returns the reports for a reading: usually itself alone.
    pub(crate) report: Step<Reading, Vec<Reading>>,
    /// Writes a reading as a line of JSON.
    pub(crate) write: StepRef<Reading, Vec<u8>>,
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
    /// Listens until the socket or standard output fails.
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
