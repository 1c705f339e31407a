use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use super::{BUFFER, InputError, Stir};

/// The streams of a child process, read by threads. Without a way to wait for its end, the end of its output is all that
/// there is to see.
#[derive(Debug)]
pub(in crate::subject) struct Streams {
    read: Receiver<(Stream, Vec<u8>)>,
    stdin: Option<ChildStdin>,
    last: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Stdout,
    Stderr,
}

/// Pieces that wait to be taken; a process that writes faster has to wait.
const BACKLOG: usize = 16;

impl Streams {
    pub(in crate::subject) fn of(child: &mut Child) -> io::Result<Self> {
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

    pub(in crate::subject) fn wait(&mut self, until: Instant) -> Stir<'_> {
        let left = until.saturating_duration_since(Instant::now());
        let Ok((stream, bytes)) = self.read.recv_timeout(left) else {
            return Stir::Nothing;
        };
        self.last = bytes;
        match stream {
            Stream::Stdout if self.last.is_empty() => Stir::OutputClosed,
            Stream::Stdout => Stir::Output(&self.last),
            Stream::Stderr if self.last.is_empty() => Stir::LogClosed,
            Stream::Stderr => Stir::Log(&self.last),
        }
    }

    pub(in crate::subject) fn write(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        let stdin = self.stdin.as_mut().ok_or(InputError::Closed)?;
        stdin.write_all(bytes).map_err(|_| InputError::Closed)
    }

    pub(in crate::subject) fn close_input(&mut self) {
        self.stdin = None;
    }
}

/// Hands on what comes; nothing means that the stream was closed.
fn read_all(
    mut stream: impl Read + Send + 'static,
    name: Stream,
    sender: SyncSender<(Stream, Vec<u8>)>,
) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        loop {
            let mut bytes = vec![0; BUFFER];
            let length = stream.read(&mut bytes).unwrap_or_default();
            bytes.truncate(length);
            if sender.send((name, bytes)).is_err() || length == 0 {
                return;
            }
        }
    })?;
    Ok(())
}
