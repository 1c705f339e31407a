use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use super::{Head, Record, Report, Started, Summary};
use crate::output_file::{Spool, remove_stale, write_atomically_with};

/// The version of the format: raised where a reader of the old one would go wrong.
pub(super) const FORMAT_VERSION: u32 = 1;

/// Writes one JSON object for a run, a line a result, into a file that is complete or not there.
#[derive(Debug)]
pub struct Json {
    path: PathBuf,
    head: Head,
    started: Vec<Started>,
    results: Spool,
    is_first: bool,
    /// The requirements that results name: the others have no place in the report.
    named: BTreeSet<String>,
}

impl Json {
    /// Makes a report that goes to this file. What an earlier run left there is removed: nobody shall take it for
    /// the result of this one.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, head: Head) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            results: Spool::beside(&path),
            path,
            head,
            started: Vec::new(),
            is_first: true,
            named: BTreeSet::new(),
        })
    }
}

impl Report for Json {
    fn started(&mut self, started: &Started) {
        self.started.push(started.clone());
    }

    fn take(&mut self, record: &Record) {
        let before = if self.is_first { "\n" } else { ",\n" };
        self.is_first = false;
        if !self.named.contains(&record.requirement) {
            self.named.insert(record.requirement.clone());
        }
        self.results.write_with(|out| {
            out.write_all(before.as_bytes())?;
            Ok(serde_json::to_writer(out, record)?)
        });
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let (head, mut results) = (&self.head, self.results.reader()?);
        let mut suite = head.suite.clone();
        suite
            .requirements
            .retain(|title| self.named.contains(&title.id));
        let subject = json!({
            "command": head.subject.command,
            "kind": head.subject.kind,
            "declared": self.started,
        });
        write_atomically_with(&self.path, |out| {
            write!(out, "{{\"format_version\":{FORMAT_VERSION}")?;
            member(out, "suite", &suite)?;
            member(out, "subject", &subject)?;
            member(out, "settings", &head.settings)?;
            out.write_all(b",\n\"results\":[")?;
            io::copy(&mut results, out)?;
            out.write_all(b"\n]")?;
            member(out, "summary", &summary.to_json(head.settings.strictness))?;
            out.write_all(b"}\n")
        })
    }
}

fn member(out: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, ",\n\"{name}\":")?;
    Ok(serde_json::to_writer(out, value)?)
}
