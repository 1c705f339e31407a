use super::blame::{blame_for_crash, blame_for_end, blame_for_late};
use super::error::RunError;
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::judge::{Judgment, Strictness, Verdict, grade, judge};
use crate::subject::{ExchangeEnd, SendMode};
use crate::vectors::Vector;

impl Supervisor<'_> {
    /// Sends a vector, and sends it once more to a fresh instance if this one died or fell silent.
    ///
    /// `first_try` is what came of the vector already. `before` is the outcome of the vector that
    /// was sent before it, which may be to blame.
    pub(super) fn try_twice<'c>(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
        mut before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let mut first = match first_try {
            Some(first) => first,
            None => match self.ensure_running() {
                Ok(()) => self.try_once(vector, before.as_deref_mut())?,
                Err(RunError::Gone(why)) => {
                    // All that is known of a vector that was not sent is how the subject was lost.
                    let verdict = self.lost_verdict().unwrap_or(Verdict::Crash);
                    return Ok(self.assessor().outcome(vector, verdict, why));
                }
                Err(error) => return Err(error),
            },
        };
        if !is_loss(&first) {
            return Ok(first);
        }
        self.lose(&first);
        match self.ensure_running() {
            Ok(()) => {}
            Err(RunError::Gone(_)) => return Ok(first),
            Err(error) => return Err(error),
        }
        let second = self.try_once(vector, None)?;
        if is_loss(&second) {
            self.lose(&second);
        }
        // A vector that does not crash a fresh instance is not to blame for a crash: the one before
        // is, whose effect came late.
        if second.verdict == first.verdict
            || before.is_some_and(|before| blame_for_crash(before, &mut first))
        {
            return Ok(second);
        }
        let found = if second.why.is_empty() {
            second.verdict.as_str()
        } else {
            &second.why
        };
        let why = format!("{}; a fresh subject did something else: {found}", first.why);
        Ok(Outcome {
            verdict: Verdict::Flaky,
            why,
            ..second
        })
    }

    /// Sends a vector once, to the instance that runs or to a fresh one, and a fence after it. An
    /// instance that died or fell silent is ended.
    pub(crate) fn probe<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        self.ensure_running()?;
        let mut outcome = self.try_once(vector, None)?;
        if !is_loss(&outcome) {
            self.close(&mut outcome)?;
        }
        if outcome.verdict == Verdict::Hang {
            self.end_instance();
        }
        Ok(outcome)
    }

    /// Sends a fence after the last vector. If that goes wrong, the last vector is to blame.
    pub(super) fn close(&mut self, last: &mut Outcome<'_>) -> Result<(), RunError> {
        if !self.is_running() {
            return Ok(());
        }
        let mut exchange = self.exchange(last.vector.dialect, [], SendMode::Burst);
        blame_for_late(last, &[], &mut exchange.observation);
        match exchange.end {
            ExchangeEnd::Fenced => {
                let judgment = judge(&[], &exchange.observation, self.answering());
                if let Judgment::Departs { .. } = judgment
                    && !last.verdict.is_failure(Strictness::Should)
                {
                    (last.verdict, last.why) = grade(last.vector, judgment);
                    last.observation = exchange.observation;
                }
            }
            ExchangeEnd::Unsendable(message) => return Err(unsendable(last.vector, message)),
            ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
            end => {
                if let ExchangeEnd::Died { .. } = end {
                    self.end_instance();
                }
                blame_for_end(last, end);
            }
        }
        Ok(())
    }

    /// Sends a vector once; where the kernel dropped datagrams, once more with a fence after each.
    fn try_once<'c>(
        &mut self,
        vector: &'c Vector,
        before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let datagrams = || vector.steps.iter().map(|step| &step.datagram[..]);
        let mut exchange = self.exchange(vector.dialect, datagrams(), SendMode::Burst);
        if exchange.end == ExchangeEnd::Fenced && exchange.dropped > 0 {
            exchange = self.exchange(vector.dialect, datagrams(), SendMode::OneByOne);
        }
        if let Some(before) = before.filter(|before| before.instance == self.instance()) {
            blame_for_late(before, &vector.steps, &mut exchange.observation);
        }
        match exchange.end {
            ExchangeEnd::Unsendable(message) => Err(unsendable(vector, message)),
            ExchangeEnd::Interrupted => Err(RunError::Interrupted),
            _ => {
                if let ExchangeEnd::Died { .. } = exchange.end {
                    self.end_instance();
                }
                Ok(self.assessor().assess(vector, exchange))
            }
        }
    }
}

/// Returns whether the subject died or fell silent.
fn is_loss(outcome: &Outcome<'_>) -> bool {
    matches!(outcome.verdict, Verdict::Crash | Verdict::Hang)
}

fn unsendable(vector: &Vector, message: String) -> RunError {
    RunError::Unsendable {
        vector: vector.id.clone(),
        message,
    }
}
