//! Extends the best sets of faults, fault by fault.

use std::collections::HashSet;

use super::parallel::in_parallel;
use super::problem::size;
use super::search::{Search, Set};
use super::simulation::Simulated;

/// How many sets each step keeps.
const BEAM: usize = 4;
/// The most faults in a set.
const MAX_MEMBERS: usize = 6;
/// How many unexplained short vectors each candidate runs on, before the best candidates run on all
/// vectors.
const MAX_UNEXPLAINED: usize = 24;
/// How many longer ones. Most faults that explain long vectors explain several of them.
const MAX_UNEXPLAINED_LONG: usize = 3;
/// The greatest total length of the datagrams of a short vector.
const MAX_SHORT: usize = 1 << 10;
/// How many candidates run on all vectors for each set.
pub(super) const MAX_EXTENSIONS: usize = 24;

/// A set with one more fault.
struct Extension {
    set: usize,
    candidate: usize,
    members: Vec<usize>,
}

impl Search<'_> {
    /// Returns the best set that extends this one by some of the candidates.
    pub(super) fn best(&self, set: Set, candidates: &[usize]) -> Set {
        let mut best = set;
        let mut beam = vec![best.clone()];
        while best.members.len() < MAX_MEMBERS && self.goes_on(&best) {
            beam = self.extended(&beam, candidates);
            match beam.first() {
                Some(first) if first.score > best.score => best = first.clone(),
                _ => break,
            }
        }
        self.finished(best)
    }

    /// Returns the best sets with one fault more.
    fn extended(&self, beam: &[Set], candidates: &[usize]) -> Vec<Set> {
        let mut known = HashSet::new();
        let mut extensions = Vec::new();
        for (set, of) in beam.iter().enumerate() {
            for candidate in candidates.iter().copied() {
                let members = self.with(&of.members, candidate);
                if let Some(members) = members.filter(|members| known.insert(members.clone())) {
                    extensions.push(Extension {
                        set,
                        candidate,
                        members,
                    });
                }
            }
        }
        let extensions = self.promising(beam, extensions);
        let mut best = Vec::<Set>::new();
        // The most promising extensions come first. A later one that cannot reach their scores is
        // not run on all vectors.
        for some in extensions.chunks(BEAM) {
            let full = best.get(BEAM - 1);
            let min_score = full.map_or(i64::MIN, |worst| worst.score + 1);
            let sets = in_parallel(some, |extension| {
                let set = &beam[extension.set];
                (self.go_on)().then(|| self.extension(set, extension, min_score))?
            });
            let mut sets: Vec<_> = best.into_iter().chain(sets.into_iter().flatten()).collect();
            sets.sort_by_key(|set| std::cmp::Reverse(set.score));
            best = distinct(sets);
            best.truncate(BEAM);
        }
        best
    }

    /// Returns the extensions that explain most of a sample of what their sets do not explain.
    fn promising(&self, beam: &[Set], extensions: Vec<Extension>) -> Vec<Extension> {
        let samples = beam.iter().map(|set| self.unexplained_sample(set));
        let samples: Vec<_> = samples.collect();
        let scores = in_parallel(&extensions, |extension| {
            let set = &beam[extension.set];
            let sample = samples[extension.set].iter().take_while(|_| (self.go_on)());
            let changes = sample.map(|at| self.change(set, extension, *at).1);
            changes.sum::<i64>()
        });
        let mut ranked: Vec<_> = extensions.into_iter().zip(scores).collect();
        ranked.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        ranked.truncate(MAX_EXTENSIONS * beam.len());
        ranked.into_iter().map(|(extension, _)| extension).collect()
    }

    /// Returns an extended set, run on all vectors of the set, if it has at least this score.
    fn extension(&self, set: &Set, extension: &Extension, min_score: i64) -> Option<Set> {
        let all = 0..set.simulated.len();
        let disagrees = |at: &usize| !self.problem.seen[*at].agrees(set.simulated[*at]);
        // Only what the set does not explain can be gained. It comes first, to see early whether
        // it is too little.
        let (open, explained): (Vec<_>, Vec<_>) = all.partition(disagrees);
        let mut best_score = set.score + self.best_change(set, open.iter().copied());
        let mut simulated = set.simulated.clone();
        for at in open.into_iter().chain(explained) {
            if best_score < min_score {
                return None;
            }
            let (after, change) = self.change(set, extension, at);
            best_score += change - self.best_change(set, [at]);
            simulated[at] = after;
        }
        (best_score >= min_score).then(|| Set {
            members: extension.members.clone(),
            simulated,
            score: best_score,
        })
    }

    /// Returns vectors that a set does not explain, evenly chosen from the short ones and, because
    /// models are slow on these, a few from the long ones.
    pub(super) fn unexplained_sample(&self, set: &Set) -> Vec<usize> {
        let seen = &self.problem.seen;
        let all = 0..set.simulated.len();
        let unexplained = all.filter(|at| !seen[*at].agrees(set.simulated[*at]));
        let (short, long): (Vec<_>, Vec<_>) =
            unexplained.partition(|at| size(seen[*at].vector) <= MAX_SHORT);
        let short = evenly_chosen(&short, MAX_UNEXPLAINED);
        short
            .chain(evenly_chosen(&long, MAX_UNEXPLAINED_LONG))
            .collect()
    }

    /// Returns what an extended set does with a vector, and what that changes in the score.
    fn change(&self, set: &Set, extension: &Extension, at: usize) -> (Simulated, i64) {
        let candidate = &self.candidates[extension.candidate];
        let before = set.simulated[at];
        let seen = &self.problem.seen[at];
        // A fault that changes nothing alone may have an effect where the set does something wrong.
        if !candidate.changes(&self.problem, at) && (before.conforms || seen.agrees(before)) {
            return (before, 0);
        }
        let after = self.simulate_one(&extension.members, at);
        (after, seen.score(after) - seen.score(before))
    }

    /// Drops members that are not needed, and tries other orders while results are unexplained.
    /// Runs the combined model on each vector of the set.
    pub(super) fn finished(&self, set: Set) -> Set {
        let count = set.simulated.len();
        let mut set = self.set(&set.members, count);
        for at in (0..set.members.len()).rev() {
            let mut fewer = set.members.clone();
            fewer.remove(at);
            if let Some(without) = self.set_of_score(&fewer, count, set.score) {
                set = without;
            }
        }
        for at in 1..set.members.len() {
            if !self.goes_on(&set) {
                break;
            }
            let mut swapped = set.members.clone();
            swapped.swap(at - 1, at);
            if let Some(other) = self.set_of_score(&swapped, count, set.score + 1) {
                set = other;
            }
        }
        set
    }
}

/// Keeps the first one of several sets that do the same.
fn distinct(sets: Vec<Set>) -> Vec<Set> {
    let mut distinct = Vec::<Set>::new();
    for set in sets {
        if distinct
            .iter()
            .all(|other| other.simulated != set.simulated)
        {
            distinct.push(set);
        }
    }
    distinct
}

/// Returns at most so many of these vectors, at equal distances.
fn evenly_chosen(vectors: &[usize], count: usize) -> impl Iterator<Item = usize> {
    let step = vectors.len().div_ceil(count).max(1);
    vectors.iter().copied().step_by(step)
}
