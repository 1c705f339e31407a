use std::collections::VecDeque;

use super::outcome::Outcome;
use crate::subject::MAX_PIPELINED;
use crate::vectors::Vector;

/// Emits outcomes late: a subject may die of a vector only while later ones are tried, and the
/// outcome of the first changes then.
pub(super) struct DelayedOutcomes<'e, 'c> {
    /// The outcomes that were not emitted yet, the newest last.
    held: VecDeque<Outcome<'c>>,
    emit: &'e mut dyn FnMut(Outcome<'c>),
}

impl<'e, 'c> DelayedOutcomes<'e, 'c> {
    pub(super) fn new(emit: &'e mut dyn FnMut(Outcome<'c>)) -> Self {
        Self {
            held: VecDeque::new(),
            emit,
        }
    }

    /// Adds an outcome, and emits the oldest if there are many.
    pub(super) fn push(&mut self, outcome: Outcome<'c>) {
        self.held.push_back(outcome);
        if self.held.len() > MAX_PIPELINED
            && let Some(oldest) = self.held.pop_front()
        {
            (self.emit)(oldest);
        }
    }

    /// Returns the newest outcome.
    pub(super) fn last(&mut self) -> Option<&mut Outcome<'c>> {
        self.held.back_mut()
    }

    /// Returns the newest outcome of a vector, unless it was emitted.
    pub(super) fn of(&mut self, vector: &Vector) -> Option<&mut Outcome<'c>> {
        let mut newest = self.held.iter_mut().rev();
        newest.find(|outcome| std::ptr::eq(outcome.vector, vector))
    }

    /// Emits all outcomes.
    pub(super) fn finish(self) {
        self.held.into_iter().for_each(self.emit);
    }
}
