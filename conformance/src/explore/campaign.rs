use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::cases::Cases;
use super::cause::CauseFound;
use super::exercised::FaultCoverage;
use super::groups::Groups;
use super::plan::{FirstCase, FuzzPlan, FuzzStatistics, Until};
use crate::diagnose::CaseModels;
use crate::transport::SocketKind;

/// A search for the causes of failures of one subject, over one socket or over several.
#[derive(Debug)]
pub struct Campaign<'p> {
    pub(super) plan: &'p FuzzPlan,
    pub(super) models: CaseModels,
    groups: Mutex<Groups>,
    pub(super) coverage: Mutex<FaultCoverage>,
}

/// The state that all instances of a subject share while they are fuzzed over one socket.
#[derive(Debug)]
pub(super) struct SharedSearch {
    pub(super) begin: Instant,
    cases: Mutex<CaseSource>,
    statistics: Mutex<FuzzStatistics>,
    is_done: AtomicBool,
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

    /// Returns the causes that were found, in the order in which they were found.
    pub fn found(&self) -> Vec<CauseFound> {
        self.groups().found()
    }

    pub(super) fn groups(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedSearch {
    pub(super) fn new(plan: &FuzzPlan, socket: SocketKind) -> Self {
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

    /// Returns the next case to send. `None` if there is none, or the time is over.
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

    /// Ends the search if `until` says that it ends at the first finding.
    pub(super) fn on_finding(&self, until: Until) {
        if until == Until::FirstFinding {
            self.finish();
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Relaxed)
    }

    pub(super) fn finish(&self) {
        self.is_done.store(true, Ordering::Relaxed);
    }
}
