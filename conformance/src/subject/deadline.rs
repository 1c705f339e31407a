use std::time::Instant;

/// The most reads after a deadline: a report that came in time may be queued behind as much log as
/// a pipe holds.
const READS_AFTER: usize = 16;

/// The deadline of a wait for an event. It limits the reads as well as the time, because a subject
/// can write log without end.
#[derive(Debug)]
pub(super) struct Deadline {
    when: Instant,
    reads_left: usize,
}

impl Deadline {
    pub(super) fn at(when: Instant) -> Self {
        Self {
            when,
            reads_left: READS_AFTER,
        }
    }

    /// Returns whether the wait is over, after an attempt to read that brought no event.
    pub(super) fn has_passed(&mut self, attempt: ReadAttempt) -> bool {
        if Instant::now() < self.when {
            return false;
        }
        self.reads_left -= 1;
        attempt == ReadAttempt::Empty || self.reads_left == 0
    }
}

/// Whether an attempt to read brought any bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadAttempt {
    /// The attempt read bytes, or found the end of a stream.
    Some,
    /// The attempt read no bytes.
    Empty,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_ends_soon_after_its_deadline_and_not_before() {
        let mut long = Deadline::at(Instant::now() + Duration::from_secs(1_000));
        assert!(
            (0..100).all(
                |_| !long.has_passed(ReadAttempt::Some) && !long.has_passed(ReadAttempt::Empty)
            )
        );

        assert!(Deadline::at(Instant::now()).has_passed(ReadAttempt::Empty));
        let mut over = Deadline::at(Instant::now());
        let reads = (1..).find(|_| over.has_passed(ReadAttempt::Some));
        assert_eq!(reads, Some(READS_AFTER));
    }
}
