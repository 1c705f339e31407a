use super::blame::blame_for_end;
use super::delayed::DelayedOutcomes;
use super::error::RunError;
use super::outcome::Outcome;
use super::pipeline::PipelineOutcome;
use super::supervisor::Supervisor;
use crate::judge::{Judgment, Strictness, Verdict, judge};
use crate::vectors::Vector;

/// Sends these vectors to one instance of the subject at a time, and emits their outcomes in order.
pub(super) fn run<'c>(
    supervisor: &mut Supervisor<'_>,
    vectors: &[&'c Vector],
    emit: &mut dyn FnMut(Outcome<'c>),
) -> Result<(), RunError> {
    let mut worker = Worker {
        supervisor,
        outcomes: DelayedOutcomes::new(emit),
    };
    worker.run(vectors)?;
    if let Some(last) = &mut worker.outcomes.last {
        worker.supervisor.close(last)?;
    }
    worker.outcomes.finish();
    Ok(())
}

struct Worker<'w, 'r, 'c> {
    supervisor: &'w mut Supervisor<'r>,
    outcomes: DelayedOutcomes<'w, 'c>,
}

impl<'c> Worker<'_, '_, 'c> {
    fn run(&mut self, vectors: &[&'c Vector]) -> Result<(), RunError> {
        let mut left = vectors;
        while let Some((vector, rest)) = left.split_first() {
            if let Some(why) = self.supervisor.does_not_apply(vector) {
                let assessor = self.supervisor.assessor();
                let outcome = assessor.outcome(vector, Verdict::NotApplicable, why);
                self.outcomes.push(outcome);
                left = rest;
            } else {
                let count = self.run_some(left)?;
                left = &left[count..];
            }
        }
        Ok(())
    }

    /// Runs the first of these vectors, as many in a pipeline as possible, and returns their
    /// number.
    fn run_some(&mut self, vectors: &[&'c Vector]) -> Result<usize, RunError> {
        let applies = |vector: &&&Vector| self.supervisor.does_not_apply(vector).is_none();
        let count = match &self.outcomes.last {
            // Its late reports can be recognised only if the next vector runs alone.
            Some(last) if last.verdict.is_failure(Strictness::Should) => 1,
            _ => self.supervisor.max_pipelined(vectors),
        };
        let count = vectors[..count].iter().take_while(applies).count();
        if count < 2 {
            let before = self.outcomes.last.as_mut();
            let outcome = self.supervisor.try_twice(vectors[0], None, before)?;
            self.outcomes.push(outcome);
            return Ok(1);
        }
        self.run_pipelined(&vectors[..count])?;
        Ok(count)
    }

    /// Runs vectors in a pipeline. From the first that does not go well, they are sent again one at
    /// a time: only then is it certain which of them causes what.
    fn run_pipelined(&mut self, vectors: &[&'c Vector]) -> Result<(), RunError> {
        let outcomes = &mut self.outcomes;
        let PipelineOutcome {
            good,
            suspicion,
            mut first_try,
            end,
            dropped,
        } = self
            .supervisor
            .send_pipelined(vectors, &mut |outcome| outcomes.push(outcome))?;
        if let (Some(end), Some(last)) = (end, &mut outcomes.last) {
            blame_for_end(last, end);
            self.supervisor.record_loss(last);
        }
        // What the kernel dropped is no reason for a suspicion.
        let mut suspicion = suspicion.filter(|_| dropped == 0);
        // Outcomes are emitted at once, unless the first may still become flaky.
        let mut again: Vec<Outcome<'c>> = Vec::new();
        for vector in &vectors[good..] {
            let before = again.last_mut().or(outcomes.last.as_mut());
            let outcome = self
                .supervisor
                .try_twice(vector, first_try.take(), before)?;
            // A vector that goes wrong alone, too, is not flaky. Nor is one that only may be read
            // right.
            let answering = self.supervisor.answering();
            let judgment = judge(&vector.steps, &outcome.observation, answering);
            if outcome.verdict.is_failure(Strictness::Should)
                || matches!(judgment, Judgment::Departs { .. })
            {
                suspicion = None;
            }
            again.push(outcome);
            if suspicion.is_none() {
                again.drain(..).for_each(|outcome| outcomes.push(outcome));
            }
        }
        if let Some(why) = suspicion {
            again[0].verdict = Verdict::Flaky;
            again[0].why =
                format!("among others, without a pause: {why}; alone it did not do that");
        }
        again.into_iter().for_each(|outcome| outcomes.push(outcome));
        Ok(())
    }
}
