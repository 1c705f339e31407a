//! Decides which members of the best set of faults are causes, and which findings each explains.

use std::collections::HashSet;

use super::candidate::{Candidate, MAX_PASSED};
use super::cause::{Cause, CauseParameter};
use super::parallel::in_parallel;
use super::problem::{Observed, size};
use super::search::Search;
use super::simulation::Simulated;

/// The percentage of a fault's footprint on which the subject must have done what the fault does.
const MIN_OBSERVED: usize = 90;
/// The number of vectors that a fault must explain, unless it fails only one vector.
const MIN_EXPLAINED: usize = 2;
/// The most vectors that may be unexplained if a cause explains only one vector.
const MAX_UNEXPLAINED: usize = 30;
/// The number of vectors that a fault must explain if its parameter was estimated from a vector.
const MIN_EXPLAINED_BY_ESTIMATE: usize = 3;

/// A cause, and the indices of the findings that it explains.
pub(super) struct Claim {
    pub(super) cause: Cause,
    pub(super) findings: Vec<usize>,
}

/// Returns the causes among members of a set, those that explain most first.
pub(super) fn claims(search: &Search<'_>, members: &[usize]) -> Vec<Claim> {
    ExplainedSet::new(search, members).claims()
}

/// A set of faults, and the vectors for which each fault is needed.
struct ExplainedSet<'s> {
    search: &'s Search<'s>,
    /// Indices of candidates.
    members: &'s [usize],
    /// What the set does.
    combined: Vec<Simulated>,
    /// The footprint of each member: the vectors that the set treats differently without the
    /// member, unless both ways are right.
    footprints: Vec<Vec<usize>>,
}

impl<'s> ExplainedSet<'s> {
    fn new(search: &'s Search<'_>, members: &'s [usize]) -> Self {
        let combined = search.simulate(members);
        let footprint = |member: usize| {
            let mut others = members.to_vec();
            others.remove(member);
            let without = search.simulate(&others);
            let pairs = combined.iter().zip(&without).enumerate();
            let differing = pairs.filter(|(_, (with, without))| {
                !(with.is_alike(**without) || with.conforms && without.conforms)
            });
            differing.map(|(at, _)| at).collect()
        };
        Self {
            search,
            members,
            footprints: (0..members.len()).map(footprint).collect(),
            combined,
        }
    }

    /// Returns whether the subject did enough of what a member does to call the member a cause.
    fn is_claim(&self, member: usize) -> bool {
        let is_estimated = self.candidate(member).is_estimated;
        let footprint = &self.footprints[member];
        let seen = &self.search.problem.seen;
        let explained = footprint.iter().filter(|at| self.explains(**at));
        let explained: Vec<_> = explained.copied().collect();
        let is_enough = match explained[..] {
            _ if is_estimated => explained.len() >= MIN_EXPLAINED_BY_ESTIMATE,
            // The member may only hide what another member would do wrong, so it need not explain
            // anything.
            _ if self.search.explains_all(&self.combined) => !footprint.is_empty(),
            [at] => {
                let fails_one = footprint.len() == 1 && self.fails_one(member);
                fails_one && self.leaves_few() && self.is_distinctive(at)
            }
            _ => explained.len() >= MIN_EXPLAINED,
        };
        let (right, wrong): (Vec<usize>, Vec<usize>) = (footprint.iter().copied())
            .filter(|at| !seen[*at].agrees(self.combined[*at]))
            .partition(|at| seen[*at].observed == Observed::Right);
        // Tolerates one result that has another cause.
        let missed = right.len() + wrong.len().saturating_sub(1);
        is_enough
            && right.len() * 100 <= footprint.len() * MAX_PASSED
            && missed * 100 <= footprint.len() * (100 - MIN_OBSERVED)
    }

    /// Returns whether the set explains all but a few vectors. If many vectors are unexplained, it
    /// may be chance that a fault explains one.
    fn leaves_few(&self) -> bool {
        let wrong = self.search.problem.wrong();
        wrong.filter(|at| !self.explains(*at)).count() <= MAX_UNEXPLAINED
    }

    /// Returns whether the subject did nothing like this with any other vector. What loses other
    /// events, too, or also ends the process elsewhere, may be the cause here.
    fn is_distinctive(&self, at: usize) -> bool {
        let seen = &self.search.problem.seen;
        let mut others = self.search.problem.wrong().filter(|other| *other != at);
        others.all(|other| seen[other].observed != seen[at].observed)
    }

    /// Returns whether a model with this member alone fails exactly one vector.
    fn fails_one(&self, member: usize) -> bool {
        let all = 0..self.search.problem.seen.len();
        let mut failed = all.filter(|at| !self.search.alone(self.members[member], *at).conforms);
        failed.next().is_some() && failed.next().is_none()
    }

