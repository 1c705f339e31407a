use std::time::{Duration, Instant};

use super::observer::{Observer, ObserverEvent};
use super::timing::POLL_INTERVAL;
use super::trial_end::TrialEnd;
use super::trial_state::{ReportOrigin, TrialState};
use super::wire::{BlockedBy, Wire as _};
use crate::dialect::Dialect;
use crate::fence::{Backoff, Barrier, Fences, Position};
use crate::subject::Stop;
use crate::transport::{Address, Batch, Bulk, Port, SendError};

/// A listener that has been silent for this time has reported all that it received, or is stuck.
pub(super) const QUIET: Duration = Duration::from_millis(50);
/// How long to wait for more after the fence has returned, from a listener that reports out of
/// order.
pub(super) const GRACE: Duration = Duration::from_millis(200);
/// How long to wait for the first fence before another is sent.
const FENCE_INTERVAL: Duration = Duration::from_millis(200);
/// The longest that a user who interrupts has to wait.
const INTERRUPT_TIMEOUT: Duration = Duration::from_secs(1);

/// The last part of a trial, after sending: reads the reports that are still on their way.
pub(super) struct Drain<'t, 's, O> {
    pub(super) dialect: Dialect,
    pub(super) address: &'t Address,
    /// The longest to wait for the fence, or for a listener that takes nothing more.
    pub(super) timeout: Duration,
    pub(super) stop: &'t Stop,
    pub(super) observer: &'t mut O,
    pub(super) fences: &'t mut Fences,
    pub(super) state: &'t mut TrialState<'s>,
    /// The kernel's drop counter when the trial began.
    pub(super) dropped_before: Option<u64>,
}

/// The result of a drain.
pub(super) struct Drained {
    /// How the trial ended. `None` if no more reports are to be expected.
    pub(super) end: Option<TrialEnd>,
    /// How many datagrams of the trial the kernel dropped, where it counts them.
    pub(super) dropped: Option<u64>,
}

impl<O: Observer> Drain<'_, '_, O> {
    /// Waits until all accepted datagrams are accounted for, or a fence shows that no more reports
    /// are to be expected.
    pub(super) fn run(&mut self, bulk: &mut Bulk, accepted: u64) -> Drained {
        let mut dropped = None;
        let end = self.wait_for_fence(bulk, accepted, &mut dropped);
        Drained { end, dropped }
    }

    /// Reads the last reports of a listener whose socket is closed, and returns how the trial
    /// ended.
    pub(super) fn after_refusal(&mut self) -> TrialEnd {
        if let Some(how) = self.read_rest() {
            return TrialEnd::Died(how);
        }
        if self.stop.is_requested() {
            return TrialEnd::Interrupted;
        }
        let nobody = || format!("nobody listens on {} any more", self.address);
        TrialEnd::Died(self.observer.find_death().unwrap_or_else(nobody))
    }

    /// Reads what is still on its way when the user interrupts.
    pub(super) fn after_interruption(&mut self) -> TrialEnd {
        self.read_rest()
            .map_or(TrialEnd::Interrupted, TrialEnd::Died)
    }

    /// Returns how many datagrams the kernel has dropped since the trial began, where it counts
    /// them.
    pub(super) fn dropped(&self) -> Option<u64> {
        if matches!(self.address, Address::Unix(_)) {
            // A UNIX socket makes its sender wait instead.
            return Some(0);
        }
        Some(Port::dropped_at(self.address)?.saturating_sub(self.dropped_before?))
    }

