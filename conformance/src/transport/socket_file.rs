//! The files of UNIX sockets, and the folders for them. This module never removes a file that
//! another process has put in the place of a socket: it identifies a socket by the handle of its
//! folder and its inode, not by its path.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, Stat, fstat, openat, statat, unlinkat};
use tempfile::TempDir;

/// The file of a UNIX socket that this program has bound.
#[derive(Debug)]
pub struct SocketFile {
    folder: OwnedFd,
    name: OsString,
    identity: Identity,
}

/// A private folder for sockets. Dropping it removes it with all files in it.
#[derive(Debug)]
pub(crate) struct SocketFolder {
    folder: TempDir,
    handle: OwnedFd,
}

/// The identity of a file: its device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl SocketFile {
    /// Returns the file at the path to which a socket was bound.
    ///
    /// # Errors
    ///
    /// If the file is gone already, or if its folder cannot be opened.
    pub fn at(path: &Path) -> io::Result<Self> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let folder = open_folder(parent.unwrap_or(Path::new(".")))?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self {
            identity: Identity::in_folder(&folder, name)?,
            name: name.into(),
            folder,
        })
    }

    /// Removes the file, unless it is gone or another file is in its place.
    pub fn remove(&self) {
        let found = Identity::in_folder(&self.folder, &self.name);
        if found.is_ok_and(|found| found == self.identity) {
            let _ = unlinkat(&self.folder, &self.name, AtFlags::empty());
        }
    }
}

impl SocketFolder {
    /// Creates a folder in the system's folder for temporary files.
    ///
    /// # Errors
    ///
    /// If the system cannot create the folder.
    pub(crate) fn create() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("evdg-").tempdir()?;
        let handle = open_folder(folder.path())?;
        Ok(Self { folder, handle })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes a file in this folder, if it exists.
    pub(crate) fn remove(&self, name: &str) {
        let _ = unlinkat(&self.handle, name, AtFlags::empty());
    }

    /// Removes the files in this folder.
    fn clear(&self) -> io::Result<()> {
        for entry in Dir::read_from(&self.handle)? {
            // This call does not remove folders.
            let _ = unlinkat(&self.handle, entry?.file_name(), AtFlags::empty());
        }
        Ok(())
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        let mine = fstat(&self.handle).map(|stat| Identity::of(&stat));
        let found = Identity::in_folder(CWD, self.folder.path());
        if mine.is_err() || found.ok() != mine.ok() {
            // Another file or folder is at the path of this folder.
            self.folder.disable_cleanup(true);
            let _ = self.clear();
        }
    }
}

impl Identity {
    /// Returns the identity of a file. Does not follow links.
    fn in_folder(folder: impl AsFd, name: impl AsRef<OsStr>) -> io::Result<Self> {
        let stat = statat(folder, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Self::of(&stat))
    }

    // The members of `Stat` have other types on other systems.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss)]
    fn of(stat: &Stat) -> Self {
        Self(stat.st_dev as u64, stat.st_ino as u64)
    }
}

fn open_folder(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::net::UnixDatagram;

    use super::*;

    #[test]
    fn a_file_in_the_place_of_a_socket_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _first = UnixDatagram::bind(&path).unwrap();
        let file = SocketFile::at(&path).unwrap();
        fs::rename(&path, folder.path().join("moved")).unwrap();
        fs::write(&path, "mine").unwrap();
        file.remove();
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }

    #[test]
    fn a_socket_is_removed_though_its_folder_was_moved() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::create_dir(&old).unwrap();
        let _socket = UnixDatagram::bind(old.join("socket")).unwrap();
        let file = SocketFile::at(&old.join("socket")).unwrap();
        fs::rename(&old, &new).unwrap();
        file.remove();
        assert!(!new.join("socket").exists());
    }

    #[test]
    fn the_target_of_a_link_in_place_of_a_folder_is_not_removed() {
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("1.sock"), "mine").unwrap();
        let folder = SocketFolder::create().unwrap();
        let path = folder.path().to_path_buf();
        fs::write(path.join("1.sock"), "").unwrap();
        let moved = other.path().join("moved");
        fs::rename(&path, &moved).unwrap();
        std::os::unix::fs::symlink(other.path(), &path).unwrap();
        folder.remove("1.sock");
        assert!(!moved.join("1.sock").exists());
        fs::write(moved.join("2.sock"), "").unwrap();
        drop(folder);
        assert!(!moved.join("2.sock").exists());
        assert_eq!(
            fs::read_to_string(other.path().join("1.sock")).unwrap(),
            "mine"
        );
        fs::remove_file(&path).unwrap();
    }
}
