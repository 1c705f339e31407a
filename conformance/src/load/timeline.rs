use std::time::Duration;

use hdrhistogram::Histogram;

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

    fn slice(&mut self, due: Duration) -> &mut Slice {
        let index = (due.as_nanos() / self.width.as_nanos()) as usize;
        &mut self.slices[index.min(SLICES as usize - 1)]
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
}
