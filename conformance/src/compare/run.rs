use std::path::Path;

use serde::Deserialize;

use super::CompareError;
use crate::contract::Start;
use crate::escape::visible;
use crate::judge::Verdict;
use crate::report::{Head, Shard, Summary, read};
use crate::transport::SocketKind;
use crate::vectors::{Dialect, Level};

/// One run, as it is compared: of each result what it came to, not by which bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Run {
    /// What it is called beside the others: A, B, and so on.
    pub letter: String,
    /// The file.
    pub file: String,
    /// What was run, on what, and how.
    pub head: Head,
    /// What the subject told about itself.
    pub told: Told,
    /// Its results, in order.
    pub found: Vec<Found>,
    /// Their counts.
    pub summary: Summary,
}

/// What a subject told about itself, if it said the same everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// A result.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Found {
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
    #[serde(default = "yes")]
    pub decides: bool,
    /// What it rests on; empty for a pass.
    #[serde(default)]
    pub why: String,
}

const fn yes() -> bool {
    true
}

impl Run {
    pub(super) fn read(path: &Path, index: usize) -> Result<Self, CompareError> {
        let mut found = Vec::new();
        let mut summary = Summary::default();
        let whole = read(path, |mut result: Found| {
            for text in [&mut result.id, &mut result.requirement, &mut result.why] {
                *text = visible(text);
            }
            summary.count(result.level, result.verdict, result.decides);
            found.push(result);
            Ok(())
        });
        let whole = whole.map_err(|source| CompareError::Read {
            path: path.into(),
            source,
        })?;
        if let Some(Shard { index, count }) = whole.head.suite.shard {
            return Err(CompareError::Part {
                path: path.into(),
                index,
                count,
            });
        }
        let all_the_same = |of: fn(&Start) -> &Option<String>| {
            let mut each = whole
                .started
                .iter()
                .map(|started| of(&started.start).clone());
            let first = each.next().flatten()?;
            each.all(|other| other.as_deref() == Some(&first))
                .then(|| visible(&first))
        };
        let told = Told {
            name: all_the_same(|start| &start.name),
            version: all_the_same(|start| &start.version),
        };
        let file = visible(&path.display().to_string());
        Ok(Self {
            letter: letter(index),
            file,
            head: whole.head,
            told,
            found,
            summary,
        })
    }

    /// Tells whether another run is of the same subject.
    pub(super) fn is_of_subject(&self, other: &Self) -> bool {
        match (&self.told.name, &other.told.name) {
            (Some(name), Some(its)) => name == its,
            _ => self.head.subject == other.head.subject,
        }
    }

    /// Names the subject: as it names itself, or as it was started.
    pub fn subject(&self) -> String {
        match &self.told {
            Told {
                name: Some(name),
                version: Some(version),
                ..
            } => format!("{name} {version}"),
            Told {
                name: Some(name), ..
            } => name.clone(),
            _ => self.head.subject.command.clone(),
        }
    }

    /// Says on one line what it came to.
    pub fn verdict(&self) -> String {
        self.head.verdict(&self.summary)
    }

    /// Tells whether the subject conforms.
    pub fn conforms(&self) -> bool {
        self.summary.failures(self.head.settings.strictness) == 0 && self.summary.tested() > 0
    }
}

/// A to Z, then AA and so on.
fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => last.into(),
        before => format!("{}{last}", letter(before - 1)),
    }
}
