use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

use crate::observation::{Arrival, Observation};

/// Recognises copies: reports that the subject repeats after later reports.
///
/// A fence is reported once, so a second report of a fence shows that the subject repeats reports.
/// From then on, any report that is byte for byte equal to an earlier one may be a copy.
#[derive(Debug, Default)]
pub(super) struct Copies {
    hasher: RandomState,
    /// The hashes of the lines that reported fences, the newest last.
    fences: VecDeque<u64>,
    /// The hashes of the lines that reported other datagrams in earlier exchanges.
    reported: HashSet<u64>,
    is_found: bool,
}

/// The number of fence reports that are remembered.
const MAX_FENCES: usize = 4096;
/// The number of other reports that are remembered; few runs have more.
const MAX_REPORTED: usize = 1 << 16;

impl Copies {
    /// Returns whether the subject has repeated a report.
    pub(super) const fn is_found(&self) -> bool {
        self.is_found
    }

    /// Records the line that reported a fence.
    pub(super) fn record_fence(&mut self, raw: &[u8]) {
        if self.fences.len() == MAX_FENCES {
            self.fences.pop_front();
        }
        self.fences.push_back(self.hasher.hash_one(raw));
    }

    /// Checks a line that reports a fence of an earlier exchange. If the subject has reported
    /// another fence since the first such line, this line is a copy.
    pub(super) fn check_fence(&mut self, raw: &[u8]) {
        let hash = self.hasher.hash_one(raw);
        let mut earlier = self.fences.iter().rev().skip(1);
        self.is_found |= earlier.any(|fence| *fence == hash);
    }

    /// Returns whether a line is byte for byte equal to one of an earlier exchange.
    pub(super) fn is_copy(&self, raw: &[u8]) -> bool {
        let hash = self.hasher.hash_one(raw);
        self.reported.contains(&hash) || self.fences.contains(&hash)
    }

    /// Marks the reports of an exchange that may be copies, and remembers all reports.
    pub(super) fn record(&mut self, observation: &mut Observation) {
        for report in &mut observation.reports {
            let is_new = self.reported.insert(self.hasher.hash_one(&report.raw));
            if self.is_found && !is_new && report.arrival == Arrival::InTime {
                report.arrival = Arrival::Repeated;
            }
        }
        if self.reported.len() > MAX_REPORTED {
            self.reported.clear();
        }
    }
}
