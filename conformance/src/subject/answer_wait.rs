use std::time::Duration;

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerWait {
    /// The wait in slowest round trips so far.
    round_trips: u32,
    /// The shortest wait: any machine may stall for a moment.
    minimum: Duration,
    /// How much longer for each KiB of what has to be read.
    per_kib: Duration,
}

impl AnswerWait {
    /// Before a subject counts as hanging.
    pub(crate) const FULL: Self = Self {
        round_trips: 50,
        minimum: Duration::from_secs(2),
        per_kib: Duration::ZERO,
    };
    /// The same, where it was seen to hang at such vectors before.
    pub(crate) const CONFIRM_AGAIN: Self = Self {
        round_trips: 25,
        minimum: Duration::from_secs(1),
        per_kib: Duration::from_millis(20),
    };
    /// Before another instance takes the place of a silent one, which is given the rest of the full
    /// time. Longer than until several fences are sent.
    pub(crate) const SUSPECT: Self = Self {
        round_trips: 10,
        minimum: Duration::from_millis(800),
        per_kib: Duration::from_millis(20),
    };
    /// The same, where it was silent for a moment before.
    pub(crate) const SUSPECT_AGAIN: Self = Self {
        round_trips: 5,
        minimum: Duration::from_millis(25),
        per_kib: Duration::from_millis(20),
    };

    /// This long, whatever the subject needed before.
    pub(super) const fn exactly(minimum: Duration) -> Self {
        Self {
            round_trips: 0,
            minimum,
            per_kib: Duration::ZERO,
        }
    }

    /// Returns the wait for an answer to so many bytes.
    pub(super) fn until_answer(self, slowest_round_trip: Duration, bytes: usize) -> Duration {
        let kib = u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
        let wait = (slowest_round_trip * self.round_trips).max(self.minimum);
        wait + self.per_kib * kib
    }
}
