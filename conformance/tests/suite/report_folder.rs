//! A folder with JSON reports that `evdg compare` reads, and that tests change.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::evdg::{Ran, run};

/// A temporary folder with reports.
pub(crate) struct ReportFolder(TempDir);

impl ReportFolder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("the folder can be made"))
    }

    /// Returns the path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Returns the path of a file in the folder, as an argument.
    pub(crate) fn name(&self, name: &str) -> String {
        self.path(name).to_str().expect("the path is UTF-8").into()
    }

    /// Writes a changed copy of a report, and returns its path.
    pub(crate) fn change(&self, from: &str, to: &str, change: impl FnOnce(&mut Value)) -> String {
        let text = fs::read_to_string(from).expect("the report exists");
        let mut report: Value = serde_json::from_str(&text).expect("the report is JSON");
        change(&mut report);
        let path = self.name(to);
        fs::write(&path, report.to_string()).expect("the disk has space");
        path
    }
}

/// Runs `evdg compare`.
pub(crate) fn compare(args: &[&str]) -> Ran {
    run(&[&["compare"], args].concat())
}
