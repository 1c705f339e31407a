//! A comparison of load tests as text and as Markdown.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::escape::visible;
use crate::load::comparison::BenchComparison;
use crate::output_file::write_atomically;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The width of the column of row names.
const NAME: usize = 22;

impl BenchComparison {
    /// Returns on one line what got worse and better.
    pub fn in_words(&self) -> String {
        let count = |list: &[String]| match list.len() {
            1 => "1 figure".into(),
            count => format!("{count} figures"),
        };
        match (self.worse.is_empty(), self.better.is_empty()) {
            (true, true) => "nothing got worse".into(),
            (true, false) => format!("nothing got worse, {} got better", count(&self.better)),
            (false, true) => format!("{} got worse", count(&self.worse)),
            (false, false) => format!(
                "{} got worse, {} got better",
                count(&self.worse),
                self.better.len()
            ),
        }
    }

    /// Writes the comparison for a terminal, with ANSI styles.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (letter, name) in ('A'..).zip(&self.names) {
            writeln!(out, "{BOLD}{letter}{BOLD:#}  {}", visible(name))?;
        }
        for figures in &self.figures {
            let cells = figures.rows.iter().flat_map(|(_, cells)| cells);
            let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0) + 2;
            write!(out, "\n{BOLD}{:NAME$}{BOLD:#}", visible(&figures.name))?;
            for (letter, _) in ('A'..).zip(&self.names) {
                write!(out, "{BOLD}{letter:>width$}{BOLD:#}")?;
            }
            writeln!(out)?;
            for (name, cells) in &figures.rows {
                write!(out, "{DIM}{name:NAME$}{DIM:#}")?;
                for cell in cells {
                    write!(out, "{cell:>width$}")?;
                }
                writeln!(out)?;
            }
        }
        writeln!(out)?;
        for (what, style, list) in [("worse", RED, &self.worse), ("better", GREEN, &self.better)] {
            for line in list {
                writeln!(out, "{style}{what}{style:#}  {}", visible(line))?;
            }
        }
        for note in &self.notes {
            writeln!(out, "{}", visible(note))?;
        }
        let style = if self.worse.is_empty() { GREEN } else { RED };
        writeln!(out, "{style}{}{style:#}", self.in_words())?;
        out.flush()
    }

    /// Writes Markdown for a pull request's comment or a job's summary into a file: all of it, or
    /// nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_markdown(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        self.markdown(&mut text).expect("a string takes any text");
        write_atomically(path, text.as_bytes())
    }

    fn markdown(&self, text: &mut String) -> std::fmt::Result {
        // Formats text of others as code, which text without backticks cannot end.
        let code = |text: &str| format!("`{}`", visible(text).replace(['`', '|'], "'"));
        writeln!(text, "## event_datagram load: {}\n", self.in_words())?;
        for (what, list) in [("worse", &self.worse), ("better", &self.better)] {
            for line in list {
                writeln!(text, "- **{what}** {}", code(line))?;
            }
        }
        for note in &self.notes {
            writeln!(text, "- {}", code(note))?;
        }
        writeln!(text)?;
        for (letter, name) in ('A'..).zip(&self.names) {
            writeln!(text, "- **{letter}** {}", code(name))?;
        }
        for figures in &self.figures {
            let letters: String = ('A'..)
                .zip(&self.names)
                .map(|(letter, _)| format!(" {letter} |"))
                .collect();
            let rule = " ---: |".repeat(self.names.len());
            writeln!(
                text,
                "\n| {} |{letters}\n| --- |{rule}",
                code(&figures.name)
            )?;
            for (name, cells) in &figures.rows {
                writeln!(text, "| {name} | {} |", cells.join(" | "))?;
            }
        }
        Ok(())
    }
}
