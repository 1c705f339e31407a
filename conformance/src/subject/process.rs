use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::death::Exit;
use super::output::{LogEnds, Message, News, read_log, read_reports};

/// A running process in a group of its own, watched by threads, killed with the whole group when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    news: Receiver<Message>,
    tail: LogEnds,
    input: Option<SyncSender<Vec<u8>>>,
    /// Whether all is read that it wrote to standard output, and to standard error.
    is_read: (bool, bool),
    /// How it ended, while that is not told yet, and until when it may be held back.
    exited: Option<(Exit, Instant)>,
}

/// Why a process takes no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputError {
    /// It has not read those before.
    Full,
    /// It has closed its standard input.
    Closed,
}

/// Lines that wait for the reader at the most; a process that writes faster has to wait.
const BACKLOG: usize = 16;
/// How long a process may take to end when it is asked to.
const GRACE: Duration = Duration::from_millis(500);

impl Process {
    /// Starts it. With `piped`, [`send`](Self::send) writes to its standard input; else that is empty.
    pub(super) fn start(mut command: Command, piped: bool) -> io::Result<Self> {
        command.stdin(if piped { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;

        let (sender, news) = sync_channel(BACKLOG);
        let tail = LogEnds::default();
        let stdout = child.stdout.take().expect("it is piped");
        thread::spawn({
            let (sender, tail) = (sender.clone(), tail.clone());
            move || read_reports(stdout, &sender, &tail)
        });
        let stderr = child.stderr.take().expect("it is piped");
        thread::spawn({
            let (sender, tail) = (sender.clone(), tail.clone());
            move || read_log(stderr, &sender, &tail)
        });
        watch(&child, sender);
        let input = child.stdin.take().map(|mut stdin| {
            let (sender, lines) = sync_channel::<Vec<u8>>(BACKLOG);
            // If it does not read, its end or the time-out will tell.
            thread::spawn(move || lines.iter().try_for_each(|line| stdin.write_all(&line)));
            sender
        });
        Ok(Self {
            child,
            news,
            tail,
            input,
            is_read: (false, false),
            exited: None,
        })
    }

    /// Hands a line to its standard input.
    pub(super) fn send(&self, line: Vec<u8>) -> Result<(), InputError> {
        let input = self.input.as_ref().ok_or(InputError::Closed)?;
        input.try_send(line).map_err(|error| match error {
            TrySendError::Full(_) => InputError::Full,
            TrySendError::Disconnected(_) => InputError::Closed,
        })
    }

    /// Waits for news until the deadline. `None` if there were none.
    ///
    /// That it ended is told after all that it wrote, whichever of the threads was faster: what it reported before its
    /// end counts.
    pub(super) fn wait(&mut self, deadline: Instant) -> Option<News> {
        loop {
            let now = Instant::now();
            let held = self
                .exited
                .filter(|(_, until)| self.is_read.0 || now >= *until);
            if let Some((exit, _)) = held {
                self.exited = None;
                return Some(News::Exited(exit));
            }
            let until = self
                .exited
                .map_or(deadline, |(_, until)| until.min(deadline));
            match self.news.recv_timeout(until.saturating_duration_since(now)) {
                Ok(Message::LogClosed) => self.is_read.1 = true,
                Ok(Message::News(News::Exited(exit))) => {
                    // So that nobody else keeps its output open.
                    self.kill_group();
                    self.exited = Some((exit, Instant::now() + GRACE));
                }
                Ok(Message::News(News::Closed)) => {
                    self.is_read.0 = true;
                    if self.exited.is_none() {
                        return Some(News::Closed);
                    }
                }
                Ok(Message::News(news)) => return Some(news),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => return None,
                Err(RecvTimeoutError::Timeout) => {}
                // Every thread is gone, and each has said why.
                Err(RecvTimeoutError::Disconnected) => match self.exited.take() {
                    Some((exit, _)) => return Some(News::Exited(exit)),
                    None => return Some(News::Closed),
                },
            }
        }
    }

    /// Takes news that are there already.
    pub(super) fn news(&mut self) -> Option<News> {
        self.wait(Instant::now())
    }

    /// Gives the first and the last lines that it said for people.
    pub(super) fn log_ends(&self) -> Vec<String> {
        self.tail.lines()
    }

    /// Asks it to end, waits a moment for that, and kills what is left of its group.
    pub(super) fn stop(mut self) {
        self.input = None;
        self.ask_to_end();
        let deadline = Instant::now() + GRACE;
        while let Some(news) = self.wait(deadline) {
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
        let mut left = Vec::new();
        while self.is_read != (true, true) && Instant::now() < deadline {
            match self.wait(deadline) {
                Some(news) if left.len() < BACKLOG => left.push(news),
                Some(_) => {}
                None => break,
            }
        }
        left
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

    /// Without a watcher, the end of its output is all that there is to see.
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
    }
}

/// Waits in a thread for its end, without reaping it.
#[cfg(unix)]
fn watch(child: &Child, news: SyncSender<Message>) {
    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let pid = Pid::from_child(child);
    thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let status = loop {
            match waitid(WaitId::Pid(pid), options) {
                Ok(Some(status)) => break status,
                Ok(None) | Err(Errno::INTR) => {}
                // It was reaped: nobody is interested any more.
                Err(_) => return,
            }
        };
        let exit = match (status.exit_status(), status.terminating_signal()) {
            (Some(status), _) => Exit::Status(status),
            (None, Some(signal)) => Exit::Signal(signal),
            (None, None) => return,
        };
        let _ = news.send(Message::News(News::Exited(exit)));
    });
}

#[cfg(not(unix))]
fn watch(_: &Child, _: SyncSender<Message>) {}
