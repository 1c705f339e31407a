use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::deadline::{Deadline, ReadAttempt};
use super::event::SubjectEvent;
use super::log::LogEnds;
use super::output::Output;
use super::streams::BUFFER_SIZE;
use crate::transport::{Address, Link};

/// A listener that somebody else started, which the runner never kills.
#[derive(Clone, Debug)]
pub struct Running {
    /// The address to which the listener is bound.
    pub address: Address,
    /// Where the runner can read the listener's reports.
    pub reports: Reports,
}

/// Where the runner can read the reports of a running listener.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reports {
    /// On the standard input of this process.
    Stdin,
    /// In a file that the listener appends to, a FIFO that it writes to, or a UNIX stream socket
    /// that it listens on.
    Path(PathBuf),
}

impl Reports {
    /// Returns the argument that names the source on the command line.
    pub fn as_arg(&self) -> String {
        match self {
            Self::Stdin => "-".into(),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// A reader that follows the reports of a running listener.
#[derive(Debug)]
pub(super) struct Attached {
    source: ReportSource,
    output: Output,
    buffer: Box<[u8]>,
}

#[derive(Debug)]
enum ReportSource {
    /// A file that grows. It may be truncated, or replaced by another.
    File { file: File, path: PathBuf },
    /// A file descriptor that can be polled.
    Stream(OwnedFd),
    /// The end of the reports.
    Closed,
}

/// The interval at which a file is checked for growth: files cannot be polled.
const FILE_CHECK_INTERVAL: Duration = Duration::from_millis(1);

impl Attached {
    /// Opens the reports, and skips the current content of a file.
    pub(super) fn open(reports: &Reports) -> io::Result<Self> {
        let source = match reports {
            Reports::Stdin => ReportSource::Stream(io::stdin().as_fd().try_clone_to_owned()?),
            Reports::Path(path) => ReportSource::open(path)?,
        };
        Ok(Self {
            source,
            output: Output::default(),
            buffer: vec![0; BUFFER_SIZE].into(),
        })
    }

    /// Waits for the next event until the deadline. With `writable`, also returns an event when
    /// this link may have space for a datagram.
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
            let attempt = match self.read_file() {
                Some(attempt) if attempt == ReadAttempt::Some || Instant::now() >= deadline => {
                    attempt
                }
                _ => match self.ready(deadline, writable) {
                    Ready::Stream => self.read_stream(),
                    Ready::Link => return Some(SubjectEvent::Writable),
                    Ready::Nothing => ReadAttempt::Empty,
                },
            };
            if !self.output.has_event() && wait.has_passed(attempt) {
                return None;
            }
        }
    }

    /// Returns the output that was read.
    pub(super) fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Returns the first and the last lines that are no reports.
    pub(super) fn log(&self) -> &LogEnds {
        self.output.log()
    }

    /// Reads the bytes that were appended to a file. Returns `None` if the source is no file.
    fn read_file(&mut self) -> Option<ReadAttempt> {
        let ReportSource::File { file, path } = &mut self.source else {
            return None;
        };
        match read_appended(file, path, &mut self.buffer) {
            Ok(0) => return Some(ReadAttempt::Empty),
            Ok(length) => self.output.push(&self.buffer[..length]),
            Err(_) => self.close(),
        }
        Some(ReadAttempt::Some)
    }

    /// Reads the bytes that have arrived on a stream.
    fn read_stream(&mut self) -> ReadAttempt {
        let ReportSource::Stream(fd) = &self.source else {
            return ReadAttempt::Empty;
        };
        match rustix::io::read(fd, &mut self.buffer[..]) {
            Ok(0) => self.close(),
            Ok(length) => self.output.push(&self.buffer[..length]),
            Err(Errno::INTR | Errno::AGAIN) => return ReadAttempt::Empty,
            Err(_) => self.close(),
        }
        ReadAttempt::Some
    }

    fn close(&mut self) {
        self.source = ReportSource::Closed;
        self.output.push_event(SubjectEvent::Closed);
    }

    /// Waits until a stream or the link is ready, or until it is time to check a file for growth.
    fn ready(&self, deadline: Instant, writable: Option<&Link>) -> Ready {
        let mut fds = Vec::with_capacity(2);
        let mut until = deadline;
        match &self.source {
            ReportSource::Stream(fd) => fds.push(PollFd::new(fd, PollFlags::IN)),
            ReportSource::File { .. } => until = until.min(Instant::now() + FILE_CHECK_INTERVAL),
            ReportSource::Closed => {}
        }
        fds.extend(writable.map(|link| PollFd::new(link, PollFlags::OUT)));
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).expect("a wait is shorter than centuries");
        if !matches!(poll(&mut fds, Some(&left)), Ok(1..)) {
            return Ready::Nothing;
        }
        match &self.source {
            ReportSource::Stream(_) if !fds[0].revents().is_empty() => Ready::Stream,
            _ => Ready::Link,
        }
    }
}

