use std::time::Instant;

/// So often is read on behind a deadline: what was reported in time may stand behind as much log as a pipe holds.
const READS_BEHIND: usize = 16;

/// How long news are waited for. What is read need not bring any: a log has no end.
#[derive(Debug)]
pub(super) struct Patience {
    deadline: Instant,
    reads_left: usize,
}

impl Patience {
    pub(super) fn until(deadline: Instant) -> Self {
        Self {
            deadline,
            reads_left: READS_BEHIND,
        }
    }

    /// Tells whether it is at its end, now that no news came, with something that was read or without.
    pub(super) fn ends(&mut self, has_read: bool) -> bool {
        if Instant::now() < self.deadline {
            return false;
        }
        self.reads_left -= 1;
        !has_read || self.reads_left == 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_ends_behind_its_deadline_alone_and_then_soon() {
        let mut long = Patience::until(Instant::now() + Duration::from_secs(1_000));
        assert!((0..100).all(|_| !long.ends(true) && !long.ends(false)));

        assert!(Patience::until(Instant::now()).ends(false));
        let mut over = Patience::until(Instant::now());
        let reads = (1..).find(|_| over.ends(true));
        assert_eq!(reads, Some(READS_BEHIND));
    }
}
