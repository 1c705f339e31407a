use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use super::run_context::RunMember;
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::Diagnosis;
use crate::escape::visible_json;
use crate::output_file::{Spool, remove_stale, write_atomically_with};

/// The version of the format. It is raised when readers of the old version would misread a report.
pub(super) const FORMAT_VERSION: u32 = 1;

/// A reporter that writes one JSON object for a run, with one line per result.
#[derive(Debug)]
pub struct Json {
    path: PathBuf,
    header: ReportHeader,
    subjects: Vec<ReadySubject>,
    results: Spool,
    is_first: bool,
    /// The requirements that results name. The report leaves out the titles of others.
    named: BTreeSet<String>,
}

impl Json {
    /// Creates a reporter that writes to a file, and removes the file that an earlier run left
    /// there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            results: Spool::beside(&path),
            path,
            header,
            subjects: Vec::new(),
            is_first: true,
            named: BTreeSet::new(),
        })
    }
}

impl Reporter for Json {
    fn subject_ready(&mut self, subject: &ReadySubject) {
        self.subjects.push(subject.clone());
    }

    fn add(&mut self, record: &Record) {
        let before = if self.is_first { "\n" } else { ",\n" };
        self.is_first = false;
        if !self.named.contains(&record.requirement) {
            self.named.insert(record.requirement.clone());
        }
        self.results.write_with(|out| {
            out.write_all(before.as_bytes())?;
            write_value(out, record)
        });
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let (header, mut results) = (&self.header, self.results.reader()?);
        let mut suite = header.suite.clone();
        suite
            .requirements
            .retain(|title| self.named.contains(&title.id));
        let subject = json!({
            "command": header.subject.command,
            "kind": header.subject.kind,
            "declared": self.subjects,
        });
        write_atomically_with(&self.path, |out| {
            write!(out, "{{\"format_version\":{FORMAT_VERSION}")?;
            member(out, "suite", &suite)?;
            member(out, "subject", &subject)?;
            member(out, "settings", &header.settings)?;
            if let Some(run) = &header.run {
                member(out, "run", &RunMember::new(run, summary.duration()))?;
            }
            out.write_all(b",\n\"results\":[")?;
            io::copy(&mut results, out)?;
            out.write_all(b"\n]")?;
            let mut members = json!({
                "causes": diagnosis.causes,
                "unexplained": diagnosis.unexplained,
            });
            if diagnosis.is_stopped {
                members["stopped"] = true.into();
            }
            member(out, "diagnosis", &members)?;
            member(out, "summary", &summary.to_json(header.settings.strictness))?;
            out.write_all(b"}\n")
        })
    }
}

fn member(out: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, ",\n\"{name}\":")?;
    write_value(out, value)
}

fn write_value(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    out.write_all(visible_json(&serde_json::to_string(value)?).as_bytes())
}
