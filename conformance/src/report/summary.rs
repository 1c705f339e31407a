use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};

use super::record::Record;
use crate::judge::{Strictness, Verdict};
use crate::vectors::Level;

/// The counts of results by level and verdict, and how long the run took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: BTreeMap<(Level, Verdict), usize>,
    /// The counts of the results that decide about conformance, by verdict.
    deciding: BTreeMap<Verdict, usize>,
    duration: Option<Duration>,
    /// The vectors whose results are `fixed` and decide about conformance. Their entries in the
    /// list of known failures are out of date.
    outdated: BTreeSet<String>,
    not_run: usize,
}

/// What the results of a run mean together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conformance {
    /// No result decides about conformance, or no vector applies to the subject.
    NotTested,
    /// No result keeps the subject from being conformant.
    Conforms,
    /// The only failures are known failures; holds their number.
    NoNewFailures(usize),
    /// The only failures are entries of the list of known failures that are out of date; holds
    /// their number.
    OutdatedList(usize),
    /// Results keep the subject from being conformant; holds their number.
    Fails(usize),
    /// Every vector that was tested is a known failure.
    NothingPassed,
}

impl Summary {
    /// Returns what the results mean together.
    pub fn conformance(&self, strictness: Strictness) -> Conformance {
        let deciding = |verdict| self.deciding.get(&verdict).copied().unwrap_or_default();
        let (known, fixed) = (deciding(Verdict::Known), deciding(Verdict::Fixed));
        match (self.failures(strictness) - fixed, self.tested()) {
            (0, 0) => Conformance::NotTested,
            (0, _) if fixed > 0 => Conformance::OutdatedList(self.outdated_entries()),
            (0, tested) if known == tested => Conformance::NothingPassed,
            (0, _) if known > 0 => Conformance::NoNewFailures(known),
            (0, _) => Conformance::Conforms,
            (failures, _) => Conformance::Fails(failures),
        }
    }

    /// Sets how long the run took.
    pub fn set_duration(&mut self, duration: Duration) {
        self.duration = Some(duration);
    }

    /// Returns how long the run took, if that is known.
    pub fn duration(&self) -> Option<Duration> {
        self.duration
    }

    /// Returns how many entries of the list of known failures are out of date: vectors that decide
    /// about conformance and do not fail.
    pub fn outdated_entries(&self) -> usize {
        self.outdated.len()
    }

    /// Sets how many tests were not run because the run ended early.
    pub fn set_not_run(&mut self, count: usize) {
        self.not_run = count;
    }

    /// Returns how many tests were not run because the run ended early.
    pub fn not_run(&self) -> usize {
        self.not_run
    }

    /// Counts a result.
    pub fn add(&mut self, record: &Record) {
        self.count(&record.id, record.level, record.verdict, record.decides);
    }

    /// Counts a result of a vector; `decides` is true if the result counts for conformance.
    pub(crate) fn count(&mut self, id: &str, level: Level, verdict: Verdict, decides: bool) {
        *self.counts.entry((level, verdict)).or_default() += 1;
        if decides {
            *self.deciding.entry(verdict).or_default() += 1;
            if verdict == Verdict::Fixed && !self.outdated.contains(id) {
                self.outdated.insert(id.into());
            }
        }
    }

    /// Returns the count of all results.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Returns the count of results that decide and whose vectors apply to the subject.
    pub fn tested(&self) -> usize {
        let tested = self
            .deciding
            .iter()
            .filter(|(verdict, _)| **verdict != Verdict::NotApplicable);
        tested.map(|(_, count)| count).sum()
    }

    /// Returns the count of results that decide: all but those of vectors outside the requirement
    /// set.
    pub fn deciding(&self) -> usize {
        self.deciding.values().sum()
    }

    /// Returns the count of a verdict.
    pub fn of(&self, verdict: Verdict) -> usize {
        let found = self.counts.iter().filter(|((_, with), _)| *with == verdict);
        found.map(|(_, count)| count).sum()
    }

    /// Returns the count of a verdict among the results of a level.
    pub fn of_level(&self, level: Level, verdict: Verdict) -> usize {
        self.counts
            .get(&(level, verdict))
            .copied()
            .unwrap_or_default()
    }

    /// Returns the count of results that keep a subject from being conformant.
    pub fn failures(&self, strictness: Strictness) -> usize {
        let failing = self
            .deciding
            .iter()
            .filter(|(verdict, _)| verdict.is_failure(strictness));
        failing.map(|(_, count)| count).sum()
    }

    /// Returns a JSON object with a count for every verdict, the count of failures, that of tests
    /// which were not run if there are some, and `complete` as its last member.
    pub(super) fn to_json(&self, strictness: Strictness) -> Value {
        let mut object = Map::new();
        object.insert("total".into(), self.total().into());
        for verdict in Verdict::ALL {
            object.insert(verdict.as_str().into(), self.of(verdict).into());
        }
        object.insert("failures".into(), self.failures(strictness).into());
        if self.not_run > 0 {
            object.insert("not_run".into(), self.not_run.into());
        }
        object.insert("complete".into(), (self.not_run == 0).into());
        Value::Object(object)
    }
}

/// Returns a count of results in words.
pub(crate) fn count_of_results(count: usize) -> String {
    format!("{count} result{}", if count == 1 { "" } else { "s" })
}

/// Returns a count of tests in words.
pub(super) fn count_of_tests(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}
