use std::io;
#[cfg(unix)]
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::deadline::{Deadline, ReadAttempt};
use super::death::Exit;
use super::event::SubjectEvent;
use super::lines::Lines;
use super::log::{LogEnds, LogStream};
use super::output::Output;
use super::streams::{InputError, StreamEvent, Streams};
use super::waits::EXIT_GRACE;
#[cfg(target_os = "linux")]
use super::{descendants, orphans};
use crate::transport::Link;

/// A running process in a process group of its own. Dropping this value kills the whole group.
#[derive(Debug)]
pub(super) struct Process {
    group: ProcessGroup,
    streams: Streams,
    output: Output,
    errors: Lines,
    /// Whether the runner has read standard output to its end.
    is_stdout_read: bool,
    /// Whether the runner has read standard error to its end.
    is_stderr_read: bool,
    /// How the process ended, if that is not reported yet, and the latest time to report it.
    exited: Option<(Exit, Instant)>,
}

/// A child and its process group. Dropping this value kills the group, and the descendants that
/// have left it.
#[derive(Debug)]
struct ProcessGroup {
    child: Child,
    /// The mark in the environment of the child and its descendants.
    #[cfg(target_os = "linux")]
    mark: String,
}

/// The standard input of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A pipe, which [`Process::send`] writes to.
    Piped,
    /// No input.
    Empty,
}

/// The most events that are taken from a process after it is killed: more than there are datagrams
/// in flight.
const MAX_LAST_EVENTS: usize = 1_000;

/// The result of a wait for the streams.
enum Read {
    Attempt(ReadAttempt),
    Writable,
}

impl Process {
    /// Starts a process.
    pub(super) fn start(mut command: Command, input: Input) -> io::Result<Self> {
        command.stdin(match input {
            Input::Piped => Stdio::piped(),
            Input::Empty => Stdio::null(),
        });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(target_os = "linux")]
        let mark = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        #[cfg(target_os = "linux")]
        command.env(descendants::MARK, &mark);
        #[cfg(target_os = "linux")]
        let child = orphans::spawn(&mut command)?;
        #[cfg(not(target_os = "linux"))]
        let child = command.spawn()?;
        let mut group = ProcessGroup {
            child,
            #[cfg(target_os = "linux")]
            mark,
        };
        let streams = Streams::of(&mut group.child)?;
        Ok(Self {
            group,
            streams,
            output: Output::default(),
            errors: Lines::default(),
            is_stdout_read: false,
            is_stderr_read: false,
            exited: None,
        })
    }

    /// Writes bytes to standard input.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        self.streams.write(bytes)
    }

    /// Waits for the next event until the deadline. Returns `None` if there was no event. With
    /// `writable`, also returns an event when this link may have space for a datagram.
    ///
    /// The event of the process's end comes after all that the process wrote, because its last
    /// reports count.
    pub(super) fn wait(
        &mut self,
        deadline: Instant,
        writable: Option<&Link>,
    ) -> Option<SubjectEvent> {
        let mut wait = Deadline::at(deadline);
        loop {
            if let Some(event) = self.output.next_event() {
                return Some(event);
            }
            let now = Instant::now();
            let held = self
                .exited
                .take_if(|(_, until)| self.is_stdout_read || now >= *until);
            if let Some((exit, _)) = held {
                return Some(SubjectEvent::Exited(exit));
            }
            let until = self
                .exited
                .map_or(deadline, |(_, until)| until.min(deadline));
            let attempt = match self.read(until, writable) {
                Read::Writable => return Some(SubjectEvent::Writable),
                Read::Attempt(attempt) => attempt,
            };
            if !self.output.has_event() && wait.has_passed(attempt) {
                return None;
            }
        }
    }

    /// Returns the process's output that was read.
    pub(super) fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Returns the first and the last lines of the process's log.
    pub(super) fn log(&self) -> &LogEnds {
        self.output.log()
    }

    /// Asks the process to end, waits up to [`EXIT_GRACE`], and kills the rest of its group.
    /// Returns the lines that the process reports meanwhile.
    pub(super) fn stop(mut self) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        self.streams.close_input();
        self.group.ask_to_end();
        let deadline = Instant::now() + EXIT_GRACE;
        while let Some(event) = self.wait(deadline, None) {
            // Stops waiting for a process that writes without end.
            if is_end(&event) || Instant::now() >= deadline {
                break;
            }
            if let SubjectEvent::Line(line) = event
                && lines.len() < MAX_LAST_EVENTS
            {
                lines.push(line);
            }
        }
        lines
    }

    /// Kills the whole group at once, so that none of its processes keeps a pipe open. Returns the
    /// events that were not read yet; the log is then complete.
    pub(super) fn kill(&mut self) -> Vec<SubjectEvent> {
        self.group.kill();
        let deadline = Instant::now() + EXIT_GRACE;
        while !(self.is_stdout_read && self.is_stderr_read) && Instant::now() < deadline {
            self.read(deadline, None);
        }
        std::iter::from_fn(|| self.output.next_event())
            .take(MAX_LAST_EVENTS)
            .collect()
    }

    /// Waits until something happens, at most until this time, and records it.
    fn read(&mut self, until: Instant, writable: Option<&Link>) -> Read {
        #[cfg(unix)]
        let event = self.streams.wait(until, writable.map(AsFd::as_fd));
        #[cfg(not(unix))]
        let event = match writable {
            // This platform cannot poll the link, so the caller tries it again.
            Some(_) => StreamEvent::Writable,
            None => self.streams.wait(until),
        };
        match event {
            StreamEvent::Output(bytes) => self.output.push(bytes),
            StreamEvent::OutputClosed => {
                self.is_stdout_read = true;
                self.output.end();
                if self.exited.is_none() {
                    self.output.push_event(SubjectEvent::Closed);
                }
            }
            StreamEvent::Log(bytes) => {
                self.errors.push(bytes);
                while let Some(cut) = self.errors.next_line() {
                    self.output.add_to_log(LogStream::Errors, cut);
                }
            }
            StreamEvent::LogClosed => {
                self.is_stderr_read = true;
                if let Some(rest) = self.errors.rest() {
                    self.output.add_to_log(LogStream::Errors, rest);
                }
            }
            #[cfg(unix)]
            StreamEvent::Ended(exit) => {
                // Kills the descendants, which could otherwise keep the output open.
                self.group.kill();
                self.exited = Some((exit, Instant::now() + EXIT_GRACE));
            }
            StreamEvent::Writable => return Read::Writable,
            StreamEvent::Nothing => return Read::Attempt(ReadAttempt::Empty),
        }
        Read::Attempt(ReadAttempt::Some)
    }
}

impl ProcessGroup {
    #[cfg(unix)]
    fn ask_to_end(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// Sends a signal to the group, which exists until the child is reaped. Only `drop` reaps it.
    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            signal,
        );
    }

    #[cfg(not(unix))]
    fn ask_to_end(&self) {}

    #[cfg(not(unix))]
    fn kill(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
        // The process may have left its group. If it cannot be killed, waiting for its end is
        // useless.
        if self.child.kill().is_ok() {
            let _ = self.child.wait();
        }
        #[cfg(target_os = "linux")]
        {
            descendants::kill_all(&self.mark);
            orphans::reaped(rustix::process::Pid::from_child(&self.child));
        }
    }
}

/// Returns whether an event is the last one of a process.
fn is_end(event: &SubjectEvent) -> bool {
    match event {
        SubjectEvent::Exited(_) => true,
        // If the platform does not report the end of a process, the end of its output counts as its
        // end.
        SubjectEvent::Closed => cfg!(not(unix)),
        _ => false,
    }
}
