use std::sync::OnceLock;
use std::thread;

use event_datagram_oracle::faults::{self, Fault, FaultInstance};

use super::problem::{Problem, What};
use super::simulation::Simulated;
use crate::dialect::Dialect;

/// A fault that may be a cause, and what it does alone.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) instance: FaultInstance,
    /// The place of the fault in the list: faults are injected in this order.
    pub(super) rank: usize,
    /// What it does alone with each small vector.
    small: Vec<Simulated>,
    /// What it does alone with each large vector: it takes time, and few candidates need it.
    large: OnceLock<Vec<Simulated>>,
}

impl Candidate {
    /// Returns what the fault alone does with a vector.
    pub(super) fn alone(&self, problem: &Problem<'_>, at: usize) -> Simulated {
        let Some(beyond) = at.checked_sub(self.small.len()) else {
            return self.small[at];
        };
        let large = self.large.get_or_init(|| {
            let large: Vec<_> = (self.small.len()..problem.seen.len()).collect();
            in_parallel(&large, |at| problem.simulate(*at, [&self.instance]))
        });
        large[beyond]
    }
}

/// Models that run on every vector before the search looks whether it was stopped.
const BATCH: usize = 16;

/// The part of a fault's small vectors with a wrong result that the subject must have got wrong,
/// too, in percent: less than a claim needs, for results that are noise.
const MIN_FOOTPRINT: usize = 80;

/// Returns the faults of a dialect, in the order in which they are injected.
pub(super) fn all(dialect: Dialect) -> impl Iterator<Item = &'static Fault> {
    let groups = match dialect {
        Dialect::JsonRpc => faults::jsonrpc(),
        _ => faults::text(),
    };
    groups.iter().flat_map(|group| group.faults)
}

/// Runs instances on the small vectors. Returns those that may be causes, or `None` if it was
/// stopped.
pub(super) fn candidates(
    problem: &Problem<'_>,
    instances: Vec<(usize, FaultInstance)>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for batch in instances.chunks(BATCH) {
        if !go_on() {
            return None;
        }
        candidates.extend(in_parallel(batch, |(rank, instance)| {
            candidate(problem, *rank, instance)
        }));
    }
    Some(candidates.into_iter().flatten().collect())
}

/// Runs an instance, and returns it unless the subject cannot have its fault.
fn candidate(problem: &Problem<'_>, rank: usize, instance: &FaultInstance) -> Option<Candidate> {
    let run = |at: usize| problem.simulate(at, [instance]);
    // The vectors that went wrong come first: most faults change none of these, and are out.
    let (wrong, right): (Vec<_>, Vec<_>) =
        (0..problem.small).partition(|at| problem.seen[*at].what != What::Right);
    let mut alone = vec![None; problem.small];
    let mut hits = 0;
    for at in wrong {
        let simulated = run(at);
        hits += usize::from(!simulated.conforms);
        alone[at] = Some(simulated);
    }
    if hits == 0 && !problem.has_large_wrong() {
        return None;
    }
    let max_misses = hits * (100 - MIN_FOOTPRINT) / MIN_FOOTPRINT;
    let mut misses = 0;
    for at in right {
        let simulated = run(at);
        misses += usize::from(!simulated.conforms);
        if misses > max_misses {
            return None;
        }
        alone[at] = Some(simulated);
    }
    Some(Candidate {
        instance: instance.clone(),
        rank,
        small: alone.into_iter().flatten().collect(),
        large: OnceLock::new(),
    })
}

/// Returns what the correct listener does with each vector.
pub(super) fn correct(problem: &Problem<'_>) -> Vec<Simulated> {
    let all: Vec<_> = (0..problem.seen.len()).collect();
    in_parallel(&all, |at| problem.simulate(*at, []))
}

/// Maps items in two threads, in order.
pub(super) fn in_parallel<T: Sync, U: Send>(items: &[T], map: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let (left, right) = items.split_at(items.len() / 2);
    thread::scope(|scope| {
        let left = scope.spawn(|| left.iter().map(&map).collect::<Vec<_>>());
        let right: Vec<_> = right.iter().map(&map).collect();
        let mut all = left.join().expect("a model does not panic");
        all.extend(right);
        all
    })
}
