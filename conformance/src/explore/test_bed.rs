use super::finding::case_result;
use crate::diagnose::Finding as CaseResult;
use crate::judge::Verdict;
use crate::run::{Outcome, RunError, Supervisor};
use crate::vectors::Vector;

/// Runs single cases on a subject, and replaces the subject when a fresh one is needed.
pub(super) struct TestBed<'r> {
    pub(super) supervisor: Supervisor<'r>,
    /// Whether the running subject has been sent a case already.
    is_used: bool,
}

/// How many fresh subjects have to do the same with a case, and how often each is sent the case. A
/// subject that reports two parameters in random order does so by chance once in 4,096.
const REPEATING_SUBJECTS: usize = 4;
const REPEATS: usize = 4;

impl<'r> TestBed<'r> {
    pub(super) fn new(supervisor: Supervisor<'r>) -> Self {
        Self {
            supervisor,
            is_used: false,
        }
    }

    /// Records that the caller has sent cases to the subject.
    pub(super) fn mark_used(&mut self) {
        self.is_used = true;
    }

    /// Ends the instance, so that the next case runs on a fresh subject.
    pub(super) fn replace(&mut self) {
        self.supervisor.end_instance();
        self.is_used = false;
    }

    /// Runs a case on a fresh subject.
    pub(super) fn run_fresh<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        if self.is_used {
            self.replace();
        }
        self.run(vector)
    }

    /// Runs a case and returns its outcome if it fails on a fresh subject, so that no earlier case
    /// can be the cause.
    pub(super) fn failure<'c>(
        &mut self,
        vector: &'c Vector,
    ) -> Result<Option<Outcome<'c>>, RunError> {
        let was_used = self.is_used;
        let mut outcome = self.run(vector)?;
        if was_used && fails(&outcome) {
            outcome = self.run_fresh(vector)?;
        }
        Ok(Some(outcome).filter(fails))
    }

    /// Returns whether fresh subjects do the same with a case that each is sent several times in a
    /// row. A subject that keeps state between cases is repeatable, too.
    pub(super) fn is_repeatable(&mut self, vector: &Vector) -> Result<bool, RunError> {
        if !self.supervisor.can_start() {
            // A subject that runs already is never fresh.
            return Ok(true);
        }
        let mut first: Option<Vec<CaseResult<'static>>> = None;
        for _ in 0..REPEATING_SUBJECTS {
            let mut results = Vec::new();
            let mut outcome = self.run_fresh(vector)?;
            loop {
                results.push(case_result(vector, outcome.verdict, &outcome.observation));
                if !self.is_used || results.len() == REPEATS {
                    break;
                }
                outcome = self.run(vector)?;
            }
            self.replace();
            let Some(first) = &first else {
                first = Some(results);
                continue;
            };
            let mut pairs = first.iter().zip(&results);
            if first.len() != results.len()
                || !pairs.all(|(one, other)| one.is_alike_but_for_digits(other))
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a case on the running subject, fresh or not.
    pub(super) fn run<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        let outcome = self.supervisor.probe(vector)?;
        // The supervisor discards a subject that crashed or hung, so the next one is fresh.
        self.is_used = self.supervisor.is_running();
        Ok(outcome)
    }
}

fn fails(outcome: &Outcome<'_>) -> bool {
    matches!(
        outcome.verdict,
        Verdict::Crash | Verdict::Hang | Verdict::Fail
    )
}
