use std::num::NonZero;
use std::time::Duration;

use crate::known::KnownList;
use crate::subject::{Subject, SubjectSettings};
use crate::transport::SocketKind;
use crate::vectors::{Set, Vector};

/// What to run.
#[derive(Debug)]
pub struct TestPlan<'c> {
    /// The vectors, in the order in which they run. If there are several dialects, the runner tests
    /// one after the other.
    pub vectors: Vec<&'c Vector>,
    /// What to test.
    pub subject: Subject,
    /// The kinds of socket to test on, one after the other.
    pub sockets: Vec<SocketKind>,
    /// The number of instances of the subject that run at the same time.
    pub jobs: NonZero<usize>,
    /// The settings of every subject.
    pub settings: SubjectSettings,
    /// How long to wait for reports after the last vector, and while the subject stops. Zero does
    /// not wait at all.
    pub linger: Duration,
    /// The failures that are known.
    pub known: KnownList,
    /// The requirement set whose vectors decide about conformance. `None` if all vectors decide.
    pub set: Option<&'c Set>,
}

impl TestPlan<'_> {
    /// Returns whether a vector decides about conformance. Vectors outside the requirement set run
    /// and are reported, but do not count.
    pub fn decides(&self, vector: &Vector) -> bool {
        self.set.is_none_or(|set| set.contains(vector))
    }
}
