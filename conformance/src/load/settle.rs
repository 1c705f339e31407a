use std::time::{Duration, Instant};

use super::observer::{Observer, Seen};
use super::sheet::Sheet;
use super::trial::{AFTERWARDS, Ending, SLICE, Trial, dropped_since, jam};
use crate::fence::{Fence, Fences, Mark};
use crate::transport::{Batch, Bulk, SendError};

/// A listener that has said nothing for so long has reported what there was, or is stuck.
pub(super) const QUIET: Duration = Duration::from_millis(50);
/// How long to wait for a fence before sending another. Doubled each time.
const NUDGE: Duration = Duration::from_millis(200);

/// The end of a trial, when all has been sent: waits until every datagram is accounted for, or no more is to be expected.
pub(super) struct Settling<'t> {
    pub(super) trial: &'t Trial<'t>,
    pub(super) accepted: u64,
    pub(super) dropped_before: Option<u64>,
    /// What was dropped of the datagrams of the trial.
    pub(super) dropped: Option<u64>,
    pub(super) bulk: &'t mut Bulk,
}

impl Settling<'_> {
    /// Gives how it ended, if not well.
    pub(super) fn settle(
        &mut self,
        observer: &mut impl Observer,
        sheet: &mut Sheet<'_>,
        fences: &mut Fences,
    ) -> Option<Ending> {
        let deadline = Instant::now() + self.trial.limit;
        // Whatever else the listener talks of says nothing of what is still to be reported.
        let mut last_heard = Instant::now();
        let mut sent: Vec<(Fence, Instant)> = Vec::new();
        let (mut returned, mut nudge) = (0, NUDGE);
        let (mut is_complete, mut fenced) = (false, None::<Instant>);
        let mut is_jammed = false;
        loop {
            is_complete |= sheet.ledger.tally().delivered == self.accepted;
            let now = Instant::now();
            let is_over = |fenced| {
                is_complete
                    || now - last_heard >= AFTERWARDS
                    || now.saturating_duration_since(fenced) >= self.trial.limit
            };
            if fenced.is_some_and(is_over) {
                if returned == sent.len() {
                    // Of what was dropped, nothing was a fence.
                    self.dropped = self.dropped_by_now();
                }
                return None;
            }
            if self.trial.stop.is_requested() {
                let ending = self.trial.interrupted(observer, sheet, fences);
                self.dropped = self.dropped_by_now();
                return Some(ending);
            }
            if fenced.is_none() && now >= deadline {
                return Some(self.overdue(observer, is_jammed && sent.is_empty()));
            }
            let is_due = sent.last().is_none_or(|(_, when)| now - *when >= nudge);
            if fenced.is_none() && is_due && (is_complete || now - last_heard >= QUIET) {
                if sent.is_empty() {
                    self.dropped = self.dropped_by_now();
                } else {
                    nudge *= 2;
                }
                let fence = fences.next_fence();
                let went = send(self.bulk, &fence.datagram(self.trial.dialect));
                is_jammed =
                    matches!(went, Err(SendError::NoRoom)) && !self.bulk.waits_for_listener();
                match went {
                    Ok(()) => sent.push((fence, now)),
                    Err(SendError::Refused) => {
                        return Some(self.trial.hear_out(observer, sheet, fences));
                    }
                    // It is tried again.
                    Err(_) => {}
                }
            }
            match observer.next(now + SLICE / 4) {
                Seen::Datagram(report) => {
                    let is_of =
                        |(fence, _): &(Fence, Instant)| fences.mark(&report, fence) == Mark::This;
                    let is_own = match sent.iter().rposition(is_of) {
                        Some(index) => {
                            returned += 1;
                            if index + 1 == sent.len() {
                                fenced.get_or_insert_with(Instant::now);
                            }
                            true
                        }
                        None => sheet.hear(&report, fences),
                    };
                    if is_own {
                        last_heard = Instant::now();
                    }
                }
                Seen::Died(how) => return Some(Ending::Died(how)),
                Seen::Nothing if sent.is_empty() => {
                    let dropped = self.dropped_by_now().unwrap_or_default();
                    is_complete = sheet.ledger.tally().delivered + dropped >= self.accepted;
                }
                Seen::Nothing => {}
            }
        }
    }

    /// Says why no fence came back in time.
    fn overdue(&self, observer: &mut impl Observer, is_jammed: bool) -> Ending {
        let limit = self.trial.limit;
        if let Some(how) = observer.find_dead() {
            return Ending::Died(how);
        }
        if is_jammed {
            return Ending::Jammed(jam(limit));
        }
        Ending::Stalled(format!("it did not report the last event within {limit:?}"))
    }

    pub(super) fn dropped_by_now(&self) -> Option<u64> {
        dropped_since(self.trial.address, self.dropped_before)
    }
}

fn send(bulk: &mut Bulk, datagram: &[u8]) -> Result<(), SendError> {
    let mut batch = Batch::new(1, datagram.len());
    batch.push(datagram);
    bulk.send(&batch, 0).map(drop)
}
