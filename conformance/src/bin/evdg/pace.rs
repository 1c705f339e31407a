use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Decides when each datagram is due. An overdue datagram is sent at once, and does not delay those
/// after it.
#[derive(Debug)]
pub(crate) struct Pace {
    plan: Plan,
    /// When the first datagram was due.
    began: Option<Instant>,
}

#[derive(Debug)]
enum Plan {
    /// A number of datagrams a second.
    Rate { rate: f64, count: u64 },
    /// At the times of the datagrams, counted from the first that has a time.
    Times { first: Option<Timestamp> },
}

impl Pace {
    /// Returns a pace of `rate` datagrams a second.
    pub(crate) fn of_rate(rate: f64) -> Self {
        let plan = Plan::Rate { rate, count: 0 };
        Self { plan, began: None }
    }

    /// Returns the pace of datagrams that have times.
    pub(crate) fn of_times() -> Self {
        let plan = Plan::Times { first: None };
        Self { plan, began: None }
    }

    /// Waits until the next datagram is due. `time` is the time at which it was captured.
    pub(crate) fn wait(&mut self, time: Option<Timestamp>) {
        let Some(offset) = self.offset(time) else {
            return;
        };
        let began = *self.began.get_or_insert_with(Instant::now);
        if let Some(due) = began.checked_add(offset) {
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }

    /// Returns how long after the first datagram the next one is due; `None` if it is due now.
    fn offset(&mut self, time: Option<Timestamp>) -> Option<Duration> {
        match &mut self.plan {
            Plan::Rate { rate, count } => {
                let offset = Duration::try_from_secs_f64(*count as f64 / *rate);
                *count += 1;
                offset.ok()
            }
            Plan::Times { first } => {
                let offset = time?.duration_since(*first.get_or_insert(time?));
                Some(offset.try_into().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_spaces_datagrams_evenly() {
        let mut pace = Pace::of_rate(8.0);
        let offsets: Vec<_> = (0..4).map(|_| pace.offset(None)).collect();
        let expected = [0, 125, 250, 375].map(|millis| Some(Duration::from_millis(millis)));
        assert_eq!(offsets, expected);
    }

    #[test]
    fn times_count_from_the_first() {
        let mut pace = Pace::of_times();
        let mut offset = |text: Option<&str>| {
            let time = text.map(|text| text.parse().expect("it is a time"));
            pace.offset(time)
        };
        assert_eq!(offset(None), None);
        assert_eq!(offset(Some("2026-01-01T00:00:01Z")), Some(Duration::ZERO));
        assert_eq!(
            offset(Some("2026-01-01T00:00:03.5Z")),
            Some(Duration::from_millis(2500))
        );
        // Packets of several interfaces are not always in order.
        assert_eq!(offset(Some("2026-01-01T00:00:00Z")), Some(Duration::ZERO));
        assert_eq!(offset(None), None);
    }
}
