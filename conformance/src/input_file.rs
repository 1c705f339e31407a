//! Reads files with a size limit, and refuses devices.

use std::fs::{self, File, FileType};
use std::io::{self, BufRead, Read};
use std::path::Path;

/// The most bytes of a list of known failures. Parsing one takes up to 70 times as much memory.
pub const MAX_LIST: u64 = 1 << 20;
/// The most bytes of a file of a corpus, a report of a load test, or a list of events. Parsing one
/// takes up to 50 times as much memory.
pub const MAX_FILE: u64 = 16 << 20;
/// The most bytes of a report of a run.
pub const MAX_REPORT: u64 = 256 << 20;
/// The most bytes of a line.
pub const MAX_LINE: u64 = 8 << 20;

/// Opens a plain file.
///
/// # Errors
///
/// If the file cannot be opened, or if it is a folder, a pipe, a device or a socket.
pub fn open_file(path: &Path) -> io::Result<File> {
    open(path, |kind| kind.is_file())
}

/// Opens a plain file or a pipe, such as one that a shell puts in place of a command.
///
/// # Errors
///
/// If the file cannot be opened, or if it is a folder, a device or a socket.
pub fn open_file_or_pipe(path: &Path) -> io::Result<File> {
    open(path, |kind| kind.is_file() || is_pipe(kind))
}

/// Reads a plain file of text.
///
/// # Errors
///
/// If the file cannot be read, is no plain file, has more than `max` bytes, or is not UTF-8.
pub fn read_to_string(path: &Path, max: u64) -> io::Result<String> {
    let mut text = String::new();
    Limited::new(open_file(path)?, max).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads a plain file.
///
/// # Errors
///
/// If the file cannot be read, is no plain file, or has more than `max` bytes.
pub fn read_bytes(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Limited::new(open_file(path)?, max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a plain file or a pipe.
///
/// # Errors
///
/// If the file cannot be read, is of another kind, or has more than [`MAX_FILE`] bytes.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Limited::new(open_file_or_pipe(path)?, MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Replaces `line` by the next line, with its line feed, and returns its length; 0 at the end.
///
/// # Errors
///
/// If the line cannot be read, or has more than [`MAX_LINE`] bytes.
pub fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    let length = input.take(MAX_LINE + 1).read_until(b'\n', line)?;
    if length as u64 > MAX_LINE {
        return Err(too_long("a line", MAX_LINE));
    }
    Ok(length)
}

/// A reader that returns an error if a file has more bytes than a limit.
#[derive(Debug)]
pub struct Limited<R> {
    reader: R,
    max: u64,
    left: u64,
}

impl<R: Read> Limited<R> {
    /// Returns a reader of at most `max` bytes.
    pub fn new(reader: R, max: u64) -> Self {
        let left = max;
        Self { reader, max, left }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Requests one byte more than the limit, to distinguish a file that is too long from one
        // that ends at the limit.
        let length = buffer
            .len()
            .min(usize::try_from(self.left + 1).unwrap_or(usize::MAX));
        let length = self.reader.read(&mut buffer[..length])?;
        match self.left.checked_sub(length as u64) {
            Some(left) => {
                self.left = left;
                Ok(length)
            }
            None => Err(too_long("it", self.max)),
        }
    }
}

/// Returns whether the error says that a file or line is longer than this module reads. The system
/// has a similar error for files that are written.
pub fn is_too_long(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge && error.raw_os_error().is_none()
}

fn open(path: &Path, is_accepted: impl Fn(FileType) -> bool) -> io::Result<File> {
    let check = |kind: FileType| match is_accepted(kind) {
        true => Ok(()),
        false => Err(unexpected_kind(kind)),
    };
    // Checked before the file is opened, because opening a pipe may block, and again after, because
    // another file may be at the path by then.
    check(fs::metadata(path)?.file_type())?;
    let file = File::open(path)?;
    check(file.metadata()?.file_type())?;
    Ok(file)
}

fn unexpected_kind(kind: FileType) -> io::Error {
    let found = if kind.is_dir() {
        "folder"
    } else if is_pipe(kind) {
        "pipe"
    } else {
        "device or socket"
    };
    let message = format!("expected a file, found a {found}");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

fn too_long(what: &str, max: u64) -> io::Error {
    let max = max >> 20;
    let message = format!("{what} is longer than {max} MiB, and no more is read");
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_as_long_as_the_limit() {
        let read = |length: usize| {
            let mut bytes = Vec::new();
            let result = Limited::new(&[b'x'; 9][..length], 8).read_to_end(&mut bytes);
            (result.map_err(|error| error.kind()), bytes.len())
        };
        assert_eq!(read(0), (Ok(0), 0));
        assert_eq!(read(8), (Ok(8), 8));
        assert_eq!(read(9).0, Err(io::ErrorKind::FileTooLarge));
    }

    #[test]
    fn a_line_is_read_up_to_the_limit_and_no_further() {
        let mut line = Vec::new();
        let mut input = io::BufReader::new(io::repeat(b'x'));
        let error = read_line(&mut input, &mut line).expect_err("it has no end");
        assert_eq!(
            error.to_string(),
            "a line is longer than 8 MiB, and no more is read"
        );
        assert_eq!(line.len() as u64, MAX_LINE + 1);
        let mut input = &b"one\n\ntwo"[..];
        for (length, expected) in [(4, "one\n"), (1, "\n"), (3, "two"), (0, "")] {
            assert_eq!(
                read_line(&mut input, &mut line).expect("it is short"),
                length
            );
            assert_eq!(line, expected.as_bytes());
        }
    }
}
