use super::outcome::Outcome;

/// Emits outcomes one step late: a subject may die of a vector only while the next one is tried,
/// and the outcome of the first changes then.
pub(super) struct DelayedOutcomes<'e, 'c> {
    /// The outcome that was not emitted yet.
    pub(super) last: Option<Outcome<'c>>,
    emit: &'e mut dyn FnMut(Outcome<'c>),
}

impl<'e, 'c> DelayedOutcomes<'e, 'c> {
    pub(super) fn new(emit: &'e mut dyn FnMut(Outcome<'c>)) -> Self {
        Self { last: None, emit }
    }

    /// Adds an outcome, and emits the one before it.
    pub(super) fn push(&mut self, outcome: Outcome<'c>) {
        if let Some(before) = self.last.replace(outcome) {
            (self.emit)(before);
        }
    }

    /// Emits the last outcome.
    pub(super) fn finish(self) {
        if let Some(last) = self.last {
            (self.emit)(last);
        }
    }
}
