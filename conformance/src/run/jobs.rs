use std::sync::mpsc::channel;
use std::thread;

use super::worker::Worker;
use super::{Outcome, Plan, RunError};
use crate::vectors::Vector;

/// Runs vectors over as many instances of the subject as the plan wants, the first of which stands ready. Outcomes are
/// told in the order of the vectors, whoever was faster.
///
/// Each instance gets a stretch of its own, so that what it is sent does not depend on how fast the others are.
pub(super) fn run<'c>(
    plan: &Plan<'c>,
    mut first: Worker<'_>,
    vectors: &[&'c Vector],
    tell: &mut dyn FnMut(Outcome<'c>),
) -> Result<(), RunError> {
    let length = vectors.len().div_ceil(plan.jobs.get()).max(1);
    let mut stretches = vectors.chunks(length);
    let ours = stretches.next().unwrap_or_default();
    let (socket, dialect) = (first.socket(), first.dialect());
    thread::scope(|scope| {
        let others: Vec<_> = stretches
            .map(|stretch| {
                let (sender, outcomes) = channel();
                let work = move || {
                    let mut tell = |outcome| {
                        // Nobody listens once the run has failed elsewhere.
                        let _ = sender.send(outcome);
                    };
                    let mut worker = Worker::start(&plan.subject, &plan.settings, socket, dialect)?;
                    worker.run(stretch, &mut tell)?;
                    worker.stop();
                    Ok(())
                };
                (scope.spawn(work), outcomes)
            })
            .collect();
        let mut result = first.run(ours, tell);
        if result.is_ok() {
            first.stop();
        }
        for (worker, outcomes) in others {
            if result.is_err() {
                plan.settings.stop.request();
            } else {
                outcomes.iter().for_each(&mut *tell);
            }
            result = result.and(worker.join().expect("a worker does not panic"));
        }
        result
    })
}
