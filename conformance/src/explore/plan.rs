use std::collections::BTreeMap;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::judge::Strictness;
use crate::subject::{Subject, SubjectSettings};
use crate::transport::SocketKind;

/// Which subject to fuzz, and how long.
#[derive(Clone, Debug)]
pub struct FuzzPlan {
    /// The subject under test.
    pub subject: Subject,
    /// The kind of socket to send over.
    pub socket: SocketKind,
    /// The dialect of the datagrams.
    pub dialect: Dialect,
    /// The settings that hold for every subject.
    pub settings: SubjectSettings,
    /// The seed of the cases.
    pub seed: u64,
    /// The maximum number of cases.
    pub cases: u64,
    /// The time after which no new case is sent; it begins when the subject has started.
    pub time: Duration,
    /// Whether departures from advice fail, too.
    pub strictness: Strictness,
    /// The name of the event in every datagram that names one; as generated if it is `None`.
    pub event: Option<String>,
}

/// Counts of what a fuzz run did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FuzzStatistics {
    /// Cases that were sent, each counted once; the tries of a shrinking search are not counted.
    pub cases: u64,
    /// Datagrams in these cases.
    pub datagrams: u64,
    /// Cases that were not sent because they exceed what the subject declares to take.
    pub not_applicable: u64,
    /// Cases that depart from advice alone, by the advice that they touch.
    pub advice: BTreeMap<&'static str, u64>,
    /// Time-outs of the subject that did not happen again.
    pub transient_timeouts: u64,
    /// Starts of the subject.
    pub starts: u64,
    /// Duration of the run.
    pub elapsed: Duration,
}
