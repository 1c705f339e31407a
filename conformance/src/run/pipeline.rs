use super::error::RunError;
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::judge::{Strictness, Verdict};
use crate::subject::{Exchange, ExchangeEnd, PipelineEnd};
use crate::vectors::Vector;

/// The reason for a failure if the subject reported the vectors of a pipeline correctly, but not
/// the fences between them.
const OUT_OF_TURN: &str =
    "the good event that followed was reported differently from the others, or out of order";

/// The outcome of vectors that were sent in a pipeline.
pub(crate) struct PipelineOutcome<'c> {
    /// The number of vectors, from the first on, that went well.
    pub(crate) good: usize,
    /// What the subject did at the first vector that did not go well, if it did anything.
    pub(crate) suspicion: Option<String>,
    /// How the subject ended or fell silent, if it did so at the first vector that did not go well.
    pub(crate) first_try: Option<Outcome<'c>>,
    /// How the subject ended, if it ended after all vectors had gone well.
    pub(crate) end: Option<ExchangeEnd>,
    /// The number of datagrams that the kernel dropped meanwhile. The subject is not to blame for
    /// them.
    pub(crate) dropped: u64,
}

/// Returns whether a vector went well by its verdict.
pub(crate) fn passes(outcome: &Outcome<'_>) -> bool {
    !outcome.verdict.is_failure(Strictness::Should)
}

impl Supervisor<'_> {
    /// Returns how many of the first of these vectors can be sent in a pipeline: 0 if no instance
    /// runs.
    pub(crate) fn max_pipelined(&self, vectors: &[&Vector]) -> usize {
        let has_turn = |vector: &&&Vector| !self.has_no_turn(vector.dialect);
        let count = vectors.iter().take_while(has_turn).count();
        self.session
            .as_ref()
            .map_or(0, |session| session.max_pipelined(&vectors[..count]))
    }

    /// Sends vectors in a pipeline, and emits the outcomes for which `goes_well` returns true. Ends
    /// the instance if it died or has to be replaced, but not if it fell silent.
    ///
    /// # Panics
    ///
    /// If no instance runs.
    pub(crate) fn send_pipelined<'c>(
        &mut self,
        vectors: &[&'c Vector],
        goes_well: &dyn Fn(&Outcome<'c>) -> bool,
        emit: &mut dyn FnMut(Outcome<'c>),
    ) -> Result<PipelineOutcome<'c>, RunError> {
        let assessors: Vec<_> = vectors
            .iter()
            .map(|vector| self.assessor(vector.dialect))
            .collect();
        let session = self.session.as_mut().expect("an instance runs");
        let mut good = 0;
        let mut suspicion = None;
        let mut assess = |exchange| {
            if suspicion.is_some() {
                return;
            }
            let outcome = assessors[good].assess(vectors[good], exchange);
            if goes_well(&outcome) {
                good += 1;
                emit(outcome);
            } else {
                suspicion = Some(outcome.why);
            }
        };
        let pipeline = session.exchange_pipelined(vectors, &mut self.fences, &mut assess);
        self.record_copies(vectors[0].dialect);
        let session = self.session.as_mut().expect("an instance runs");
        let mut result = PipelineOutcome {
            good,
            suspicion,
            first_try: None,
            end: None,
            dropped: pipeline.dropped,
        };
        if result.suspicion.is_some() {
            // A datagram may have been dropped even if no fence is missing.
            result.dropped += session.newly_dropped();
        }
        if let PipelineEnd::OutOfTurn | PipelineEnd::Lost(ExchangeEnd::Fenced) = pipeline.end {
            result.suspicion.get_or_insert_with(|| OUT_OF_TURN.into());
        }
        let PipelineEnd::Lost(end) = pipeline.end else {
            return Ok(result);
        };
        // A subject that died or fell silent did so at the first vector without an answer, so this
        // counts as the first try of that vector. A silence does not count if the kernel dropped
        // datagrams, because the fence may have been among them.
        let is_subjects_doing = match end {
            ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
            ExchangeEnd::Died { .. } => true,
            ExchangeEnd::TimedOut(_) | ExchangeEnd::Blocked(_) => result.dropped == 0,
            ExchangeEnd::Fenced | ExchangeEnd::Unsendable(_) => false,
        };
        if is_subjects_doing && result.suspicion.is_none() {
            match vectors.get(result.good) {
                Some(vector) => {
                    let assessor = assessors[result.good];
                    let exchange = Exchange::ended(end);
                    result.first_try = Some(assessor.assess(vector, exchange));
                }
                None => result.end = Some(end),
            }
        }
        // Another thread may find out whether a silent instance hangs.
        let is_silent = |outcome: &Outcome<'_>| outcome.verdict == Verdict::Hang;
        if !result.first_try.as_ref().is_some_and(is_silent) {
            self.end_instance();
        }
        Ok(result)
    }
}
