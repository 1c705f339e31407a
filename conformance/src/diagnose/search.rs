//! Searches the set of faults whose combined model does what the subject did.
//!
//! This is a beam search: it extends each of the best sets by the fault that explains most. To save
//! time, it assumes that a fault which changes nothing alone changes nothing that a set does right,
//! either. In the end it runs the combined model on every vector.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use event_datagram_oracle::faults::FaultInstance;

use super::candidate::Candidate;
use super::parallel::in_parallel;
use super::problem::{Observed, Problem, Seen};
use super::simulation::Simulated;

pub(super) struct Search<'s> {
    pub(super) problem: Problem<'s>,
    pub(super) candidates: Vec<Candidate>,
    /// Returns whether there is time to go on.
    pub(super) go_on: &'s (dyn Fn() -> bool + Sync),
    /// For each vector, what models with several candidates did with it, by their candidates.
    combined: Vec<Mutex<HashMap<Vec<usize>, Simulated>>>,
}

/// A set of faults.
#[derive(Clone)]
pub(super) struct Set {
    /// Indices of candidates, in the order of injection.
    pub(super) members: Vec<usize>,
    /// What the set does with the first vectors.
    pub(super) simulated: Vec<Simulated>,
    pub(super) score: i64,
}

impl<'s> Search<'s> {
    pub(super) fn new(
        problem: Problem<'s>,
        candidates: Vec<Candidate>,
        go_on: &'s (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self {
            combined: problem.seen.iter().map(|_| Mutex::default()).collect(),
            problem,
            candidates,
            go_on,
        }
    }

    /// Returns the indices of the candidates that together explain most, in the order of injection.
    ///
    /// The search uses the small vectors first, and the large ones only for faults that small ones
    /// cannot show.
    pub(super) fn run(&self) -> Vec<usize> {
        let possible = self.possible();
        if !(self.go_on)() {
            // The time is over before the search has tried all faults, so it may have missed the
            // best one.
            return Vec::new();
        }
        let small = self.problem.small;
        let set = self.best(self.set(&[], small), &possible);
        let set = self.refined(set, 0..small);
        let all = self.problem.seen.len();
        self.refined(self.set(&set.members, all), small..all)
            .members
    }

    /// Returns whether results are unexplained and there is time to go on.
    pub(super) fn goes_on(&self, set: &Set) -> bool {
        !self.explains_all(&set.simulated) && (self.go_on)()
    }

    /// Returns the candidates that may be a cause on their own.
    fn possible(&self) -> Vec<usize> {
        let is_possible =
            |candidate: &Candidate| (self.go_on)() && candidate.is_possible(&self.problem);
        let possible = in_parallel(&self.candidates, is_possible).into_iter();
        let possible = possible.enumerate().filter(|(_, is_possible)| *is_possible);
        possible.map(|(candidate, _)| candidate).collect()
    }

    /// Returns how much the score of a set grows if it explains all of these vectors.
    pub(super) fn best_change(&self, set: &Set, vectors: impl IntoIterator<Item = usize>) -> i64 {
        let change = |at: usize| {
            let seen = &self.problem.seen[at];
            seen.best_score() - seen.score(set.simulated[at])
        };
        vectors.into_iter().map(change).sum()
    }

    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.candidates.len()).collect()
    }

    /// Returns a set without a member.
    pub(super) fn without(&self, set: &Set, at: usize) -> Set {
        let mut fewer = set.members.clone();
        fewer.remove(at);
        self.set(&fewer, set.simulated.len())
    }

    /// Returns a set, run on the first vectors.
    pub(super) fn set(&self, members: &[usize], count: usize) -> Set {
        let simulated = self.simulate_first(count, members);
        Set {
            score: self.score(&simulated),
            members: members.to_vec(),
            simulated,
        }
    }

    /// Returns a set, run on the first vectors, if it has at least this score there. Does not run
    /// it on large vectors if the small ones show that it has not.
    pub(super) fn set_of_score(&self, members: &[usize], count: usize, score: i64) -> Option<Set> {
        let small = count.min(self.problem.small);
        let large = &self.problem.seen[small..count];
        let best = large.iter().map(Seen::best_score).sum::<i64>();
        let is_possible = self.set(members, small).score + best >= score;
        let set = is_possible.then(|| self.set(members, count));
        set.filter(|set| set.score >= score)
    }

    /// Returns what a model with these candidates does with every vector.
    pub(super) fn simulate(&self, members: &[usize]) -> Vec<Simulated> {
        self.simulate_first(self.problem.seen.len(), members)
    }

    /// Returns what a model with these candidates does with the first vectors.
    fn simulate_first(&self, count: usize, members: &[usize]) -> Vec<Simulated> {
        let first: Vec<_> = (0..count).collect();
        in_parallel(&first, |at| self.simulate_one(members, *at))
    }

    /// Returns what a model with these candidates does with a vector.
    pub(super) fn simulate_one(&self, members: &[usize], at: usize) -> Simulated {
        match members {
            [] => self.problem.correct(at),
            [member] => self.alone(*member, at),
            _ => self.simulate_combined(members, at),
        }
    }

    /// Returns what a model with several candidates does with a vector. The search needs many of
    /// these models more than once, and models are slow on large vectors.
    fn simulate_combined(&self, members: &[usize], at: usize) -> Simulated {
        let known = || {
            self.combined[at]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(simulated) = known().get(members) {
            return *simulated;
        }
        let simulated = self.problem.simulate(at, self.instances(members));
        known().insert(members.to_vec(), simulated);
        simulated
    }

    /// Returns the score of what a model does.
    fn score(&self, simulated: &[Simulated]) -> i64 {
        let seen = self.problem.seen.iter().zip(simulated);
        seen.map(|(seen, simulated)| seen.score(*simulated)).sum()
    }

    /// Returns whether a model does everything that the subject did.
    pub(super) fn explains_all(&self, simulated: &[Simulated]) -> bool {
        let mut seen = self.problem.seen.iter().zip(simulated);
        seen.all(|(seen, simulated)| seen.agrees(*simulated))
    }

    fn instances<'m>(&'m self, members: &'m [usize]) -> impl Iterator<Item = &'m FaultInstance> {
        let members = members.iter();
        members.map(|member| &self.candidates[*member].instance)
    }

    /// Returns a set with one more candidate, in the order of injection. Returns `None` if the set
    /// has the candidate's fault already.
    pub(super) fn with(&self, members: &[usize], candidate: usize) -> Option<Vec<usize>> {
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

    /// Returns what a candidate alone does with a vector.
    pub(super) fn alone(&self, candidate: usize, at: usize) -> Simulated {
        self.candidates[candidate].alone(&self.problem, at)
    }

    /// Returns whether a model does with a vector what the subject did wrong.
    pub(super) fn explains(&self, at: usize, simulated: Simulated) -> bool {
        let seen = &self.problem.seen[at];
        matches!(seen.observed, Observed::Wrong(_)) && seen.agrees(simulated)
    }
}
