use std::sync::Arc;
use std::time::Instant;

use super::error::RunError;
use super::outcome::Outcome;
use super::replay::{LossCause, Sent};
use super::retry::is_loss;
use super::supervisor::Supervisor;
use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::subject::{AnswerWait, ExchangeEnd};
use crate::vectors::Vector;

/// The outcome of a vector at which an instance fell silent.
pub(super) struct Confirmed<'c> {
    pub(super) outcome: Outcome<'c>,
    /// The loss of the instance and the vector that causes it, if a fresh instance did something
    /// else and a replay has found that vector.
    pub(super) explained: Option<(Outcome<'c>, LossCause<'c>)>,
}

impl<'c> From<Outcome<'c>> for Confirmed<'c> {
    fn from(outcome: Outcome<'c>) -> Self {
        Self {
            outcome,
            explained: None,
        }
    }
}

impl Supervisor<'_> {
    /// Finds out whether a silent instance hangs, and returns the outcome of the vector at which it
    /// fell silent. `sent` are the vectors that the instance was sent, and `since` is the time at
    /// which the wait for it began.
    pub(super) fn confirm_hang<'c>(
        self,
        suspected: Outcome<'c>,
        sent: &Sent<'c>,
        since: Instant,
    ) -> Result<Confirmed<'c>, RunError> {
        let hangs = Arc::clone(&self.hangs);
        match hangs.begin_first(suspected.vector) {
            None if sent.is_one_vector() => self.confirm_by_one(suspected, sent, since),
            _first => self.confirm_by_two(suspected, sent, since),
        }
    }

    /// Waits for the silent instance alone. That suffices if two instances hang at each of the
    /// first similar vectors.
    fn confirm_by_one<'c>(
        mut self,
        suspected: Outcome<'c>,
        sent: &Sent<'c>,
        since: Instant,
    ) -> Result<Confirmed<'c>, RunError> {
        let vector = suspected.vector;
        match self.wait_for_silent(vector.dialect, AnswerWait::CONFIRM_AGAIN, since) {
            Err(end @ (ExchangeEnd::TimedOut(_) | ExchangeEnd::Blocked(_))) => {
                if !self.hangs.await_first(vector, self.stop_request()) {
                    return self.confirm_by_two(suspected, sent, since);
                }
                let why = end.silence().unwrap_or_default();
                Ok(Outcome { why, ..suspected }.into())
            }
            Err(ExchangeEnd::Interrupted) => Err(RunError::Interrupted),
            _ => {
                self.end_instance();
                Ok(self.confirm_by_fresh(suspected)?.into())
            }
        }
    }

    /// Sends the vector to a fresh instance, and waits for the silent one as long as for the fresh
    /// one. If the silent instance answers, it is only slow, and the fresh one decides. If only the
    /// silent instance hangs, a replay of the vectors that it was sent finds out why.
    fn confirm_by_two<'c>(
        mut self,
        suspected: Outcome<'c>,
        sent: &Sent<'c>,
        since: Instant,
    ) -> Result<Confirmed<'c>, RunError> {
        let vector = suspected.vector;
        let wait = self.hangs.wait_to_confirm(vector);
        let mut silent = self.session.take();
        let second = match self.ensure_running() {
            Ok(()) => Some(self.try_patiently(vector, wait)?),
            Err(RunError::Gone(_)) => None,
            Err(error) => return Err(error),
        };
        let silence = silent
            .as_mut()
            .map(|silent| silent.answers_after_all(vector.dialect, &mut self.fences, wait, since));
        let first = match silence {
            Some(Err(end @ (ExchangeEnd::TimedOut(_) | ExchangeEnd::Blocked(_)))) => {
                let why = end.silence().unwrap_or_default();
                Outcome { why, ..suspected }
            }
            Some(Err(ExchangeEnd::Interrupted)) => return Err(RunError::Interrupted),
            Some(Err(ExchangeEnd::Died { death, log })) => Outcome {
                verdict: Verdict::Crash,
                why: death.to_string(),
                log,
                ..suspected
            },
            // The silent instance was only slow. The fresh one decides, but a hang needs a second
            // instance.
            _ => match second {
                Some(second) if !is_loss(&second) => {
                    self.hangs.withdraw_suspicion(vector);
                    return Ok(second.into());
                }
                _ => return Ok(self.confirm_by_fresh(suspected)?.into()),
            },
        };
        let Some(second) = second else {
            return Ok(first.into());
        };
        if second.verdict == Verdict::Hang {
            self.hangs.record_hang(vector);
        }
        if is_loss(&second) {
            return Ok(agreed(first, second).into());
        }
        if let Some(cause) = self.replay(first.verdict, sent)? {
            if cause.verdict == Verdict::Hang {
                self.hangs.record_hang(cause.vector);
            }
            return Ok(Confirmed {
                outcome: second,
                explained: Some((first, cause)),
            });
        }
        // Nothing explains the silence. On a busy machine an instance may be slower than any wait
        // that is short enough for a run.
        if first.verdict == Verdict::Hang
            && let Some(silent) = &mut silent
            && silent
                .answers_after_all(
                    vector.dialect,
                    &mut self.fences,
                    AnswerWait::FULL,
                    Instant::now(),
                )
                .is_ok()
        {
            self.hangs.withdraw_suspicion(vector);
            return Ok(second.into());
        }
        Ok(agreed(first, second).into())
    }

    /// Waits for an answer of the silent instance.
    fn wait_for_silent(
        &mut self,
        dialect: Dialect,
        wait: AnswerWait,
        since: Instant,
    ) -> Result<(), ExchangeEnd> {
        match &mut self.session {
            Some(silent) => silent.answers_after_all(dialect, &mut self.fences, wait, since),
            None => Ok(()),
        }
    }

    /// Sends the vector of a slow instance to a fresh one, and to another if that falls silent.
    fn confirm_by_fresh<'c>(&mut self, slow: Outcome<'c>) -> Result<Outcome<'c>, RunError> {
        self.hangs.withdraw_suspicion(slow.vector);
        match self.try_patiently(slow.vector, AnswerWait::FULL) {
            Err(RunError::Gone(_)) => Ok(slow),
            Ok(second) if is_loss(&second) => {
                let third = self.try_patiently(second.vector, AnswerWait::FULL)?;
                Ok(agreed(second, third))
            }
            second => second,
        }
    }

    /// Sends a vector to the running instance, or else to a fresh one, and waits up to `wait` for
    /// an answer.
    fn try_patiently<'c>(
        &mut self,
        vector: &'c Vector,
        wait: AnswerWait,
    ) -> Result<Outcome<'c>, RunError> {
        self.ensure_running()?;
        self.set_answer_wait(wait);
        let outcome = self.try_once(vector, None)?;
        if is_loss(&outcome) {
            self.lose(&outcome);
        }
        Ok(outcome)
    }
}

/// Returns the outcome of a vector that was tried twice; the first try lost the instance.
pub(super) fn agreed<'c>(first: Outcome<'c>, second: Outcome<'c>) -> Outcome<'c> {
    if first.verdict == second.verdict {
        return second;
    }
    // The timing decides whether the runner sees the end of a process or its silence first.
    if is_loss(&first) && is_loss(&second) {
        return if first.verdict == Verdict::Crash {
            first
        } else {
            second
        };
    }
    let found = if second.why.is_empty() {
        second.verdict.as_str()
    } else {
        &second.why
    };
    let why = format!("{}; a fresh subject did something else: {found}", first.why);
    Outcome {
        verdict: Verdict::Flaky,
        why,
        ..second
    }
}
