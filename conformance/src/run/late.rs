use super::blame::{blame_for_early, blame_for_end};
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::observation::Observation;

impl Supervisor<'_> {
    /// Blames a vector for what the subject did since its fence came back, before anything else is
    /// sent.
    pub(super) fn collect_late(&mut self, last: &mut Outcome<'_>) {
        let instance = self.instance();
        let Some(session) = &mut self.session else {
            return;
        };
        let mut observation = Observation::default();
        let result = session.collect_early(&self.fences, &mut observation);
        self.record_copies(last.vector.dialect);
        if last.instance != instance {
            return;
        }
        if !self.has_no_turn(last.vector.dialect) {
            blame_for_early(last, observation.reports, self.answering());
        }
        if let Err(end) = result {
            blame_for_end(last, end);
            self.lose(last);
        }
    }
}
