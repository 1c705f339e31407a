use std::time::Duration;

use event_datagram::EventBuf;

use super::rate_search::SearchSettings;
use super::schedule::Shape;
use crate::dialect::Dialect;
use crate::subject::{Subject, SubjectSettings};
use crate::transport::{Method, SocketKind};

/// A load test: the target, what is sent, and what for.
#[derive(Clone, Debug)]
pub struct BenchPlan {
    /// What is tested.
    pub target: TargetSpec,
    /// The kinds of socket, one after the other.
    pub sockets: Vec<SocketKind>,
    /// The dialects, one after the other.
    pub dialects: Vec<Dialect>,
    /// Whether to measure at a rate or to search for one.
    pub goal: Goal,
    /// How long each trial is.
    pub duration: Duration,
    /// How long to send before the first trial, without counting.
    pub warm_up: Duration,
    /// The events to send in turn; [the default ones](super::default_events) if it is empty.
    pub events: Vec<EventBuf>,
    /// The name of every event; as it is in `events` if it is `None`.
    pub event: Option<String>,
    /// The lengths of the datagrams, in turn; as the events are if it is empty.
    pub sizes: Vec<usize>,
    /// How datagrams are handed to the kernel.
    pub method: Method,
    /// How to treat the subject.
    pub settings: SubjectSettings,
}

/// The goal of a load test.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// To measure at this rate.
    Measure(Shape),
    /// To find the highest rate without loss.
    Search(SearchSettings),
}

/// What to test.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TargetSpec {
    /// A listener.
    Subject(Subject),
    /// A bare socket, read by this program.
    Sink,
}
