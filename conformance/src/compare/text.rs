use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::changes::{Changes, grouped};
use super::comparison::Comparison;
use super::matrix::MatrixCell;
use super::run::ComparedRun;
use crate::escape::{cut, visible};
use crate::judge::Verdict;
use crate::layout::{COLUMNS, ellipsized, wrapped};
use crate::report::count_of_results;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The most characters of a reason, which fit on a few lines, and the most changes that are shown.
const WIDTH: usize = 240;
const MAX_CHANGES: usize = 100;

impl Comparison {
    /// Writes the comparison for a terminal, with ANSI styles: first the results that got worse.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        write(self, out)
    }
}

fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for changes in &comparison.changes {
        write_changes(comparison, changes, out)?;
    }
    for run in &comparison.runs {
        write_run(run, out)?;
    }
    write_matrix(comparison, out)?;
    let style = if comparison.worse() > 0 { RED } else { GREEN };
    let words = comparison.in_words();
    if comparison.changes.is_empty() {
        writeln!(out, "\n{words}")?;
    } else {
        writeln!(out, "\n{style}{words}{style:#}")?;
    }
    out.flush()
}

fn write_changes(
    comparison: &Comparison,
    changes: &Changes,
    out: &mut dyn Write,
) -> io::Result<()> {
    let [from, to] = [changes.from, changes.to].map(|index| &comparison.runs[index]);
    let subject = cut(&visible(&to.subject()), 100);
    writeln!(
        out,
        "{BOLD}{subject}{BOLD:#}, from {} to {}:",
        from.letter, to.letter
    )?;
    for (what, style, list) in [
        ("worse", RED, &changes.worse),
        ("better", GREEN, &changes.better),
    ] {
        if !list.is_empty() {
            writeln!(
                out,
                "  {style}{what}{style:#}: {}",
                count_of_results(list.len())
            )?;
        }
        let groups = grouped(list);
        for group in groups.iter().take(MAX_CHANGES) {
            let change = group.change;
            let ([before, after], sockets) = (change.verdicts(), group.sockets.join(", "));
            let (id, requirement, level) = (&change.id, &change.requirement, change.level);
            writeln!(
                out,
                "    {style}{before} -> {after}{style:#}  {BOLD}{id}{BOLD:#}  {requirement} {level}  \
                 {DIM}{sockets}{DIM:#}"
            )?;
            if !change.why.is_empty() && what == "worse" {
                for line in wrapped(&ellipsized(&change.why, WIDTH), COLUMNS - 6) {
                    writeln!(out, "      {line}")?;
                }
            }
        }
        if groups.len() > MAX_CHANGES {
            writeln!(out, "    and {} more", groups.len() - MAX_CHANGES)?;
        }
    }
    if changes.worse.is_empty() && changes.better.is_empty() {
        writeln!(out, "  the same verdicts")?;
    }
    if changes.new > 0 {
        writeln!(out, "  new: {}", count_of_results(changes.new))?;
    }
    writeln!(out)
}

fn write_run(run: &ComparedRun, out: &mut dyn Write) -> io::Result<()> {
    let style = if run.conforms() { GREEN } else { RED };
    let subject = cut(&visible(&run.subject()), 100);
    let (letter, file, verdict) = (&run.letter, &run.file, run.verdict_in_words());
    writeln!(
        out,
        "{BOLD}{letter:<2}{BOLD:#} {subject}  {DIM}{file}{DIM:#}  {style}{verdict}{style:#}"
    )
}

fn write_matrix(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let title = |text: &str| ellipsized(text, 44);
    let cells = |cell: &Option<MatrixCell>| {
        cell.map_or_else(
            || "-".into(),
            |cell| format!("{} {}", cell.worst.short_name(), cell.counts()),
        )
    };
    let widths: Vec<_> = (0..comparison.runs.len())
        .map(|column| {
            let cells = comparison
                .matrix
                .rows
                .iter()
                .map(|row| cells(&row.cells[column]).len());
            cells.max().unwrap_or_default().max(6)
        })
        .collect();
    let last = comparison.runs.last().expect("two or more are compared");
    write!(out, "\n{:<48}", "")?;
    for (run, width) in comparison.runs.iter().zip(&widths) {
        let gap = width - run.letter.len().min(*width);
        let letter = &run.letter;
        let gap = if std::ptr::eq(run, last) { 0 } else { gap };
        write!(out, "  {BOLD}{letter}{BOLD:#}{:gap$}", "")?;
    }
    writeln!(out)?;
    let last = comparison.runs.len() - 1;
    for row in &comparison.matrix.rows {
        write!(
            out,
            "{BOLD}{:<4}{BOLD:#}{:<44}",
            row.requirement,
            title(&row.title)
        )?;
        for (column, (cell, width)) in row.cells.iter().zip(&widths).enumerate() {
            let style = cell.map_or(DIM, |cell| style_of(cell.worst));
            // No spaces at the end of a line.
            let width = if column == last { 0 } else { *width };
            write!(out, "  {style}{:<width$}{style:#}", cells(cell))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn style_of(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Crash | Verdict::Hang | Verdict::Flaky | Verdict::Fail | Verdict::Fixed => RED,
        Verdict::Warn => YELLOW,
        Verdict::Pass => GREEN,
        _ => DIM,
    }
}
