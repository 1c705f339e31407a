use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::kind::{Kind, Severity};
use super::releases::Releases;
use super::summary::{Example, Summary};
use crate::dialect::Dialect;
use crate::evidence::EvidenceLine;
use crate::layout::{COLUMNS, ellipsized, wrapped};

/// The columns by which the text about a kind is indented.
const INDENT: usize = 4;
/// The columns of a label and its indentation.
const LABELS: usize = INDENT + 11;
/// The columns of a label of the counts.
const COUNT_LABELS: usize = 11;
/// The width to which a datagram or a reading is shortened, in characters.
const WIDTH: usize = 2 * (COLUMNS - LABELS);

/// Writes what was found for a person: notes, errors, and in the last lines the counts. `unit` is
/// what the positions of examples count, such as "line".
///
/// # Errors
///
/// If `out` fails.
pub fn write_text(summary: &Summary, unit: &str, out: &mut impl Write) -> io::Result<()> {
    for severity in [Severity::Note, Severity::Error] {
        for kind in summary.kinds(severity) {
            write_kind(summary, kind, unit, out)?;
        }
    }
    write_counts(summary, out)
}

fn write_kind(summary: &Summary, kind: Kind, unit: &str, out: &mut impl Write) -> io::Result<()> {
    let style = style(kind.severity());
    let requirements = match kind.requirements() {
        [] => String::new(),
        requirements => format!("  ({})", requirements.join(", ")),
    };
    writeln!(
        out,
        "{style}{} {}{style:#}: {}{requirements}",
        in_words(kind.severity()),
        kind.slug(),
        datagrams(summary.of_kind(kind)),
    )?;
    for line in wrapped(kind.sentence(), COLUMNS - INDENT) {
        writeln!(out, "{:INDENT$}{line}", "")?;
    }
    match summary.example(kind) {
        Some(example) => write_example(example, unit, out),
        None => writeln!(out),
    }
}

fn write_example(example: &Example, unit: &str, out: &mut impl Write) -> io::Result<()> {
    let width = LABELS - INDENT;
    let position = format!("{unit} {}", example.position);
    let datagram = EvidenceLine::datagram("", &example.datagram).shortened(WIDTH);
    writeln!(out, "{:INDENT$}{position:<width$}{datagram}", "")?;
    for detail in &example.details {
        let text = ellipsized(&detail.text, WIDTH);
        writeln!(out, "{:INDENT$}{:<width$}{text}", "", detail.label)?;
    }
    writeln!(out)
}

fn write_counts(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let of_dialects = Dialect::ALL.iter().filter_map(|dialect| {
        let count = summary.of_dialect(*dialect);
        (count > 0).then(|| format!("{count} {dialect}"))
    });
    let of_dialects: Vec<_> = of_dialects.collect();
    writeln!(
        out,
        "datagrams  {}: {}; {} bytes",
        summary.datagrams,
        of_dialects.join(", "),
        summary.bytes
    )?;
    let mut written = Vec::new();
    let mut rest = summary.datagrams;
    for releases in Releases::ALL {
        let count = summary.of_releases(releases);
        rest -= count;
        if count > 0 {
            written.push(format!("{count} by {}", releases.as_str()));
        }
    }
    if rest > 0 {
        written.push(format!("{rest} by no release"));
    }
    writeln!(out, "written    {}, byte for byte", written.join(", "))?;
    let notes = counts(summary, Severity::Note);
    let mut label = "notes";
    for line in wrapped(&notes, COLUMNS - COUNT_LABELS) {
        writeln!(out, "{label:COUNT_LABELS$}{line}")?;
        label = "";
    }
    let style = match summary.datagrams_with_errors {
        0 => Style::new(),
        _ => style(Severity::Error),
    };
    let errors = counts(summary, Severity::Error);
    let with_errors = match summary.datagrams_with_errors {
        0 => String::new(),
        count => format!("; {} with errors", datagrams(count)),
    };
    writeln!(out, "errors     {style}{errors}{with_errors}{style:#}")
}

/// Returns the kinds of a severity with their counts.
fn counts(summary: &Summary, severity: Severity) -> String {
    let each = summary.kinds(severity);
    let each: Vec<_> = each
        .map(|kind| format!("{} {}", summary.of_kind(kind), kind.slug()))
        .collect();
    match each.is_empty() {
        true => "none".into(),
        false => each.join(", "),
    }
}

fn datagrams(count: u64) -> String {
    format!("{count} datagram{}", if count == 1 { "" } else { "s" })
}

fn in_words(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Note => Style::new().bold(),
    }
}
