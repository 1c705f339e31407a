use std::ops::Range;
use std::time::Duration;

use super::ledger::Ledger;
use super::pace::{LONGEST, nanos};

/// When datagrams were handed to the kernel, as long as somebody may ask for it: until they are reported, or no histogram
/// tells how long ago it was.
#[derive(Debug, Default)]
pub(super) struct Handovers {
    /// The calls: the first datagram of each, and when that was, in nanoseconds. Both rise.
    calls: Vec<(u64, u64)>,
    /// With so many of them it is worth looking for those that nobody asks for any more.
    many: usize,
}

const LEAST_MANY: usize = 4096;

impl Handovers {
    /// Notes a call. If the one before began with the same datagram, that one took nothing.
    pub(super) fn note(&mut self, numbers: &Range<u64>, when: Duration, ledger: &Ledger) {
        let call = (numbers.start, nanos(when));
        match self.calls.last_mut() {
            Some(last) if last.0 == numbers.start => *last = call,
            _ => self.calls.push(call),
        }
        if self.calls.len() >= self.many.max(LEAST_MANY) {
            self.forget(call.1, ledger);
            self.many = 2 * self.calls.len();
        }
    }

    /// Says when a datagram was handed over that has not been reported yet.
    pub(super) fn of(&self, number: u64) -> Duration {
        let behind = self.calls.partition_point(|(first, _)| *first <= number);
        // What was forgotten for its age is older than the longest time of a histogram. So is the beginning.
        let when = behind.checked_sub(1).map_or(0, |at| self.calls[at].1);
        Duration::from_nanos(when)
    }

    fn forget(&mut self, now: u64, ledger: &Ledger) {
        let oldest = now.saturating_sub(nanos(LONGEST));
        let mut ends: Vec<_> = self.calls.iter().skip(1).map(|(first, _)| *first).collect();
        // The last call may go on.
        ends.push(u64::MAX);
        let mut ends = ends.into_iter();
        self.calls.retain(|(first, when)| {
            let end = ends.next().expect("each call has an end");
            *when >= oldest && !(*first..end).all(|number| ledger.has(number))
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands over datagrams call by call, ten a second, each of which took so many. Some are reported at once.
    fn handed_over(taken: &[u64], is_reported: impl Fn(u64) -> bool) -> (Handovers, Vec<Duration>) {
        let len = taken.iter().sum();
        let (mut handovers, mut ledger) = (Handovers::default(), Ledger::new(len));
        ledger.hand_over(len);
        let (mut next, mut times) = (0, Vec::new());
        for (call, taken) in taken.iter().enumerate() {
            let when = Duration::from_millis(100 * call as u64);
            handovers.note(&(next..len), when, &ledger);
            for number in next..next + taken {
                times.push(when);
                if is_reported(number) {
                    ledger.enter(number);
                }
            }
            next += taken;
        }
        (handovers, times)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn times_of_what_is_not_reported_are_known(
            taken in prop::collection::vec(0..4_u64, 1..20_000),
            lost_one_in in 1..100_u64,
        ) {
            let is_reported = |number| number % lost_one_in != 0;
            let (handovers, times) = handed_over(&taken, is_reported);
            for (number, when) in (0..).zip(times) {
                if !is_reported(number) {
                    prop_assert_eq!(handovers.of(number), when);
                }
            }
        }
    }

    #[test]
    fn a_long_test_takes_no_more_memory() {
        let (handovers, _) = handed_over(&[1; 100_000], |_| true);
        assert!(
            handovers.calls.len() <= LEAST_MANY,
            "{}",
            handovers.calls.len()
        );
        // Tries for the same datagram are one call.
        let (handovers, _) = handed_over(&[0; 100_000], |_| true);
        assert_eq!(handovers.calls.len(), 1);
        // What was lost an hour ago is forgotten, and is still known to be as old as that.
        let (handovers, _) = handed_over(&[1; 100_000], |_| false);
        assert!(handovers.calls.len() < 75_000, "{}", handovers.calls.len());
        assert!(handovers.of(0) < Duration::from_secs(10_000) - LONGEST);
    }
}
