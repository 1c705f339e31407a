//! The source of this project's crates in a kit.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// The source of this project's crates in a kit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrateSource {
    /// The registry, with the version of this crate.
    Registry,
    /// A checkout of this repository, by its absolute path.
    Repository(PathBuf),
}

/// The error for a folder that is no checkout of this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRepository(PathBuf);

/// A file that each checkout has.
const MARK: &str = "fuzz/oracle-c/Cargo.toml";

impl CrateSource {
    /// Returns the checkout of this repository in a folder.
    ///
    /// # Errors
    ///
    /// If there is none, or if its path is not UTF-8, because manifests must be UTF-8.
    pub fn repository(folder: &Path) -> Result<Self, NoRepository> {
        let absolute = folder.canonicalize().ok();
        let absolute = absolute.filter(|it| it.join(MARK).is_file() && it.to_str().is_some());
        absolute
            .map(Self::Repository)
            .ok_or_else(|| NoRepository(folder.into()))
    }

    /// Replaces each `@FOLDER@` in a manifest by the version or path of the crate in this folder of
    /// the repository.
    pub(super) fn in_manifest(&self, manifest: &str) -> String {
        let mut pieces = manifest.split('@');
        let mut replaced = String::from(pieces.next().unwrap_or_default());
        while let Some(folder) = pieces.next() {
            replaced.push_str(&self.requirement(folder));
            replaced.push_str(pieces.next().unwrap_or_default());
        }
        replaced
    }

    /// Returns the version or the path of the crate in a folder, as a member of a TOML table.
    fn requirement(&self, folder: &str) -> String {
        match self {
            Self::Registry => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
            Self::Repository(root) => {
                let path = root.join(folder);
                let path = toml_edit::Value::from(path.to_string_lossy().into_owned());
                format!("path = {path}")
            }
        }
    }
}

impl fmt::Display for NoRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected a checkout of the repository, found no {MARK} in it",
            self.0.display()
        )
    }
}

impl Error for NoRepository {}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "a = { @conformance/oracle@, features = [\"proptest\"] }\n";

    #[test]
    fn crates_come_by_version_or_by_path() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            CrateSource::Registry.in_manifest(MANIFEST),
            format!("a = {{ version = \"{version}\", features = [\"proptest\"] }}\n")
        );
        assert_eq!(
            CrateSource::Repository("/it's".into()).in_manifest(MANIFEST),
            "a = { path = \"/it's/conformance/oracle\", features = [\"proptest\"] }\n"
        );
    }

    #[test]
    fn a_folder_without_the_repository_is_refused() {
        let folder = tempfile::tempdir().expect("there is room");
        let refused = CrateSource::repository(folder.path());
        assert_eq!(refused, Err(NoRepository(folder.path().into())));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // A package of its own is no checkout.
        if root.join(MARK).is_file() {
            assert!(CrateSource::repository(&root).is_ok());
        }
    }
}
