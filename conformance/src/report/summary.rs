use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::judge::Verdict;
use crate::run::Outcome;
use crate::vectors::Level;

/// How many vectors came to which verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: BTreeMap<(Level, Verdict), usize>,
    /// Those of them that do not decide.
    aside: BTreeMap<Verdict, usize>,
}

impl Summary {
    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome<'_>) {
        *self
            .counts
            .entry((outcome.vector.level, outcome.verdict))
            .or_default() += 1;
        if !outcome.decides {
            *self.aside.entry(outcome.verdict).or_default() += 1;
        }
    }

    /// Counts all.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Counts what decides: all, but for vectors outside the requirement set that was asked for.
    pub fn deciding(&self) -> usize {
        self.total() - self.aside(|_| true)
    }

    /// Counts what the subject was tested with, of what decides.
    pub fn tested(&self) -> usize {
        self.decided(|verdict| verdict != Verdict::NotApplicable)
    }

    /// Counts a verdict.
    pub fn of(&self, verdict: Verdict) -> usize {
        self.sum(|_, found| found == verdict)
    }

    /// Counts a verdict among the vectors of a level.
    pub fn of_level(&self, level: Level, verdict: Verdict) -> usize {
        self.sum(|found, with| found == level && with == verdict)
    }

    /// Counts what keeps a subject from being conformant.
    pub fn failures(&self, strict: bool) -> usize {
        self.decided(|verdict| verdict.is_failure(strict))
    }

    fn decided(&self, takes: impl Fn(Verdict) -> bool) -> usize {
        self.sum(|_, verdict| takes(verdict)) - self.aside(takes)
    }

    fn aside(&self, takes: impl Fn(Verdict) -> bool) -> usize {
        let taken = self.aside.iter().filter(|(verdict, _)| takes(**verdict));
        taken.map(|(_, count)| count).sum()
    }

    fn sum(&self, takes: impl Fn(Level, Verdict) -> bool) -> usize {
        let taken = self
            .counts
            .iter()
            .filter(|((level, verdict), _)| takes(*level, *verdict));
        taken.map(|(_, count)| count).sum()
    }

    /// Gives a count for every verdict, and `complete` as the last member.
    pub(super) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("total".into(), self.total().into());
        for verdict in Verdict::ALL {
            object.insert(verdict.as_str().into(), self.of(verdict).into());
        }
        object.insert("complete".into(), true.into());
        Value::Object(object)
    }
}
