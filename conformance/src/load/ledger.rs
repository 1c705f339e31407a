/// Which datagrams of a test were reported, each of them told from every other.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// A bit a datagram.
    reported: Vec<u64>,
    len: u64,
    /// Those before this number were handed over, or are about to be.
    handed_over: u64,
    /// The number after the highest that was reported.
    next: u64,
    tally: Tally,
}

/// How often what was reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Datagrams that were reported, each counted once.
    pub delivered: u64,
    /// Reports of a datagram that was reported before.
    pub repeated: u64,
    /// Datagrams that were reported behind one that was sent later. As RFC 4737 counts: one that comes late is reordered,
    /// those that it comes behind are not.
    pub reordered: u64,
    /// Reports with a number that was not sent, or not yet.
    pub strange: u64,
}

/// What a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// The first of its datagram.
    First,
    /// Another of a datagram that was reported already.
    Again,
    /// Of a datagram that was not sent, or not yet.
    Strange,
}

impl Ledger {
    /// Opens one for so many datagrams.
    ///
    /// # Panics
    ///
    /// If they are more than there is memory for.
    pub fn new(len: u64) -> Self {
        let words = usize::try_from(len.div_ceil(64)).expect("a bit each has room");
        Self {
            reported: vec![0; words],
            len,
            handed_over: 0,
            next: 0,
            tally: Tally::default(),
        }
    }

    /// Notes that the datagrams before this number are handed over: from now on they may be reported.
    pub fn hand_over(&mut self, end: u64) {
        self.handed_over = self.handed_over.max(end).min(self.len);
    }

    /// Notes that no more than these were handed over in the end. What was reported of others was made up.
    pub fn close(&mut self, end: u64) {
        for number in end..self.next {
            if self.has(number) {
                self.reported[(number / 64) as usize] &= !(1 << (number % 64));
                self.tally.delivered -= 1;
                self.tally.strange += 1;
            }
        }
        self.next = self.next.min(end);
        self.handed_over = end.min(self.len);
    }

    /// Enters a report.
    pub fn enter(&mut self, number: u64) -> Entry {
        if number >= self.handed_over {
            self.tally.strange += 1;
            return Entry::Strange;
        }
        let word = &mut self.reported[(number / 64) as usize];
        let bit = 1 << (number % 64);
        if *word & bit != 0 {
            self.tally.repeated += 1;
            return Entry::Again;
        }
        *word |= bit;
        self.tally.delivered += 1;
        if number < self.next {
            self.tally.reordered += 1;
        }
        self.next = self.next.max(number + 1);
        Entry::First
    }

    /// Tells whether a datagram was reported.
    pub fn has(&self, number: u64) -> bool {
        number < self.len && self.reported[(number / 64) as usize] & (1 << (number % 64)) != 0
    }

    /// Gives the counts so far.
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
        fn every_report_counts_once(len in 1..300_u64, numbers in prop::collection::vec(0..320_u64, 0..600)) {
            let mut ledger = Ledger::new(len);
            ledger.hand_over(len);
            for number in &numbers {
                ledger.enter(*number);
            }
            let Tally { delivered, repeated, reordered, strange } = ledger.tally();
            let known: Vec<_> = numbers.iter().filter(|number| **number < len).collect();
            let distinct: HashSet<_> = known.iter().collect();
            prop_assert_eq!(delivered as usize, distinct.len());
            prop_assert_eq!(repeated as usize, known.len() - distinct.len());
            prop_assert_eq!(strange as usize, numbers.len() - known.len());
            // By the definition: a first report with a higher one before it.
            let late = known.iter().enumerate().filter(|(at, number)| {
                !known[..*at].contains(number) && known[..*at].iter().any(|before| before > *number)
            });
            prop_assert_eq!(reordered as usize, late.count());
            for number in 0..len {
                prop_assert_eq!(ledger.has(number), distinct.contains(&&number));
            }
        }
    }

    #[test]
    fn one_that_comes_late_is_reordered_and_no_other() {
        let mut ledger = Ledger::new(5);
        ledger.hand_over(5);
        let entries = [1, 2, 0, 4, 4, 5].map(|number| ledger.enter(number));
        use Entry::{Again, First, Strange};
        assert_eq!(entries, [First, First, First, First, Again, Strange]);
        let tally = Tally {
            delivered: 4,
            repeated: 1,
            reordered: 1,
            strange: 1,
        };
        assert_eq!(ledger.tally(), tally);
        assert!(!ledger.has(3) && !ledger.has(100));
    }

    #[test]
    fn what_is_reported_before_it_was_sent_is_made_up() {
        use Entry::{First, Strange};
        let mut ledger = Ledger::new(5);
        assert_eq!(ledger.enter(0), Strange);
        ledger.hand_over(4);
        assert_eq!(
            [0, 2, 3, 4].map(|number| ledger.enter(number)),
            [First, First, First, Strange]
        );
        // There was no room for the last two of them.
        ledger.close(2);
        let tally = Tally {
            delivered: 1,
            strange: 4,
            ..Tally::default()
        };
        assert_eq!(ledger.tally(), tally);
        assert_eq!([2, 1].map(|number| ledger.enter(number)), [Strange, First]);
    }
}
