use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::news::News;
use super::output::Output;
use super::patience::Patience;
use crate::transport::{Address, Link};

/// A listener that runs already, and is never killed: where it is bound, and where its reports can be read.
#[derive(Clone, Debug)]
pub struct Running {
    /// Where it is bound.
    pub address: Address,
    /// Where its reports can be read.
    pub reports: Reports,
}

/// Where the reports of a running listener can be read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reports {
    /// From the standard input of this process.
    Stdin,
    /// From a file that it appends to, a FIFO that it writes to, or a UNIX stream socket that it listens on.
    Path(PathBuf),
}

impl Reports {
    /// Prints it as the command line takes it.
    pub fn as_arg(&self) -> String {
        match self {
            Self::Stdin => "-".into(),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// The reports of a running listener, as they come.
#[derive(Debug)]
pub(super) struct Attached {
    source: Source,
    output: Output,
    buffer: Box<[u8]>,
}

#[derive(Debug)]
enum Source {
    /// A file that grows; it may be cut, or another may take its place.
    File { file: File, path: PathBuf },
    /// Anything that can be waited for.
    Stream(OwnedFd),
    /// It was closed.
    Closed,
}

/// How often to look whether a file has grown: that cannot be waited for.
const LOOK: Duration = Duration::from_millis(1);
const BUFFER: usize = 1 << 16;

impl Attached {
    /// Finds the reports. What stands in a file already is passed over.
    pub(super) fn open(reports: &Reports) -> io::Result<Self> {
        let source = match reports {
            Reports::Stdin => Source::Stream(io::stdin().as_fd().try_clone_to_owned()?),
            Reports::Path(path) => Source::open(path)?,
        };
        Ok(Self {
            source,
            output: Output::default(),
            buffer: vec![0; BUFFER].into(),
        })
    }

    /// Waits for news until the deadline, and for room on the link.
    pub(super) fn wait(&mut self, deadline: Instant, room: Option<&Link>) -> Option<News> {
        let mut patience = Patience::until(deadline);
        loop {
            if let Some(news) = self.output.next_news() {
                return Some(news);
            }
            let read = match self.read_file() {
                Some(read) if read || Instant::now() >= deadline => read,
                _ => match self.stirring(deadline, room) {
                    Stirring::Stream => self.read_stream(),
                    Stirring::Room => return Some(News::Room),
                    Stirring::Nothing => false,
                },
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

    /// Gives the first and the last lines that are no reports.
    pub(super) fn log_ends(&self) -> Vec<String> {
        self.output.log_ends()
    }

    /// Reads what was added to a file, and tells whether that was anything; `None` if it is no file.
    fn read_file(&mut self) -> Option<bool> {
        let Source::File { file, path } = &mut self.source else {
            return None;
        };
        match read_on(file, path, &mut self.buffer) {
            Ok(0) => return Some(false),
            Ok(length) => self.output.push(&self.buffer[..length]),
            Err(_) => self.close(),
        }
        Some(true)
    }

    /// Reads what has come on a stream, and tells whether that was anything.
    fn read_stream(&mut self) -> bool {
        let Source::Stream(fd) = &self.source else {
            return false;
        };
        match rustix::io::read(fd, &mut self.buffer[..]) {
            Ok(0) => self.close(),
            Ok(length) => self.output.push(&self.buffer[..length]),
            Err(Errno::INTR | Errno::AGAIN) => return false,
            Err(_) => self.close(),
        }
        true
    }

    fn close(&mut self) {
        self.source = Source::Closed;
        self.output.tell(News::Closed);
    }

    fn stirring(&self, deadline: Instant, room: Option<&Link>) -> Stirring {
        let mut fds = Vec::with_capacity(2);
        let mut until = deadline;
        match &self.source {
            Source::Stream(fd) => fds.push(PollFd::new(fd, PollFlags::IN)),
            Source::File { .. } => until = until.min(Instant::now() + LOOK),
            Source::Closed => {}
        }
        fds.extend(room.map(|link| PollFd::new(link, PollFlags::OUT)));
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).expect("nobody waits for centuries");
        if !matches!(poll(&mut fds, Some(&left)), Ok(1..)) {
            return Stirring::Nothing;
        }
        match &self.source {
            Source::Stream(_) if !fds[0].revents().is_empty() => Stirring::Stream,
            _ => Stirring::Room,
        }
    }
}

enum Stirring {
    Stream,
    Room,
    Nothing,
}

impl Source {
    fn open(path: &Path) -> io::Result<Self> {
        let kind = fs::metadata(path)?.file_type();
        if kind.is_socket() {
            return Ok(Self::Stream(UnixStream::connect(path)?.into()));
        }
        if kind.is_fifo() {
            // With a writer of our own it has no end when the listener closes it, and opens it again.
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

/// Reads what was added. A file that was cut, or whose place another has taken, is read from its beginning.
fn read_on(file: &mut File, path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    let length = file.read(buffer)?;
    if length > 0 {
        return Ok(length);
    }
    let at = file.stream_position()?;
    let ours = file.metadata()?;
    let is_ours = |there: &Metadata| (there.dev(), there.ino()) == (ours.dev(), ours.ino());
    match fs::metadata(path) {
        Ok(there) if !is_ours(&there) && there.is_file() => *file = File::open(path)?,
        _ if ours.len() < at => {
            file.seek(SeekFrom::Start(0))?;
        }
        // Gone for a moment, or nothing new.
        _ => return Ok(0),
    }
    file.read(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(attached: &mut Attached) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(News::Line(line)) = attached.wait(Instant::now(), None) {
            lines.push(String::from_utf8(line).expect("it is ASCII"));
        }
        lines
    }

    #[test]
    fn a_log_without_end_ends_with_the_deadline() {
        let path = Path::new("/dev/zero");
        let mut attached = Attached::open(&Reports::Path(path.into())).expect("it is there");
        assert!(attached.wait(Instant::now(), None).is_none());
    }

    #[test]
    fn a_file_is_followed_through_cuts_and_renames() {
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
        assert_eq!(attached.log_ends(), ["log"]);

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