/// The sources that are ready.
enum Ready {
    Stream,
    Link,
    Nothing,
}

impl ReportSource {
    fn open(path: &Path) -> io::Result<Self> {
        let kind = fs::metadata(path)?.file_type();
        if kind.is_socket() {
            return Ok(Self::Stream(UnixStream::connect(path)?.into()));
        }
        if kind.is_fifo() {
            // Also opened for writing, so that the FIFO has no end of file when the listener closes
            // it and opens it again.
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            return Ok(Self::Stream(file.into()));
        }
        if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(0))?;
        let path = path.into();
        Ok(Self::File { file, path })
    }
}

/// Reads the bytes that were appended. Reads a file that was truncated or replaced from its
/// beginning.
fn read_appended(file: &mut File, path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    let length = file.read(buffer)?;
    if length > 0 {
        return Ok(length);
    }
    let at = file.stream_position()?;
    let open = file.metadata()?;
    let is_open = |found: &Metadata| (found.dev(), found.ino()) == (open.dev(), open.ino());
    match fs::metadata(path) {
        Ok(found) if !is_open(&found) && found.is_file() => *file = File::open(path)?,
        _ if open.len() < at => {
            file.seek(SeekFrom::Start(0))?;
        }
        // The file is gone for a moment, or nothing was appended.
        _ => return Ok(0),
    }
    file.read(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(attached: &mut Attached) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(SubjectEvent::Line(line)) = attached.wait(Instant::now(), None) {
            lines.push(String::from_utf8(line).expect("it is ASCII"));
        }
        lines
    }

    #[test]
    fn an_endless_log_does_not_delay_the_deadline() {
        let path = Path::new("/dev/zero");
        let mut attached = Attached::open(&Reports::Path(path.into())).expect("it is there");
        assert!(attached.wait(Instant::now(), None).is_none());
    }

    #[test]
    fn a_file_is_followed_after_it_was_truncated_or_replaced() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("reports");
        let append = |text: &str| {
            let mut file = OpenOptions::new().append(true).open(&path)?;
            io::Write::write_all(&mut file, text.as_bytes())
        };
        fs::write(&path, "{old}\n").expect("there is room");
        let mut attached = Attached::open(&Reports::Path(path.clone())).expect("it is there");
        assert_eq!(lines(&mut attached), Vec::<String>::new());
        append("log\n{one}\n{tw").expect("there is room");
        assert_eq!(lines(&mut attached), ["{one}"]);
        append("o}\n").expect("there is room");
        assert_eq!(lines(&mut attached), ["{two}"]);
        assert_eq!(attached.log().lines(), ["log"]);

        fs::write(&path, "{cut}\n").expect("there is room");
        assert_eq!(lines(&mut attached), ["{cut}"]);

        let next = folder.path().join("next");
        fs::write(&next, "{other}\n").expect("there is room");
        fs::rename(&next, &path).expect("it can be renamed");
        append("{more}\n").expect("there is room");
        assert_eq!(lines(&mut attached), ["{other}", "{more}"]);

        fs::remove_file(&path).expect("it is there");
        assert_eq!(lines(&mut attached), Vec::<String>::new());
        fs::write(&path, "{back}\n").expect("there is room");
        assert_eq!(lines(&mut attached), ["{back}"]);
    }
}
