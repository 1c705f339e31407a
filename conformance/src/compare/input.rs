use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::input_file::open_file_or_pipe;

/// An open JSON report. Its kind is detected from its first bytes, because a pipe can be read only
/// once.
#[derive(Debug)]
pub struct ReportInput {
    /// The file or pipe.
    pub path: PathBuf,
    /// Which command wrote it.
    pub kind: ReportKind,
    /// The whole report.
    pub reader: Chain<Cursor<Vec<u8>>, File>,
}

/// Which command wrote a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// `evdg test`. Also the kind of a file that is no report.
    Test,
    /// `evdg bench`.
    Bench,
}

/// The bytes that are read to detect the kind.
const BEGINNING: u64 = 4_096;

impl ReportInput {
    /// Opens a report.
    ///
    /// # Errors
    ///
    /// If it cannot be opened or read, or is a folder, a device or a socket.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = open_file_or_pipe(path)?;
        let mut beginning = Vec::new();
        (&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
        Ok(Self {
            path: path.into(),
            kind: ReportKind::of(&beginning),
            reader: Cursor::new(beginning).chain(file),
        })
    }
}

impl ReportKind {
    /// Returns the kind of a report by its first members.
    fn of(beginning: &[u8]) -> Self {
        let beginning = String::from_utf8_lossy(beginning);
        let member = |name: &str| beginning.find(name).unwrap_or(usize::MAX);
        // A text in a report may contain either name, but only after the first members of the
        // report.
        if member("\"suite_version\"") < member("\"suite\"") {
            Self::Bench
        } else {
            Self::Test
        }
    }

    /// Returns the command that writes such reports.
    pub fn command(self) -> &'static str {
        match self {
            Self::Test => "evdg test",
            Self::Bench => "evdg bench",
        }
    }
}
