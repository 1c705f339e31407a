use std::sync::OnceLock;

use event_datagram_oracle::faults::{Fault, FaultInstance};

use super::estimate::estimated;
use super::problem::{Observed, Problem};
use super::simulation::Simulated;

/// A fault that may be a cause, and how a model with this fault alone treats each vector.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) instance: FaultInstance,
    /// The index of the fault in the list. Faults are injected in the order of the list.
    pub(super) rank: usize,
    /// Whether the parameter was estimated from the failures.
    pub(super) is_estimated: bool,
    /// How a model with this fault alone treats each vector. Computed on demand, because most
    /// candidates are excluded after a few vectors.
    alone: Box<[OnceLock<Simulated>]>,
}

/// The greatest percentage of a fault's footprint that the subject may have passed, although a
/// listener with the fault passes none.
pub(super) const MAX_PASSED: usize = 2;

/// Of the small vectors that a fault fails, the percentage that the subject must have failed, too.
/// Lower than for a cause, because some results may be noise.
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

    /// Returns how a model with this fault alone treats a vector.
    pub(super) fn alone(&self, problem: &Problem<'_>, at: usize) -> Simulated {
        *self.alone[at].get_or_init(|| problem.simulate(at, [&self.instance]))
    }

    /// Returns whether a model with this fault alone treats a vector differently from the correct
    /// listener.
    pub(super) fn changes(&self, problem: &Problem<'_>, at: usize) -> bool {
        !self.alone(problem, at).is_alike(problem.correct(at))
    }

    /// Returns whether the subject may have the fault. Uses only small vectors.
    pub(super) fn is_possible(&self, problem: &Problem<'_>) -> bool {
        let (wrong, right): (Vec<_>, Vec<_>) = (self.likely_first(problem).into_iter())
            .partition(|at| problem.seen[*at].observed != Observed::Right);
        let fails = |at: &usize| !self.alone(problem, *at).conforms;
        // The fewer vectors come first, because all of them have to be tried.
        if right.len() < wrong.len() {
            let misses = right.into_iter().filter(fails).count();
            let min_hits = (misses * MIN_FOOTPRINT)
                .div_ceil(100 - MIN_FOOTPRINT)
                .max(1);
            wrong.into_iter().filter(fails).nth(min_hits - 1).is_some()
        } else {
            let hits = wrong.into_iter().filter(fails).count();
            let max_misses = hits * (100 - MIN_FOOTPRINT) / MIN_FOOTPRINT;
            hits > 0 && right.into_iter().filter(fails).nth(max_misses).is_none()
        }
    }

    /// Returns the small vectors. Those of the fault's requirement come first, because the fault
    /// fails most of these.
    pub(super) fn likely_first(&self, problem: &Problem<'_>) -> Vec<usize> {
        let requirement = self.instance.fault.requirement;
        let is_likely = |at: &usize| problem.seen[*at].vector.requirement == requirement;
        let (mut vectors, others): (Vec<_>, Vec<_>) = (0..problem.small).partition(is_likely);
        vectors.extend(others);
        vectors
    }
}

/// Returns the instances of faults that the search tries: those with common parameters, and those
/// whose parameters fit the failures.
pub(super) fn candidates(problem: &Problem<'_>, faults: &[&'static Fault]) -> Vec<Candidate> {
    let common = faults.iter().enumerate().flat_map(|(rank, fault)| {
        let common = FaultInstance::common(fault).into_iter();
        common.map(move |instance| Candidate::new(problem, rank, instance, false))
    });
    let estimated = estimated(problem, faults).into_iter();
    let estimated = estimated.map(|(rank, instance)| Candidate::new(problem, rank, instance, true));
    common.chain(estimated).collect()
}
