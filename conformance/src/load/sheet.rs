use std::ops::Range;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::handover::Handovers;
use super::ledger::{Entry, Ledger};
use super::pace::{histogram, nanos};
use super::schedule::Schedule;
use super::tag::Tag;
use super::timeline::Timeline;
use crate::fence::Fences;

/// What is known of the datagrams of a trial.
pub(super) struct Sheet<'t> {
    schedule: Schedule,
    tag: &'t Tag,
    begin: Instant,
    pub(super) ledger: Ledger,
    pub(super) unnumbered: u64,
    pub(super) latency: Histogram<u64>,
    pub(super) raw_latency: Histogram<u64>,
    pub(super) timeline: Timeline,
    handovers: Handovers,
    /// What is handed to the kernel at most, and when.
    attempted: Receiver<(Range<u64>, Duration)>,
}

impl<'t> Sheet<'t> {
    pub(super) fn new(
        schedule: Schedule,
        tag: &'t Tag,
        begin: Instant,
        attempted: Receiver<(Range<u64>, Duration)>,
    ) -> Self {
        Self {
            schedule,
            tag,
            begin,
            ledger: Ledger::new(schedule.len()),
            unnumbered: 0,
            latency: histogram(),
            raw_latency: histogram(),
            timeline: Timeline::new(schedule.duration()),
            handovers: Handovers::default(),
            attempted,
        }
    }

    /// Takes note of what the sender has done.
    pub(super) fn catch_up(&mut self) {
        for (numbers, when) in self.attempted.try_iter() {
            self.handovers.note(&numbers, when, &self.ledger);
            self.ledger.hand_over(numbers.end);
        }
    }

    /// Takes note of how many were sent in the end.
    pub(super) fn close(&mut self, accepted: u64) {
        self.catch_up();
        self.ledger.close(accepted);
    }

    /// Enters a report, and tells whether it is of this trial.
    pub(super) fn hear(&mut self, report: &[u8], fences: &Fences) -> bool {
        let now = Instant::now().saturating_duration_since(self.begin);
        // Whatever was sent before it was reported is known by now.
        self.catch_up();
        let Some(number) = self.tag.number_in(report) else {
            // Fences and numbers of earlier trials may be late, and those of other machines come in between.
            let is_of_others =
                fences.is_tagged(report) || Fences::is_anyones(report) || Tag::is_anyones(report);
            self.unnumbered += u64::from(!is_of_others);
            return false;
        };
        if self.ledger.enter(number) != Entry::First {
            return true;
        }
        let due = self.schedule.at(number);
        let latency = now.saturating_sub(due);
        self.latency.saturating_record(nanos(latency));
        self.timeline.deliver(due, latency);
        let sent = self.handovers.of(number);
        self.raw_latency
            .saturating_record(nanos(now.saturating_sub(sent)));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::fence::DEFAULT_NAME;
    use crate::load::schedule::Shape;
    use crate::vectors::Dialect;

    /// That of a trial of 100 datagrams, and what is told of their handover.
    fn sheet(tag: &Tag) -> (Sender<(Range<u64>, Duration)>, Sheet<'_>) {
        let schedule = Schedule::new(Shape::Constant(1000.0), Duration::from_millis(100));
        let (attempts, attempted) = channel();
        let schedule = schedule.expect("it sends something");
        (
            attempts,
            Sheet::new(schedule, tag, Instant::now(), attempted),
        )
    }

    #[test]
    fn reports_of_others_are_passed_over() {
        let fences = Fences::new(DEFAULT_NAME);
        let tag = Tag::random();
        let (_attempts, mut sheet) = sheet(&tag);
        let fence = Fences::new("E_OTHER").next_fence();
        for report in [
            Tag::random().value(7).into_bytes(),
            fence.datagram(Dialect::Text),
        ] {
            assert!(!sheet.hear(&report, &fences));
            assert!(!sheet.hear(hex::encode(report).as_bytes(), &fences));
        }
        assert_eq!(sheet.unnumbered, 0);
        assert!(!sheet.hear(b"{\"error\":\"it is none\"}", &fences));
        assert_eq!(sheet.unnumbered, 1);
    }

    #[test]
    fn numbers_that_were_made_up_are_strange() {
        let fences = Fences::new(DEFAULT_NAME);
        let tag = Tag::random();
        let (attempts, mut sheet) = sheet(&tag);
        let hear =
            |sheet: &mut Sheet<'_>, number| sheet.hear(tag.value(number).as_bytes(), &fences);
        attempts.send((0..2, Duration::ZERO)).expect("it is read");
        hear(&mut sheet, 0);
        hear(&mut sheet, 5);
        attempts.send((2..6, Duration::ZERO)).expect("it is read");
        hear(&mut sheet, 5);
        hear(&mut sheet, 4);
        // It died when there was no room for the last one.
        sheet.close(5);
        let tally = sheet.ledger.tally();
        assert_eq!((tally.delivered, tally.repeated, tally.strange), (2, 0, 2));
    }
}
