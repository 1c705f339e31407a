use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, Write};
use std::path::Path;

/// Finds out early whether a file can stand at a path.
///
/// # Errors
///
/// If none can.
pub fn check_place(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(_) if folder(path).is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Does so, and removes what an earlier run left there.
///
/// # Errors
///
/// If no file can stand there.
pub fn make_way(path: &Path) -> io::Result<()> {
    check_place(path)?;
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Puts a file in place in one move, so that nobody ever sees half of it. What is no plain file, such as a pipe or a
/// link to somewhere, is written to as it is.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    write_whole_with(path, |out| out.write_all(content))
}

/// Does the same with what is written piece by piece.
pub(crate) fn write_whole_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
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

/// What a report has to say until its end is known: on disk, in a file without a name, so that a run of any length fits
/// into memory and nothing stays behind.
#[derive(Debug)]
pub(crate) struct Spool {
    /// The file, or what went wrong first; told when the spool is read.
    file: io::Result<BufWriter<File>>,
}

impl Spool {
    /// Makes one on the disk that holds this path, or else where temporary files go.
    pub(crate) fn beside(path: &Path) -> Self {
        let file = tempfile::tempfile_in(folder(path)).or_else(|_| tempfile::tempfile());
        Self {
            file: file.map(BufWriter::new),
        }
    }

    /// Makes one where temporary files go.
    pub(crate) fn in_temporary_folder() -> Self {
        Self {
            file: tempfile::tempfile().map(BufWriter::new),
        }
    }

    /// Writes to it, unless that went wrong before.
    pub(crate) fn write_with(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if let Ok(file) = &mut self.file
            && let Err(error) = write(file)
        {
            self.file = Err(error);
        }
    }

    /// Gives all that was written, to be read from its start; nothing more can be written.
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

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
