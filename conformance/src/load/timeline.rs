use std::time::Duration;

use hdrhistogram::Histogram;

use super::absence::Absences;
use super::pace::{bounded, nanos};
use super::schedule::Schedule;

/// What happened when: a test in slices of equal length, each datagram in that in which it was meant to be sent.
#[derive(Clone, Debug)]
pub struct Timeline {
    width: Duration,
    slices: Vec<Slice>,
}

/// One of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Slice {
    /// Datagrams that were sent.
    pub sent: u64,
    /// Those of them that were reported.
    pub delivered: u64,
    /// Their latency, in nanoseconds, exact to a hundredth.
    pub latency: Histogram<u64>,
    /// Whether the machine was elsewhere in it.
    pub disturbed: bool,
}

/// As many as a chart shows, and a person tells apart.
const SLICES: u32 = 100;

impl Timeline {
    /// Cuts a time into slices.
    pub fn new(duration: Duration) -> Self {
        let slice = Slice {
            sent: 0,
            delivered: 0,
            latency: bounded(2),
            disturbed: false,
        };
        Self {
            width: (duration / SLICES).max(Duration::from_micros(1)),
            slices: vec![slice; SLICES as usize],
        }
    }

    /// Gives the length of a slice.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// Gives the slices in order.
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// Enters a datagram that was reported.
    pub(super) fn deliver(&mut self, due: Duration, latency: Duration) {
        let slice = self.slice(due);
        slice.delivered += 1;
        slice.latency.saturating_record(nanos(latency));
    }

    /// Enters how many were sent.
    pub(super) fn close(&mut self, schedule: &Schedule, accepted: u64) {
        for number in 0..accepted {
            self.slice(schedule.at(number)).sent += 1;
        }
    }

    /// Enters when the machine was elsewhere.
    pub(super) fn disturb(&mut self, absences: &Absences) {
        for span in absences.spans() {
            let slices = self.index(span.start)..=self.index(span.end);
            for slice in &mut self.slices[slices] {
                slice.disturbed = true;
            }
        }
    }

    fn slice(&mut self, due: Duration) -> &mut Slice {
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
    fn each_datagram_is_in_the_slice_of_its_time() {
        let schedule = Schedule::new("1000".parse().expect("it is one"), Duration::from_secs(1));
        let schedule = schedule.expect("it sends something");
        let mut timeline = Timeline::new(schedule.duration());
        timeline.close(&schedule, 995);
        for number in (0..995).filter(|number| number / 10 != 50) {
            timeline.deliver(schedule.at(number), Duration::from_micros(number));
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
    fn an_absence_is_in_each_slice_that_it_touches() {
        let mut timeline = Timeline::new(Duration::from_secs(1));
        let mut absences = Absences::default();
        absences.note(Duration::from_millis(105)..Duration::from_millis(122));
        absences.note(Duration::from_millis(995)..Duration::from_secs(2));
        timeline.disturb(&absences);
        let slices = (0..).zip(timeline.slices());
        let disturbed: Vec<u32> = slices
            .filter_map(|(at, slice)| slice.disturbed.then_some(at))
            .collect();
        assert_eq!(disturbed, [10, 11, 12, 99]);
    }
}
