use std::io::{self, Write};
use std::path::PathBuf;

use super::header::not_run_in_words;
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::Diagnosis;
use crate::escape::visible;
use crate::evidence::EvidenceLine;
use crate::judge::{Strictness, Verdict};
use crate::output_file::{Spool, remove_stale, write_atomically_with};

/// A reporter that writes the Test Anything Protocol, version 14: a line per vector, with the
/// evidence below it as YAML.
#[derive(Debug)]
pub struct Tap {
    path: PathBuf,
    header: ReportHeader,
    lines: Spool,
    count: usize,
}

impl Tap {
    /// Creates a reporter that writes to a file, and removes the file that an earlier run left
    /// there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            lines: Spool::beside(&path),
            path,
            header,
            count: 0,
        })
    }
}

impl Reporter for Tap {
    fn subject_ready(&mut self, _: &ReadySubject) {}

    fn add(&mut self, record: &Record) {
        self.count += 1;
        let (count, strictness) = (self.count, self.header.settings.strictness);
        self.lines
            .write_with(|out| lines(out, count, record, strictness));
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let (count, mut lines) = (self.count, self.lines.reader()?);
        let facts = self.header.facts(summary);
        write_atomically_with(&self.path, |out| {
            writeln!(out, "TAP version 14")?;
            if let Some(headline) = diagnosis.headline(summary.of(Verdict::Warn)) {
                writeln!(out, "# diagnosis: {headline}")?;
                for line in diagnosis.lines() {
                    writeln!(out, "#   {line}")?;
                }
            }
            for (label, fact) in &facts {
                writeln!(out, "# {label}: {}", visible(fact))?;
            }
            writeln!(out, "1..{count}")?;
            io::copy(&mut lines, out)?;
            match not_run_in_words(summary) {
                Some(not_run) => writeln!(out, "Bail out! {not_run}"),
                None => Ok(()),
            }
        })
    }
}

fn lines(
    out: &mut dyn Write,
    count: usize,
    record: &Record,
    strictness: Strictness,
) -> io::Result<()> {
    let (verdict, level) = (record.verdict, record.level);
    let (id, requirement) = (description(&record.id), description(&record.requirement));
    let socket = record.socket;
    let is_ok = verdict != Verdict::Known && !verdict.is_failure(strictness);
    let result = if is_ok { "ok" } else { "not ok" };
    let directive = match verdict {
        Verdict::NotApplicable => " # SKIP the subject declares that it does not apply",
        Verdict::Known => " # TODO known to fail",
        _ if !is_ok && !record.decides => " # TODO not in the requirement set",
        _ => "",
    };
    writeln!(
        out,
        "{result} {count} - {requirement} {id} {socket}{directive}"
    )?;
    if verdict == Verdict::Pass {
        return Ok(());
    }
    writeln!(out, "  ---\n  verdict: {verdict}\n  level: {level}")?;
    let mut labels = Vec::<&str>::new();
    for EvidenceLine { label, text, .. } in record.evidence_lines() {
        // A YAML mapping must not repeat a key.
        let nth = labels.iter().filter(|other| **other == label).count();
        labels.push(label);
        let key = label.replace(' ', "_");
        let key = if nth == 0 {
            key
        } else {
            format!("{key}_{}", nth + 1)
        };
        // A JSON string is a YAML string, too.
        writeln!(out, "  {key}: {}", serde_json::Value::from(text))?;
    }
    writeln!(out, "  ...")
}

/// Returns text for a description. Escapes `\` and `#`, because `#` would begin a directive.
fn description(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}
