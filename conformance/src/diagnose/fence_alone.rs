//! Treats subjects that report only the fence.
//!
//! A fence follows every vector. If each vector has one datagram, a fault that loses every second
//! datagram loses all vectors and no fence, as does a listener that rejects the vectors for any
//! reason. Such a run does not show that the subject counts datagrams.

use event_datagram_oracle::faults::{FaultInstance, Model};

use super::candidate::Candidate;
use super::problem::{Observed, Problem};
use crate::dialect::Dialect;
use crate::fence::{FenceTemplate, Fences, TagSource};
use crate::vectors::Expectation;

/// Removes the candidates that count datagrams, if the subject reported only the fence.
pub(super) fn remove_counting(
    candidates: &mut Vec<Candidate>,
    problem: &Problem<'_>,
    dialect: Dialect,
) {
    if is_fence_alone_reported(problem) {
        let fences = FenceDatagrams::new(problem.fence, dialect);
        candidates.retain(|candidate| fences.are_all_reported(&candidate.instance));
    }
}

/// Returns whether the subject reported no event of any vector, as far as the findings show.
fn is_fence_alone_reported(problem: &Problem<'_>) -> bool {
    let is_event = |one: &Expectation| matches!(one, Expectation::Event(_));
    let mut seen = problem.seen.iter();
    seen.all(|seen| match seen.observed {
        Observed::Right => {
            let mut steps = seen.vector.steps.iter();
            !steps.any(|step| step.expect.alternatives().iter().all(is_event))
        }
        Observed::Wrong(_) | Observed::Either(_) => seen.reported() == 0,
    })
}

/// Fences that are sent without anything between them.
struct FenceDatagrams {
    dialect: Dialect,
    datagrams: Vec<Vec<u8>>,
}

impl FenceDatagrams {
    /// The number of fences. More are not needed: a fault that loses one datagram in five reports
    /// some vectors.
    const COUNT: usize = 4;

    fn new(template: &FenceTemplate, dialect: Dialect) -> Self {
        let mut fences = Fences::new(template.clone(), &TagSource::default());
        let datagrams = (0..Self::COUNT).map(|_| fences.next_fence().datagram(dialect));
        Self {
            dialect,
            datagrams: datagrams.collect(),
        }
    }

    /// Returns whether a listener with a fault reports each fence.
    fn are_all_reported(&self, fault: &FaultInstance) -> bool {
        let mut model = match self.dialect {
            Dialect::JsonRpc => Model::jsonrpc([fault]),
            _ => Model::text([fault]),
        };
        let mut datagrams = self.datagrams.iter();
        datagrams.all(|datagram| !model.receive(datagram).lines.is_empty())
    }
}
