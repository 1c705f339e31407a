use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::markdown_text::{
    code_block, html_code, html_text, inline_code, markdown_cell, markdown_text,
};
use super::summary::count_of_results;
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::Diagnosis;
use crate::escape::visible;
use crate::judge::{Strictness, Verdict};
use crate::output_file::{remove_stale, write_atomically};
use crate::vectors::Level;

/// A reporter that writes Markdown for a pull request's comment or a job's summary: the verdict,
/// the broken requirements, and each failure, folded.
#[derive(Debug)]
pub struct Markdown {
    path: PathBuf,
    text: MarkdownText,
}

/// The text of a Markdown report.
#[derive(Debug)]
pub(super) struct MarkdownText {
    header: ReportHeader,
    /// The gravest verdict and the count of failures, by requirement.
    broken: BTreeMap<String, (Verdict, usize)>,
    details: String,
    left_out: usize,
}

/// The most characters of details. The best-known services limit comments to 65536 characters.
const MAX_DETAILS: usize = 50_000;

impl Markdown {
    /// Creates a reporter that writes to a file, and removes the file that an earlier run left
    /// there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        let text = MarkdownText::new(header);
        Ok(Self { path, text })
    }
}

impl MarkdownText {
    /// Returns a text without results.
    pub(super) fn new(header: ReportHeader) -> Self {
        Self {
            header,
            broken: BTreeMap::new(),
            details: String::new(),
            left_out: 0,
        }
    }

    /// Adds a result.
    pub(super) fn add(&mut self, record: &Record) {
        self.write_result(record).expect("a string takes any text");
    }

    fn write_result(&mut self, record: &Record) -> std::fmt::Result {
        let verdict = record.verdict;
        if !verdict.is_failure(Strictness::Should) {
            return Ok(());
        }
        if record.decides {
            let (gravest, count) = self
                .broken
                .entry(record.requirement.clone())
                .or_insert((verdict, 0));
            *gravest = (*gravest).min(verdict);
            *count += 1;
        }
        if self.details.len() > MAX_DETAILS {
            self.left_out += 1;
            return Ok(());
        }
        let (id, requirement) = (html_code(&record.id), html_text(&record.requirement));
        let socket = record.socket;
        let note = if record.decides {
            ""
        } else {
            ", does not decide"
        };
        writeln!(
            self.details,
            "<details><summary>{verdict} {id} {requirement} {socket}{note}</summary>\n"
        )?;
        writeln!(self.details, "{}\n", markdown_text(record.summary()))?;
        let text: String = record
            .evidence_lines()
            .into_iter()
            .map(|line| format!("{:<9} {}\n", line.label, line.shortened(500)))
            .collect();
        writeln!(self.details, "{}\n\n</details>\n", code_block(&text))
    }

    /// Returns the text of all results.
    pub(super) fn finish(
        &self,
        summary: &Summary,
        diagnosis: &Diagnosis,
    ) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let header = &self.header;
        let verdict = header.verdict_in_words(summary);
        writeln!(
            text,
            "## event_datagram: {}\n\n{}\n",
            markdown_text(&verdict),
            inline_code(&visible(&header.subject.command))
        )?;
        if let Some(headline) = diagnosis.headline(summary.of(Verdict::Warn)) {
            writeln!(text, "**{headline}**\n")?;
            for (index, cause) in diagnosis.causes.iter().enumerate() {
                let sentence = markdown_text(&visible(&cause.sentence));
                let requirement = markdown_text(&cause.requirement);
                let (results, example) = (
                    count_of_results(cause.explains),
                    inline_code(&cause.example),
                );
                writeln!(
                    text,
                    "- {sentence} ({requirement}, {results}, e.g. {example})"
                )?;
                for sentence in diagnosis.alternatives_of(index) {
                    writeln!(text, "  - or: {}", markdown_text(&visible(sentence)))?;
                }
            }
            if !diagnosis.causes.is_empty() && diagnosis.unexplained > 0 {
                let requirements = diagnosis.unexplained_requirements.iter();
                let requirements = requirements
                    .map(|(requirement, count)| format!("{} ({count})", markdown_text(requirement)))
                    .collect::<Vec<_>>();
                let (results, requirements) = (
                    count_of_results(diagnosis.unexplained),
                    requirements.join(", "),
                );
                writeln!(text, "- unexplained: {results} of {requirements}")?;
            }
            writeln!(text)?;
        }
        if !self.broken.is_empty() {
            writeln!(
                text,
                "| | requirement | | results |\n| --- | --- | --- | ---: |"
            )?;
            // The gravest and most frequent ones first, as on the terminal.
            let mut broken: Vec<_> = self.broken.iter().collect();
            broken.sort_by_key(|(_, (verdict, count))| (*verdict, Reverse(*count)));
            let titles = header.titles();
            for (id, (verdict, count)) in broken {
                writeln!(
                    text,
                    "| {verdict} | {} | {} | {count} |",
                    markdown_cell(id),
                    markdown_cell(titles.of(id))
                )?;
            }
            writeln!(text)?;
        }
        let columns: Vec<_> = Verdict::ALL
            .into_iter()
            .rev()
            .filter(|verdict| summary.of(*verdict) > 0)
            .collect();
        let heads: Vec<_> = columns.iter().map(|verdict| verdict.as_str()).collect();
        writeln!(
            text,
            "| level | {} |\n| --- |{}",
            heads.join(" | "),
            " ---: |".repeat(columns.len())
        )?;
        for level in Level::ALL {
            let counts: Vec<_> = columns
                .iter()
                .map(|verdict| summary.of_level(*level, *verdict).to_string())
                .collect();
            writeln!(text, "| {level} | {} |", counts.join(" | "))?;
        }
        if let Some(undecided) = header.undecided_in_words(summary) {
            writeln!(text, "\n{}.", markdown_text(&undecided))?;
        }
        let facts = header.facts(summary);
        let facts = facts.iter().map(|(label, fact)| match *label {
            "command" => format!("{label} {}", inline_code(&visible(fact))),
            _ => format!("{label} {}", markdown_text(fact)),
        });
        let facts: Vec<_> = facts.collect();
        writeln!(text, "\n{}", facts.join(", "))?;
        write!(text, "\n{}", self.details)?;
        if self.left_out > 0 {
            writeln!(text, "…and {} more.", self.left_out)?;
        }
        Ok(text)
    }
}

impl Reporter for Markdown {
    fn subject_ready(&mut self, _: &ReadySubject) {}

    fn add(&mut self, record: &Record) {
        self.text.add(record);
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        let text = self.text.finish(summary, diagnosis);
        let text = text.map_err(io::Error::other)?;
        write_atomically(&self.path, text.as_bytes())
    }
}
