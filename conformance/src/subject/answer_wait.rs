use std::time::Duration;

/// How long the runner waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerWait {
    /// The wait as a multiple of the slowest round trip so far.
    round_trips: u32,
    /// The shortest wait, because any machine may stall for a moment.
    minimum: Duration,
    /// How much longer the wait is for each KiB that the subject has to read.
    per_kib: Duration,
}

impl AnswerWait {
    /// The wait before a subject counts as hanging.
    pub(crate) const FULL: Self = Self {
        round_trips: 50,
        minimum: Duration::from_secs(2),
        per_kib: Duration::ZERO,
    };
    /// The wait before a subject counts as hanging, if it has hung at similar vectors before.
    pub(crate) const CONFIRM_AGAIN: Self = Self {
        round_trips: 25,
        minimum: Duration::from_secs(1),
        per_kib: Duration::from_millis(20),
    };
    /// The wait before another instance takes the place of a silent one. The runner waits for the
    /// silent instance in another thread until the full time is over. This wait is long enough to
    /// send several fences.
    pub(crate) const SUSPECT: Self = Self {
        round_trips: 10,
        minimum: Duration::from_millis(800),
        per_kib: Duration::from_millis(20),
    };
    /// The wait before another instance takes the place of a silent one, if the subject was silent
    /// before. Every silence holds the run up for this long, while a wrong suspicion costs only a
    /// fresh instance.
    pub(crate) const SUSPECT_AGAIN: Self = Self {
        round_trips: 5,
        minimum: Duration::from_millis(25),
        per_kib: Duration::from_millis(1),
    };

    /// Returns a wait that does not depend on how long the subject took before.
    pub(super) const fn exactly(minimum: Duration) -> Self {
        Self {
            round_trips: 0,
            minimum,
            per_kib: Duration::ZERO,
        }
    }

    /// Returns how long to wait for an answer to `bytes` bytes.
    pub(super) fn until_answer(self, slowest_round_trip: Duration, bytes: usize) -> Duration {
        let kib = u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
        let wait = (slowest_round_trip * self.round_trips).max(self.minimum);
        wait + self.per_kib * kib
    }
}
