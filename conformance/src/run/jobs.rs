use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use super::error::RunError;
use super::outcome::Outcome;
use super::plan::TestPlan;
use super::supervisor::Supervisor;
use super::worker;
use crate::vectors::Vector;

/// Runs vectors over as many instances of the subject as the plan asks for, the first of which runs
/// already. Outcomes are emitted in the order of the vectors, whichever instance is faster.
///
/// Each instance gets a contiguous part of the vectors, so that what it is sent does not depend on
/// how fast the others are.
pub(super) fn run<'c>(
    plan: &TestPlan<'c>,
    mut first: Supervisor<'_>,
    vectors: &[&'c Vector],
    emit: &mut dyn FnMut(Outcome<'c>),
) -> Result<(), RunError> {
    let length = vectors.len().div_ceil(plan.jobs.get()).max(1);
    let mut parts = vectors.chunks(length);
    let first_part = parts.next().unwrap_or_default();
    let (socket, dialect) = (first.socket(), first.dialect());
    let discoveries = &Arc::clone(&first.discoveries);
    thread::scope(|scope| {
        let others: Vec<_> = parts
            .map(|part| {
                let (sender, outcomes) = channel();
                let work = move || {
                    let mut send = |outcome| {
                        // The receiver is gone once the run has failed elsewhere.
                        let _ = sender.send(outcome);
                    };
                    let mut supervisor =
                        Supervisor::start(&plan.subject, &plan.settings, socket, dialect)?
                            .sharing(discoveries);
                    worker::run(&mut supervisor, part, &mut send)?;
                    supervisor.linger_and_stop(plan.linger);
                    Ok(())
                };
                (scope.spawn(work), outcomes)
            })
            .collect();
        let mut result = worker::run(&mut first, first_part, emit);
        if result.is_ok() {
            first.linger_and_stop(plan.linger);
        }
        for (other, outcomes) in others {
            if result.is_err() {
                plan.settings.stop.request();
            } else {
                outcomes.iter().for_each(&mut *emit);
            }
            result = result.and(other.join().expect("a worker does not panic"));
        }
        result
    })
}