    fn claims(&self) -> Vec<Claim> {
        let all = 0..self.members.len();
        let mut claimed: Vec<_> = all.filter(|member| self.is_claim(*member)).collect();
        loop {
            let explained = self.explained_by(&claimed);
            let count = claimed.len();
            // A member that explains nothing is no cause, though others may need it.
            claimed.retain(|member| !explained[*member].is_empty());
            if claimed.len() == count {
                let each = explained.into_iter().enumerate();
                let each = each.filter(|(_, explained)| !explained.is_empty());
                let mut claims: Vec<_> = each.map(|(member, of)| self.claim(member, of)).collect();
                claims.sort_by_key(|claim| std::cmp::Reverse(claim.findings.len()));
                return claims;
            }
        }
    }

    /// Returns for each member the vectors that it explains if these members are the causes: what
    /// needs another member, too, is unexplained.
    fn explained_by(&self, claimed: &[usize]) -> Vec<Vec<usize>> {
        let causes: Vec<_> = claimed.iter().map(|member| self.members[*member]).collect();
        let by_causes = if causes.len() == self.members.len() {
            self.combined.clone()
        } else {
            self.search.simulate(&causes)
        };
        let mut explained = vec![Vec::new(); self.members.len()];
        for at in self.search.problem.wrong().filter(|at| self.explains(*at)) {
            let rank = |member: &usize| (self.rank(*member, at), explained[*member].len());
            let member = claimed.iter().copied().min_by_key(rank);
            let is_explained = |_: &usize| self.search.explains(at, by_causes[at]);
            if let Some(member) = member.filter(is_explained) {
                explained[member].push(at);
            }
        }
        explained
    }

    /// Returns a rank that is the lower, the more likely a member is the cause of the failure of a
    /// vector.
    fn rank(&self, member: usize, at: usize) -> impl Ord + use<> {
        let candidate = self.candidate(member);
        let requirement = &self.search.problem.seen[at].vector.requirement;
        (
            !self.is_needed(member, at),
            !self.explains_alone(member, at),
            !candidate.changes(&self.search.problem, at),
            candidate.instance.fault.requirement != requirement,
        )
    }

    /// Returns whether the set treats a vector differently without a member.
    fn is_needed(&self, member: usize, at: usize) -> bool {
        self.footprints[member].binary_search(&at).is_ok()
    }

    /// Returns whether the set does with a vector what the subject did wrong.
    fn explains(&self, at: usize) -> bool {
        self.search.explains(at, self.combined[at])
    }

    fn explains_alone(&self, member: usize, at: usize) -> bool {
        let alone = self.search.alone(self.members[member], at);
        self.search.explains(at, alone)
    }

    fn candidate(&self, member: usize) -> &Candidate {
        &self.search.candidates[self.members[member]]
    }

    fn claim(&self, member: usize, explained: Vec<usize>) -> Claim {
        let seen = &self.search.problem.seen;
        let instance = &self.candidate(member).instance;
        let example = explained.iter().min_by_key(|at| {
            let vector = seen[**at].vector;
            (!self.explains_alone(member, **at), size(vector), &vector.id)
        });
        let findings = explained.iter().flat_map(|at| &seen[*at].findings);
        let findings: Vec<_> = findings.copied().collect();
        Claim {
            cause: Cause {
                fault: instance.fault.slug.into(),
                sentence: instance.sentence(),
                requirement: instance.fault.requirement.into(),
                parameter: CauseParameter::of(instance),
                explains: findings.len(),
                example: example.map_or_else(String::new, |at| seen[*at].vector.id.clone()),
                also: self.alternatives(member),
            },
            findings,
        }
    }

    /// Returns the slugs of other faults with which the set explains the same results if they
    /// replace a member.
    fn alternatives(&self, member: usize) -> Vec<String> {
        let slug = self.candidate(member).instance.fault.slug;
        let all: Vec<_> = (0..self.search.candidates.len()).collect();
        let same = in_parallel(&all, |other| {
            let fault = self.search.candidates[*other].instance.fault;
            let is_other = (self.search.go_on)() && fault.slug != slug;
            (is_other && self.explains_the_same(member, *other)).then_some(fault.slug)
        });
        let mut known = HashSet::new();
        let same = same.into_iter().flatten();
        same.filter(|slug| known.insert(*slug))
            .map(str::to_owned)
            .collect()
    }

    /// Returns whether the set explains the same results if another fault replaces a member.
    fn explains_the_same(&self, member: usize, other: usize) -> bool {
        let mut others = self.members.to_vec();
        others.remove(member);
        let Some(replaced) = self.search.with(&others, other) else {
            return false;
        };
        let seen = &self.search.problem.seen;
        let does_the_same = |at: usize| {
            let simulated = self.search.simulate_one(&replaced, at);
            seen[at].agrees(simulated) == seen[at].agrees(self.combined[at])
        };
        let problem = &self.search.problem;
        let is_small = |at: &usize| *at < problem.small;
        // Tries the footprint first, because most faults differ there, but the large vectors last.
        let footprint = self.footprints[member].iter().copied().filter(is_small);
        let small = self.search.candidates[other].likely_first(problem);
        let large = problem.small..seen.len();
        footprint.chain(small).chain(large).all(does_the_same)
    }
}
