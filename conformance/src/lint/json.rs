use std::io;
use std::path::Path;

use serde::Serialize;

use super::kind::{Kind, Severity};
use super::releases::Releases;
use super::summary::{Example, Summary};
use crate::dialect::Dialect;
use crate::escape::visible_json;
use crate::output_file::write_atomically;

/// The version of the form of the JSON report. It grows when a member changes its meaning or is
/// removed.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'s> {
    format_version: u32,
    suite: Suite,
    /// The socket or the file, as on the command line.
    input: &'s str,
    /// What the positions of examples count.
    unit: &'s str,
    datagrams: u64,
    bytes: u64,
    dialects: Vec<DialectCount>,
    releases: Vec<ReleaseCount>,
    findings: Vec<Finding<'s>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Suite {
    version: &'static str,
}

#[derive(Serialize)]
struct DialectCount {
    dialect: Dialect,
    datagrams: u64,
}

#[derive(Serialize)]
struct ReleaseCount {
    /// `None` for what no release writes.
    releases: Option<&'static str>,
    datagrams: u64,
}

#[derive(Serialize)]
struct Finding<'s> {
    kind: &'static str,
    severity: Severity,
    requirements: &'static [&'static str],
    sentence: &'static str,
    datagrams: u64,
    example: Option<FirstDatagram<'s>>,
}

#[derive(Serialize)]
struct FirstDatagram<'s> {
    position: u64,
    dialect: Dialect,
    datagram_hex: String,
    details: Vec<LabelledText<'s>>,
}

#[derive(Serialize)]
struct LabelledText<'s> {
    label: &'static str,
    text: &'s str,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    notes: usize,
    datagrams_with_errors: u64,
    /// The last member, so that a report that was cut short is not taken for a whole one.
    complete: bool,
}

/// Writes what was found in `input` into a file, as one JSON object. `unit` is what the positions
/// of examples count, such as "line".
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_json(summary: &Summary, input: &str, unit: &str, path: &Path) -> io::Result<()> {
    let dialects = Dialect::ALL.iter().map(|dialect| DialectCount {
        dialect: *dialect,
        datagrams: summary.of_dialect(*dialect),
    });
    let report = Report {
        format_version: FORMAT_VERSION,
        suite: Suite {
            version: env!("CARGO_PKG_VERSION"),
        },
        input,
        unit,
        datagrams: summary.datagrams,
        bytes: summary.bytes,
        dialects: dialects.collect(),
        releases: releases(summary),
        findings: [Severity::Error, Severity::Note]
            .into_iter()
            .flat_map(|severity| summary.kinds(severity))
            .map(|kind| finding(summary, kind))
            .collect(),
        summary: Counts {
            errors: summary.kinds(Severity::Error).count(),
            notes: summary.kinds(Severity::Note).count(),
            datagrams_with_errors: summary.datagrams_with_errors,
            complete: true,
        },
    };
    let mut json = serde_json::to_string_pretty(&report)?;
    json.push('\n');
    write_atomically(path, visible_json(&json).as_bytes())
}

fn releases(summary: &Summary) -> Vec<ReleaseCount> {
    let mut counts = Vec::new();
    let mut rest = summary.datagrams;
    for releases in Releases::ALL {
        let datagrams = summary.of_releases(releases);
        rest -= datagrams;
        counts.push(ReleaseCount {
            releases: Some(releases.as_str()),
            datagrams,
        });
    }
    counts.push(ReleaseCount {
        releases: None,
        datagrams: rest,
    });
    counts
}

fn finding(summary: &Summary, kind: Kind) -> Finding<'_> {
    Finding {
        kind: kind.slug(),
        severity: kind.severity(),
        requirements: kind.requirements(),
        sentence: kind.sentence(),
        datagrams: summary.of_kind(kind),
        example: summary.example(kind).map(first_datagram),
    }
}

fn first_datagram(example: &Example) -> FirstDatagram<'_> {
    let details = example.details.iter().map(|detail| LabelledText {
        label: detail.label,
        text: &detail.text,
    });
    FirstDatagram {
        position: example.position,
        dialect: example.dialect,
        datagram_hex: hex::encode(&example.datagram),
        details: details.collect(),
    }
}
