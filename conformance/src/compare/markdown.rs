use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::changes::grouped;
use super::comparison::Comparison;
use crate::escape::{cut, visible};
use crate::layout::ellipsized;
use crate::output_file::write_atomically;
use crate::report::{code_cell, count_of_results, markdown_cell, markdown_text};

/// The most changes that are shown: comments are limited in length.
const MAX_CHANGES: usize = 100;

impl Comparison {
    /// Writes Markdown for a pull request's comment or a job's summary into a file: all of it, or
    /// nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_markdown(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        write(self, &mut text).expect("a string takes any text");
        write_atomically(path, text.as_bytes())
    }
}

fn write(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    writeln!(text, "## event_datagram: {}\n", comparison.in_words())?;
    for changes in &comparison.changes {
        for (what, list) in [("worse", &changes.worse), ("better", &changes.better)] {
            if list.is_empty() {
                continue;
            }
            let (from, to) = (
                &comparison.runs[changes.from].letter,
                &comparison.runs[changes.to].letter,
            );
            let open = if what == "worse" { " open" } else { "" };
            let count = count_of_results(list.len());
            writeln!(
                text,
                "<details{open}><summary>{what} from {from} to {to}: {count}</summary>\n"
            )?;
            writeln!(
                text,
                "| | vector | requirement | sockets | why |\n| --- | --- | --- | --- | --- |"
            )?;
            let groups = grouped(list);
            for group in groups.iter().take(MAX_CHANGES) {
                let change = group.change;
                let [before, after] = change.verdicts();
                let (requirement, level, sockets) = (
                    markdown_cell(&change.requirement),
                    change.level,
                    group.sockets.join(", "),
                );
                let why = if change.why.is_empty() {
                    String::new()
                } else {
                    code_cell(&ellipsized(&change.why, 200))
                };
                writeln!(
                    text,
                    "| {before} → {after} | {} | {requirement} {level} | {sockets} | {why} |",
                    code_cell(&change.id)
                )?;
            }
            if groups.len() > MAX_CHANGES {
                writeln!(text, "\n…and {} more.", groups.len() - MAX_CHANGES)?;
            }
            writeln!(text, "\n</details>\n")?;
        }
    }
    for run in &comparison.runs {
        let subject = code_cell(&cut(&visible(&run.subject()), 200));
        let started = run.started_in_words().map(|started| format!(", {started}"));
        writeln!(
            text,
            "- **{}** {subject}: {} ({}{})",
            run.letter,
            markdown_text(&run.verdict_in_words()),
            code_cell(&run.file),
            started.unwrap_or_default()
        )?;
    }
    let letters: Vec<_> = comparison
        .runs
        .iter()
        .map(|run| run.letter.as_str())
        .collect();
    let rule = " --- |".repeat(letters.len());
    writeln!(
        text,
        "\n| requirement | | {} |\n| --- | --- |{rule}",
        letters.join(" | ")
    )?;
    for row in &comparison.matrix.rows {
        let cells = row.cells.iter().map(|cell| match cell {
            Some(cell) => format!("{} {}", cell.worst.short_name(), cell.counts()),
            None => "–".into(),
        });
        let cells: Vec<_> = cells.collect();
        let (requirement, title) = (markdown_cell(&row.requirement), markdown_cell(&row.title));
        writeln!(text, "| {requirement} | {title} | {} |", cells.join(" | "))?;
    }
    Ok(())
}
