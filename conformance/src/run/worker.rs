use std::mem;
use std::thread::Scope;
use std::time::Instant;

use super::blame::blame_for_end;
use super::confirm::agreed;
use super::delayed::DelayedOutcomes;
use super::error::RunError;
use super::outcome::Outcome;
use super::pipeline::{PipelineOutcome, passes};
use super::replay::Sent;
use super::retry::{Tried, is_loss};
use super::spare::SpareInstances;
use super::state::may_show_state;
use super::supervisor::Supervisor;
use super::worker_event::WorkerEvent;
use crate::judge::{Judgment, Strictness, Verdict, judge};
use crate::subject::{AnswerWait, ExchangeEnd};
use crate::vectors::Vector;

/// Sends these vectors to one instance of the subject at a time, and emits their outcomes in order.
///
/// In other threads, at most `max_threads`, it waits for instances that do not answer.
pub(super) fn run<'s, 'env, 'r: 's, 'c: 's>(
    scope: &'s Scope<'s, 'env>,
    max_threads: usize,
    supervisor: &mut Supervisor<'r>,
    vectors: &[&'c Vector],
    emit: &mut dyn FnMut(WorkerEvent<'c>),
) -> Result<(), RunError> {
    let mut worker = Worker {
        supervisor,
        outcomes: DelayedOutcomes::new(scope, max_threads, emit),
        spare: SpareInstances::new(scope),
        sent: Vec::new(),
        instance: 0,
        is_unchecked: false,
    };
    let result = worker.run(vectors);
    worker.spare.end();
    let finished = worker.outcomes.finish();
    result.and(finished)
}

struct Worker<'w, 's, 'env, 'r, 'c> {
    supervisor: &'w mut Supervisor<'r>,
    outcomes: DelayedOutcomes<'w, 's, 'env, 'c>,
    spare: SpareInstances<'s, 'env, 'r>,
    /// The vectors that were sent to one instance, in order.
    sent: Vec<&'c Vector>,
    /// The number of that instance.
    instance: usize,
    /// Whether the newest outcome is a wrong sequence that was not checked for state.
    is_unchecked: bool,
}

impl<'s, 'r: 's, 'c: 's> Worker<'_, 's, '_, 'r, 'c> {
    fn run(&mut self, vectors: &[&'c Vector]) -> Result<(), RunError> {
        let mut left = vectors;
        while let Some((vector, rest)) = left.split_first() {
            if let Some(why) = self.supervisor.does_not_apply(vector) {
                let assessor = self.supervisor.assessor(vector.dialect);
                let outcome = assessor.outcome(vector, Verdict::NotApplicable, why);
                self.push(outcome)?;
                left = rest;
            } else {
                let count = self.run_some(left)?;
                left = &left[count..];
            }
        }
        if let Some(last) = self.outcomes.last() {
            self.supervisor.close(last)?;
        }
        self.check_state()
    }

    /// Runs the first of these vectors, as many in a pipeline as possible, and returns their
    /// number.
    fn run_some(&mut self, vectors: &[&'c Vector]) -> Result<usize, RunError> {
        for vector in &vectors[..self.next_count(vectors)] {
            self.supervisor.investigate_before(vector)?;
        }
        if let Some(last) = self.outcomes.last() {
            self.supervisor.collect_late(last)?;
        }
        // What was found out may have ended the instance, or forbid pipelines.
        let vectors = &vectors[..self.next_count(vectors)];
        if vectors.len() == 1 {
            self.run_alone(vectors[0])?;
            Ok(1)
        } else {
            self.run_pipelined(vectors)
        }
    }

    /// Returns how many of the first of these vectors are sent next.
    fn next_count(&mut self, vectors: &[&'c Vector]) -> usize {
        let count = match self.outcomes.last() {
            // Its late reports can be recognised only if the next vector runs alone.
            Some(last) if last.verdict.is_failure(Strictness::Should) => 1,
            _ => self.supervisor.max_pipelined(vectors),
        };
        let applies = |vector: &&&Vector| self.supervisor.does_not_apply(vector).is_none();
        let count = vectors[..count].iter().take_while(applies).count();
        count.max(1)
    }

    /// Runs a vector alone.
    fn run_alone(&mut self, vector: &'c Vector) -> Result<(), RunError> {
        if let Some((loss, history)) = self.try_vector(vector, None)? {
            let in_flight = vec![vector];
            self.explain(&Sent { history, in_flight }, loss)?;
        }
        Ok(())
    }

    /// Runs vectors in a pipeline. From the first that does not go well, they are sent again one at
    /// a time: only then is it certain which of them causes what. Returns the number of vectors
    /// that were run.
    fn run_pipelined(&mut self, vectors: &[&'c Vector]) -> Result<usize, RunError> {
        self.check_state()?;
        self.expect_silence(vectors[0]);
        let known = self.supervisor.discoveries.all();
        let outcomes = &mut self.outcomes;
        let PipelineOutcome {
            good,
            suspicion,
            mut first_try,
            end,
            dropped,
        } = self
            .supervisor
            .send_pipelined(vectors, &passes, &mut |outcome| outcomes.push(outcome))?;
        self.supervisor.set_answer_wait(AnswerWait::FULL);
        for vector in &vectors[..good] {
            self.record_sent(vector);
        }
        if let Some(silent) = first_try.take_if(|outcome| self.can_replace(outcome)) {
            self.replace(silent, vectors[good..].to_vec())?;
            // A subject that reads ahead may hang at any of them.
            for vector in &vectors[good + 1..] {
                self.run_alone(vector)?;
            }
            return Ok(vectors.len());
        }
        if let Some(end) = end {
            self.explain_end(end)?;
        }
        let Some(first) = vectors.get(good) else {
            return Ok(good);
        };
        // What the kernel dropped is no reason for a suspicion.
        let mut suspicion = suspicion.filter(|_| dropped == 0);
        if suspicion.is_some() {
            self.supervisor.investigate_failure(first.dialect)?;
            // What the pipeline or the investigation has shown explains it.
            suspicion = suspicion.filter(|_| self.supervisor.discoveries.all() == known);
        }
        let mut unexplained = None;
        for vector in &vectors[good..] {
            let differing = self.try_vector(vector, first_try.take())?;
            let is_first = std::ptr::eq(*vector, *first);
            let Some(outcome) = self.outcomes.last() else {
                continue;
            };
            // A vector that goes wrong alone, too, is not flaky. Nor is one that only may be read
            // right.
            let answering = self.supervisor.answering();
            let judgment = judge(&vector.steps, &outcome.observation, answering);
            if outcome.verdict.is_failure(Strictness::Should)
                || matches!(judgment, Judgment::Departs { .. })
            {
                suspicion = None;
            }
            // A subject that reads ahead is lost by a later vector than the first that it does not
            // answer.
            if is_loss(outcome) && differing.is_none() {
                unexplained = None;
            }
            match differing {
                Some(differing) if is_first => unexplained = Some(differing),
                Some((loss, history)) => {
                    let in_flight = vec![*vector];
                    self.explain(&Sent { history, in_flight }, loss)?;
                }
                None => {}
            }
        }
        if let Some((loss, history)) = unexplained {
            let in_flight = vectors[good..].to_vec();
            self.explain(&Sent { history, in_flight }, loss)?;
        }
        if let Some(why) = suspicion
            && let Some(outcome) = self.outcomes.of(first)
        {
            outcome.verdict = Verdict::Flaky;
            outcome.why = format!("among others, without a pause: {why}; alone it did not do that");
        }
        Ok(vectors.len())
    }

    /// Tries a vector alone, and adds its outcome. Returns the loss of an instance that a fresh one
    /// did not repeat, and the vectors that were sent to the lost one before.
    fn try_vector(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
    ) -> Result<Option<(Outcome<'c>, Vec<&'c Vector>)>, RunError> {
        let mut first_try = first_try;
        let known = self.supervisor.discoveries.all();
        if first_try.is_none() && self.start_instance()? {
            self.expect_silence(vector);
            let before = self.outcomes.last();
            let tried = self.supervisor.try_once(vector, before)?;
            self.supervisor.set_answer_wait(AnswerWait::FULL);
            if self.can_replace(&tried) {
                self.replace(tried, vec![vector])?;
                return Ok(None);
            }
            first_try = Some(tried);
        }
        let mut tried = self.supervisor.try_twice(vector, first_try)?;
        let is_wrong = matches!(tried.outcome.verdict, Verdict::Fail | Verdict::Warn);
        if is_wrong {
            self.supervisor.investigate_failure(vector.dialect)?;
            if self.supervisor.discoveries.all() != known {
                tried = self.supervisor.try_twice(vector, None)?;
            }
        }
        let Tried { outcome, differing } = tried;
        let differing = differing.map(|loss| {
            let history = self.history_of(&loss);
            (loss, history)
        });
        if !is_loss(&outcome) {
            self.record_sent(vector);
        }
        self.push(outcome)?;
        Ok(differing)
    }

    /// Finds the vector that caused a loss which its own vector does not cause on a fresh instance.
    /// The lost instance was `sent` these vectors.
    fn explain(&mut self, sent: &Sent<'c>, loss: Outcome<'c>) -> Result<(), RunError> {
        // A silent subject that the user runs is not started afresh.
        let is_replayable = loss.verdict == Verdict::Crash || self.supervisor.can_start();
        let cause = if is_replayable {
            self.supervisor.replay(loss.verdict, sent)?
        } else {
            None
        };
        if let Some(cause) = cause {
            self.outcomes.blame(&loss, cause);
        } else if let Some(outcome) = self.outcomes.of(loss.vector) {
            let second = outcome.clone();
            *outcome = agreed(loss, second);
        }
        Ok(())
    }

    /// Finds the vector that ended the instance after all that were sent had been answered. If no
    /// replay shows it, the last one is to blame.
    fn explain_end(&mut self, end: ExchangeEnd) -> Result<(), RunError> {
        let sent = Sent {
            history: self.sent.clone(),
            in_flight: Vec::new(),
        };
        let cause = match end {
            ExchangeEnd::Died { .. } => self.supervisor.replay(Verdict::Crash, &sent)?,
            _ => None,
        };
        let culprit = cause.and_then(|cause| {
            let vector = cause.vector;
            cause.blame(self.outcomes.of(vector)?);
            Some(vector)
        });
        let loss = match culprit {
            Some(vector) => self.outcomes.of(vector),
            None => self.outcomes.last(),
        };
        if let Some(loss) = loss {
            if culprit.is_none() {
                blame_for_end(loss, end);
            }
            self.supervisor.record_loss(loss);
        }
        Ok(())
    }

    /// Starts an instance if none runs, and returns whether one does. If silent ones stand in its
    /// way, it waits for their end.
    fn start_instance(&mut self) -> Result<bool, RunError> {
        for _ in 0..2 {
            match self.supervisor.ensure_running() {
                Ok(()) => return Ok(true),
                Err(RunError::Gone(_)) if self.outcomes.is_waiting() => {
                    self.outcomes.join_all();
                    self.supervisor.forget_failed_starts();
                }
                Err(RunError::Gone(_)) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Shortens the wait for the next answers, if another instance can take the place of a silent
    /// one.
    fn expect_silence(&mut self, vector: &Vector) {
        if self.supervisor.can_have_siblings() {
            let wait = self.supervisor.hangs.wait_to_suspect(vector);
            self.supervisor.set_answer_wait(wait);
        }
    }

    /// Returns whether an outcome is the silence of an instance, whose place another can take.
    fn can_replace(&self, outcome: &Outcome<'_>) -> bool {
        outcome.verdict == Verdict::Hang && self.supervisor.can_have_siblings()
    }

    /// Lets another thread find out whether the instance hangs, and goes on with a fresh one.
    /// `in_flight` is what the silent one has not answered.
    fn replace(&mut self, silent: Outcome<'c>, in_flight: Vec<&'c Vector>) -> Result<(), RunError> {
        let history = self.history_of(&silent);
        let sent = Sent { history, in_flight };
        let mut next = self.supervisor.sibling();
        if let Some(spare) = self.spare.take() {
            next.take_over(spare);
        }
        let supervisor = mem::replace(self.supervisor, next);
        if supervisor.hangs.is_suspected(silent.vector) {
            self.spare.prepare(&supervisor);
        }
        supervisor.hangs.record_suspicion(silent.vector);
        let since = Instant::now();
        self.outcomes
            .push_pending(move || supervisor.confirm_hang(silent, &sent, since))
    }

    /// Adds an outcome.
    fn push(&mut self, outcome: Outcome<'c>) -> Result<(), RunError> {
        self.check_state()?;
        self.is_unchecked = may_show_state(&outcome);
        self.outcomes.push(outcome);
        Ok(())
    }

    /// Finds out whether the last sequence was read wrong because of its order: in another thread,
    /// if another instance can be started for that.
    fn check_state(&mut self) -> Result<(), RunError> {
        if !mem::take(&mut self.is_unchecked) {
            return Ok(());
        }
        let Some(mut outcome) = self.outcomes.pop() else {
            return Ok(());
        };
        if self.supervisor.can_have_siblings() {
            let mut sibling = self.supervisor.sibling();
            self.outcomes.push_pending(move || {
                sibling.judge_state(&mut outcome)?;
                Ok(outcome.into())
            })?;
        } else {
            self.supervisor.judge_state(&mut outcome)?;
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    /// Returns the vectors that were sent before to the instance of this outcome.
    fn history_of(&self, outcome: &Outcome<'_>) -> Vec<&'c Vector> {
        if outcome.instance == self.instance {
            self.sent.clone()
        } else {
            Vec::new()
        }
    }

    /// Records that a vector was sent to the instance.
    fn record_sent(&mut self, vector: &'c Vector) {
        if self.instance != self.supervisor.instance() {
            self.instance = self.supervisor.instance();
            self.sent.clear();
        }
        self.sent.push(vector);
    }
}
