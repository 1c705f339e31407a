//! Adds faults to a set that only the set shows, or puts them in the place of its members.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::iter;
use std::ops::Range;

use super::beam::MAX_EXTENSIONS;
use super::candidate::MAX_PASSED;
use super::parallel::in_parallel;
use super::problem::Observed;
use super::search::{Search, Set};

/// How many unexplained vectors each candidate runs on to find the faults that a set hides.
const MAX_SAMPLE: usize = 3;

impl Search<'_> {
    /// Adds faults that have an effect only together with the set, or only on some vectors, or puts
    /// such a fault in the place of a member. Goes on while that explains more of these vectors.
    pub(super) fn refined(&self, mut set: Set, vectors: Range<usize>) -> Set {
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
            let sample: Vec<_> = unexplained.chain(explained.take(MAX_SAMPLE)).collect();
            // Models are slow on large vectors, so small ones exclude most candidates first.
            let all = self.all();
            let of_large = LazyCell::new(|| self.possibly_helpful(&from));
            // Few faults have an effect on a vector without the set, so these come first. One
            // vector at a time, because most faults that help show at the first one.
            let alone = sample.iter().map(|at| (*at, true));
            let mut trials = alone.chain(sample.iter().map(|at| (*at, false)));
            trials.find_map(|(at, have_effect)| {
                let is_small = at < self.problem.small;
                let candidates = if is_small { &all } else { &*of_large };
                let candidates = self.by_effect(candidates, at, have_effect);
                let better = self.best(from.clone(), &self.helpful(&from, at, &candidates));
                (better.score > set.score).then_some(better)
            })
        })
    }

    /// Returns those of some candidates that have an effect on a vector without others, or those
    /// that have none.
    fn by_effect(&self, candidates: &[usize], at: usize, have_effect: bool) -> Vec<usize> {
        self.chosen(candidates, |index| {
            self.candidates[index].changes(&self.problem, at) == have_effect
        })
    }

    /// Returns a better set with two more faults, neither of which explains anything without the
    /// other. If the set cannot be the cause, tries the two faults in its place, too.
    fn with_two_more(&self, set: &Set, vectors: &Range<usize>) -> Option<Set> {
        // There are too many pairs to run them on large vectors.
        let small = vectors.start..vectors.end.min(self.problem.small);
        let sample = self.unexplained(set, &small);
        let better = self.best_pair(set, &set.members, &sample);
        better.or_else(|| {
            let is_replaced = !set.members.is_empty() && self.is_contradicted(set);
            is_replaced.then(|| self.best_pair(set, &[], &sample))?
        })
    }

    /// Returns the best set of some members and two more candidates, if it is better than a set.
    /// `sample` are vectors that the set does not explain.
    fn best_pair(&self, set: &Set, members: &[usize], sample: &[usize]) -> Option<Set> {
        let pairs = self.helpful_pairs(members, sample);
        let unexplained = self.unexplained_sample(set);
        let explained = in_parallel(&pairs, |members| {
            let unexplained = unexplained.iter().take_while(|_| (self.go_on)());
            let explains = |at: &&usize| self.explains(**at, self.simulate_one(members, **at));
            unexplained.filter(explains).count()
        });
        let mut ranked: Vec<_> = pairs.into_iter().zip(explained).collect();
        ranked.sort_by_key(|(_, explained)| std::cmp::Reverse(*explained));
        ranked.truncate(MAX_EXTENSIONS);
        let better = ranked.into_iter().filter_map(|(members, _)| {
            let go_on = (self.go_on)();
            go_on.then(|| self.set_of_score(&members, set.simulated.len(), set.score + 1))?
        });
        better
            .max_by_key(|set| set.score)
            .map(|best| self.finished(best))
    }

    /// Returns whether the subject passed so many of the vectors that a set fails that the set
    /// would not be called a cause.
    fn is_contradicted(&self, set: &Set) -> bool {
        let seen = &self.problem.seen;
        let (passed, others): (Vec<_>, Vec<_>) = (0..set.simulated.len())
            .filter(|at| !set.simulated[*at].conforms)
            .partition(|at| seen[*at].observed == Observed::Right);
        passed.len() * 100 > (passed.len() + others.len()) * MAX_PASSED
    }

    /// Returns a few of these vectors that a set does not explain, the fastest first.
    fn unexplained(&self, set: &Set, vectors: &Range<usize>) -> Vec<usize> {
        let wrong = self.problem.wrong().filter(|at| vectors.contains(at));
        let unexplained = wrong.filter(|at| !self.explains(*at, set.simulated[*at]));
        unexplained.take(MAX_SAMPLE).collect()
    }

    /// Returns those of some candidates that explain a vector together with a set.
    fn helpful(&self, set: &Set, at: usize, candidates: &[usize]) -> Vec<usize> {
        self.chosen(candidates, |candidate| {
            let members = self.with(&set.members, candidate);
            members.is_some_and(|members| self.explains_any(&members, &[at]))
        })
    }

    /// Returns the candidates that may make a set better, by what they do with the small vectors.
    fn possibly_helpful(&self, set: &Set) -> Vec<usize> {
        self.chosen(&self.all(), |candidate| {
            let members = self.with(&set.members, candidate);
            members.is_some_and(|members| self.may_help(set, candidate, &members))
        })
    }

    /// Returns those of some candidates that have a property, as long as there is time.
    fn chosen(&self, candidates: &[usize], is_chosen: impl Fn(usize) -> bool + Sync) -> Vec<usize> {
        let chosen = in_parallel(candidates, |candidate| {
            ((self.go_on)() && is_chosen(*candidate)).then_some(*candidate)
        });
        chosen.into_iter().flatten().collect()
    }

    /// Returns whether a set may become better by a candidate, by what it does with the small
    /// vectors then. `members` are the candidates of the set and this one.
    fn may_help(&self, set: &Set, candidate: usize, members: &[usize]) -> bool {
        let seen = &self.problem.seen;
        let is_passed = |at: &usize| seen[*at].observed == Observed::Right;
        // The greatest number if the footprint contains every vector that the subject did not pass.
        let not_passed = (0..seen.len()).filter(|at| !is_passed(at)).count();
        let mut max_passed = not_passed * MAX_PASSED / (100 - MAX_PASSED);
        let mut best_change = self.best_change(set, 0..set.simulated.len());
        let candidate = &self.candidates[candidate];
        let vectors = candidate.likely_first(&self.problem).into_iter();
        let mut changed = vectors.filter(|at| candidate.changes(&self.problem, *at));
        changed.all(|at| {
            let [before, after] = [set.simulated[at], self.simulate_one(members, at)];
            let score = |simulated| seen[at].score(simulated);
            // `best_change` counts every gain already, so only losses change it.
            best_change -= (score(before) - score(after)).max(0);
            // A candidate that fails more vectors than this would not be called a cause.
            if is_passed(&at) && before.conforms && !after.conforms {
                match max_passed.checked_sub(1) {
                    Some(fewer) => max_passed = fewer,
                    None => return false,
                }
            }
            best_change > 0
        })
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
}
