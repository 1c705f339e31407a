use std::time::Duration;

use super::histogram::{LONGEST, nanos};
use super::ledger::Ledger;
use super::pace::SendCall;

/// A log of when datagrams were handed to the kernel. An entry is kept until all its datagrams are
/// reported, or until it is older than any time that a histogram holds.
#[derive(Debug, Default)]
pub(super) struct SendLog {
    /// Both the numbers and the times rise.
    calls: Vec<LoggedCall>,
    /// The number of entries at which those that are not needed any more are removed.
    prune_at: usize,
}

#[derive(Clone, Copy, Debug)]
struct LoggedCall {
    first: u64,
    /// In nanoseconds since the trial began.
    when: u64,
}

const LEAST_PRUNED: usize = 4096;

impl SendLog {
    /// Records a call. If the call before began with the same datagram, it sent nothing and is
    /// replaced.
    pub(super) fn record(&mut self, call: &SendCall, ledger: &Ledger) {
        let call = LoggedCall {
            first: call.numbers.start,
            when: nanos(call.when),
        };
        match self.calls.last_mut() {
            Some(last) if last.first == call.first => *last = call,
            _ => self.calls.push(call),
        }
        if self.calls.len() >= self.prune_at.max(LEAST_PRUNED) {
            self.prune(call.when, ledger);
            self.prune_at = 2 * self.calls.len();
        }
    }

    /// Returns when a datagram was sent that was not reported before.
    pub(super) fn sent_at(&self, number: u64) -> Duration {
        let after = self.calls.partition_point(|call| call.first <= number);
        // An entry that was removed for its age is older than the longest time of a histogram. So
        // is time zero.
        let when = after.checked_sub(1).map_or(0, |at| self.calls[at].when);
        Duration::from_nanos(when)
    }

    fn prune(&mut self, now: u64, ledger: &Ledger) {
        let oldest = now.saturating_sub(nanos(LONGEST));
        let mut ends: Vec<_> = self.calls.iter().skip(1).map(|call| call.first).collect();
        // The last call has no end yet.
        ends.push(u64::MAX);
        let mut ends = ends.into_iter();
        self.calls.retain(|call| {
            let end = ends.next().expect("each call has an end");
            let is_reported = || (call.first..end).all(|number| ledger.contains(number));
            call.when >= oldest && !is_reported()
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Logs ten calls a second, each of which sent so many datagrams. Some are reported at once.
    fn logged(taken: &[u64], is_reported: impl Fn(u64) -> bool) -> (SendLog, Vec<Duration>) {
        let len = taken.iter().sum();
        let (mut log, mut ledger) = (SendLog::default(), Ledger::new(len));
        ledger.record_sent(len);
        let (mut next, mut times) = (0, Vec::new());
        for (call, taken) in taken.iter().enumerate() {
            let when = Duration::from_millis(100 * call as u64);
            let numbers = next..len;
            log.record(&SendCall { numbers, when }, &ledger);
            for number in next..next + taken {
                times.push(when);
                if is_reported(number) {
                    ledger.record_report(number);
                }
            }
            next += taken;
        }
        (log, times)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn times_of_datagrams_that_are_not_reported_are_kept(
            taken in prop::collection::vec(0..4_u64, 1..20_000),
            lost_one_in in 1..100_u64,
        ) {
            let is_reported = |number| number % lost_one_in != 0;
            let (log, times) = logged(&taken, is_reported);
            for (number, when) in (0..).zip(times) {
                if !is_reported(number) {
                    prop_assert_eq!(log.sent_at(number), when);
                }
            }
        }
    }

    #[test]
    fn memory_is_bounded_in_a_long_trial() {
        let (log, _) = logged(&[1; 100_000], |_| true);
        assert!(log.calls.len() <= LEAST_PRUNED, "{}", log.calls.len());
        // Calls for the same datagram are one entry.
        let (log, _) = logged(&[0; 100_000], |_| true);
        assert_eq!(log.calls.len(), 1);
        // What was lost an hour ago is removed, and still known to be as old as that.
        let (log, _) = logged(&[1; 100_000], |_| false);
        assert!(log.calls.len() < 75_000, "{}", log.calls.len());
        assert!(log.sent_at(0) < Duration::from_secs(10_000) - LONGEST);
    }
}
