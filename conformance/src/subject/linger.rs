use std::time::{Duration, Instant};

use super::event::SubjectEvent;
use super::session::Session;
use crate::observation::MAX_REPORTS;
use crate::transport::STOP_CHECK_INTERVAL;

/// The lines that a subject reported although nothing was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lingering {
    /// The number of lines that are copies of earlier reports.
    pub(crate) copies: usize,
    /// The number of other lines.
    pub(crate) others: usize,
}

impl Session {
    /// Waits some time for reports, ends the subject, and counts what it reported until its end.
    pub(crate) fn linger_and_stop(mut self, time: Duration) -> Lingering {
        let deadline = Instant::now() + time;
        let mut lines = Vec::new();
        while Instant::now() < deadline && lines.len() < MAX_REPORTS && !self.stop.is_requested() {
            let until = deadline.min(Instant::now() + STOP_CHECK_INTERVAL);
            match self.next_event(until) {
                Some(SubjectEvent::Line(raw)) => lines.push(raw),
                Some(SubjectEvent::Closed | SubjectEvent::Exited(_)) => break,
                Some(SubjectEvent::LongLine | SubjectEvent::Writable) | None => {}
            }
        }
        lines.extend(self.handle.stop());
        let copies = lines.iter().filter(|raw| self.copies.is_copy(raw)).count();
        Lingering {
            copies,
            others: lines.len() - copies,
        }
    }
}
