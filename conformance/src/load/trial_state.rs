use std::sync::mpsc::Receiver;
use std::time::Instant;

use hdrhistogram::Histogram;

use super::histogram::{empty_histogram, nanos};
use super::ledger::{Entry, Ledger};
use super::pace::SendCall;
use super::schedule::Schedule;
use super::send_log::SendLog;
use super::tag::Tag;
use super::timeline::Timeline;
use crate::fence::Fences;

/// What is known of the datagrams of a trial: which were sent when, and which were reported.
pub(super) struct TrialState<'t> {
    schedule: Schedule,
    tag: &'t Tag,
    begin: Instant,
    pub(super) ledger: Ledger,
    pub(super) unnumbered: u64,
    pub(super) latency: Histogram<u64>,
    pub(super) raw_latency: Histogram<u64>,
    pub(super) timeline: Timeline,
    send_log: SendLog,
    /// From the sending thread.
    calls: Receiver<SendCall>,
}

/// Which trial a report is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportOrigin {
    /// This one: the report carries a number of it.
    ThisTrial,
    /// Another one, or none.
    Other,
}

impl<'t> TrialState<'t> {
    pub(super) fn new(
        schedule: Schedule,
        tag: &'t Tag,
        begin: Instant,
        calls: Receiver<SendCall>,
    ) -> Self {
        Self {
            schedule,
            tag,
            begin,
            ledger: Ledger::new(schedule.len()),
            unnumbered: 0,
            latency: empty_histogram(),
            raw_latency: empty_histogram(),
            timeline: Timeline::new(schedule.duration()),
            send_log: SendLog::default(),
            calls,
        }
    }

    /// Records what the sender has done since the last call.
    pub(super) fn catch_up(&mut self) {
        for call in self.calls.try_iter() {
            self.send_log.record(&call, &self.ledger);
            self.ledger.record_sent(call.numbers.end);
        }
    }

    /// Records how many datagrams were sent in the end.
    pub(super) fn close(&mut self, accepted: u64) {
        self.catch_up();
        self.ledger.close(accepted);
    }

    /// Records a report that came just now.
    pub(super) fn record_report(&mut self, report: &[u8], fences: &Fences) -> ReportOrigin {
        let now = Instant::now().saturating_duration_since(self.begin);
        // After this the ledger knows every datagram that was sent before it was reported.
        self.catch_up();
        let Some(number) = self.tag.number_in(report) else {
            // Fences and numbers of earlier trials may be late, and those of other machines may
            // come in between.
            let is_of_others =
                fences.is_tagged(report) || Fences::is_anyones(report) || Tag::is_anyones(report);
            self.unnumbered += u64::from(!is_of_others);
            return ReportOrigin::Other;
        };
        if self.ledger.record_report(number) != Entry::First {
            return ReportOrigin::ThisTrial;
        }
        let due = self.schedule.at(number);
        let latency = now.saturating_sub(due);
        self.latency.saturating_record(nanos(latency));
        self.timeline.record_delivery(due, latency);
        let raw_latency = now.saturating_sub(self.send_log.sent_at(number));
        self.raw_latency.saturating_record(nanos(raw_latency));
        ReportOrigin::ThisTrial
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::*;
    use crate::dialect::Dialect;
    use crate::fence::TagSource;
    use crate::load::schedule::Shape;

    /// Returns the state of a trial of 100 datagrams, and the sender's end of its channel.
    fn trial_state(tag: &Tag) -> (Sender<SendCall>, TrialState<'_>) {
        let schedule = Schedule::new(Shape::Constant(1000.0), Duration::from_millis(100));
        let (sender, calls) = channel();
        let schedule = schedule.expect("the schedule is not empty");
        let state = TrialState::new(schedule, tag, Instant::now(), calls);
        (sender, state)
    }

    fn call(numbers: Range<u64>) -> SendCall {
        let when = Duration::ZERO;
        SendCall { numbers, when }
    }

    #[test]
    fn fences_and_numbers_of_others_do_not_count() {
        let fences = Fences::default();
        let tag = Tag::random();
        let (_sender, mut state) = trial_state(&tag);
        let template = "E_OTHER".parse().expect("it is a template");
        let fence = Fences::new(template, &TagSource::default()).next_fence();
        for report in [
            Tag::random().value(7).into_bytes(),
            fence.datagram(Dialect::Text),
        ] {
            for report in [hex::encode(&report).into_bytes(), report] {
                let origin = state.record_report(&report, &fences);
                assert_eq!(origin, ReportOrigin::Other);
            }
        }
        assert_eq!(state.unnumbered, 0);
        let origin = state.record_report(b"{\"error\":\"it is none\"}", &fences);
        assert_eq!((origin, state.unnumbered), (ReportOrigin::Other, 1));
    }

    #[test]
    fn numbers_that_were_not_sent_are_unexpected() {
        let fences = Fences::default();
        let tag = Tag::random();
        let (sender, mut state) = trial_state(&tag);
        let report = |state: &mut TrialState<'_>, number| {
            state.record_report(tag.value(number).as_bytes(), &fences)
        };
        sender.send(call(0..2)).expect("the state receives");
        report(&mut state, 0);
        report(&mut state, 5);
        sender.send(call(2..6)).expect("the state receives");
        report(&mut state, 5);
        report(&mut state, 4);
        // The kernel did not take the last one in the end.
        state.close(5);
        let tally = state.ledger.tally();
        assert_eq!(
            (tally.delivered, tally.repeated, tally.unexpected),
            (2, 0, 2)
        );
    }
}
