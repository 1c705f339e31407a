use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::record::Record;
use crate::judge::{Strictness, Verdict};
use crate::vectors::Level;

/// How many results came to which verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: BTreeMap<(Level, Verdict), usize>,
    /// Of these, those that decide about conformance.
    deciding: BTreeMap<Verdict, usize>,
}

impl Summary {
    /// Counts a result.
    pub fn add(&mut self, record: &Record) {
        self.count(record.level, record.verdict, record.decides);
    }

    /// Counts a result of which no more is known.
    pub(crate) fn count(&mut self, level: Level, verdict: Verdict, decides: bool) {
        *self.counts.entry((level, verdict)).or_default() += 1;
        if decides {
            *self.deciding.entry(verdict).or_default() += 1;
        }
    }

    /// Counts all.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Counts what the subject was tested with, of what decides about conformance.
    pub fn tested(&self) -> usize {
        let tested = self
            .deciding
            .iter()
            .filter(|(verdict, _)| **verdict != Verdict::NotApplicable);
        tested.map(|(_, count)| count).sum()
    }

    /// Counts what decides: all, but for vectors outside the requirement set that was asked for.
    pub fn deciding(&self) -> usize {
        self.deciding.values().sum()
    }

    /// Counts a verdict.
    pub fn of(&self, verdict: Verdict) -> usize {
        let found = self.counts.iter().filter(|((_, with), _)| *with == verdict);
        found.map(|(_, count)| count).sum()
    }

    /// Counts a verdict among the results of a level.
    pub fn of_level(&self, level: Level, verdict: Verdict) -> usize {
        self.counts
            .get(&(level, verdict))
            .copied()
            .unwrap_or_default()
    }

    /// Counts what keeps a subject from being conformant.
    pub fn failures(&self, strictness: Strictness) -> usize {
        let failing = self
            .deciding
            .iter()
            .filter(|(verdict, _)| verdict.is_failure(strictness));
        failing.map(|(_, count)| count).sum()
    }

    /// Gives a count for every verdict, how many of them keep the subject from being conformant, and `complete` as the
    /// last member.
    pub(super) fn to_json(&self, strictness: Strictness) -> Value {
        let mut object = Map::new();
        object.insert("total".into(), self.total().into());
        for verdict in Verdict::ALL {
            object.insert(verdict.as_str().into(), self.of(verdict).into());
        }
        object.insert("failures".into(), self.failures(strictness).into());
        object.insert("complete".into(), true.into());
        Value::Object(object)
    }
}

pub(super) fn tests(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}
