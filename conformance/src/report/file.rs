use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Removes what an earlier run left at a path, and finds out early whether a file can stand there.
pub(super) fn make_way(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => fs::remove_file(path),
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(_) if folder(path).is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts a file in place in one move, so that nobody ever sees half of it. What is no plain file, such as a pipe or a
/// link to somewhere, is written to as it is.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(path, content);
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(".evdg-").tempfile_in(folder(path))?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
