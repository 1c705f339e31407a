use std::mem;
use std::thread::Scope;
use std::time::Instant;

use super::behaviour::Behaviour;
use super::blame::blame_for_end;
use super::confirm::agreed;
use super::delayed::DelayedOutcomes;
use super::error::RunError;
use super::outcome::Outcome;
use super::pipeline::{PipelineOutcome, passes};
use super::replay::Sent;
use super::retry::{Tried, is_loss, is_wrong};
use super::spare::SpareInstances;
use super::state::may_show_state;
use super::supervisor::Supervisor;
use super::worker_event::WorkerEvent;
use crate::dialect::Dialect;
use crate::judge::{Judgment, Strictness, Verdict, judge};
use crate::subject::{AnswerWait, ExchangeEnd};
use crate::vectors::Vector;

/// Sends vectors to the subject, to one instance at a time, and emits their outcomes in order.
///
/// At most `max_threads` other threads wait for instances that do not answer.
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
    /// The vectors that were sent to the current instance, in order.
    sent: Vec<&'c Vector>,
    /// The number of that instance.
    instance: usize,
    /// Whether the newest outcome is a sequence that the subject read wrong, and that still has to
    /// be checked for a dependence on state.
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

    /// Runs the first vectors, as many in a pipeline as possible, and returns how many were run.
    fn run_some(&mut self, vectors: &[&'c Vector]) -> Result<usize, RunError> {
        for vector in &vectors[..self.next_count(vectors)] {
            self.supervisor.investigate_before(vector)?;
        }
        if let Some(last) = self.outcomes.last() {
            self.supervisor.collect_late(last)?;
        }
        // The investigations may have ended the instance, or may have shown that pipelines are
        // impossible.
        let vectors = &vectors[..self.next_count(vectors)];
        if vectors.len() == 1 {
            self.run_alone(vectors[0])?;
            Ok(1)
        } else {
            self.run_pipelined(vectors)
        }
    }

    /// Returns how many vectors, from the first one on, are sent next.
    fn next_count(&mut self, vectors: &[&'c Vector]) -> usize {
        let count = match self.outcomes.last() {
            // Late reports of a failed vector can be recognised only if the next vector runs alone.
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

    /// Runs vectors in a pipeline. Sends the first vector that does not go well and all later ones
    /// again, one at a time, to find out which vector causes what. If reports overtake each other,
    /// sends all again. Returns the number of vectors that were run.
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
            // A subject that reads ahead may hang at any of these vectors.
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
        // Datagrams that the kernel dropped do not make the subject suspicious.
        let mut suspicion = suspicion.filter(|_| dropped == 0);
        let mut again = good;
        if suspicion.is_some() {
            self.supervisor.investigate_failure(first.dialect)?;
            // A new discovery of the pipeline or the investigation explains the suspicion.
            suspicion = suspicion.filter(|_| self.supervisor.discoveries.all() == known);
            again -= self.remove_doubtful(good, &known);
        }
        let mut unexplained = None;
        for vector in &vectors[again..] {
            let differing = self.try_vector(vector, first_try.take())?;
            let is_first = std::ptr::eq(*vector, *first);
            let Some(outcome) = self.outcomes.last() else {
                continue;
            };
            // A vector at which the subject departs alone, too, is not flaky, whatever its verdict
            // is.
            let answering = self.supervisor.answering();
            let judgment = judge(&vector.steps, &outcome.observation, answering);
            if outcome.verdict.is_failure(Strictness::Should)
                || matches!(judgment, Judgment::Departs { .. })
            {
                suspicion = None;
            }
            // If the subject reads ahead, a later vector than the first one without an answer may
            // cause the loss.
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
            outcome.why = format!("in a burst with other vectors: {why}; alone it passed");
        }
        Ok(vectors.len())
    }

    /// Removes the outcomes of the newest vectors, at most `count` of them, if the runner has just
    /// discovered that reports overtake each other: a vector that expects a rejection may have
    /// passed because its report came late. Returns the number of removed outcomes.
    fn remove_doubtful(&mut self, count: usize, known: &[(Dialect, Behaviour)]) -> usize {
        let discovered = self.supervisor.discoveries.all();
        let mut new = discovered.iter().filter(|it| !known.contains(it));
        if !new.any(|(_, behaviour)| *behaviour == Behaviour::ReportsOvertake) {
            return 0;
        }
        (0..count).map_while(|_| self.outcomes.pop()).count()
    }

    /// Tries a vector alone, and adds its outcome. If the instance was lost and a fresh one was
    /// not, returns the loss and the vectors that were sent to the lost instance before.
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
        if is_wrong(&tried.outcome) {
            self.supervisor.investigate_failure(vector.dialect)?;
            if self.supervisor.discoveries.all() != known {
                tried = self.supervisor.try_twice(vector, None)?;
            }
        }
        if is_wrong(&tried.outcome) && self.supervisor.doubts_results(vector.dialect) {
            tried = self.supervisor.try_after_silence(vector)?;
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

    /// Finds the vector that caused a loss, if the vector at which the instance was lost does not
    /// harm a fresh instance. `sent` are the vectors that were sent to the lost instance.
    fn explain(&mut self, sent: &Sent<'c>, loss: Outcome<'c>) -> Result<(), RunError> {
        // The runner cannot restart a silent subject that the user runs.
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

    /// Finds the vector that ended an instance which had answered all vectors. If no replay finds
    /// it, blames the last one.
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

    /// Starts an instance if none runs, and returns whether one runs. If the start fails while
    /// other threads wait for silent instances, waits for these threads and tries again.
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

    /// Returns whether the instance fell silent and another one can take its place.
    fn can_replace(&self, outcome: &Outcome<'_>) -> bool {
        outcome.verdict == Verdict::Hang && self.supervisor.can_have_siblings()
    }

    /// Lets another thread find out whether the instance hangs, and goes on with a fresh one.
    /// `in_flight` are the vectors that the silent instance has not answered.
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

    /// Finds out whether the subject read the last sequence wrong because of earlier datagrams.
    /// Does so in another thread if another instance can be started.
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

    /// Returns the vectors that were sent before to the same instance as this outcome's vector.
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
