use crate::judge::Verdict;
use crate::run::{Outcome, RunError, Supervisor};
use crate::vectors::Vector;

/// A subject that single cases are tried on, and exchanged where that makes a difference.
pub(super) struct Bench<'r> {
    pub(super) supervisor: Supervisor<'r>,
    /// Whether the subject that runs has been sent a case already.
    used: bool,
}

impl<'r> Bench<'r> {
    pub(super) fn new(supervisor: Supervisor<'r>) -> Self {
        Self {
            supervisor,
            used: false,
        }
    }

    /// Takes note that the subject has been sent something.
    pub(super) fn use_up(&mut self) {
        self.used = true;
    }

    /// Makes sure that the next case meets a fresh subject.
    pub(super) fn replace(&mut self) {
        self.supervisor.replace();
        self.used = false;
    }

    /// Tries a case on a fresh subject.
    pub(super) fn try_fresh<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        if self.used {
            self.replace();
        }
        self.try_any(vector)
    }

    /// Tries a case, and gives what came of it if it fails: on a fresh subject, so that nothing but the case is to blame.
    pub(super) fn failure<'c>(
        &mut self,
        vector: &'c Vector,
    ) -> Result<Option<Outcome<'c>>, RunError> {
        let was_used = self.used;
        let mut outcome = self.try_any(vector)?;
        if was_used && fails(&outcome) {
            outcome = self.try_fresh(vector)?;
        }
        Ok(Some(outcome).filter(fails))
    }

    /// Tries a case on the subject that runs.
    pub(super) fn try_any<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        let outcome = self.supervisor.probe(vector)?;
        // One that died or fell silent is gone, and the next one is fresh.
        self.used = self.supervisor.is_running();
        Ok(outcome)
    }
}

fn fails(outcome: &Outcome<'_>) -> bool {
    matches!(
        outcome.verdict,
        Verdict::Crash | Verdict::Hang | Verdict::Fail
    )
}
