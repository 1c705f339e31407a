/// A record of which datagrams of a trial were reported, each identified by its number.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// A bit for each datagram.
    reported: Vec<u64>,
    len: u64,
    /// The datagrams before this number were sent, or are about to be.
    sent: u64,
    /// The number after the highest that was reported.
    next: u64,
    tally: Tally,
}

/// Counts of what was reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Datagrams that were reported, each counted once.
    pub delivered: u64,
    /// Reports of a datagram that was reported before.
    pub repeated: u64,
    /// Datagrams that were reported after one that was sent later. As RFC 4737 counts: the late one
    /// is reordered, those that it comes after are not.
    pub reordered: u64,
    /// Reports with a number that was not sent, or not yet.
    pub unexpected: u64,
}

/// How a report relates to the datagrams of the trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// The first report of its datagram.
    First,
    /// Another report of a datagram that was reported already.
    Repeated,
    /// A report of a datagram that was not sent, or not yet.
    Unexpected,
}

impl Ledger {
    /// Returns a ledger for `len` datagrams.
    ///
    /// # Panics
    ///
    /// If a bit for each exceeds the address space.
    pub fn new(len: u64) -> Self {
        let words = usize::try_from(len.div_ceil(64)).expect("a bit for each fits into memory");
        Self {
            reported: vec![0; words],
            len,
            sent: 0,
            next: 0,
            tally: Tally::default(),
        }
    }

    /// Records that the datagrams before this number are handed to the kernel: from now on they may
    /// be reported.
    pub fn record_sent(&mut self, end: u64) {
        self.sent = self.sent.max(end).min(self.len);
    }

    /// Records that no datagrams but those before this number were sent in the end. Reports of
    /// others become unexpected.
    pub fn close(&mut self, end: u64) {
        for number in end..self.next {
            if self.contains(number) {
                self.reported[(number / 64) as usize] &= !(1 << (number % 64));
                self.tally.delivered -= 1;
                self.tally.unexpected += 1;
            }
        }
        self.next = self.next.min(end);
        self.sent = end.min(self.len);
    }

    /// Records a report.
    pub fn record_report(&mut self, number: u64) -> Entry {
        if number >= self.sent {
            self.tally.unexpected += 1;
            return Entry::Unexpected;
        }
        let word = &mut self.reported[(number / 64) as usize];
        let bit = 1 << (number % 64);
        if *word & bit != 0 {
            self.tally.repeated += 1;
            return Entry::Repeated;
        }
        *word |= bit;
        self.tally.delivered += 1;
        if number < self.next {
            self.tally.reordered += 1;
        }
        self.next = self.next.max(number + 1);
        Entry::First
    }

    /// Returns whether a datagram was reported.
    pub fn contains(&self, number: u64) -> bool {
        number < self.len && self.reported[(number / 64) as usize] & (1 << (number % 64)) != 0
    }

    /// Returns the counts so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_report_counts_once(
            len in 1..300_u64,
            numbers in prop::collection::vec(0..320_u64, 0..600),
        ) {
            let mut ledger = Ledger::new(len);
            ledger.record_sent(len);
            for number in &numbers {
                ledger.record_report(*number);
            }
            let Tally { delivered, repeated, reordered, unexpected } = ledger.tally();
            let known: Vec<_> = numbers.iter().filter(|number| **number < len).collect();
            let distinct: HashSet<_> = known.iter().collect();
            prop_assert_eq!(delivered as usize, distinct.len());
            prop_assert_eq!(repeated as usize, known.len() - distinct.len());
            prop_assert_eq!(unexpected as usize, numbers.len() - known.len());
            // By the definition: a first report with a higher one before it.
            let late = known.iter().enumerate().filter(|(at, number)| {
                !known[..*at].contains(number) && known[..*at].iter().any(|before| before > *number)
            });
            prop_assert_eq!(reordered as usize, late.count());
            for number in 0..len {
                prop_assert_eq!(ledger.contains(number), distinct.contains(&&number));
            }
        }
    }

    #[test]
    fn only_the_late_datagram_is_reordered() {
        let mut ledger = Ledger::new(5);
        ledger.record_sent(5);
        let entries = [1, 2, 0, 4, 4, 5].map(|number| ledger.record_report(number));
        use Entry::{First, Repeated, Unexpected};
        assert_eq!(entries, [First, First, First, First, Repeated, Unexpected]);
        let tally = Tally {
            delivered: 4,
            repeated: 1,
            reordered: 1,
            unexpected: 1,
        };
        assert_eq!(ledger.tally(), tally);
        assert!(!ledger.contains(3) && !ledger.contains(100));
    }

    #[test]
    fn a_report_before_its_datagram_was_sent_is_unexpected() {
        use Entry::{First, Unexpected};
        let mut ledger = Ledger::new(5);
        assert_eq!(ledger.record_report(0), Unexpected);
        ledger.record_sent(4);
        assert_eq!(
            [0, 2, 3, 4].map(|number| ledger.record_report(number)),
            [First, First, First, Unexpected]
        );
        // The kernel did not take the last two in the end.
        ledger.close(2);
        let tally = Tally {
            delivered: 1,
            unexpected: 4,
            ..Tally::default()
        };
        assert_eq!(ledger.tally(), tally);
        assert_eq!(
            [2, 1].map(|number| ledger.record_report(number)),
            [Unexpected, First]
        );
    }
}
