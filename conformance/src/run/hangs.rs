use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dialect::Dialect;
use crate::subject::AnswerWait;
use crate::vectors::Vector;

/// Counts the vectors at which the subject fell silent or hung, over all instances of a run.
///
/// A subject that was silent once may be silent again, and one that hangs at three vectors of a
/// requirement will probably hang at the next one, so the runner then waits for a shorter time.
#[derive(Debug, Default)]
pub(super) struct Hangs(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    suspected: HashMap<Dialect, usize>,
    /// The confirmed hangs, by dialect and requirement.
    confirmed: HashMap<(Dialect, String), usize>,
}

/// After this many vectors at which the subject was silent for a moment, the runner suspects the
/// next silence sooner.
const SUSPECTED: usize = 1;
/// After this many confirmed hangs, the runner confirms the next one sooner.
const CONFIRMED: usize = 3;

impl Hangs {
    /// Returns how long the subject may be silent before another instance takes its place.
    pub(super) fn wait_to_suspect(&self, vector: &Vector) -> AnswerWait {
        if self.is_suspected(vector) {
            AnswerWait::SUSPECT_AGAIN
        } else {
            AnswerWait::SUSPECT
        }
    }

    /// Returns whether the subject was silent for a moment at a vector of this dialect before.
    pub(super) fn is_suspected(&self, vector: &Vector) -> bool {
        let suspected = self.lock().suspected.get(&vector.dialect).copied();
        suspected.unwrap_or_default() >= SUSPECTED
    }

    /// Returns how long the subject may be silent before it counts as hanging.
    pub(super) fn wait_to_confirm(&self, vector: &Vector) -> AnswerWait {
        let confirmed = self.lock().confirmed.get(&kind(vector)).copied();
        if confirmed.unwrap_or_default() < CONFIRMED {
            AnswerWait::FULL
        } else {
            AnswerWait::CONFIRM_AGAIN
        }
    }

    pub(super) fn record_suspicion(&self, vector: &Vector) {
        *self.lock().suspected.entry(vector.dialect).or_default() += 1;
    }

    /// Records that the subject was only slow.
    pub(super) fn withdraw_suspicion(&self, vector: &Vector) {
        let mut counts = self.lock();
        let suspected = counts.suspected.entry(vector.dialect).or_default();
        *suspected = suspected.saturating_sub(1);
    }

    pub(super) fn record_hang(&self, vector: &Vector) {
        *self.lock().confirmed.entry(kind(vector)).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the dialect and the requirement of a vector.
fn kind(vector: &Vector) -> (Dialect, String) {
    (vector.dialect, vector.requirement.clone())
}
