use event_datagram::text;

use super::describe::describe;
use super::detail::Detail;
use super::find::{Finder, Found};
use super::kind::{Kind, Severity};
use super::kind_set::KindSet;
use super::releases::Releases;
use crate::dialect::Dialect;

/// Takes the datagrams of a sender, and counts what it finds in them.
#[derive(Debug)]
pub struct Linter {
    dialect: Option<Dialect>,
    finder: Finder,
    summary: Summary,
}

/// Counts of datagrams, and an example of each kind.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// All datagrams.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Datagrams in which an error was found.
    pub datagrams_with_errors: u64,
    of_dialects: [u64; Dialect::ALL.len()],
    of_releases: [u64; Releases::ALL.len()],
    of_kinds: [u64; Kind::ALL.len()],
    /// The kinds that have an example.
    described: KindSet,
    examples: Vec<Example>,
}

/// The first datagram of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The kind.
    pub kind: Kind,
    /// The number that the datagram was passed with.
    pub position: u64,
    /// The dialect in which it was read.
    pub dialect: Dialect,
    /// Its bytes.
    pub datagram: Vec<u8>,
    /// What it holds, and where.
    pub details: Vec<Detail>,
}

impl Linter {
    /// Returns a linter of datagrams of this dialect; without one, each is read in the dialect that
    /// it looks like.
    pub fn new(dialect: Option<Dialect>) -> Self {
        Self {
            dialect,
            finder: Finder::default(),
            summary: Summary::default(),
        }
    }

    /// Takes a datagram. `position` says which it is, in an example.
    pub fn add(&mut self, position: u64, datagram: &[u8]) {
        let dialect = self.dialect.unwrap_or_else(|| detect(datagram));
        let found = self.finder.find(dialect, datagram);
        self.summary.count(dialect, datagram, found);
        let new = found.kinds.without(self.summary.described);
        self.summary.described.add_all(new);
        for kind in new.iter() {
            self.summary.examples.push(Example {
                kind,
                position,
                dialect,
                datagram: datagram.into(),
                details: describe(kind, dialect, datagram),
            });
        }
    }

    /// Returns what was found so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl Summary {
    /// Returns how many datagrams were read in a dialect.
    pub fn of_dialect(&self, dialect: Dialect) -> u64 {
        self.of_dialects[dialect as usize]
    }

    /// Returns how many datagrams are exactly what these releases write.
    pub fn of_releases(&self, releases: Releases) -> u64 {
        self.of_releases[releases as usize]
    }

    /// Returns how many datagrams are of a kind.
    pub fn of_kind(&self, kind: Kind) -> u64 {
        self.of_kinds[kind as usize]
    }

    /// Returns the kinds of this severity that were found.
    pub fn kinds(&self, severity: Severity) -> impl Iterator<Item = Kind> {
        let kinds = Kind::ALL.into_iter();
        kinds.filter(move |kind| kind.severity() == severity && self.of_kind(*kind) > 0)
    }

    /// Returns the first datagram of a kind.
    pub fn example(&self, kind: Kind) -> Option<&Example> {
        self.examples.iter().find(|example| example.kind == kind)
    }

    fn count(&mut self, dialect: Dialect, datagram: &[u8], found: Found) {
        self.datagrams += 1;
        self.bytes += datagram.len() as u64;
        self.of_dialects[dialect as usize] += 1;
        if let Some(releases) = found.releases {
            self.of_releases[releases as usize] += 1;
        }
        let mut is_error = false;
        for kind in found.kinds.iter() {
            self.of_kinds[kind as usize] += 1;
            is_error |= kind.severity() == Severity::Error;
        }
        self.datagrams_with_errors += u64::from(is_error);
    }
}

/// Detects the dialect of a datagram. What is malformed as text may be JSON that is no object.
fn detect(datagram: &[u8]) -> Dialect {
    const OTHER_JSON: [&[u8]; 3] = [b"[", b"\xef\xbb\xbf", b"\0{"];
    match Dialect::detect(datagram) {
        Dialect::Text if text::decode(datagram).is_err() => {
            let start = datagram.trim_ascii_start();
            match OTHER_JSON.iter().any(|other| start.starts_with(other)) {
                true => Dialect::JsonRpc,
                false => Dialect::Text,
            }
        }
        dialect => dialect,
    }
}
