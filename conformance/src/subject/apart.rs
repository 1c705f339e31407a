use std::time::{Duration, Instant};

use super::event::SubjectEvent;
use super::exchange::{Exchange, ExchangeEnd};
use super::session::Session;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::observation::{Arrival, Observation};
use crate::vectors::{Expectation, Step};

/// How long a report is waited for that need not come, and how much longer for each KiB of its
/// datagram.
const SILENCE: [Duration; 2] = [Duration::from_millis(30), Duration::from_millis(10)];
/// The same for a report that has to come.
const LONG_SILENCE: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(50)];

/// Exchanges with a subject whose reports overtake each other, so that a fence which returns says
/// nothing about the datagrams before it.
impl Session {
    /// Sends each datagram when the one before it was reported, and a fence when all are.
    ///
    /// A report that need not come is waited for during a fixed time.
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

    /// Sends a datagram without a fence, and returns whether it is reported. `is_about_it` returns
    /// whether a reported line is about it.
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
            let left = deadline.saturating_duration_since(Instant::now());
            match self.wait_for_line(left) {
                Some(raw) if is_about_it(&raw) => return true,
                Some(_) if !left.is_zero() => {}
                _ => return false,
            }
        }
    }

    /// Waits for a report of a datagram that was sent before.
    pub(crate) fn wait_for_report(&mut self) -> Option<Vec<u8>> {
        self.wait_for_line(LONG_SILENCE[0])
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
            let wait = wait_for(&step.datagram, silence);
            if let Some(raw) = self.wait_for_line(wait) {
                let content = self.content_of(&raw, fences);
                observation.record(raw, content, Arrival::InTime);
            }
        }
        self.fence(dialect, fences, observation)
    }

    /// Waits for a line. Other events are left for the exchange that ends with a fence.
    fn wait_for_line(&mut self, wait: Duration) -> Option<Vec<u8>> {
        match self.next_event(Instant::now() + wait)? {
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

/// Returns whether a datagram may be answered by silence.
fn may_be_silent(expected: &Expectation) -> bool {
    let mut alternatives = expected.alternatives().iter();
    alternatives.any(|one| matches!(one, Expectation::Reject | Expectation::Survive))
}
