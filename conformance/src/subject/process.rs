use std::io;
#[cfg(unix)]
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::death::Exit;
use super::lines::Lines;
use super::news::News;
use super::output::Output;
use super::patience::Patience;
use super::streams::{InputError, Stir, Streams};
use crate::transport::Link;

/// A running process in a group of its own, killed with the whole group when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// What marks everything that it starts.
    #[cfg(target_os = "linux")]
    mark: String,
    streams: Streams,
    output: Output,
    errors: Lines,
    /// Whether all is read that it wrote to standard output, and to standard error.
    is_read: (bool, bool),
    /// How it ended, while that is not told yet, and until when it may be held back.
    exited: Option<(Exit, Instant)>,
}

/// How long a process may take to end when it is asked to.
const GRACE: Duration = Duration::from_millis(500);
/// So many last words of a process that is killed are listened to: more than it owes for all that may be under way.
const LAST_WORDS: usize = 1_000;

/// What came of waiting.
enum Read {
    Something,
    Room,
    Nothing,
}

impl Process {
    /// Starts it. With `piped`, [`send`](Self::send) writes to its standard input; else that is empty.
    pub(super) fn start(mut command: Command, piped: bool) -> io::Result<Self> {
        command.stdin(if piped { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(target_os = "linux")]
        let mark = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        #[cfg(target_os = "linux")]
        command.env(super::strays::MARK, &mark);
        let mut child = command.spawn()?;
        let streams = Streams::of(&mut child)?;
        Ok(Self {
            child,
            #[cfg(target_os = "linux")]
            mark,
            streams,
            output: Output::default(),
            errors: Lines::default(),
            is_read: (false, false),
            exited: None,
        })
    }

    /// Hands bytes to its standard input.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        self.streams.write(bytes)
    }

    /// Waits for news until the deadline. `None` if there were none. With `room`, that the link may have room is news, too.
    ///
    /// That it ended is told after all that it wrote, whichever came first: what it reported before its end counts.
    pub(super) fn wait(&mut self, deadline: Instant, room: Option<&Link>) -> Option<News> {
        let mut patience = Patience::until(deadline);
        loop {
            if let Some(news) = self.output.next_news() {
                return Some(news);
            }
            let now = Instant::now();
            let held = self
                .exited
                .take_if(|(_, until)| self.is_read.0 || now >= *until);
            if let Some((exit, _)) = held {
                return Some(News::Exited(exit));
            }
            let until = self
                .exited
                .map_or(deadline, |(_, until)| until.min(deadline));
            let read = match self.read(until, room) {
                Read::Room => return Some(News::Room),
                Read::Something => true,
                Read::Nothing => false,
            };
            if !self.output.has_news() && patience.ends(read) {
                return None;
            }
        }
    }

    /// Gives what it has written, as far as it is read.
    pub(super) fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Gives the first and the last lines that it said for people.
    pub(super) fn log_ends(&self) -> Vec<String> {
        self.output.log_ends()
    }

    /// Asks it to end, waits a moment for that, and kills what is left of its group.
    pub(super) fn stop(mut self) {
        self.streams.close_input();
        self.ask_to_end();
        let deadline = Instant::now() + GRACE;
        while let Some(news) = self.wait(deadline, None) {
            // It may talk as long as it likes.
            if matches!(news, News::Exited(_)) || self.is_over(&news) || Instant::now() >= deadline
            {
                break;
            }
        }
    }

    /// Kills the whole group at once, so that nothing of it keeps a pipe open, and gives what was still on its way. Its
    /// last words are all there then.
    pub(super) fn kill(&mut self) -> Vec<News> {
        self.kill_group();
        let deadline = Instant::now() + GRACE;
        while self.is_read != (true, true) && Instant::now() < deadline {
            self.read(deadline, None);
        }
        std::iter::from_fn(|| self.output.next_news())
            .take(LAST_WORDS)
            .collect()
    }

    /// Waits until something happens, at most until then, and takes in what it is.
    fn read(&mut self, until: Instant, room: Option<&Link>) -> Read {
        #[cfg(unix)]
        let stir = self.streams.wait(until, room.map(AsFd::as_fd));
        #[cfg(not(unix))]
        let stir = match room {
            // Without poll, the link is simply tried again.
            Some(_) => Stir::Room,
            None => self.streams.wait(until),
        };
        match stir {
            Stir::Output(bytes) => self.output.push(bytes),
            Stir::OutputClosed => {
                self.is_read.0 = true;
                self.output.end();
                if self.exited.is_none() {
                    self.output.tell(News::Closed);
                }
            }
            Stir::Log(bytes) => {
                self.errors.push(bytes);
                while let Some(cut) = self.errors.next_line() {
                    self.output.log(cut);
                }
            }
            Stir::LogClosed => {
                self.is_read.1 = true;
                if let Some(rest) = self.errors.rest() {
                    self.output.log(rest);
                }
            }
            Stir::Ended(exit) => {
                // So that nobody else keeps its output open.
                self.kill_group();
                self.exited = Some((exit, Instant::now() + GRACE));
            }
            Stir::Room => return Read::Room,
            Stir::Nothing => return Read::Nothing,
        }
        Read::Something
    }

    #[cfg(unix)]
    fn ask_to_end(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    #[cfg(unix)]
    fn kill_group(&mut self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// Signals the group. It is there until the child is reaped, which only `drop` does.
    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            signal,
        );
    }

    #[cfg(unix)]
    fn is_over(&self, _: &News) -> bool {
        false
    }

    #[cfg(not(unix))]
    fn ask_to_end(&self) {}

    #[cfg(not(unix))]
    fn kill_group(&mut self) {
        let _ = self.child.kill();
    }

    /// The end of its output is all that there is to see.
    #[cfg(not(unix))]
    fn is_over(&self, news: &News) -> bool {
        matches!(news, News::Closed)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
        // It may have left its group. If it may not be killed at all, there is no use in waiting for its end.
        if self.child.kill().is_ok() {
            let _ = self.child.wait();
        }
        #[cfg(target_os = "linux")]
        super::strays::kill_all(&self.mark);
    }
}
