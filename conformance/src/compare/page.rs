use std::io;
use std::path::Path;

use serde::Serialize;

use super::changes::Change;
use super::changes::grouped;
use super::comparison::Comparison;
use super::run::ComparedRun;
use crate::judge::Verdict;
use crate::layout::ellipsized;
use crate::output_file::write_atomically_with;
use crate::report::PageTemplate;

const PAGE: PageTemplate = PageTemplate {
    template: include_str!("page.html"),
    script: None,
};

/// The most changes and vectors that are shown.
const MAX_CHANGES: usize = 1_000;
const MAX_VECTORS: usize = 5_000;

#[derive(Debug, Serialize)]
struct ComparisonView<'c> {
    /// `good`, `bad`, or `even` if no subject was run twice.
    state: &'static str,
    headline: String,
    runs: Vec<RunView<'c>>,
    changes: Vec<ChangesView<'c>>,
    /// Whether there are several dialects, so that each result names its own.
    dialects: bool,
    rows: Vec<MatrixRowView<'c>>,
    details: Vec<DetailView<'c>>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct RunView<'c> {
    letter: &'c str,
    subject: String,
    /// The subject in a few words, for the head of a column.
    name: String,
    command: &'c str,
    file: &'c str,
    version: &'c str,
    started: Option<String>,
    verdict: String,
    conforms: bool,
}

#[derive(Debug, Serialize)]
struct ChangesView<'c> {
    from: &'c str,
    to: &'c str,
    worse: Vec<ChangeView<'c>>,
    better: Vec<ChangeView<'c>>,
    worse_count: usize,
    better_count: usize,
    new: usize,
}

#[derive(Debug, Serialize)]
struct ChangeView<'c> {
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
struct MatrixRowView<'c> {
    requirement: &'c str,
    title: &'c str,
    /// Whether the gravest verdict and the counts are the same in all runs.
    is_same: bool,
    cells: Vec<Option<CellView>>,
}

#[derive(Debug, Serialize)]
struct CellView {
    worst: &'static str,
    counts: String,
}

/// The vectors of a requirement that did not pass everywhere.
#[derive(Debug, Serialize)]
struct DetailView<'c> {
    requirement: &'c str,
    title: &'c str,
    vectors: Vec<(&'c str, Vec<Option<&'static str>>)>,
}

impl Comparison {
    /// Writes one self-contained page for a browser into a file: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_html(&self, path: &Path) -> io::Result<()> {
        let content = content(self);
        write_atomically_with(path, |out| PAGE.write(content, out))
    }
}

/// Returns the values for the template of the page.
fn content(comparison: &Comparison) -> ComparisonView<'_> {
    let letter = |index: usize| comparison.runs[index].letter.as_str();
    let changes = comparison.changes.iter().map(|changes| ChangesView {
        from: letter(changes.from),
        to: letter(changes.to),
        worse: change_rows(&changes.worse),
        better: change_rows(&changes.better),
        worse_count: changes.worse.len(),
        better_count: changes.better.len(),
        new: changes.new,
    });
    let rows = comparison.matrix.rows.iter().map(|row| MatrixRowView {
        requirement: &row.requirement,
        title: &row.title,
        is_same: row.cells.windows(2).all(|pair| pair[0] == pair[1]),
        cells: row
            .cells
            .iter()
            .map(|cell| {
                cell.map(|cell| CellView {
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
        details.push(DetailView {
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
    ComparisonView {
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

fn run_row(run: &ComparedRun) -> RunView<'_> {
    RunView {
        letter: &run.letter,
        name: ellipsized(&run.subject(), 40),
        subject: run.subject(),
        command: &run.header.subject.command,
        file: &run.file,
        version: &run.header.suite.version,
        started: run.started_in_words(),
        verdict: run.verdict_in_words(),
        conforms: run.conforms(),
    }
}

fn change_rows(changes: &[Change]) -> Vec<ChangeView<'_>> {
    let rows = grouped(changes).into_iter().take(MAX_CHANGES).map(|group| {
        let change = group.change;
        let [before, after] = change.verdicts();
        ChangeView {
            id: &change.id,
            requirement: &change.requirement,
            level: change.level.as_str(),
            dialect: change.dialect.as_str(),
            sockets: group.sockets.join(", "),
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
