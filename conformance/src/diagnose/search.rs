//! Searches the set of faults whose combined model does what the subject did.
//!
//! This is a beam search: it extends each of the best sets by the fault that explains most. To save
//! time, it assumes that a fault which changes nothing alone changes nothing that a set does right,
//! either. In the end it runs the combined model on every vector.

use std::collections::{HashMap, HashSet};
use std::iter;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use event_datagram_oracle::faults::FaultInstance;

use super::candidate::{Candidate, MAX_PASSED};
use super::parallel::in_parallel;
use super::problem::{Observed, Problem, Seen, size};
use super::simulation::Simulated;

/// How many sets each step keeps.
const BEAM: usize = 4;
/// The most faults in a set.
const MAX_MEMBERS: usize = 6;
/// How many unexplained vectors each candidate runs on to find the faults that a set hides.
const MAX_SAMPLE: usize = 3;
/// How many unexplained short vectors each candidate runs on, before the best candidates run on all
/// vectors.
const MAX_UNEXPLAINED: usize = 24;
/// How many longer ones. Most faults that explain long vectors explain several of them.
const MAX_UNEXPLAINED_LONG: usize = 3;
/// The greatest total length of the datagrams of a short vector.
const MAX_SHORT: usize = 1 << 10;
/// How many candidates run on all vectors for each set.
const MAX_EXTENSIONS: usize = 24;

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

    /// Adds faults that have an effect only together with the set, or only on some vectors, or puts
    /// such a fault in the place of a member. Goes on while that explains more of these vectors.
    fn refined(&self, mut set: Set, vectors: Range<usize>) -> Set {
        while self.goes_on(&set) {
            let better = self.with_one_more(&set, &vectors);
            match better.or_else(|| self.with_two_more(&set, &vectors)) {
                Some(better) => set = better,
                None => break,
            }
        }
        set
    }

    /// Returns a better set with one more fault, or with another fault in the place of a member.
    fn with_one_more(&self, set: &Set, vectors: &Range<usize>) -> Option<Set> {
        let unexplained = self.unexplained(set, vectors);
        let add = iter::once_with(|| set.clone());
        let replace = (0..set.members.len()).map(|at| self.without(set, at));
        add.chain(replace).find_map(|from| {
            // Models are slow on large vectors, so these only suggest faults to add. A fault that
            // replaces a member explains some of the member's vectors, which suggest it below.
            let is_tried =
                |at: &usize| *at < self.problem.small || from.members.len() == set.members.len();
            let unexplained = unexplained.iter().copied().filter(is_tried);
            // The vectors that the removed member explained show which faults may replace it.
            let explained = self
                .problem
                .wrong()
                .take_while(|at| *at < set.simulated.len());
            let explained = explained.filter(|at| {
                let [before, after] = [set, &from].map(|set| set.simulated[*at]);
                self.explains(*at, before) && !self.explains(*at, after)
            });
            let others: Vec<_> = explained.take(MAX_SAMPLE).collect();
            // One vector at a time, because most faults that help show at the first one, and models
            // are slow on large vectors.
            unexplained.chain(others).find_map(|at| {
                let better = self.best(from.clone(), &self.helpful(&from, at));
                (better.score > set.score).then_some(better)
            })
        })
    }

    /// Returns a better set with two more faults, neither of which explains anything without the
    /// other.
    fn with_two_more(&self, set: &Set, vectors: &Range<usize>) -> Option<Set> {
        // There are too many pairs to run them on large vectors.
        let small = vectors.start..vectors.end.min(self.problem.small);
        let sample = self.unexplained(set, &small);
        let pairs = self.helpful_pairs(&set.members, &sample);
        let unexplained = self.unexplained_sample(set);
        let explained = in_parallel(&pairs, |members| {
            let unexplained = unexplained.iter().take_while(|_| (self.go_on)());
            let explains = |at: &&usize| self.explains(**at, self.simulate_one(members, **at));
            unexplained.filter(explains).count()
        });
        let mut ranked: Vec<_> = pairs.into_iter().zip(explained).collect();
        ranked.sort_by_key(|(_, explained)| std::cmp::Reverse(*explained));
        ranked.truncate(MAX_EXTENSIONS);
        let sets = ranked.into_iter().take_while(|_| (self.go_on)());
        let sets = sets.map(|(members, _)| self.set(&members, set.simulated.len()));
        let best = sets.max_by_key(|set| set.score)?;
        (best.score > set.score).then(|| self.finished(best))
    }

    /// Returns a few of these vectors that a set does not explain, the fastest first.
    fn unexplained(&self, set: &Set, vectors: &Range<usize>) -> Vec<usize> {
        let wrong = self.problem.wrong().filter(|at| vectors.contains(at));
        let unexplained = wrong.filter(|at| !self.explains(*at, set.simulated[*at]));
        unexplained.take(MAX_SAMPLE).collect()
    }

    /// Returns whether results are unexplained and there is time to go on.
    fn goes_on(&self, set: &Set) -> bool {
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

    /// Returns the best set that extends this one by some of the candidates.
    fn best(&self, set: Set, candidates: &[usize]) -> Set {
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

    /// Returns the candidates that explain a vector together with a set.
    fn helpful(&self, set: &Set, at: usize) -> Vec<usize> {
        let is_small = at < self.problem.small;
        let helps = |candidate: &usize| {
            let members = self.with(&set.members, *candidate)?;
            // Models are slow on a large vector, so small ones exclude most candidates first.
            let helps = (self.go_on)()
                && (is_small || !self.is_contradicted(set, *candidate, &members))
                && self.explains_any(&members, &[at]);
            helps.then_some(*candidate)
        };
        let helpful = in_parallel(&self.all(), helps);
        helpful.into_iter().flatten().collect()
    }

    /// Returns whether a set fails too many small vectors that the subject passed, once it has this
    /// candidate: the candidate would not be called a cause. `members` are the candidates of the
    /// set and this one.
    fn is_contradicted(&self, set: &Set, candidate: usize, members: &[usize]) -> bool {
        let seen = &self.problem.seen;
        let is_passed = |at: &usize| seen[*at].observed == Observed::Right;
        // The greatest number if the footprint contains every vector that the subject did not pass.
        let not_passed = (0..seen.len()).filter(|at| !is_passed(at)).count();
        let max_passed = not_passed * MAX_PASSED / (100 - MAX_PASSED);
        let candidate = &self.candidates[candidate];
        let vectors = candidate.likely_first(&self.problem).into_iter();
        let mut passed = vectors.filter(|at| {
            is_passed(at)
                && set.simulated[*at].conforms
                && candidate.changes(&self.problem, *at)
                && !self.simulate_one(members, *at).conforms
        });
        passed.nth(max_passed).is_some()
    }

    /// Returns members with two more candidates that together explain some of these vectors. At
    /// least one of the two changes what the members do.
    fn helpful_pairs(&self, members: &[usize], sample: &[usize]) -> Vec<Vec<usize>> {
        let changing = in_parallel(&self.all(), |candidate| {
            let more = self.with(members, *candidate)?;
            let changes = |at: &usize| {
                let with = self.simulate_one(&more, *at);
                !with.is_alike(self.simulate_one(members, *at))
            };
            sample.iter().any(changes).then_some(more)
        });
        let changing: Vec<_> = changing.into_iter().flatten().collect();
        let pairs = in_parallel(&changing, |one| {
            let all = 0..self.candidates.len();
            let both = all.filter_map(|other| self.with(one, other));
            both.filter(|both| (self.go_on)() && self.explains_any(both, sample))
                .collect::<Vec<_>>()
        });
        let mut known = HashSet::new();
        let pairs = pairs.into_iter().flatten();
        pairs.filter(|both| known.insert(both.clone())).collect()
    }

    /// Returns whether a model with these candidates does with one of these vectors what the
    /// subject did wrong.
    fn explains_any(&self, members: &[usize], sample: &[usize]) -> bool {
        let mut sample = sample.iter();
        sample.any(|at| self.explains(*at, self.simulate_one(members, *at)))
    }

    fn all(&self) -> Vec<usize> {
        (0..self.candidates.len()).collect()
    }

    /// Returns a set without a member.
    fn without(&self, set: &Set, at: usize) -> Set {
        let mut fewer = set.members.clone();
        fewer.remove(at);
        self.set(&fewer, set.simulated.len())
    }

    /// Returns a set, run on the first vectors.
    fn set(&self, members: &[usize], count: usize) -> Set {
        let simulated = self.simulate_first(count, members);
        Set {
            score: self.score(&simulated),
            members: members.to_vec(),
            simulated,
        }
    }

    /// Returns a set, run on the first vectors, if it has at least this score there. Does not run
    /// it on large vectors if the small ones show that it has not.
    fn set_of_score(&self, members: &[usize], count: usize, score: i64) -> Option<Set> {
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
        let sets = in_parallel(&extensions, |extension| {
            (self.go_on)().then(|| self.extension(&beam[extension.set], extension))
        });
        let mut sets: Vec<Set> = sets.into_iter().flatten().collect();
        sets.sort_by_key(|set| std::cmp::Reverse(set.score));
        let mut best = Vec::<Set>::new();
        for set in sets {
            // Keeps one of several sets that do the same.
            if best.len() < BEAM && best.iter().all(|other| other.simulated != set.simulated) {
                best.push(set);
            }
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

    /// Returns an extended set, run on all vectors of the set.
    fn extension(&self, set: &Set, extension: &Extension) -> Set {
        let all = 0..set.simulated.len();
        let changed = all.map(|at| self.change(set, extension, at));
        let (simulated, changes): (Vec<_>, Vec<i64>) = changed.unzip();
        Set {
            members: extension.members.clone(),
            simulated,
            score: set.score + changes.iter().sum::<i64>(),
        }
    }

    /// Returns vectors that a set does not explain, evenly chosen from the short ones and, because
    /// models are slow on these, a few from the long ones.
    fn unexplained_sample(&self, set: &Set) -> Vec<usize> {
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
    fn finished(&self, set: Set) -> Set {
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

/// Returns at most so many of these vectors, at equal distances.
fn evenly_chosen(vectors: &[usize], count: usize) -> impl Iterator<Item = usize> {
    let step = vectors.len().div_ceil(count).max(1);
    vectors.iter().copied().step_by(step)
}
