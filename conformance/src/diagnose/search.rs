//! The search: which set of faults, combined in one model, does what the subject did.
//!
//! A beam search: from each of the best sets it adds the fault that explains most. Where one member
//! of a set alone changes what a model does with a vector, the set is assumed to do the same; where
//! several do, the combined model is run.

use std::collections::HashSet;

use super::dictionary::{Candidate, in_parallel};
use super::problem::{Problem, What};
use super::simulation::Simulated;

/// How many sets are kept.
const BEAM: usize = 4;
/// The most faults in a set.
const MAX_MEMBERS: usize = 6;
/// How many large vectors every candidate is tried on.
const MAX_SAMPLE: usize = 3;

pub(super) struct Search<'s> {
    pub(super) problem: &'s Problem<'s>,
    pub(super) candidates: &'s [Candidate],
    /// What the correct listener does.
    pub(super) base: &'s [Simulated],
    /// Returns whether to go on.
    pub(super) go_on: &'s (dyn Fn() -> bool + Sync),
}

/// A set of faults.
#[derive(Clone)]
struct Set {
    /// Indices of candidates, in the order of injection.
    members: Vec<usize>,
    simulated: Vec<Simulated>,
    score: i64,
}

/// A set with one more fault.
struct Extension {
    set: usize,
    candidate: usize,
    members: Vec<usize>,
    score: i64,
}

