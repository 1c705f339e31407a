use std::fmt;

use crate::search::{Failure, Search};
use crate::shrunk::ShrunkCase;

/// How long the shrunk cases are, compared with the shortest ones.
#[derive(Default)]
pub(crate) struct Comparison {
    /// The number of listeners.
    listeners: usize,
    /// How many of them have a shrunk case.
    shrunk: usize,
    /// For how many of these the search found a datagram of the same kind that is not longer.
    compared: usize,
    /// How many of the shrunk cases are short enough.
    within: usize,
    /// How many are short enough compared with the shortest datagram of any verdict.
    within_any_kind: usize,
    /// The cases that are not short enough, with the shortest ones.
    lines: Vec<String>,
}

impl Comparison {
    pub(crate) fn new(searches: &[Search<'_>]) -> Self {
        let mut comparison = Self::default();
        for search in searches {
            comparison.add(search);
        }
        comparison
    }

    /// Returns the percentage of shrunk cases that are short enough, rounded down.
    pub(crate) fn percent(&self) -> usize {
        self.within * 100 / self.compared.max(1)
    }

    fn add(&mut self, search: &Search<'_>) {
        let name = &search.listener.name;
        self.listeners += 1;
        let Some(shrunk) = &search.listener.shrunk else {
            return;
        };
        self.shrunk += 1;
        let Some(shortest) = &search.of_same_kind else {
            return;
        };
        self.compared += 1;
        let any_kind = search.of_any_kind.as_ref().unwrap_or(shortest);
        self.within_any_kind += usize::from(is_short_enough(shrunk, any_kind));
        if is_short_enough(shrunk, shortest) {
            self.within += 1;
        } else {
            self.lines
                .push(format!("{name}: {shrunk}; the shortest is {shortest}"));
        }
    }
}

/// Returns whether a shrunk case is one datagram that is at most 1.5 times as long as the shortest.
fn is_short_enough(shrunk: &ShrunkCase, shortest: &Failure) -> bool {
    shrunk.datagrams.len() == 1 && 2 * shrunk.length() <= 3 * shortest.datagram.len()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            listeners,
            shrunk,
            compared,
            within,
            within_any_kind,
            lines,
        } = self;
        for line in lines {
            writeln!(f, "{line}")?;
        }
        write!(
            f,
            "{listeners} listeners, {shrunk} found by evdg fuzz, {compared} compared: {within} \
             within 1.5 times ({} %), {within_any_kind} compared with any verdict",
            self.percent()
        )
    }
}

impl fmt::Display for ShrunkCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.verdict, self.length())?;
        let mut datagrams = self.datagrams.iter();
        datagrams.try_for_each(|datagram| write_bytes(f, datagram))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.verdict, self.datagram.len())?;
        write_bytes(f, &self.datagram)
    }
}

/// Writes the first bytes of a datagram.
fn write_bytes(f: &mut fmt::Formatter<'_>, datagram: &[u8]) -> fmt::Result {
    let (shown, more) = match datagram.get(..SHOWN) {
        Some(shown) => (shown, "…"),
        None => (datagram, ""),
    };
    write!(f, " b\"{}{more}\"", shown.escape_ascii())
}

/// The number of bytes of a long datagram that are shown.
const SHOWN: usize = 120;
