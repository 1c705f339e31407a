use std::num::NonZero;
use std::time::Duration;

use crate::known::KnownList;
use crate::subject::{Subject, SubjectSettings};
use crate::transport::SocketKind;
use crate::vectors::{Set, Vector};

/// What to run.
#[derive(Debug)]
pub struct TestPlan<'c> {
    /// The vectors, in the order in which they run. Where there are several dialects, the subject
    /// is tested in one after the other.
    pub vectors: Vec<&'c Vector>,
    /// What to test.
    pub subject: Subject,
    /// The kinds of socket to test on, one after the other.
    pub sockets: Vec<SocketKind>,
    /// The number of instances of the subject that run at a time.
    pub jobs: NonZero<usize>,
    /// The settings of every subject.
    pub settings: SubjectSettings,
    /// How long to listen behind the last vector, and while the subject stops. Zero: not at all.
    pub linger: Duration,
    /// The failures that are known.
    pub known: KnownList,
    /// The requirement set whose vectors decide. `None` if all decide.
    pub set: Option<&'c Set>,
}

impl TestPlan<'_> {
    /// Returns whether a vector decides. Those outside the requirement set run and are reported,
    /// but do not count.
    pub fn decides(&self, vector: &Vector) -> bool {
        self.set.is_none_or(|set| set.contains(vector))
    }
}