impl Search<'_> {
    /// Returns the indices of the candidates that explain most, in the order of injection.
    ///
    /// It looks at the small vectors first, and at the large ones only for faults that these alone
    /// can show.
    pub(super) fn run(&self) -> Vec<usize> {
        let small = self.problem.small;
        let all: Vec<_> = (0..self.candidates.len()).collect();
        let correct = self.set(Vec::new(), self.base[..small].to_vec());
        let mut members = self.finished(self.best(correct, &all), small);
        if self.problem.has_large_wrong() && (self.go_on)() {
            let set = self.set(members.clone(), self.simulate(&members));
            let others = self.visible_on_large(&set);
            if !others.is_empty() {
                members = self.finished(self.best(set, &others), self.problem.seen.len());
            }
        }
        members
    }

    /// Returns the members of the best set that extends this one by some candidates.
    fn best(&self, set: Set, candidates: &[usize]) -> Vec<usize> {
        let mut best = set;
        let mut beam = vec![best.clone()];
        while best.members.len() < MAX_MEMBERS
            && !self.explains_all(&best.simulated)
            && (self.go_on)()
        {
            beam = self.extended(&beam, candidates);
            match beam.first() {
                Some(first) if first.score > best.score => best = first.clone(),
                _ => break,
            }
        }
        best.members
    }

    /// Returns the candidates that explain some of the smallest large vectors together with a set
    /// that does not.
    fn visible_on_large(&self, set: &Set) -> Vec<usize> {
        let wrong = self.problem.wrong().filter(|at| *at >= self.problem.small);
        let unexplained = wrong.filter(|at| !self.explains(*at, set.simulated[*at]));
        let sample: Vec<_> = unexplained.take(MAX_SAMPLE).collect();
        let candidates: Vec<_> = (0..self.candidates.len()).collect();
        let explains = |candidate: &usize| {
            let members = self.with(&set.members, *candidate)?;
            let explains = |at: &usize| {
                self.explains(*at, self.problem.simulate(*at, self.instances(&members)))
            };
            sample.iter().any(explains).then_some(*candidate)
        };
        let visible = in_parallel(&candidates, explains);
        visible.into_iter().flatten().collect()
    }

    fn set(&self, members: Vec<usize>, simulated: Vec<Simulated>) -> Set {
        Set {
            score: self.score(&simulated),
            members,
            simulated,
        }
    }

    /// Returns what a model with these candidates does with every vector.
    pub(super) fn simulate(&self, members: &[usize]) -> Vec<Simulated> {
        self.simulate_first(self.problem.seen.len(), members)
    }

    /// Returns what a model with these candidates does with the first vectors.
    fn simulate_first(&self, count: usize, members: &[usize]) -> Vec<Simulated> {
        let first: Vec<_> = (0..count).collect();
        in_parallel(&first, |at| {
            self.problem.simulate(*at, self.instances(members))
        })
    }

    /// Returns the score of what a model does.
    fn score(&self, simulated: &[Simulated]) -> i64 {
        let seen = self.problem.seen.iter().zip(simulated);
        seen.map(|(seen, simulated)| seen.score(*simulated)).sum()
    }

    /// Returns whether a model does everything that the subject did.
    fn explains_all(&self, simulated: &[Simulated]) -> bool {
        let mut seen = self.problem.seen.iter().zip(simulated);
        seen.all(|(seen, simulated)| seen.agrees(*simulated))
    }

    fn instances<'m>(
        &'m self,
        members: &'m [usize],
    ) -> impl Iterator<Item = &'m event_datagram_oracle::faults::FaultInstance> {
        let members = members.iter();
        members.map(|member| &self.candidates[*member].instance)
    }

    /// Returns the best sets with one fault more.
    fn extended(&self, beam: &[Set], candidates: &[usize]) -> Vec<Set> {
        let mut extensions = Vec::new();
        let mut known = HashSet::new();
        for (index, set) in beam.iter().enumerate() {
            for candidate in candidates.iter().copied() {
                if !(self.go_on)() {
                    break;
                }
                let Some(members) = self.with(&set.members, candidate) else {
                    continue;
                };
                if known.insert(members.clone()) {
                    let change = self.change(set, candidate, &members);
                    let change: i64 = change.map(|(_, _, score)| score).sum();
                    extensions.push(Extension {
                        set: index,
                        candidate,
                        members,
                        score: set.score + change,
                    });
                }
            }
        }
        extensions.sort_by_key(|extension| std::cmp::Reverse(extension.score));
        extensions.truncate(BEAM);
        let extend = |extension: Extension| {
            let mut set = beam[extension.set].clone();
            let change = self.change(&set, extension.candidate, &extension.members);
            for (at, simulated, _) in change.collect::<Vec<_>>() {
                set.simulated[at] = simulated;
            }
            (set.members, set.score) = (extension.members, extension.score);
            set
        };
        extensions.into_iter().map(extend).collect()
    }

    /// Returns a set with a candidate, in the order of injection. `None` if it has its fault already.
    fn with(&self, members: &[usize], candidate: usize) -> Option<Vec<usize>> {
        let rank = |member: usize| self.candidates[member].rank;
        if members
            .iter()
            .any(|member| rank(*member) == rank(candidate))
        {
            return None;
        }
        let mut members = members.to_vec();
        let at = members.partition_point(|member| rank(*member) < rank(candidate));
        members.insert(at, candidate);
        Some(members)
    }

    /// Returns what a candidate changes in a set: vectors, what the model does with them, and the
    /// change of the score.
    fn change<'c>(
        &'c self,
        set: &'c Set,
        candidate: usize,
        members: &'c [usize],
    ) -> impl Iterator<Item = (usize, Simulated, i64)> {
        (0..set.simulated.len()).filter_map(move |at| {
            let alone = self.alone(candidate, at);
            if alone.trace == self.base[at].trace {
                return None;
            }
            let before = set.simulated[at];
            let seen = &self.problem.seen[at];
            let is_changed = |member: &usize| self.alone(*member, at).trace != self.base[at].trace;
            let simulated = if set.members.iter().any(is_changed) {
                self.problem.simulate(at, self.instances(members))
            } else {
                alone
            };
            (simulated != before)
                .then(|| (at, simulated, seen.score(simulated) - seen.score(before)))
        })
    }

    /// Drops members that are not needed, and tries other orders while something is unexplained:
    /// now with the combined model on each of the first vectors.
    fn finished(&self, mut members: Vec<usize>, count: usize) -> Vec<usize> {
        let simulate = |members: &[usize]| self.simulate_first(count, members);
        let mut simulated = simulate(&members);
        for at in (0..members.len()).rev() {
            let mut fewer = members.clone();
            fewer.remove(at);
            let without = simulate(&fewer);
            if self.score(&without) >= self.score(&simulated) {
                (members, simulated) = (fewer, without);
            }
        }
        for at in 1..members.len() {
            if !(self.go_on)() || self.explains_all(&simulated) {
                break;
            }
            let mut swapped = members.clone();
            swapped.swap(at - 1, at);
            let other = simulate(&swapped);
            if self.score(&other) > self.score(&simulated) {
                (members, simulated) = (swapped, other);
            }
        }
        members
    }

    /// Returns what a candidate alone does with a vector.
    pub(super) fn alone(&self, candidate: usize, at: usize) -> Simulated {
        self.candidates[candidate].alone(self.problem, at)
    }

    /// Returns whether a model does with a vector what the subject did wrong.
    pub(super) fn explains(&self, at: usize, simulated: Simulated) -> bool {
        let seen = &self.problem.seen[at];
        matches!(seen.what, What::Wrong(_)) && seen.agrees(simulated)
    }
}
