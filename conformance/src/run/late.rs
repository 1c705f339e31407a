use super::blame::{blame_for_early, blame_for_end};
use super::error::RunError;
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::observation::Observation;

impl Supervisor<'_> {
    /// Collects what the subject did after it reported the vector's fence and before the next
    /// datagram, and blames the vector for it.
    pub(super) fn collect_late(&mut self, last: &mut Outcome<'_>) -> Result<(), RunError> {
        let instance = self.instance();
        let dialect = last.vector.dialect;
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let mut observation = Observation::default();
        let result = session.collect_early(&self.fences, &mut observation);
        self.record_copies(dialect);
        if last.instance != instance {
            return Ok(());
        }
        let is_out_of_turn = !observation.reports.is_empty() && result.is_ok();
        if !self.explains_turns(dialect, is_out_of_turn)? {
            blame_for_early(last, observation.reports, self.answering());
        }
        if let Err(end) = result {
            blame_for_end(last, end);
            self.lose(last);
        }
        Ok(())
    }
}
