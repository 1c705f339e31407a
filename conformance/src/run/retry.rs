use super::behaviour::Behaviour;
use super::blame::{blame_for_early, blame_for_end, blame_for_late};
use super::error::RunError;
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::dialect::Dialect;
use crate::judge::{Judgment, Strictness, Verdict, grade, judge};
use crate::subject::{Exchange, ExchangeEnd, SendMode};
use crate::vectors::Vector;

/// The outcome of a vector that was sent, and sent again if the subject died or fell silent.
pub(super) struct Tried<'c> {
    pub(super) outcome: Outcome<'c>,
    /// The first outcome, if the subject was lost and a fresh instance behaved differently.
    pub(super) differing: Option<Outcome<'c>>,
}

impl<'c> Tried<'c> {
    fn once(outcome: Outcome<'c>) -> Self {
        Self {
            outcome,
            differing: None,
        }
    }
}

impl Supervisor<'_> {
    /// Sends a vector, and sends it once more to a fresh instance if this one died or fell silent.
    ///
    /// `first_try` is the outcome of an earlier try, which replaces the first one.
    pub(super) fn try_twice<'c>(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
    ) -> Result<Tried<'c>, RunError> {
        let first = match first_try {
            Some(first) => first,
            None => match self.ensure_running() {
                Ok(()) => self.try_once(vector, None)?,
                Err(RunError::Gone(why)) => {
                    // The vector was not sent, so its outcome says only how the subject was lost.
                    let verdict = self.lost_verdict().unwrap_or(Verdict::Crash);
                    let assessor = self.assessor(vector.dialect);
                    return Ok(Tried::once(assessor.outcome(vector, verdict, why)));
                }
                Err(error) => return Err(error),
            },
        };
        if !is_loss(&first) {
            return Ok(Tried::once(first));
        }
        self.lose(&first);
        match self.ensure_running() {
            Ok(()) => {}
            Err(RunError::Gone(_)) => return Ok(Tried::once(first)),
            Err(error) => return Err(error),
        }
        let second = self.try_once(vector, None)?;
        if is_loss(&second) {
            self.lose(&second);
        }
        let differing = (second.verdict != first.verdict).then_some(first);
        Ok(Tried {
            outcome: second,
            differing,
        })
    }

    /// Sends a vector once, to the running instance or to a fresh one, and a fence after the
    /// vector. Ends an instance that fell silent.
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

    /// Sends a fence after the last vector. If the subject fails at the fence, blames the last
    /// vector.
    pub(super) fn close(&mut self, last: &mut Outcome<'_>) -> Result<(), RunError> {
        if !self.is_running() {
            return Ok(());
        }
        let dialect = last.vector.dialect;
        let mut exchange = self.exchange(dialect, [], SendMode::Burst);
        let is_out_of_turn = !exchange.observation.reports.is_empty();
        let is_alive = exchange.end == ExchangeEnd::Fenced;
        let is_explained = self.explains_turns(dialect, is_out_of_turn && is_alive)?;
        let early = exchange.observation.take_early();
        if !is_explained {
            blame_for_early(last, early, self.answering());
        }
        blame_for_late(last, &[], &mut exchange.observation);
        match exchange.end {
            ExchangeEnd::Fenced => {
                let judgment = judge(&[], &exchange.observation, self.answering());
                if let Judgment::Departs { .. } = judgment
                    && !last.verdict.is_failure(Strictness::Should)
                    && !is_explained
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
    pub(super) fn try_once<'c>(
        &mut self,
        vector: &'c Vector,
        before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let instance = self.instance();
        let mut exchange = self.send_alone(vector);
        let early = exchange.observation.take_early();
        let is_out_of_turn = !early.is_empty() && exchange.end == ExchangeEnd::Fenced;
        if let Some(before) = before.filter(|before| before.instance == instance)
            && !self.explains_turns(vector.dialect, is_out_of_turn)?
        {
            blame_for_early(before, early, self.answering());
            blame_for_late(before, &vector.steps, &mut exchange.observation);
        }
        match exchange.end {
            ExchangeEnd::Unsendable(message) => Err(unsendable(vector, message)),
            ExchangeEnd::Interrupted => Err(RunError::Interrupted),
            _ => {
                if let ExchangeEnd::Died { .. } = exchange.end {
                    self.end_instance();
                }
                Ok(self.assessor(vector.dialect).assess(vector, exchange))
            }
        }
    }

    /// Returns whether it is known that the subject reports datagrams of this dialect out of order.
    pub(super) fn has_no_turn(&self, dialect: Dialect) -> bool {
        self.does(dialect, Behaviour::ReportsOvertake) || self.does(dialect, Behaviour::RepeatsLate)
    }

    /// Returns whether it is known that the subject reports datagrams of this dialect out of order.
    /// If a report came out of order, investigates first.
    pub(super) fn explains_turns(
        &mut self,
        dialect: Dialect,
        is_out_of_turn: bool,
    ) -> Result<bool, RunError> {
        if is_out_of_turn && !self.has_no_turn(dialect) {
            self.investigate_failure(dialect)?;
        }
        Ok(self.has_no_turn(dialect))
    }

    fn send_alone(&mut self, vector: &Vector) -> Exchange {
        let dialect = vector.dialect;
        if self.does(dialect, Behaviour::ReportsOvertake) {
            let session = self.session.as_mut().expect("an instance runs");
            let exchange = session.exchange_apart(dialect, &vector.steps, &mut self.fences);
            self.record_copies(dialect);
            return exchange;
        }
        let datagrams = || vector.steps.iter().map(|step| &step.datagram[..]);
        let exchange = self.exchange(dialect, datagrams(), SendMode::Burst);
        if exchange.end == ExchangeEnd::Fenced && exchange.dropped > 0 {
            return self.exchange(dialect, datagrams(), SendMode::OneByOne);
        }
        exchange
    }
}

/// Returns whether the subject died or fell silent.
pub(super) fn is_loss(outcome: &Outcome<'_>) -> bool {
    matches!(outcome.verdict, Verdict::Crash | Verdict::Hang)
}

/// Returns whether the subject answered, but not right.
pub(super) fn is_wrong(outcome: &Outcome<'_>) -> bool {
    matches!(outcome.verdict, Verdict::Fail | Verdict::Warn)
}

fn unsendable(vector: &Vector, message: String) -> RunError {
    RunError::Unsendable {
        vector: vector.id.clone(),
        message,
    }
}
