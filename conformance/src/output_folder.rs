//! Writes folders so that each is complete or unchanged.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// The files of a folder, each with its path in the folder, with `/` as separator, and its content.
pub type FolderFiles = Vec<(String, Vec<u8>)>;

/// The error if a folder cannot be written.
#[derive(Debug)]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

/// Writes files into a folder. Creates the folder, unless it exists and is empty. Writes the last
/// file last: if it exists, all others exist.
///
/// # Errors
///
/// If the folder is not empty, or if a file cannot be written. The folder is then unchanged.
pub fn write_folder(folder: &Path, files: &FolderFiles) -> Result<(), FolderError> {
    let is_new = make_empty(folder).map_err(at(folder))?;
    let result = fill(folder, files);
    if result.is_err() && is_new {
        // Ignores an error of the removal, because the returned error is the cause.
        let _ = fs::remove_dir(folder);
    }
    result
}

/// Creates a folder unless it exists and is empty. Returns whether it is new.
fn make_empty(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(io::Error::new(
                io::ErrorKind::DirectoryNotEmpty,
                "it is not empty, and nothing in it shall be written over",
            )),
            None => Ok(false),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(folder).map(|()| true)
        }
        Err(error) => Err(error),
    }
}

/// Writes all files except the last one into a temporary folder, moves them into the folder, and
/// writes the last one.
fn fill(folder: &Path, files: &FolderFiles) -> Result<(), FolderError> {
    let Some(((last, content), files)) = files.split_last() else {
        return Ok(());
    };
    let mut builder = tempfile::Builder::new();
    let stage = builder
        .prefix(".evdg-")
        .tempdir_in(folder)
        .map_err(at(folder))?;
    for (name, content) in files {
        let path = stage.path().join(name);
        let home = path.parent().unwrap_or(&path);
        fs::create_dir_all(home).map_err(at(home))?;
        fs::write(&path, content).map_err(at(&path))?;
    }
    let mut entries = fs::read_dir(&stage)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(at(folder))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let target = folder.join(entry.file_name());
        fs::rename(entry.path(), &target).map_err(at(&target))?;
    }
    stage.close().map_err(at(folder))?;
    let path = folder.join(last);
    fs::write(&path, content).map_err(at(&path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_path_buf();
    |source| FolderError { path, source }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

impl Error for FolderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
