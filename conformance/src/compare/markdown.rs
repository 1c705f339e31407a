use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::changes::grouped;
use super::comparison::Comparison;
use crate::escape::{cut, visible};
use crate::layout::ellipsized;
use crate::output_file::write_atomically;
use crate::report::{count_of_results, inline_code};

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
                let (requirement, level, sockets) =
                    (&change.requirement, change.level, group.sockets.join(", "));
                let why = if change.why.is_empty() {
                    String::new()
                } else {
                    cell(&ellipsized(&change.why, 200))
                };
                writeln!(
                    text,
                    "| {before} → {after} | {} | {requirement} {level} | {sockets} | {why} |",
                    cell(&change.id)
                )?;
            }
            if groups.len() > MAX_CHANGES {
                writeln!(text, "\n…and {} more.", groups.len() - MAX_CHANGES)?;
            }
            writeln!(text, "\n</details>\n")?;
        }
    }
    for run in &comparison.runs {
        let subject = cell(&cut(&visible(&run.subject()), 200));
        writeln!(
            text,
            "- **{}** {subject}: {} ({})",
            run.letter,
            run.verdict_in_words(),
            cell(&run.file)
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
        let (requirement, title) = (&row.requirement, row.title.replace('|', "\\|"));
        writeln!(text, "| {requirement} | {title} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Returns text as inline code in a cell of a table. A bar would end the cell even in code.
fn cell(text: &str) -> String {
    inline_code(&text.replace('|', "\\|"))
}
