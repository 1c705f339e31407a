use std::fmt::Write as _;

use super::changes::told;
use super::text::short;
use super::{Comparison, results};
use crate::escape::{cut, visible};
use crate::report::code;

/// More is nothing that anybody reads in a comment, which would not take it either.
const MAX_CHANGES: usize = 100;

pub(super) fn text(comparison: &Comparison) -> String {
    let mut text = String::new();
    write(comparison, &mut text).expect("a string takes any text");
    text
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
            let count = results(list.len());
            writeln!(
                text,
                "<details{open}><summary>{what} from {from} to {to}: {count}</summary>\n"
            )?;
            writeln!(
                text,
                "| | vector | requirement | sockets | why |\n| --- | --- | --- | --- | --- |"
            )?;
            let told = told(list);
            for told in told.iter().take(MAX_CHANGES) {
                let change = told.change;
                let [before, after] = change.verdicts();
                let (requirement, level, sockets) =
                    (&change.requirement, change.level, told.sockets.join(", "));
                let why = if change.why.is_empty() {
                    String::new()
                } else {
                    cell(&cut(&change.why, 200))
                };
                writeln!(
                    text,
                    "| {before} → {after} | {} | {requirement} {level} | {sockets} | {why} |",
                    cell(&change.id)
                )?;
            }
            if told.len() > MAX_CHANGES {
                writeln!(text, "\n…and {} more.", told.len() - MAX_CHANGES)?;
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
            run.verdict(),
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
            Some(cell) => format!("{} {}", short(cell.worst), cell.counts()),
            None => "–".into(),
        });
        let cells: Vec<_> = cells.collect();
        let (requirement, title) = (&row.requirement, row.title.replace('|', "\\|"));
        writeln!(text, "| {requirement} | {title} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Shows text as it is in a cell of a table, where a bar would end the cell even in code.
fn cell(text: &str) -> String {
    code(&text.replace('|', "\\|"))
}
