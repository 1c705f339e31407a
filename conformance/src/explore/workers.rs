use std::sync::PoisonError;
use std::thread;

use super::campaign::{Campaign, SharedSearch};
use super::explorer::Explorer;
use super::plan::FuzzStatistics;
use crate::run::{RunError, Supervisor};
use crate::transport::SocketKind;

/// How far a search over one socket has come.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FuzzProgress {
    /// Cases that were sent, and cases that were left out because a found cause predicts their
    /// failure.
    pub cases: u64,
    /// Causes that were found, over all sockets; those that were known do not count.
    pub causes: usize,
    /// The part that is done: of the cases or of the time, whichever is larger.
    pub done: f64,
    /// Cases a second.
    pub rate: f64,
}

impl Campaign<'_> {
    /// Sends cases over a socket until all are sent or the time is over, and groups those that fail
    /// by their causes. Calls `on_progress` after each batch of cases.
    ///
    /// # Errors
    ///
    /// If there is no subject to test, or the run was stopped. `statistics` then holds the counts
    /// up to that moment, and what was found by then counts.
    pub fn explore(
        &self,
        socket: SocketKind,
        statistics: &mut FuzzStatistics,
        mut on_progress: impl FnMut(&FuzzProgress),
    ) -> Result<(), RunError> {
        let plan = self.plan;
        let start =
            |fences| Supervisor::start(&plan.subject, &plan.settings, socket, plan.dialect, fences);
        let first = start(plan.settings.fences())?;
        let jobs = match first.can_have_siblings() {
            true => plan.jobs.get(),
            false => 1,
        };
        let shared = &SharedSearch::new(plan, socket);
        let result = thread::scope(|scope| {
            let mut others = Vec::new();
            let mut result = Ok(());
            for _ in 1..jobs {
                // Made here, so that the tags do not depend on which thread starts first.
                let fences = plan.settings.fences();
                let work = move || Explorer::new(self, shared, start(fences)?).run(&mut || {});
                match thread::Builder::new().spawn_scoped(scope, work) {
                    Ok(other) => others.push(other),
                    Err(error) => {
                        result = Err(RunError::Thread(error));
                        break;
                    }
                }
            }
            if result.is_ok() {
                let mut on_progress = || on_progress(&self.progress(shared));
                result = Explorer::new(self, shared, first).run(&mut on_progress);
            }
            if result.is_err() {
                shared.finish();
            }
            for other in others {
                result = result.and(other.join().expect("a worker does not panic"));
            }
            result
        });
        *statistics = shared.statistics().clone();
        statistics.elapsed = shared.begin.elapsed();
        let coverage = self.coverage.lock();
        let coverage = coverage.unwrap_or_else(PoisonError::into_inner);
        coverage.report(&mut statistics.exercised);
        drop(coverage);
        match result {
            // The cause of the end of the subject was found, so this is not an error.
            Err(RunError::Gone(why)) if !self.groups().found().is_empty() => {
                statistics.cut_short = Some(why);
                Ok(())
            }
            result => result,
        }
    }

    fn progress(&self, shared: &SharedSearch) -> FuzzProgress {
        let statistics = shared.statistics();
        let cases = statistics.cases + statistics.predicted;
        drop(statistics);
        let found = self.groups().found();
        let elapsed = shared.begin.elapsed().as_secs_f64();
        let of_time = elapsed / self.plan.time.as_secs_f64().max(1e-3);
        let of_cases = cases as f64 * self.plan.part.count as f64 / self.plan.cases as f64;
        FuzzProgress {
            cases,
            causes: found.iter().filter(|found| !found.is_known).count(),
            done: of_time.max(of_cases).min(1.0),
            rate: cases as f64 / elapsed.max(1e-3),
        }
    }
}
