use std::collections::BTreeMap;
use std::num::NonZero;
use std::time::Duration;

use super::cases::Part;
use super::exercised::Exercised;
use crate::dialect::Dialect;
use crate::judge::Strictness;
use crate::subject::{Subject, SubjectSettings};

/// Which subject to fuzz, and how long.
#[derive(Clone, Debug)]
pub struct FuzzPlan {
    /// The subject under test.
    pub subject: Subject,
    /// The dialect of the datagrams.
    pub dialect: Dialect,
    /// The settings that hold for every subject.
    pub settings: SubjectSettings,
    /// How many instances of the subject are tested at a time.
    pub jobs: NonZero<usize>,
    /// The seed of the cases.
    pub seed: u64,
    /// The maximum number of cases, over all parts.
    pub cases: u64,
    /// Which of the cases are sent.
    pub part: Part,
    /// The length to which datagrams are cut, in bytes.
    pub max_size: usize,
    /// The time after which no new case is sent; it begins when the subject has started.
    pub time: Duration,
    /// Whether departures from advice fail, too.
    pub strictness: Strictness,
    /// The name of the event in every datagram that names one; as generated if it is `None`.
    pub event: Option<String>,
    /// Cases that are sent before all others.
    pub first_cases: Vec<FirstCase>,
    /// When the search ends early.
    pub until: Until,
}

/// A case that is sent before those of the seed.
#[derive(Clone, Debug)]
pub struct FirstCase {
    /// The datagrams.
    pub datagrams: Vec<Vec<u8>>,
    /// Whether the subject is known to fail it. Then its cause is not a finding.
    pub is_known: bool,
}

/// When a search ends before it has sent all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The search sends all cases.
    AllCases,
    /// At the first cause that is found.
    FirstFinding,
}

/// Counts of what a fuzz run did over one socket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FuzzStatistics {
    /// Cases that were sent, each counted once; the tries of a shrinking search are not counted.
    pub cases: u64,
    /// Datagrams in these cases.
    pub datagrams: u64,
    /// Cases that were not sent because the subject declares that it does not take them.
    pub not_applicable: u64,
    /// Cases that were not sent because a fault that was found makes the subject crash, hang, or
    /// lose the fence.
    pub predicted: u64,
    /// Cases that failed for a cause that had been found before.
    pub explained: u64,
    /// Cases that depart from advice alone, by the advice that they touch.
    pub advice: BTreeMap<&'static str, u64>,
    /// Time-outs of the subject that did not happen again.
    pub transient_timeouts: u64,
    /// Starts of the subject.
    pub starts: u64,
    /// Duration of the run.
    pub elapsed: Duration,
    /// What the cases exercised.
    pub exercised: Exercised,
    /// Why the run ended before its last case, if it did.
    pub cut_short: Option<String>,
}
