use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::cases::Cases;
use super::cause::CauseFound;
use super::exercised::FaultCoverage;
use super::explorer::Explorer;
use super::groups::Groups;
use super::plan::{FirstCase, FuzzPlan, FuzzStatistics, Until};
use crate::diagnose::CaseModels;
use crate::run::{RunError, Supervisor};
use crate::transport::SocketKind;

/// A search for the causes of failures of one subject, over one socket or over several.
#[derive(Debug)]
pub struct Campaign<'p> {
    pub(super) plan: &'p FuzzPlan,
    pub(super) models: CaseModels,
    groups: Mutex<Groups>,
    pub(super) coverage: Mutex<FaultCoverage>,
}

/// What the instances of a subject share that are fuzzed over one socket.
#[derive(Debug)]
pub(super) struct SharedSearch {
    pub(super) begin: Instant,
    cases: Mutex<CaseSource>,
    statistics: Mutex<FuzzStatistics>,
    is_done: AtomicBool,
}

/// How far a search over one socket has come.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FuzzProgress {
    /// Cases that were sent, or that were not because it is known how the subject fails them.
    pub cases: u64,
    /// Causes that were found, over all sockets; those that were known do not count.
    pub causes: usize,
    /// The part that is done: of the cases or of the time, whichever is larger.
    pub done: f64,
    /// Cases a second.
    pub rate: f64,
}

/// The cases of a run, in the order in which they are sent.
#[derive(Debug)]
struct CaseSource {
    first: VecDeque<FirstCase>,
    cases: Cases,
    /// The number of the last case of the seed.
    number: u64,
}

/// A case to send.
#[derive(Debug)]
pub(super) struct Case {
    /// Its number, from 1; 0 for a case that is sent before those of the seed.
    pub(super) number: u64,
    pub(super) datagrams: Vec<Vec<u8>>,
    /// Whether the subject is known to fail it.
    pub(super) is_known: bool,
}

impl<'p> Campaign<'p> {
    /// Creates a search that has found nothing.
    pub fn new(plan: &'p FuzzPlan) -> Self {
        let models = CaseModels::new(plan.dialect, &plan.settings.fence);
        Self {
            plan,
            groups: Mutex::default(),
            coverage: Mutex::new(FaultCoverage::new(&models)),
            models,
        }
    }

    /// Sends cases over a socket until all are sent or the time is over, and groups those that fail
    /// by their causes. Calls `on_progress` after each batch of cases.
    ///
    /// # Errors
    ///
    /// If there is no subject to test, or the run was stopped. `statistics` then holds the counts up
    /// to that moment, and what was found by then counts.
    pub fn explore(
        &self,
        socket: SocketKind,
        statistics: &mut FuzzStatistics,
        mut on_progress: impl FnMut(&FuzzProgress),
    ) -> Result<(), RunError> {
        let plan = self.plan;
        let start = || Supervisor::start(&plan.subject, &plan.settings, socket, plan.dialect);
        let first = start()?;
        let jobs = match first.can_have_siblings() {
            true => plan.jobs.get(),
            false => 1,
        };
        let shared = &SharedSearch::new(plan, socket);
        let result = thread::scope(|scope| {
            let mut others = Vec::new();
            let mut result = Ok(());
            for _ in 1..jobs {
                let work = move || Explorer::new(self, shared, start()?).run(&mut || {});
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
            // What made an end of the subject was found.
            Err(RunError::Gone(why)) if !self.groups().found().is_empty() => {
                statistics.cut_short = Some(why);
                Ok(())
            }
            result => result,
        }
    }

    /// Returns the causes that were found, in the order in which they were found.
    pub fn found(&self) -> Vec<CauseFound> {
        self.groups().found()
    }

    pub(super) fn groups(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
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

impl SharedSearch {
    fn new(plan: &FuzzPlan, socket: SocketKind) -> Self {
        let cases = Cases::new(plan.seed, plan.dialect, socket).with_max_size(plan.max_size);
        Self {
            begin: Instant::now(),
            cases: Mutex::new(CaseSource {
                first: plan.first_cases.iter().cloned().collect(),
                cases,
                number: 0,
            }),
            statistics: Mutex::default(),
            is_done: AtomicBool::new(false),
        }
    }

    /// Returns the next case to send. `None` if there is none, or no time for it.
    pub(super) fn next_case(&self, plan: &FuzzPlan) -> Option<Case> {
        if self.is_done() || self.begin.elapsed() >= plan.time {
            return None;
        }
        let mut source = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = source.first.pop_front() {
            return Some(Case {
                number: 0,
                datagrams: first.datagrams,
                is_known: first.is_known,
            });
        }
        while source.number < plan.cases {
            let datagrams = source.cases.next()?;
            source.number += 1;
            if plan.part.holds(source.number) {
                return Some(Case {
                    number: source.number,
                    datagrams,
                    is_known: false,
                });
            }
        }
        None
    }

    pub(super) fn statistics(&self) -> MutexGuard<'_, FuzzStatistics> {
        self.statistics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the search if that is to be done when a cause is found.
    pub(super) fn on_finding(&self, until: Until) {
        if until == Until::FirstFinding {
            self.finish();
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Relaxed)
    }

    fn finish(&self) {
        self.is_done.store(true, Ordering::Relaxed);
    }
}
