use std::time::{Duration, Instant};

use super::event::Fence;
use super::factory::{Fences, Mark};

/// The fences of one wait: more are sent, at growing or constant intervals, until the newest one
/// returns or the time is up.
///
/// A subject that reports a later fence does not hang, but has lost the fences before. When it
/// reports the newest fence, it has reported all that it will report of the datagrams before.
///
/// This is a state machine without a socket and without a clock: the caller sends
/// [when one is due](Self::is_due), records [what was sent](Self::record_sent), hands in
/// [what the subject reported](Self::receive), and passes the time.
#[derive(Debug)]
pub(crate) struct Barrier {
    backoff: Backoff,
    deadline: Instant,
    sent: Vec<SentFence>,
}

/// How long a subject may be silent after a fence before it is sent another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backoff {
    /// Four times the slowest round trip so far.
    RoundTrips {
        /// The slowest round trip before this barrier. Those of the barrier count, too.
        slowest: Duration,
        /// The shortest interval.
        minimum: Duration,
    },
    /// Twice as long after each fence.
    Doubling {
        /// The interval after the first fence.
        first: Duration,
    },
}

/// A fence of the barrier that has returned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returned<'b> {
    pub(crate) fence: &'b Fence,
    pub(crate) position: Position,
    /// The time from sending the fence to its report.
    pub(crate) round_trip: Duration,
}

/// Where a fence stands among those of its barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Another was sent after it.
    Older,
    /// It was sent last.
    Newest,
}

#[derive(Debug)]
struct SentFence {
    fence: Fence,
    when: Instant,
    has_returned: bool,
}

/// The interval of [`Backoff::RoundTrips`], in slowest round trips.
const ROUND_TRIPS: u32 = 4;
/// The most doublings: by then the interval exceeds every time limit.
const MAX_DOUBLINGS: usize = 16;

impl Backoff {
    /// Returns the shortest interval.
    pub(crate) const fn shortest(self) -> Duration {
        match self {
            Self::RoundTrips { minimum, .. } => minimum,
            Self::Doubling { first } => first,
        }
    }
}

impl Barrier {
    /// Makes a barrier of which no fence was sent.
    pub(crate) fn new(backoff: Backoff, deadline: Instant) -> Self {
        Self {
            backoff,
            deadline,
            sent: Vec::new(),
        }
    }

