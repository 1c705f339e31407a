use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dialect::Dialect;
use crate::subject::AnswerWait;
use crate::vectors::Vector;

/// How often vectors of each requirement left the subject silent, in all parts of a run.
///
/// A subject that hangs at three vectors of a requirement is expected to hang at the next one, too,
/// so that later ones wait less.
#[derive(Debug, Default)]
pub(super) struct Hangs(Mutex<HashMap<(Dialect, String), Counts>>);

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    suspected: usize,
    confirmed: usize,
}

/// The number of vectors that left the subject silent for a moment, from which on less time passes
/// before the next is suspected.
const SUSPECTED: usize = 1;
/// The number of confirmed hangs from which on less time passes before the next is confirmed.
const CONFIRMED: usize = 3;

impl Hangs {
    /// Returns how long the subject may be silent before another instance takes its place.
    pub(super) fn wait_to_suspect(&self, vector: &Vector) -> AnswerWait {
        if self.of(vector).suspected < SUSPECTED {
            AnswerWait::SUSPECT
        } else {
            AnswerWait::SUSPECT_AGAIN
        }
    }

    /// Returns how long the subject may be silent before it counts as hanging.
    pub(super) fn wait_to_confirm(&self, vector: &Vector) -> AnswerWait {
        if self.of(vector).confirmed < CONFIRMED {
            AnswerWait::FULL
        } else {
            AnswerWait::CONFIRM_AGAIN
        }
    }

    pub(super) fn record_suspicion(&self, vector: &Vector) {
        self.lock().entry(key(vector)).or_default().suspected += 1;
    }

    /// Records that the subject was only slow.
    pub(super) fn withdraw_suspicion(&self, vector: &Vector) {
        let mut counts = self.lock();
        let counts = counts.entry(key(vector)).or_default();
        counts.suspected = counts.suspected.saturating_sub(1);
    }

    pub(super) fn record_hang(&self, vector: &Vector) {
        self.lock().entry(key(vector)).or_default().confirmed += 1;
    }

    fn of(&self, vector: &Vector) -> Counts {
        self.lock().get(&key(vector)).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Dialect, String), Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(vector: &Vector) -> (Dialect, String) {
    (vector.dialect, vector.requirement.clone())
}
