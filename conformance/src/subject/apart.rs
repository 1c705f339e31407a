use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::event::SubjectEvent;
use super::exchange::{Exchange, ExchangeEnd};
use super::session::Session;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::observation::{Arrival, Observation, ReportContent};
use crate::vectors::{Expectation, Step};

/// How long the runner waits for the report of a datagram that the subject may reject without a
/// report, and how much longer for each KiB of the datagram.
const SILENCE: [Duration; 2] = [Duration::from_millis(30), Duration::from_millis(10)];
/// The same for a datagram that the subject must report.
const LONG_SILENCE: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(20)];

/// How long the runner waits for late reports in total, because a subject may never be silent.
const MAX_LATE: Duration = Duration::from_secs(2);

/// Exchanges with a subject that reports out of order: the report of a fence does not prove that
/// the subject has reported the datagrams before it.
impl Session {
    /// Sends each datagram after the report of the one before it, and a fence after the last
    /// report.
    ///
    /// If a report does not come, goes on after a time that depends only on the datagram.
    pub(crate) fn exchange_apart(
        &mut self,
        dialect: Dialect,
        steps: &[Step],
        fences: &mut Fences,
    ) -> Exchange {
        let begin = Instant::now();
        let mut observation = Observation::default();
        let result = self.send_apart(dialect, steps, fences, &mut observation);
        self.copies.record(&mut observation);
        Exchange {
            observation,
            end: result.err().unwrap_or(ExchangeEnd::Fenced),
            duration: begin.elapsed(),
            dropped: self.newly_dropped(),
        }
    }

    /// Sends a datagram without a fence, and returns whether the subject reports it. `is_about_it`
    /// returns whether a line reports this datagram.
    pub(crate) fn reports_unprompted(
        &mut self,
        datagram: &[u8],
        is_about_it: impl Fn(&[u8]) -> bool,
    ) -> bool {
        if self.send(datagram, &mut Observation::default()).is_err() {
            return false;
        }
        let deadline = Instant::now() + wait_for(datagram, LONG_SILENCE);
        loop {
            match self.wait_for_line(deadline) {
                Some(raw) if is_about_it(&raw) => return true,
                Some(_) if Instant::now() < deadline => {}
                _ => return false,
            }
        }
    }

    /// Passes reports of datagrams that were sent before to `on_report`, until the subject has
    /// written nothing for some time, or `on_report` returns that no more are expected. Returns
    /// `false` if neither happened.
    pub(crate) fn collect_late(
        &mut self,
        mut on_report: impl FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> bool {
        let end = Instant::now() + MAX_LATE;
        while Instant::now() < end {
            let line = self.wait_for_line(Instant::now() + LONG_SILENCE[0]);
            if line.is_none_or(|raw| on_report(raw).is_break()) {
                return true;
            }
        }
        false
    }

    fn send_apart(
        &mut self,
        dialect: Dialect,
        steps: &[Step],
        fences: &mut Fences,
        observation: &mut Observation,
    ) -> Result<(), ExchangeEnd> {
        self.collect_early(fences, observation)?;
        for step in steps {
            self.send(&step.datagram, observation)?;
            let silence = if may_be_silent(&step.expect) {
                SILENCE
            } else {
                LONG_SILENCE
            };
            let deadline = Instant::now() + wait_for(&step.datagram, silence);
            while let Some(raw) = self.wait_for_line(deadline) {
                let content = self.content_of(&raw, fences);
                let is_of_step = content == ReportContent::Unparsed;
                observation.record(raw, content, Arrival::InTime);
                // A subject may write copies of fences without end.
                if is_of_step || Instant::now() >= deadline {
                    break;
                }
            }
        }
        self.fence(dialect, fences, observation)
    }

    /// Waits for a line until a deadline. Queues any other event for the exchange with the next
    /// fence.
    fn wait_for_line(&mut self, deadline: Instant) -> Option<Vec<u8>> {
        match self.next_event(deadline)? {
            SubjectEvent::Line(raw) => Some(raw),
            event => {
                self.queued.push_front(event);
                None
            }
        }
    }
}

fn wait_for(datagram: &[u8], [wait, per_kib]: [Duration; 2]) -> Duration {
    let kib = u32::try_from(datagram.len() >> 10).unwrap_or(u32::MAX);
    wait + per_kib * kib
}

/// Returns whether the subject may write no report for a datagram.
fn may_be_silent(expected: &Expectation) -> bool {
    let mut alternatives = expected.alternatives().iter();
    alternatives.any(|one| matches!(one, Expectation::Reject | Expectation::Survive))
}
