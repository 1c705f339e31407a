use std::io;
use std::path::Path;

use serde::Serialize;

use super::changes::told;
use super::text::cut_short;
use super::{Comparison, Run};
use crate::judge::Verdict;
use crate::output_file::write_atomically_with;
use crate::report::Page;

const PAGE: Page = Page {
    template: include_str!("page.html"),
    script: None,
};

/// More rows than that no browser shows at ease, nor anybody reads.
const MAX_CHANGES: usize = 1_000;
const MAX_VECTORS: usize = 5_000;

#[derive(Debug, Serialize)]
struct Content<'c> {
    /// `good`, `bad`, or `even` where nothing is judged.
    state: &'static str,
    headline: String,
    runs: Vec<RunRow<'c>>,
    changes: Vec<ChangesRow<'c>>,
    /// Whether there are several, so that they have to be told apart.
    dialects: bool,
    rows: Vec<MatrixRow<'c>>,
    details: Vec<DetailRow<'c>>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct RunRow<'c> {
    letter: &'c str,
    subject: String,
    /// The subject in a few words, for the head of a column.
    name: String,
    command: &'c str,
    file: &'c str,
    version: &'c str,
    verdict: String,
    conforms: bool,
}

#[derive(Debug, Serialize)]
struct ChangesRow<'c> {
    from: &'c str,
    to: &'c str,
    worse: Vec<ChangeRow<'c>>,
    better: Vec<ChangeRow<'c>>,
    worse_count: usize,
    better_count: usize,
    new: usize,
}

#[derive(Debug, Serialize)]
struct ChangeRow<'c> {
    id: &'c str,
    requirement: &'c str,
    level: &'static str,
    dialect: &'static str,
    sockets: String,
    before: &'static str,
    after: &'static str,
    why: &'c str,
}

#[derive(Debug, Serialize)]
struct MatrixRow<'c> {
    requirement: &'c str,
    title: &'c str,
    cells: Vec<Option<CellRow>>,
}

#[derive(Debug, Serialize)]
struct CellRow {
    worst: &'static str,
    counts: String,
}

/// The vectors of a requirement that did not simply pass everywhere.
#[derive(Debug, Serialize)]
struct DetailRow<'c> {
    requirement: &'c str,
    title: &'c str,
    vectors: Vec<(&'c str, Vec<Option<&'static str>>)>,
}

pub(super) fn write(comparison: &Comparison, path: &Path) -> io::Result<()> {
    let content = content(comparison);
    write_atomically_with(path, |out| PAGE.write(content, out))
}

fn content(comparison: &Comparison) -> Content<'_> {
    let letter = |index: usize| comparison.runs[index].letter.as_str();
    let changes = comparison.changes.iter().map(|changes| ChangesRow {
        from: letter(changes.from),
        to: letter(changes.to),
        worse: change_rows(&changes.worse),
        better: change_rows(&changes.better),
        worse_count: changes.worse.len(),
        better_count: changes.better.len(),
        new: changes.new,
    });
    let rows = comparison.matrix.rows.iter().map(|row| MatrixRow {
        requirement: &row.requirement,
        title: &row.title,
        cells: row
            .cells
            .iter()
            .map(|cell| {
                cell.map(|cell| CellRow {
                    worst: cell.worst.as_str(),
                    counts: cell.counts(),
                })
            })
            .collect(),
    });
    let mut room = MAX_VECTORS;
    let mut left_out = 0;
    let mut details = Vec::new();
    for row in comparison
        .matrix
        .rows
        .iter()
        .filter(|row| !row.vectors.is_empty())
    {
        let shown = row.vectors.len().min(room);
        room -= shown;
        left_out += row.vectors.len() - shown;
        let vectors = row.vectors.iter().take(shown).map(|(id, cells)| {
            let cells = cells.iter().map(|cell| cell.map(Verdict::as_str));
            (id.as_str(), cells.collect())
        });
        details.push(DetailRow {
            requirement: &row.requirement,
            title: &row.title,
            vectors: vectors.collect(),
        });
    }
    let state = match (comparison.changes.is_empty(), comparison.worse()) {
        (true, _) => "even",
        (false, 0) => "good",
        _ => "bad",
    };
    Content {
        state,
        headline: capital(&comparison.in_words()),
        runs: comparison.runs.iter().map(run_row).collect(),
        changes: changes.collect(),
        dialects: comparison.dialects() > 1,
        rows: rows.collect(),
        details,
        left_out,
    }
}

fn run_row(run: &Run) -> RunRow<'_> {
    RunRow {
        letter: &run.letter,
        name: cut_short(&run.subject(), 40),
        subject: run.subject(),
        command: &run.head.subject.command,
        file: &run.file,
        version: &run.head.suite.version,
        verdict: run.verdict(),
        conforms: run.conforms(),
    }
}

fn change_rows(changes: &[super::Change]) -> Vec<ChangeRow<'_>> {
    let rows = told(changes).into_iter().take(MAX_CHANGES).map(|told| {
        let change = told.change;
        let [before, after] = change.verdicts();
        ChangeRow {
            id: &change.id,
            requirement: &change.requirement,
            level: change.level.as_str(),
            dialect: change.dialect.as_str(),
            sockets: told.sockets.join(", "),
            before,
            after,
            why: &change.why,
        }
    });
    rows.collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