    fn wait_for_fence(
        &mut self,
        bulk: &mut Bulk,
        accepted: u64,
        dropped: &mut Option<u64>,
    ) -> Option<TrialEnd> {
        let begin = Instant::now();
        let backoff = Backoff::Doubling {
            first: FENCE_INTERVAL,
        };
        let mut barrier = Barrier::new(backoff, begin + self.timeout);
        // Only reports of this trial count: others do not show that more of them are to come.
        let mut last_report = begin;
        let mut unsent = None;
        let mut returned_at = None;
        let mut is_complete = false;
        // Whose full buffer kept the last fence from being sent.
        let mut blocked_by = None;
        loop {
            is_complete |= self.state.ledger.tally().delivered == accepted;
            let now = Instant::now();
            let is_over = |returned_at| {
                is_complete
                    || now - last_report >= GRACE
                    || now.saturating_duration_since(returned_at) >= self.timeout
            };
            if returned_at.is_some_and(is_over) {
                if barrier.have_all_returned() {
                    // All fences have returned, so none of the dropped datagrams was a fence.
                    *dropped = self.dropped();
                }
                return None;
            }
            if self.stop.is_requested() {
                let end = self.after_interruption();
                *dropped = self.dropped();
                return Some(end);
            }
            if barrier.is_overdue(now) {
                return Some(self.overdue(blocked_by.filter(|_| barrier.is_unsent())));
            }
            if barrier.is_due(now) && (is_complete || now - last_report >= QUIET) {
                if barrier.is_unsent() {
                    *dropped = self.dropped();
                }
                let fence = unsent.take().unwrap_or_else(|| self.fences.next_fence());
                let sent = send(bulk, &fence.datagram(self.dialect));
                blocked_by = matches!(sent, Err(SendError::Blocked)).then(|| bulk.blocked_by());
                match sent {
                    Ok(()) => barrier.record_sent(fence, now),
                    Err(SendError::Refused) => return Some(self.after_refusal()),
                    // The next round sends it again.
                    Err(_) => unsent = Some(fence),
                }
            }
            match self.observer.next_event(now + POLL_INTERVAL / 4) {
                ObserverEvent::Report(report) => {
                    let now = Instant::now();
                    let origin = match barrier.receive(&report, self.fences, now) {
                        Some(returned) => {
                            if returned.position == Position::Newest {
                                returned_at.get_or_insert(now);
                            }
                            ReportOrigin::ThisTrial
                        }
                        None => self.state.record_report(&report, self.fences),
                    };
                    if origin == ReportOrigin::ThisTrial {
                        last_report = Instant::now();
                    }
                }
                ObserverEvent::Died(how) => return Some(TrialEnd::Died(how)),
                ObserverEvent::Nothing if barrier.is_unsent() => {
                    let dropped = self.dropped().unwrap_or_default();
                    is_complete = self.state.ledger.tally().delivered + dropped >= accepted;
                }
                ObserverEvent::Nothing => {}
            }
        }
    }

    /// Returns why no fence returned in time.
    fn overdue(&mut self, blocked_by: Option<BlockedBy>) -> TrialEnd {
        let timeout = self.timeout;
        if let Some(how) = self.observer.find_death() {
            return TrialEnd::Died(how);
        }
        if blocked_by == Some(BlockedBy::Sender) {
            return TrialEnd::sender_blocked(timeout);
        }
        TrialEnd::Stalled(format!(
            "it did not report the last event within {timeout:?}"
        ))
    }

    /// Reads reports until none has come for a while, and for a shorter time if the user
    /// interrupts. Returns how the listener died, if it did.
    fn read_rest(&mut self) -> Option<String> {
        let begin = Instant::now();
        let mut last_report = begin;
        loop {
            // Reports that have arrived are read before the time is checked, even if it is over.
            match self.observer.next_event(Instant::now() + POLL_INTERVAL) {
                ObserverEvent::Report(report) => {
                    let origin = self.state.record_report(&report, self.fences);
                    if origin == ReportOrigin::ThisTrial {
                        last_report = Instant::now();
                    }
                }
                ObserverEvent::Died(how) => return Some(how),
                ObserverEvent::Nothing => {}
            }
            let now = Instant::now();
            let timeout = match self.stop.is_requested() {
                true => self.timeout.min(INTERRUPT_TIMEOUT),
                false => self.timeout,
            };
            if now - last_report >= GRACE || now - begin >= timeout {
                return None;
            }
        }
    }
}

fn send(bulk: &mut Bulk, datagram: &[u8]) -> Result<(), SendError> {
    let mut batch = Batch::new(1, datagram.len());
    batch.push(datagram);
    bulk.send(&batch, 0).map(drop)
}
