use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use super::error::RunError;
use super::plan::TestPlan;
use super::supervisor::Supervisor;
use super::worker;
use super::worker_event::WorkerEvent;
use crate::vectors::Vector;

/// The greatest number of silent instances that a run waits for at the same time, each in a thread.
const MAX_THREADS: usize = 40;

/// Runs vectors on as many instances of the subject as the plan demands. `first` is an instance
/// that runs already. Emits the outcomes in the order of the vectors, whichever instance is faster.
///
/// Each instance gets a contiguous part of the vectors, so that what it is sent does not depend on
/// how fast the others are.
pub(super) fn run<'p, 'c>(
    plan: &'p TestPlan<'c>,
    mut first: Supervisor<'p>,
    vectors: &[&'c Vector],
    emit: &mut dyn FnMut(WorkerEvent<'c>),
) -> Result<(), RunError> {
    let length = vectors.len().div_ceil(plan.jobs.get()).max(1);
    let mut parts = vectors.chunks(length);
    let first_part = parts.next().unwrap_or_default();
    let (socket, dialect) = (first.socket(), first.dialect());
    let discoveries = &Arc::clone(&first.discoveries);
    let hangs = &Arc::clone(&first.hangs);
    let max_threads = (MAX_THREADS / plan.jobs).max(1);
    thread::scope(|scope| {
        let mut result = Ok(());
        let mut others = Vec::new();
        for part in parts {
            let (sender, events) = channel();
            // Created in this thread, so that the tags do not depend on which thread starts first.
            let fences = plan.settings.fences();
            let work = move || {
                let mut send = |event| {
                    // The receiver is gone if another part of the run has failed.
                    let _ = sender.send(event);
                };
                let mut supervisor =
                    Supervisor::start(&plan.subject, &plan.settings, socket, dialect, fences)?
                        .sharing(discoveries, hangs);
                worker::run(scope, max_threads, &mut supervisor, part, &mut send)?;
                supervisor.linger_and_stop(plan.linger);
                Ok(())
            };
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(thread) => others.push((thread, events)),
                Err(error) => {
                    result = Err(RunError::Thread(error));
                    break;
                }
            }
        }
        if result.is_ok() {
            result = worker::run(scope, max_threads, &mut first, first_part, emit);
        }
        if result.is_ok() {
            first.linger_and_stop(plan.linger);
        }
        for (other, events) in others {
            if result.is_err() {
                plan.settings.stop.request();
            } else {
                events.iter().for_each(&mut *emit);
            }
            result = result.and(other.join().expect("a worker does not panic"));
        }
        result
    })
}
