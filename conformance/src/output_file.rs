//! Files that this program writes: each is complete, or it is not there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};

/// Checks that a file can be created at a path.
///
/// # Errors
///
/// If a folder is there, or its parent folder is not.
pub fn check_creatable(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(_) if folder(path).is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Checks that a file can be created at a path, and removes the file that an earlier run left
/// there or where a link leads to.
///
/// # Errors
///
/// If none can be created, or the old one cannot be removed.
pub fn remove_stale(path: &Path) -> io::Result<()> {
    check_creatable(path)?;
    let path = behind_links(path);
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        fs::remove_file(&path)?;
    }
    Ok(())
}

/// What tells a file from others, by whatever path it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileIdentity {
    /// The device and the number of a file: one file may have several names.
    Number(u64, u64),
    /// The path at which there will be a file, without links.
    Path(PathBuf),
}

impl FileIdentity {
    /// Returns the identity of the plain file at a path, or of the one that can be created there.
    /// `None` for what is no file, such as a device: it takes any number of reports.
    pub fn of(path: &Path) -> Option<Self> {
        let path = behind_links(path);
        match fs::metadata(&path) {
            Ok(metadata) => metadata.is_file().then(|| Self::of_file(&path, &metadata)),
            Err(_) => Some(Self::Path(without_links(&path))),
        }
    }

    #[cfg(unix)]
    fn of_file(_: &Path, metadata: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self::Number(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    fn of_file(path: &Path, _: &fs::Metadata) -> Self {
        Self::Path(without_links(path))
    }
}

/// Writes a file under a temporary name and renames it, so that it is never seen half written. A
/// link stays, and the file that it leads to is written. What is no plain file, such as a pipe, is
/// written to directly.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    write_atomically_with(path, |out| out.write_all(content))
}

/// Writes a file as [`write_atomically`] does, from a closure that writes it piece by piece.
pub(crate) fn write_atomically_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let path = &behind_links(path);
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut out = BufWriter::new(File::create(path)?);
        write(&mut out)?;
        return out.flush();
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut out = BufWriter::new(builder.prefix(".evdg-").tempfile_in(folder(path))?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.persist(path)?;
    Ok(())
}

/// A temporary file without a name that holds the results of a run until its end is known, so that
/// a run of any length fits into memory and no file is left behind.
#[derive(Debug)]
pub(crate) struct Spool {
    /// The file, or the first error, which `reader` returns.
    file: io::Result<BufWriter<File>>,
}

impl Spool {
    /// Creates a spool on the disk that holds a path, or else in the temporary folder.
    pub(crate) fn beside(path: &Path) -> Self {
        let file = tempfile::tempfile_in(folder(path)).or_else(|_| tempfile::tempfile());
        Self {
            file: file.map(BufWriter::new),
        }
    }

    /// Creates a spool in the temporary folder.
    pub(crate) fn in_temporary_folder() -> Self {
        Self {
            file: tempfile::tempfile().map(BufWriter::new),
        }
    }

    /// Writes to the spool, unless an earlier write failed.
    pub(crate) fn write_with(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if let Ok(file) = &mut self.file
            && let Err(error) = write(file)
        {
            self.file = Err(error);
        }
    }

    /// Returns the file, to be read from its start. Nothing more can be written.
    ///
    /// # Errors
    ///
    /// If not all of it could be written.
    pub(crate) fn reader(&mut self) -> io::Result<File> {
        let file = std::mem::replace(&mut self.file, Err(io::Error::other("it was read before")));
        let mut file = file?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

/// Returns the path to which links at a path lead, whether or not there is a file. Links of which
/// each leads to the next, in a ring, stay, and so do those of `/proc` and what leads to them, such
/// as `/dev/stdout`: they stand for a file that is open, and whose name may be another one's by
/// now.
fn behind_links(path: &Path) -> PathBuf {
    // More than any system follows.
    const MAX_LINKS: usize = 64;
    let mut end = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&end) {
            Ok(target) if !end.starts_with("/proc") => end = folder(&end).join(target),
            _ => return end,
        }
    }
    path.into()
}

/// Returns a path whose folder is given without links.
fn without_links(path: &Path) -> PathBuf {
    let folder = folder(path);
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
    path.file_name()
        .map_or(folder.clone(), |name| folder.join(name))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
