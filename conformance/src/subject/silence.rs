use std::time::Instant;

use super::answer_wait::AnswerWait;
use super::event::SubjectEvent;
use super::exchange::ExchangeEnd;
use super::session::Session;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::observation::Observation;
use crate::transport::STOP_CHECK_INTERVAL;

/// Methods of a session whose subject was silent for a moment.
impl Session {
    /// Waits until a silent subject reports a fence. At first waits for a fence that was sent
    /// before, because some subjects report only when no more datagrams come. Then sends another
    /// fence.
    ///
    /// # Errors
    ///
    /// If the subject reports no fence within `wait`, which began at `since`. Returns how the
    /// subject was silent or died.
    pub(crate) fn answers_after_all(
        &mut self,
        dialect: Dialect,
        fences: &mut Fences,
        wait: AnswerWait,
        since: Instant,
    ) -> Result<(), ExchangeEnd> {
        let total = wait
            .until_answer(self.slowest_round_trip, 0)
            .min(self.limit);
        while since.elapsed() < total / 2 && !self.stop.is_requested() {
            let until = (since + total / 2).min(Instant::now() + STOP_CHECK_INTERVAL);
            match self.next_event(until) {
                Some(SubjectEvent::Line(raw)) if fences.is_tagged(&raw) => return Ok(()),
                Some(event @ (SubjectEvent::Closed | SubjectEvent::Exited(_))) => {
                    return Err(self.end_by(event, &mut Observation::default()));
                }
                _ => {}
            }
        }
        self.answer_wait = AnswerWait::exactly(total.saturating_sub(since.elapsed()));
        let result = self.fence(dialect, fences, &mut Observation::default());
        result.map_err(|end| match end {
            ExchangeEnd::TimedOut(_) => ExchangeEnd::TimedOut(total),
            ExchangeEnd::Blocked(_) => ExchangeEnd::Blocked(total),
            end => end,
        })
    }
}
