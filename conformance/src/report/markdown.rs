use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::{Head, Record, Report, Started, Summary};
use crate::escape::visible;
use crate::evidence::shortened;
use crate::judge::{Strictness, Verdict};
use crate::output_file::{remove_stale, write_atomically};
use crate::vectors::Level;

/// Writes Markdown for a pull request's comment or a job's summary: the verdict, the requirements that were broken, and
/// each failure to be unfolded.
#[derive(Debug)]
pub struct Markdown {
    path: PathBuf,
    head: Head,
    /// Failures by requirement: how often, and whether it was worse than a warning.
    broken: BTreeMap<String, (Verdict, usize)>,
    details: String,
    left_out: usize,
}

/// Comments hold no more than 65536 characters on the best-known services.
const MAX_DETAILS: usize = 50_000;

impl Markdown {
    /// Makes a report that goes to this file. What an earlier run left there is removed.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, head: Head) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            path,
            head,
            broken: BTreeMap::new(),
            details: String::new(),
            left_out: 0,
        })
    }

    fn add(&mut self, record: &Record) -> std::fmt::Result {
        let verdict = record.verdict;
        let Some(evidence) = &record.evidence else {
            return Ok(());
        };
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
        let (id, requirement, socket) = (&record.id, &record.requirement, record.socket);
        let aside = if record.decides {
            ""
        } else {
            ", does not decide"
        };
        writeln!(
            self.details,
            "<details><summary>{verdict} <code>{id}</code> {requirement} {socket}{aside}</summary>\n"
        )?;
        writeln!(self.details, "{}\n", evidence.summary)?;
        let text: String = record
            .evidence_lines()
            .into_iter()
            .map(|(label, text)| format!("{label:<9} {}\n", shortened(label, text, 500)))
            .collect();
        writeln!(self.details, "{}\n\n</details>\n", fenced(&text))
    }

    fn text(&self, summary: &Summary) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let head = &self.head;
        let verdict = head.verdict(summary);
        writeln!(
            text,
            "## event_datagram: {verdict}\n\n{}\n",
            code(&visible(&head.subject.command))
        )?;
        if !self.broken.is_empty() {
            writeln!(
                text,
                "| | requirement | | tests |\n| --- | --- | --- | ---: |"
            )?;
            // The gravest first, and what failed most often: as on the terminal.
            let mut broken: Vec<_> = self.broken.iter().collect();
            broken.sort_by_key(|(_, (verdict, count))| (*verdict, Reverse(*count)));
            for (id, (verdict, count)) in broken {
                writeln!(
                    text,
                    "| {verdict} | {id} | {} | {count} |",
                    head.title(id).replace('|', "\\|")
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
        if let Some(aside) = head.aside(summary) {
            writeln!(text, "\n{aside}.")?;
        }
        write!(text, "\n{}", self.details)?;
        if self.left_out > 0 {
            writeln!(text, "…and {} more.", self.left_out)?;
        }
        Ok(text)
    }
}

impl Report for Markdown {
    fn started(&mut self, _: &Started) {}

    fn take(&mut self, record: &Record) {
        self.add(record).expect("a string takes any text");
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let text = self.text(summary).map_err(io::Error::other)?;
        write_atomically(&self.path, text.as_bytes())
    }
}

/// Puts text between fences that are longer than any run of backticks in it.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{text}{fence}")
}

/// Shows text as it is, on a line.
pub(crate) fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    format!("{ticks} {text} {ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}
