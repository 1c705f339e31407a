use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::dialect::Dialect;
use crate::subject::{AnswerWait, Stop};
use crate::transport::STOP_CHECK_INTERVAL;
use crate::vectors::Vector;

/// Counts the vectors at which the subject fell silent or hung, over all instances of a run.
///
/// A subject that was silent once may be silent again, and one that hangs at three vectors of a
/// requirement will probably hang at the next one, so the runner then waits for a shorter time.
#[derive(Debug, Default)]
pub(super) struct Hangs {
    counts: Mutex<Counts>,
    /// Notified when a hang is confirmed, and when one of the first ones is decided.
    decided: Condvar,
}

#[derive(Debug, Default)]
struct Counts {
    suspected: HashMap<Dialect, usize>,
    similar: HashMap<Kind, Similar>,
}

/// The dialect and the requirement of similar vectors.
type Kind = (Dialect, String);

/// The hangs at similar vectors.
#[derive(Clone, Copy, Debug, Default)]
struct Similar {
    /// How many hangs are or were the first ones, at most [`CONFIRMED`].
    first: usize,
    /// How many of the first ones are not decided yet.
    undecided: usize,
    confirmed: usize,
}

/// One of the first hangs at similar vectors. It is decided when this value is dropped.
#[must_use]
pub(super) struct FirstHang<'h> {
    hangs: &'h Hangs,
    kind: Kind,
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
        if self.lock().similar(&kind(vector)).is_known() {
            AnswerWait::CONFIRM_AGAIN
        } else {
            AnswerWait::FULL
        }
    }

    /// Counts a hang that is to be confirmed. Returns a value if it is one of the first at similar
    /// vectors: the runner asks a second instance about these at once, and the later hangs wait for
    /// the results.
    pub(super) fn begin_first(&self, vector: &Vector) -> Option<FirstHang<'_>> {
        let kind = kind(vector);
        let mut counts = self.lock();
        let similar = counts.similar.entry(kind.clone()).or_default();
        if similar.first == CONFIRMED {
            return None;
        }
        similar.first += 1;
        similar.undecided += 1;
        Some(FirstHang { hangs: self, kind })
    }

    /// Waits until the first hangs at similar vectors are decided, and returns whether enough are
    /// confirmed.
    pub(super) fn await_first(&self, vector: &Vector, stop: &Stop) -> bool {
        let kind = kind(vector);
        let mut counts = self.lock();
        loop {
            let similar = counts.similar(&kind);
            if similar.is_known() || similar.undecided == 0 || stop.is_requested() {
                return similar.is_known();
            }
            let result = self.decided.wait_timeout(counts, STOP_CHECK_INTERVAL);
            counts = result.unwrap_or_else(PoisonError::into_inner).0;
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
        self.update(&kind(vector), |similar| similar.confirmed += 1);
    }

    fn update(&self, kind: &Kind, change: impl FnOnce(&mut Similar)) {
        change(self.lock().similar.entry(kind.clone()).or_default());
        self.decided.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn similar(&self, kind: &Kind) -> Similar {
        self.similar.get(kind).copied().unwrap_or_default()
    }
}

impl Drop for FirstHang<'_> {
    fn drop(&mut self) {
        self.hangs
            .update(&self.kind, |similar| similar.undecided -= 1);
    }
}

impl Similar {
    /// Returns whether so many hangs are confirmed that the next one needs no second instance.
    const fn is_known(self) -> bool {
        self.confirmed >= CONFIRMED
    }
}

fn kind(vector: &Vector) -> Kind {
    (vector.dialect, vector.requirement.clone())
}

#[cfg(test)]
mod tests {
    use std::array;
    use std::thread;

    use super::*;
    use crate::vectors::Corpus;

    #[test]
    fn later_hangs_wait_until_the_first_three_of_a_requirement_are_confirmed() {
        let corpus = Corpus::embedded().unwrap();
        let vector = &corpus.vectors[0];
        let hangs = Hangs::default();
        let first: [_; CONFIRMED] = array::from_fn(|_| hangs.begin_first(vector).unwrap());
        assert!(hangs.begin_first(vector).is_none());
        thread::scope(|scope| {
            let later = scope.spawn(|| hangs.await_first(vector, &Stop::default()));
            for one in first {
                assert_eq!(hangs.wait_to_confirm(vector), AnswerWait::FULL);
                hangs.record_hang(vector);
                drop(one);
            }
            assert!(later.join().unwrap());
        });
        assert_eq!(hangs.wait_to_confirm(vector), AnswerWait::CONFIRM_AGAIN);
    }

    #[test]
    fn later_hangs_are_not_known_if_one_of_the_first_three_is_not_confirmed() {
        let corpus = Corpus::embedded().unwrap();
        let vector = &corpus.vectors[0];
        let hangs = Hangs::default();
        let [slow, first, second] = array::from_fn(|_| hangs.begin_first(vector).unwrap());
        thread::scope(|scope| {
            let later = scope.spawn(|| hangs.await_first(vector, &Stop::default()));
            for hang in [first, second] {
                hangs.record_hang(vector);
                drop(hang);
            }
            drop(slow);
            assert!(!later.join().unwrap());
        });
        assert_eq!(hangs.wait_to_confirm(vector), AnswerWait::FULL);
    }

    #[test]
    fn a_request_to_stop_ends_the_wait_for_the_first_hangs() {
        let corpus = Corpus::embedded().unwrap();
        let vector = &corpus.vectors[0];
        let hangs = Hangs::default();
        let _undecided = hangs.begin_first(vector);
        let stop = Stop::default();
        thread::scope(|scope| {
            let later = scope.spawn(|| hangs.await_first(vector, &stop));
            stop.request();
            assert!(!later.join().unwrap());
        });
    }

    #[test]
    fn each_requirement_has_first_hangs_of_its_own() {
        let corpus = Corpus::embedded().unwrap();
        let vector = &corpus.vectors[0];
        let mut vectors = corpus.vectors.iter();
        let other = vectors
            .find(|other| other.requirement != vector.requirement)
            .unwrap();
        let hangs = Hangs::default();
        let _first: [_; CONFIRMED] = array::from_fn(|_| hangs.begin_first(vector).unwrap());
        assert!(hangs.begin_first(other).is_some());
    }
}
