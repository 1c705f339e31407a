//! Several runs beside each other: implementations by requirement, and what got worse between two runs of one subject.

mod changes;
mod markdown;
mod matrix;
mod page;
mod run;
mod text;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use changes::{Change, Changes};
pub use matrix::{Cell, Matrix, Row};
pub use run::{Found, Run, Told};

use crate::report::ReadError;

/// Runs beside each other.
#[derive(Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The runs, in the order in which they were given.
    pub runs: Vec<Run>,
    /// What each came to, by requirement.
    pub matrix: Matrix,
    /// For each subject that was run more than once: what changed from its first run to its last.
    pub changes: Vec<Changes>,
}

/// Why files cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A file is no whole report.
    #[error("{}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: ReadError,
    },
    /// A file holds a part of a run.
    #[error("{} is part {index} of {count} of a run: put them together first, with `evdg merge`", path.display())]
    Part {
        /// Which.
        path: PathBuf,
        /// Which part.
        index: usize,
        /// Of how many.
        count: usize,
    },
}

/// Compares JSON reports.
///
/// Runs are of one subject if their subjects declare the same name, or, where one of them declares none, were started by
/// the same command; or all of them, if `same_subject`. Anything else is another implementation.
///
/// # Errors
///
/// If a file cannot be read, is no whole report, or is a part of one.
pub fn compare(paths: &[PathBuf], same_subject: bool) -> Result<Comparison, CompareError> {
    let runs = paths
        .iter()
        .enumerate()
        .map(|(index, path)| Run::read(path, index));
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
    let mut subjects = Vec::<Vec<usize>>::new();
    for (index, run) in runs.iter().enumerate() {
        let its = |subject: &&mut Vec<usize>| same_subject || runs[subject[0]].is_of_subject(run);
        match subjects.iter_mut().find(its) {
            Some(subject) => subject.push(index),
            None => subjects.push(vec![index]),
        }
    }
    let changes = subjects.iter().filter_map(|subject| match subject[..] {
        [first, .., last] => Some(Changes::between(&runs, first, last)),
        _ => None,
    });
    Ok(Comparison {
        matrix: Matrix::of(&runs),
        changes: changes.collect(),
        runs,
    })
}

impl Comparison {
    /// Counts the results that got worse.
    pub fn worse(&self) -> usize {
        self.changes.iter().map(|changes| changes.worse.len()).sum()
    }

    fn dialects(&self) -> usize {
        let found = self.runs.iter().flat_map(|run| &run.found);
        found
            .map(|found| found.dialect)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Says on one line what it comes to.
    pub fn in_words(&self) -> String {
        let each = self.changes.iter().map(|changes| {
            let (from, to) = (
                &self.runs[changes.from].letter,
                &self.runs[changes.to].letter,
            );
            let (worse, better) = (changes.worse.len(), changes.better.len());
            let what = match (worse, better) {
                (0, 0) => "nothing got worse".into(),
                (0, better) => format!("nothing got worse, {} got better", results(better)),
                (worse, 0) => format!("{} got worse", results(worse)),
                (worse, better) => format!("{} got worse, {better} got better", results(worse)),
            };
            format!("{what} from {from} to {to}")
        });
        let each: Vec<_> = each.collect();
        if each.is_empty() {
            format!("{} implementations", self.runs.len())
        } else {
            each.join("; ")
        }
    }

    /// Writes it for a person, with ANSI styles in it: first what got worse.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        text::write(self, out)
    }

    /// Writes Markdown for a pull request's comment or a job's summary into a file: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_markdown(&self, path: &Path) -> io::Result<()> {
        crate::output_file::write_atomically(path, markdown::text(self).as_bytes())
    }

    /// Writes one self-contained page for a browser into a file: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_html(&self, path: &Path) -> io::Result<()> {
        page::write(self, path)
    }
}

fn results(count: usize) -> String {
    format!("{count} result{}", if count == 1 { "" } else { "s" })
}
