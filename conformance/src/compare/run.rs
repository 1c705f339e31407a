use std::io::BufReader;

use serde::Deserialize;

use super::error::CompareError;
use super::input::ReportInput;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::escape::visible;
use crate::input_file::{Limited, MAX_REPORT};
use crate::judge::Verdict;
use crate::report::{Conformance, ReportHeader, RunContext, Shard, Summary, read_from};
use crate::transport::SocketKind;
use crate::vectors::Level;

/// A run to compare: its results without their evidence.
#[derive(Debug)]
#[non_exhaustive]
pub struct ComparedRun {
    /// The letter that names the run: A, B, and so on.
    pub letter: String,
    /// The file.
    pub file: String,
    /// What was run, on what, and how.
    pub header: ReportHeader,
    /// What the subject declared its name to be.
    pub declared: DeclaredName,
    /// The results, in order.
    pub results: Vec<ComparedResult>,
    /// The counts of the results.
    pub summary: Summary,
}

/// The name and the version that a subject declared, if they are the same over all sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredName {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// A result without its evidence.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ComparedResult {
    /// The vector.
    pub id: String,
    /// The requirement that it tests.
    pub requirement: String,
    /// How binding it is.
    pub level: Level,
    /// The dialect of its datagrams.
    pub dialect: Dialect,
    /// The socket.
    pub socket: SocketKind,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it decides about conformance.
    #[serde(default = "default_decides")]
    pub decides: bool,
    /// The reason for the verdict; empty for a pass.
    #[serde(default)]
    pub why: String,
}

const fn default_decides() -> bool {
    true
}

impl ComparedRun {
    pub(super) fn read(input: ReportInput, index: usize) -> Result<Self, CompareError> {
        let ReportInput { path, reader, .. } = input;
        let mut results = Vec::new();
        let mut summary = Summary::default();
        let reader = BufReader::new(Limited::new(reader, MAX_REPORT));
        let report = read_from(reader, |mut result: ComparedResult| {
            for text in [&mut result.id, &mut result.requirement, &mut result.why] {
                *text = visible(text);
            }
            summary.count(&result.id, result.level, result.verdict, result.decides);
            results.push(result);
            Ok(())
        });
        let report = report.map_err(|source| CompareError::Read {
            path: path.clone(),
            source,
        })?;
        if let Some(Shard { index, count }) = report.header.suite.shard {
            return Err(CompareError::Part { path, index, count });
        }
        let same_everywhere = |of: fn(&Start) -> &Option<String>| {
            let mut each = report.subjects.iter().map(|subject| of(&subject.start));
            let first = each.next()?.as_deref()?;
            each.all(|other| other.as_deref() == Some(first))
                .then(|| visible(first))
        };
        let declared = DeclaredName {
            name: same_everywhere(|start| &start.name),
            version: same_everywhere(|start| &start.version),
        };
        let file = visible(&path.display().to_string());
        Ok(Self {
            letter: letter(index),
            file,
            header: report.header,
            declared,
            results,
            summary,
        })
    }

    /// Returns whether another run is of the same subject.
    pub(super) fn is_of_subject(&self, other: &Self) -> bool {
        match (&self.declared.name, &other.declared.name) {
            (Some(name), Some(its)) => name == its,
            _ => self.header.subject == other.header.subject,
        }
    }

    /// Returns the name and the version that the subject declared, or its command.
    pub fn subject(&self) -> String {
        match &self.declared {
            DeclaredName {
                name: Some(name),
                version: Some(version),
                ..
            } => format!("{name} {version}"),
            DeclaredName {
                name: Some(name), ..
            } => name.clone(),
            _ => self.header.subject.command.clone(),
        }
    }

    /// Returns the verdict on one line.
    pub fn verdict_in_words(&self) -> String {
        self.header.verdict_in_words(&self.summary)
    }

    /// Returns when the run began, if its report says so.
    pub(super) fn started_in_words(&self) -> Option<String> {
        self.header.run.as_ref().map(RunContext::started_in_words)
    }

    /// Returns whether the subject conforms, apart from known failures.
    pub fn conforms(&self) -> bool {
        let strictness = self.header.settings.strictness;
        matches!(
            self.summary.conformance(strictness),
            Conformance::Conforms | Conformance::NoNewFailures(_)
        )
    }
}

/// Returns the letter of a run: A to Z, then AA and so on.
fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => last.into(),
        before => format!("{}{last}", letter(before - 1)),
    }
}
