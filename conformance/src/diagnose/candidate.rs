use std::sync::OnceLock;

use event_datagram_oracle::faults::{Fault, FaultInstance};

use super::estimate::estimated;
use super::problem::{Problem, What};
use super::simulation::Simulated;

/// A fault that may be a cause, and what it does alone.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) instance: FaultInstance,
    /// The place of the fault in the list: faults are injected in this order.
    pub(super) rank: usize,
    /// Whether its parameter was chosen because it fits what went wrong.
    pub(super) is_estimated: bool,
    /// What it does alone with each vector. Most candidates are out before they got all.
    alone: Box<[OnceLock<Simulated>]>,
}

/// The part of a fault's small vectors with a wrong result that the subject must have got wrong,
/// too, in percent: less than a claim needs, for results that are noise.
const MIN_FOOTPRINT: usize = 80;

impl Candidate {
    fn new(
        problem: &Problem<'_>,
        rank: usize,
        instance: FaultInstance,
        is_estimated: bool,
    ) -> Self {
        Self {
            instance,
            rank,
            is_estimated,
            alone: problem.seen.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Returns what the fault alone does with a vector.
    pub(super) fn alone(&self, problem: &Problem<'_>, at: usize) -> Simulated {
        *self.alone[at].get_or_init(|| problem.simulate(at, [&self.instance]))
    }

    /// Returns whether the fault alone does something else with a vector than the correct listener.
    pub(super) fn changes(&self, problem: &Problem<'_>, at: usize) -> bool {
        !self.alone(problem, at).is_alike(problem.correct(at))
    }

    /// Returns whether the subject may have the fault, by the small vectors.
    pub(super) fn is_possible(&self, problem: &Problem<'_>) -> bool {
        let fails = |at: &usize| !self.alone(problem, *at).conforms;
        // The vectors that went wrong come first: most faults change none of these, and are out.
        let (wrong, right): (Vec<_>, Vec<_>) =
            (0..problem.small).partition(|at| problem.seen[*at].what != What::Right);
        let hits = wrong.into_iter().filter(fails).count();
        let max_misses = hits * (100 - MIN_FOOTPRINT) / MIN_FOOTPRINT;
        hits > 0 && right.into_iter().filter(fails).nth(max_misses).is_none()
    }
}

/// Returns the instances of faults that the search tries: the common ones, and those whose
/// parameters fit what went wrong.
pub(super) fn candidates(problem: &Problem<'_>, faults: &[&'static Fault]) -> Vec<Candidate> {
    let common = faults.iter().enumerate().flat_map(|(rank, fault)| {
        let common = FaultInstance::common(fault).into_iter();
        common.map(move |instance| Candidate::new(problem, rank, instance, false))
    });
    let estimated = estimated(problem, faults).into_iter();
    let estimated = estimated.map(|(rank, instance)| Candidate::new(problem, rank, instance, true));
    common.chain(estimated).collect()
}
