use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::buffer::BUFFER_SIZE;
use super::event::StreamEvent;
use super::input::InputError;
use crate::subject::death::Exit;

/// The non-blocking streams of a child process.
#[derive(Debug)]
pub(crate) struct Streams {
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    stdin: Option<ChildStdin>,
    /// The bytes that are still to be written to standard input.
    unwritten: Vec<u8>,
    pid: Pid,
    /// A pipe that is closed when the process has ended.
    end: Option<PipeReader>,
    buffer: Box<[u8]>,
}

/// The most unwritten bytes that are kept for a process that does not read: a few of the longest
/// lines.
const MAX_UNWRITTEN: usize = 1 << 20;
/// The capacity of the pipe from a process, if the system allows it: many of the longest lines.
/// With the usual 64 KiB, process and runner wait for each other at every longer line.
#[cfg(target_os = "linux")]
const PIPE_CAPACITY: usize = 1 << 20;

#[derive(Clone, Copy)]
enum StreamSource {
    Stdout,
    Stderr,
    Stdin,
    End,
    Link,
}

impl Streams {
    /// Takes the streams that are piped, and watches for the end of the process.
    pub(crate) fn of(child: &mut Child) -> io::Result<Self> {
        let streams = Self {
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            stdin: child.stdin.take(),
            unwritten: Vec::new(),
            pid: Pid::from_child(child),
            end: Some(watch(Pid::from_child(child))?),
            buffer: vec![0; BUFFER_SIZE].into(),
        };
        #[cfg(target_os = "linux")]
        if let Some(stdout) = &streams.stdout {
            // The total of all pipes of a user is limited. A pipe that stays short is only slower.
            let _ = rustix::pipe::fcntl_setpipe_size(stdout, PIPE_CAPACITY);
        }
        let fds = [
            streams.stdout.as_ref().map(AsFd::as_fd),
            streams.stderr.as_ref().map(AsFd::as_fd),
            streams.stdin.as_ref().map(AsFd::as_fd),
        ];
        for fd in fds.into_iter().flatten() {
            ioctl_fionbio(fd, true)?;
        }
        Ok(streams)
    }

    /// Waits until something happens, at most until this time. With `writable`, also waits for
    /// space in the send buffer of this socket.
    pub(crate) fn wait(
        &mut self,
        until: Instant,
        writable: Option<BorrowedFd<'_>>,
    ) -> StreamEvent<'_> {
        loop {
            let Some(source) = self.ready(until, writable) else {
                return StreamEvent::Nothing;
            };
            match source {
                StreamSource::Stdout => match read(&mut self.stdout, &mut self.buffer) {
                    Some(0) => return StreamEvent::OutputClosed,
                    Some(length) => return StreamEvent::Output(&self.buffer[..length]),
                    None => {}
                },
                StreamSource::Stderr => match read(&mut self.stderr, &mut self.buffer) {
                    Some(0) => return StreamEvent::LogClosed,
                    Some(length) => return StreamEvent::Log(&self.buffer[..length]),
                    None => {}
                },
                StreamSource::Stdin => self.write_unwritten(),
                StreamSource::End => {
                    self.end = None;
                    if let Some(exit) = exit_of(self.pid) {
                        return StreamEvent::Ended(exit);
                    }
                }
                StreamSource::Link => return StreamEvent::Writable,
            }
        }
    }

    /// Writes bytes to standard input, or keeps them until the process reads.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        if self.stdin.is_none() {
            return Err(InputError::Closed);
        }
        if self.unwritten.len() > MAX_UNWRITTEN {
            return Err(InputError::Full);
        }
        self.unwritten.extend_from_slice(bytes);
        self.write_unwritten();
        Ok(())
    }

    /// Closes standard input.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }

    fn write_unwritten(&mut self) {
        while let Some(stdin) = self.stdin.as_mut().filter(|_| !self.unwritten.is_empty()) {
            match stdin.write(&self.unwritten) {
                Ok(written) => drop(self.unwritten.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The process has closed its input; the next write returns the error.
                Err(_) => self.stdin = None,
            }
        }
    }

    /// Waits until one of the sources is ready, at most until this time.
    fn ready(&self, until: Instant, writable: Option<BorrowedFd<'_>>) -> Option<StreamSource> {
        let sources = [
            (
                self.stdout.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                StreamSource::Stdout,
            ),
            (
                self.stderr.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                StreamSource::Stderr,
            ),
            (
                self.stdin
                    .as_ref()
                    .filter(|_| !self.unwritten.is_empty())
                    .map(AsFd::as_fd),
                PollFlags::OUT,
                StreamSource::Stdin,
            ),
            (
                self.end.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                StreamSource::End,
            ),
            (writable, PollFlags::OUT, StreamSource::Link),
        ];
        let open = sources.iter().filter_map(|(fd, flags, source)| {
            Some((PollFd::from_borrowed_fd((*fd)?, *flags), *source))
        });
        let (mut fds, sources): (Vec<_>, Vec<_>) = open.unzip();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).expect("a wait is shorter than centuries");
            match poll(&mut fds, Some(&left)) {
                Ok(0) => return None,
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => panic!("the descriptors of a subject cannot be polled: {error}"),
            }
        }
        let mut ready = fds.iter().zip(sources);
        ready
            .find(|(fd, _)| !fd.revents().is_empty())
            .map(|(_, source)| source)
    }
}

/// Reads without blocking, and returns the length: 0 if the stream is closed now, `None` if there
/// are no bytes to read.
fn read(stream: &mut Option<impl io::Read>, buffer: &mut [u8]) -> Option<usize> {
    match stream.as_mut()?.read(buffer) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) =>
        {
            None
        }
        Ok(length) if length > 0 => Some(length),
        // A stream that cannot be read is treated as closed.
        Ok(_) | Err(_) => {
            *stream = None;
            Some(0)
        }
    }
}

/// Waits in a thread for the end of a child, without reaping it. The returned pipe is closed when
/// the child ends.
fn watch(pid: Pid) -> io::Result<PipeReader> {
    let (mut reader, writer) = io::pipe()?;
    ioctl_fionbio(&reader, true)?;
    // The pipe carries no bytes.
    debug_assert!(reader.read(&mut [0]).is_err());
    thread::Builder::new().spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        drop(writer);
    })?;
    Ok(reader)
}

fn exit_of(pid: Pid) -> Option<Exit> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    let status = waitid(WaitId::Pid(pid), options).ok()??;
    match (status.exit_status(), status.terminating_signal()) {
        (Some(status), _) => Some(Exit::Status(status)),
        (None, Some(signal)) => Some(Exit::Signal(signal)),
        (None, None) => None,
    }
}
