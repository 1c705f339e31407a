use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use super::buffer::BUFFER_SIZE;
use super::event::StreamEvent;
use super::input::InputError;

/// The streams of a child process, read by threads. This platform has no way to wait for the end of
/// the process, so the end of its output counts as the end of the process.
#[derive(Debug)]
pub(crate) struct Streams {
    read: Receiver<(Stream, Vec<u8>)>,
    stdin: Option<ChildStdin>,
    last: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Stdout,
    Stderr,
}

/// The most chunks that a thread reads ahead. If the process writes faster, its writes block.
const BACKLOG: usize = 16;

impl Streams {
    /// Takes the streams that are piped, and starts a thread for each that is read.
    pub(crate) fn of(child: &mut Child) -> io::Result<Self> {
        let (sender, read) = sync_channel(BACKLOG);
        if let Some(stdout) = child.stdout.take() {
            read_all(stdout, Stream::Stdout, sender.clone())?;
        }
        if let Some(stderr) = child.stderr.take() {
            read_all(stderr, Stream::Stderr, sender)?;
        }
        Ok(Self {
            read,
            stdin: child.stdin.take(),
            last: Vec::new(),
        })
    }

    /// Waits until something happens, at most until this time.
    pub(crate) fn wait(&mut self, until: Instant) -> StreamEvent<'_> {
        let left = until.saturating_duration_since(Instant::now());
        let Ok((stream, bytes)) = self.read.recv_timeout(left) else {
            return StreamEvent::Nothing;
        };
        self.last = bytes;
        match stream {
            Stream::Stdout if self.last.is_empty() => StreamEvent::OutputClosed,
            Stream::Stdout => StreamEvent::Output(&self.last),
            Stream::Stderr if self.last.is_empty() => StreamEvent::LogClosed,
            Stream::Stderr => StreamEvent::Log(&self.last),
        }
    }

    /// Writes bytes to standard input. This blocks while the process does not read.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        let stdin = self.stdin.as_mut().ok_or(InputError::Closed)?;
        stdin.write_all(bytes).map_err(|_| InputError::Closed)
    }

    /// Closes standard input.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }
}

/// Reads a stream and sends its bytes in chunks. An empty chunk means that the stream was closed.
fn read_all(
    mut stream: impl Read + Send + 'static,
    name: Stream,
    sender: SyncSender<(Stream, Vec<u8>)>,
) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        loop {
            let mut bytes = vec![0; BUFFER_SIZE];
            let length = stream.read(&mut bytes).unwrap_or_default();
            bytes.truncate(length);
            if sender.send((name, bytes)).is_err() || length == 0 {
                return;
            }
        }
    })?;
    Ok(())
}
