use std::ops::ControlFlow;

use super::behaviour::Behaviour;
use super::blame::{blame_for_early, blame_for_end};
use super::error::RunError;
use super::outcome::Outcome;
use super::retry::{Tried, is_wrong};
use super::supervisor::Supervisor;
use crate::dialect::Dialect;
use crate::fence::Mark;
use crate::observation::Observation;
use crate::vectors::Vector;

/// The number of wrong results that came again when they were doubted, after which no more are.
const MAX_DOUBTED_IN_VAIN: usize = 8;

impl Supervisor<'_> {
    /// Returns whether a wrong result should be doubted, because the reports of the subject
    /// overtake each other: on a busy machine its report may have come too late, or a late one of
    /// an earlier vector in its place.
    pub(super) fn doubts_results(&self, dialect: Dialect) -> bool {
        self.doubted_in_vain < MAX_DOUBTED_IN_VAIN
            && self.does(dialect, Behaviour::ReportsOvertake)
            && !self.does(dialect, Behaviour::ReportsWithoutDatagram)
    }

    /// Waits for the last late reports. Returns whether the subject goes on to report something
    /// that is no fence, as if datagrams came all the time.
    pub(super) fn never_falls_silent(&mut self) -> bool {
        let fences = &self.fences;
        let mut has_reported = false;
        let Some(session) = &mut self.session else {
            return false;
        };
        let is_silent = session.collect_late(|raw| {
            has_reported |= fences.mark_any(&raw) == Mark::None;
            ControlFlow::Continue(())
        });
        has_reported && !is_silent
    }

    /// Sends a vector again, after the subject has been silent for some time.
    pub(super) fn try_after_silence<'c>(
        &mut self,
        vector: &'c Vector,
    ) -> Result<Tried<'c>, RunError> {
        if self.never_falls_silent() {
            self.discoveries
                .add(vector.dialect, Behaviour::ReportsWithoutDatagram);
        }
        let tried = self.try_twice(vector, None)?;
        self.doubted_in_vain += usize::from(is_wrong(&tried.outcome));
        Ok(tried)
    }

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
