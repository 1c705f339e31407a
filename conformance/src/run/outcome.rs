use std::time::Duration;

use super::behaviour::Behaviour;
use crate::judge::Verdict;
use crate::observation::Observation;
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// The outcome of one vector over one socket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome<'c> {
    /// The vector.
    pub vector: &'c Vector,
    /// The kind of socket.
    pub socket: SocketKind,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason for the verdict, in a sentence. Empty for a pass.
    pub why: String,
    /// The behaviour that the outcome reports, if it is the one that reports it.
    pub behaviour: Option<Behaviour>,
    /// What the subject reported.
    pub observation: Observation,
    /// The first and the last lines of the subject's log, if it died.
    pub log: Vec<String>,
    /// The time from the first datagram to the fence's report.
    pub duration: Duration,
    /// Whether the outcome decides about conformance: the vector belongs to the requested
    /// requirement set, or the user has requested none.
    pub decides: bool,
    /// The number of the instance of the subject, from 0.
    pub(crate) instance: usize,
}

impl<'c> Outcome<'c> {
    /// Returns the outcome of a vector of which nothing was observed.
    pub(super) fn unobserved(
        vector: &'c Vector,
        socket: SocketKind,
        verdict: Verdict,
        why: String,
    ) -> Self {
        Self {
            vector,
            socket,
            verdict,
            why,
            behaviour: None,
            observation: Observation::default(),
            log: Vec::new(),
            duration: Duration::ZERO,
            decides: true,
            instance: 0,
        }
    }
}
