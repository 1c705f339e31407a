use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::{BUFFER, InputError, MAX_WAITING, Stir};
use crate::subject::death::Exit;

/// The streams of a child process. None of them ever blocks.
#[derive(Debug)]
pub(in crate::subject) struct Streams {
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    stdin: Option<ChildStdin>,
    /// What is to be written to standard input.
    waiting: Vec<u8>,
    pid: Pid,
    /// Is closed when the process has ended.
    end: Option<PipeReader>,
    buffer: Box<[u8]>,
}

/// So much may wait between a process and the runner, where the system allows it: what many of the longest lines take. With the usual
/// 64 KiB, each waits for the other at every line that is longer.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;

#[derive(Clone, Copy)]
enum Source {
    Stdout,
    Stderr,
    Stdin,
    End,
    Room,
}

impl Streams {
    /// Takes the streams that are piped, and watches for the end.
    pub(in crate::subject) fn of(child: &mut Child) -> io::Result<Self> {
        let streams = Self {
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            stdin: child.stdin.take(),
            waiting: Vec::new(),
            pid: Pid::from_child(child),
            end: Some(watch(Pid::from_child(child))?),
            buffer: vec![0; BUFFER].into(),
        };
        #[cfg(target_os = "linux")]
        if let Some(stdout) = &streams.stdout {
            // Users have only so much for their pipes. A short one is slower, and no worse.
            let _ = rustix::pipe::fcntl_setpipe_size(stdout, PIPE);
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

    /// Waits until something happens, at most until then; `room` is a socket whose room is waited for, too.
    pub(in crate::subject) fn wait(
        &mut self,
        until: Instant,
        room: Option<BorrowedFd<'_>>,
    ) -> Stir<'_> {
        loop {
            let Some(source) = self.stirring(until, room) else {
                return Stir::Nothing;
            };
            match source {
                Source::Stdout => match read(&mut self.stdout, &mut self.buffer) {
                    Some(0) => return Stir::OutputClosed,
                    Some(length) => return Stir::Output(&self.buffer[..length]),
                    None => {}
                },
                Source::Stderr => match read(&mut self.stderr, &mut self.buffer) {
                    Some(0) => return Stir::LogClosed,
                    Some(length) => return Stir::Log(&self.buffer[..length]),
                    None => {}
                },
                Source::Stdin => self.write_waiting(),
                Source::End => {
                    self.end = None;
                    if let Some(exit) = exit_of(self.pid) {
                        return Stir::Ended(exit);
                    }
                }
                Source::Room => return Stir::Room,
            }
        }
    }

    /// Hands bytes to its standard input.
    pub(in crate::subject) fn write(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        if self.stdin.is_none() {
            return Err(InputError::Closed);
        }
        if self.waiting.len() > MAX_WAITING {
            return Err(InputError::Full);
        }
        self.waiting.extend_from_slice(bytes);
        self.write_waiting();
        Ok(())
    }

    /// Closes its standard input.
    pub(in crate::subject) fn close_input(&mut self) {
        self.stdin = None;
    }

    fn write_waiting(&mut self) {
        while let Some(stdin) = self.stdin.as_mut().filter(|_| !self.waiting.is_empty()) {
            match stdin.write(&self.waiting) {
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It has closed it: the next write tells.
                Err(_) => self.stdin = None,
            }
        }
    }

    fn stirring(&self, until: Instant, room: Option<BorrowedFd<'_>>) -> Option<Source> {
        let sources = [
            (
                self.stdout.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                Source::Stdout,
            ),
            (
                self.stderr.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                Source::Stderr,
            ),
            (
                self.stdin
                    .as_ref()
                    .filter(|_| !self.waiting.is_empty())
                    .map(AsFd::as_fd),
                PollFlags::OUT,
                Source::Stdin,
            ),
            (
                self.end.as_ref().map(AsFd::as_fd),
                PollFlags::IN,
                Source::End,
            ),
            (room, PollFlags::OUT, Source::Room),
        ];
        let open = sources.iter().filter_map(|(fd, flags, source)| {
            Some((PollFd::from_borrowed_fd((*fd)?, *flags), *source))
        });
        let (mut fds, sources): (Vec<_>, Vec<_>) = open.unzip();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).expect("nobody waits for centuries");
            match poll(&mut fds, Some(&left)) {
                Ok(0) => return None,
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => panic!("descriptors of ours cannot be polled: {error}"),
            }
        }
        let mut stirring = fds.iter().zip(sources);
        stirring
            .find(|(fd, _)| !fd.revents().is_empty())
            .map(|(_, source)| source)
    }
}

/// Reads what is there: 0 bytes mean that it is closed now, `None` that there is nothing.
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
        // What cannot be read cannot be told.
        Ok(_) | Err(_) => {
            *stream = None;
            Some(0)
        }
    }
}

/// Waits in a thread for the end of a child, without reaping it.
fn watch(pid: Pid) -> io::Result<PipeReader> {
    let (mut reader, writer) = io::pipe()?;
    ioctl_fionbio(&reader, true)?;
    // Nobody ever writes to it.
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
