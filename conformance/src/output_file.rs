//! Writes files so that each is complete or does not exist.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, Write};
use std::path::{Path, PathBuf};

/// Checks that a file can be created at a path.
///
/// # Errors
///
/// If the path is a folder, or if its parent folder does not exist.
pub fn check_creatable(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(_) if folder(path).is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Checks that a file can be created at a path, and removes the file of an earlier run. Follows
/// links.
///
/// # Errors
///
/// If no file can be created, or if the old one cannot be removed.
pub fn remove_stale(path: &Path) -> io::Result<()> {
    check_creatable(path)?;
    let path = behind_links(path);
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        fs::remove_file(&path)?;
    }
    Ok(())
}

/// The identity of a file, which does not depend on the path to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileIdentity {
    /// The device and the number of a file: one file may have several names.
    Number(u64, u64),
    /// The path of a file that does not exist yet, without links.
    Path(PathBuf),
}

impl FileIdentity {
    /// Returns the identity of the plain file at a path, or of the one that can be created there.
    /// Returns `None` if the path is no plain file, such as a device, which may take several
    /// reports.
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

/// Writes a file under a temporary name and renames it, so that nobody sees a partial file. Follows
/// a link and writes its target. Writes directly to anything that is no plain file, such as a pipe.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    write_atomically_with(path, |out| out.write_all(content))
}

/// Writes a file as [`write_atomically`] does. The closure `write` writes its content piece by
/// piece.
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
    /// Creates a spool in the folder of a path, or else in the temporary folder.
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

    /// Returns the file, which is read from its start. After that, the spool accepts no more
    /// writes.
    ///
    /// # Errors
    ///
    /// If a write failed.
    pub(crate) fn reader(&mut self) -> io::Result<File> {
        let file = std::mem::replace(&mut self.file, Err(io::Error::other("it was read before")));
        let mut file = file?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

/// Returns the path to which the links at a path lead, even if there is no file. Returns links in a
/// ring unchanged, and also links in `/proc` and links to them, such as `/dev/stdout`: they mean an
/// open file, whose name may belong to another file by now.
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

/// Returns the path with the links of its folder resolved.
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
