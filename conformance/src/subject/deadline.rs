use std::time::Instant;

/// The most reads after a deadline: what was reported in time may be queued after as much log as a
/// pipe holds.
const READS_AFTER: usize = 16;

/// The end of a wait for an event. What is read before it need not bring an event: a log has no
/// end.
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
    /// It brought some, or the end of a stream.
    Some,
    /// It brought none.
    Empty,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_ends_after_its_deadline_alone_and_then_soon() {
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
