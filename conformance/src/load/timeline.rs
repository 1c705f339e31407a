use std::time::Duration;

use hdrhistogram::Histogram;

use super::histogram::{empty_with_digits, nanos};
use super::interference::Interference;
use super::schedule::Schedule;

/// A trial in slices of equal length. Each datagram counts in the slice in which it was due.
#[derive(Clone, Debug)]
pub struct Timeline {
    width: Duration,
    slices: Vec<TimelineSlice>,
}

/// A slice of a [`Timeline`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimelineSlice {
    /// Datagrams that were sent.
    pub sent: u64,
    /// Those of them that were reported.
    pub delivered: u64,
    /// Their latency, in nanoseconds, exact to a hundredth.
    pub latency: Histogram<u64>,
    /// Whether the slice overlaps a span of interference.
    pub disturbed: bool,
}

/// The number of slices: as many as a reader of the chart can distinguish.
const SLICES: u32 = 100;

impl Timeline {
    /// Returns an empty timeline over this time.
    pub fn new(duration: Duration) -> Self {
        let slice = TimelineSlice {
            sent: 0,
            delivered: 0,
            latency: empty_with_digits(2),
            disturbed: false,
        };
        Self {
            width: (duration / SLICES).max(Duration::from_micros(1)),
            slices: vec![slice; SLICES as usize],
        }
    }

    /// Returns the length of a slice.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// Returns the slices in order.
    pub fn slices(&self) -> &[TimelineSlice] {
        &self.slices
    }

    /// Records a datagram that was reported.
    pub(super) fn record_delivery(&mut self, due: Duration, latency: Duration) {
        let slice = self.slice(due);
        slice.delivered += 1;
        slice.latency.saturating_record(nanos(latency));
    }

    /// Records how many datagrams of the schedule were sent.
    pub(super) fn record_sent(&mut self, schedule: &Schedule, accepted: u64) {
        for number in 0..accepted {
            self.slice(schedule.at(number)).sent += 1;
        }
    }

    /// Marks the slices that overlap interference.
    pub(super) fn mark_disturbed(&mut self, interference: &Interference) {
        for span in interference.spans() {
            let slices = self.index(span.start)..=self.index(span.end);
            for slice in &mut self.slices[slices] {
                slice.disturbed = true;
            }
        }
    }

    fn slice(&mut self, due: Duration) -> &mut TimelineSlice {
        let index = self.index(due);
        &mut self.slices[index]
    }

    fn index(&self, time: Duration) -> usize {
        let index = time.as_nanos() / self.width.as_nanos();
        index.min(u128::from(SLICES) - 1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_datagram_counts_in_the_slice_in_which_it_was_due() {
        let shape = "1000".parse().expect("it is a rate");
        let schedule = Schedule::new(shape, Duration::from_secs(1));
        let schedule = schedule.expect("the schedule is not empty");
        let mut timeline = Timeline::new(schedule.duration());
        timeline.record_sent(&schedule, 995);
        for number in (0..995).filter(|number| number / 10 != 50) {
            timeline.record_delivery(schedule.at(number), Duration::from_micros(number));
        }
        let counts: Vec<_> = timeline
            .slices()
            .iter()
            .map(|slice| (slice.sent, slice.delivered))
            .collect();
        assert_eq!(counts.len(), 100);
        for (at, count) in counts.iter().enumerate() {
            let expected = match at {
                50 => (10, 0),
                99 => (5, 5),
                _ => (10, 10),
            };
            assert_eq!(*count, expected, "slice {at}");
        }
        assert_eq!(timeline.slices()[3].latency.len(), 10);
    }

    #[test]
    fn interference_marks_each_slice_that_it_touches() {
        let mut timeline = Timeline::new(Duration::from_secs(1));
        let mut interference = Interference::default();
        interference.add(Duration::from_millis(105)..Duration::from_millis(122));
        interference.add(Duration::from_millis(995)..Duration::from_secs(2));
        timeline.mark_disturbed(&interference);
        let slices = (0..).zip(timeline.slices());
        let disturbed: Vec<u32> = slices
            .filter_map(|(at, slice)| slice.disturbed.then_some(at))
            .collect();
        assert_eq!(disturbed, [10, 11, 12, 99]);
    }
}