    /// Returns whether to send a fence now: none was sent yet, or the newest was sent an interval
    /// of the back-off ago and has not returned.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.sent.last().is_none_or(|newest| {
            let elapsed = now.saturating_duration_since(newest.when);
            !newest.has_returned && elapsed >= self.interval()
        })
    }

    /// Returns whether the newest fence did not return in time.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        !self.has_newest_returned() && now >= self.deadline
    }

    /// Returns the time until which the newest fence may return.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Records that a fence was sent.
    pub(crate) fn record_sent(&mut self, fence: Fence, when: Instant) {
        self.sent.push(SentFence {
            fence,
            when,
            has_returned: false,
        });
    }

    /// Records that the fences whose tags a reported line carries have returned, and returns the
    /// newest of them. `None` if it carries the tag of none of this barrier.
    pub(crate) fn receive(
        &mut self,
        line: &[u8],
        fences: &Fences,
        now: Instant,
    ) -> Option<Returned<'_>> {
        let mut last = None;
        for (index, sent) in self.sent.iter_mut().enumerate() {
            if fences.mark(line, &sent.fence) == Mark::This {
                sent.has_returned = true;
                last = Some(index);
            }
        }
        let index = last?;
        let sent = &self.sent[index];
        let round_trip = now.saturating_duration_since(sent.when);
        if let Backoff::RoundTrips { slowest, .. } = &mut self.backoff {
            *slowest = round_trip.max(*slowest);
        }
        Some(Returned {
            fence: &sent.fence,
            position: if index + 1 == self.sent.len() {
                Position::Newest
            } else {
                Position::Older
            },
            round_trip,
        })
    }

    /// Returns whether no fence was sent.
    pub(crate) fn is_unsent(&self) -> bool {
        self.sent.is_empty()
    }

    /// Returns whether the first fence has returned.
    pub(crate) fn has_first_returned(&self) -> bool {
        self.sent.first().is_some_and(|sent| sent.has_returned)
    }

    /// Returns whether the newest fence has returned.
    pub(crate) fn has_newest_returned(&self) -> bool {
        self.sent.last().is_some_and(|sent| sent.has_returned)
    }

    /// Returns whether all fences have returned, so that none of them was lost on its way.
    #[cfg(feature = "load")]
    pub(crate) fn have_all_returned(&self) -> bool {
        self.sent.iter().all(|sent| sent.has_returned)
    }

    /// Forgets the fences that were sent: they went to an address that the subject does not read.
    pub(crate) fn forget_sent(&mut self) {
        self.sent.clear();
    }

    /// Returns how long to wait after the newest fence before the next is sent.
    fn interval(&self) -> Duration {
        match self.backoff {
            Backoff::RoundTrips { slowest, minimum } => (slowest * ROUND_TRIPS).max(minimum),
            Backoff::Doubling { first } => {
                let doublings = self.sent.len().saturating_sub(1).min(MAX_DOUBLINGS);
                first * (1 << doublings)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIRST: Duration = Duration::from_millis(500);
    const LIMIT: Duration = Duration::from_secs(5);
    const MS: Duration = Duration::from_millis(1);

    /// A barrier and a clock that stands still until it is moved.
    struct Trial {
        fences: Fences,
        begin: Instant,
        now: Instant,
        barrier: Barrier,
        lines: Vec<Vec<u8>>,
    }

    impl Trial {
        fn new(backoff: Backoff) -> Self {
            let begin = Instant::now();
            Self {
                fences: Fences::default(),
                begin,
                now: begin,
                barrier: Barrier::new(backoff, begin + LIMIT),
                lines: Vec::new(),
            }
        }

        fn is_due(&self) -> bool {
            self.barrier.is_due(self.now)
        }

        fn send(&mut self) {
            let fence = self.fences.next_fence();
            self.lines.push(fence.tag().into_bytes());
            self.barrier.record_sent(fence, self.now);
        }

        fn receive(&mut self, index: usize) -> Option<(Position, Duration)> {
            let line = &self.lines[index];
            let returned = self.barrier.receive(line, &self.fences, self.now)?;
            assert_eq!(returned.fence.tag().as_bytes(), line);
            Some((returned.position, returned.round_trip))
        }

        /// Returns how long it takes from now until the next fence is due.
        fn pause(&self) -> Duration {
            let mut later = self.now;
            while !self.barrier.is_due(later) {
                later += MS;
            }
            later - self.now
        }
    }

    #[test]
    fn the_newest_fence_ends_the_wait_and_an_older_one_does_not() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        assert!(trial.barrier.is_unsent() && trial.is_due());
        trial.send();
        assert!(!trial.barrier.is_unsent() && !trial.is_due());
        trial.now += FIRST;
        assert!(trial.is_due());
        trial.send();
        trial.now += MS;
        let older = trial.receive(0);
        assert_eq!(older, Some((Position::Older, FIRST + MS)));
        assert!(trial.barrier.has_first_returned());
        assert!(!trial.barrier.has_newest_returned());
        assert_eq!(trial.receive(1), Some((Position::Newest, MS)));
        assert!(trial.barrier.has_newest_returned());
        trial.now += 100 * LIMIT;
        assert!(!trial.is_due() && !trial.barrier.is_overdue(trial.now));
    }

    #[test]
    fn a_swallowed_fence_is_known_when_a_later_one_returns() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        trial.send();
        trial.send();
        trial.send();
        trial.receive(2);
        assert!(trial.barrier.has_newest_returned());
        assert!(!trial.barrier.has_first_returned());
    }

    #[test]
    fn lines_without_a_tag_of_the_barrier_are_nothing_to_it() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        trial.send();
        let other = trial.fences.next_fence().tag();
        let now = trial.now;
        for line in [other.as_bytes(), b"{\"event\":\"E_TEST\"}"] {
            assert!(trial.barrier.receive(line, &trial.fences, now).is_none());
        }
        trial.barrier.forget_sent();
        assert_eq!(trial.receive(0), None);
        assert!(trial.barrier.is_unsent() && trial.is_due());
    }

    #[test]
    fn a_line_with_several_tags_counts_for_each_of_them() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        trial.send();
        trial.send();
        let both = trial.lines.concat();
        let now = trial.now;
        let returned = trial.barrier.receive(&both, &trial.fences, now);
        let position = returned.map(|returned| returned.position);
        assert_eq!(position, Some(Position::Newest));
        assert!(trial.barrier.has_first_returned());
    }

    #[test]
    fn time_is_up_at_the_deadline() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        trial.send();
        assert!(!trial.barrier.is_overdue(trial.begin + LIMIT - MS));
        assert!(trial.barrier.is_overdue(trial.begin + LIMIT));
        assert_eq!(trial.barrier.deadline(), trial.begin + LIMIT);
    }

    #[test]
    fn intervals_double_or_follow_the_slowest_round_trip() {
        let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
        for factor in [1, 2, 4, 8] {
            trial.send();
            assert_eq!(trial.pause(), FIRST * factor);
        }

        let minimum = 100 * MS;
        let mut trial = Trial::new(Backoff::RoundTrips {
            slowest: 10 * MS,
            minimum,
        });
        trial.send();
        assert_eq!(trial.pause(), minimum);
        trial.send();
        assert_eq!(trial.pause(), minimum);
        trial.now += 30 * MS;
        trial.receive(0);
        assert_eq!(trial.pause(), 90 * MS);
    }

    proptest! {
        /// Whatever comes in whatever order, the barrier is over as soon as the newest fence has
        /// returned, and not before.
        #[test]
        fn nothing_but_the_newest_fence_ends_the_wait(steps in prop::collection::vec(
            (0_u64..2_000, any::<prop::sample::Index>()),
            1..50,
        )) {
            let mut trial = Trial::new(Backoff::Doubling { first: FIRST });
            for (millis, index) in steps {
                trial.now += Duration::from_millis(millis);
                if trial.is_due() {
                    trial.send();
                }
                let index = index.index(trial.lines.len());
                let is_newest = index + 1 == trial.lines.len();
                let position = trial.receive(index).map(|(position, _)| position);
                let expected = if is_newest { Position::Newest } else { Position::Older };
                prop_assert_eq!(position, Some(expected));
                prop_assert_eq!(trial.barrier.has_newest_returned(), is_newest);
                if is_newest {
                    trial.now += 10 * LIMIT;
                    prop_assert!(!trial.is_due() && !trial.barrier.is_overdue(trial.now));
                    break;
                }
            }
        }
    }
}
