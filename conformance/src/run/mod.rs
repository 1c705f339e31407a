//! The loop: every vector over every socket, each with a verdict, whatever the subject does.

mod fit;
mod jobs;
mod outcome;
mod worker;

pub(crate) use outcome::ends_behind;
pub(crate) use worker::Worker;

use std::num::NonZero;
use std::time::Duration;

use crate::contract::Start;
use crate::judge::Verdict;
use crate::known::KnownList;
use crate::observation::Observation;
use crate::subject::{StartError, Subject, SubjectSettings};
use crate::transport::SocketKind;
use crate::vectors::{Dialect, Set, Vector};

/// What to run.
#[derive(Debug)]
pub struct Plan<'c> {
    /// The vectors, in the order in which they are run; where there are several dialects, one dialect after the other.
    pub vectors: Vec<&'c Vector>,
    /// What to test.
    pub subject: Subject,
    /// The sockets to run them over, one after the other.
    pub sockets: Vec<SocketKind>,
    /// Over so many instances of the subject at a time.
    pub jobs: NonZero<usize>,
    /// What holds for every subject.
    pub settings: SubjectSettings,
    /// Failures that are known.
    pub known: KnownList,
    /// The requirement set whose vectors decide; `None` lets all decide.
    pub set: Option<&'c Set>,
}

impl Plan<'_> {
    /// Tells whether a vector decides: those outside the requirement set run, and their results are told, no more.
    pub fn decides(&self, vector: &Vector) -> bool {
        self.set.is_none_or(|set| set.contains(vector))
    }
}

/// What came of one vector over one socket.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'c> {
    /// The vector.
    pub vector: &'c Vector,
    /// The socket.
    pub socket: SocketKind,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on, in a sentence. Empty for a pass.
    pub why: String,
    /// What the subject reported.
    pub observation: Observation,
    /// What the subject wrote for people, where it died: the first lines and the last.
    pub log: Vec<String>,
    /// From the first datagram to the fence's report.
    pub duration: Duration,
    /// Whether it counts: the vector belongs to the requirement set that was asked for, or none was.
    pub decides: bool,
    /// Which of the subjects that were started it was.
    pub(crate) instance: usize,
}

/// What happens during a run, in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'r, 'c> {
    /// A subject stands ready; comes once for each socket and dialect, before the outcomes of its vectors.
    Ready {
        /// The socket.
        socket: SocketKind,
        /// The dialects that it is tested in: one, or all where it tells them apart by itself.
        dialects: &'r [Dialect],
        /// What the subject told about itself.
        start: &'r Start,
    },
    /// A vector has its verdict.
    Outcome(&'r Outcome<'c>),
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There was no subject to test.
    #[error(transparent)]
    Start(StartError),
    /// This machine cannot send what a vector holds.
    #[error("vector `{vector}` cannot be sent from here: {message}")]
    Unsendable {
        /// Its id.
        vector: String,
        /// Why not.
        message: String,
    },
    /// The subject died, and there is none any more.
    #[error("{0}")]
    Gone(String),
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

impl From<StartError> for RunError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Interrupted => Self::Interrupted,
            error => Self::Start(error),
        }
    }
}

/// Runs a plan, and tells what happens as it happens.
///
/// # Errors
///
/// If there is no subject to test or the run was stopped. What was told until then holds.
pub fn run<'c>(plan: &Plan<'c>, mut tell: impl FnMut(Event<'_, 'c>)) -> Result<(), RunError> {
    for socket in &plan.sockets {
        let mut left: Vec<_> = Dialect::ALL
            .iter()
            .copied()
            .filter(|dialect| plan.vectors.iter().any(|vector| vector.dialect == *dialect))
            .collect();
        while let Some(first) = left.first().copied() {
            let mut worker = Worker::start(&plan.subject, &plan.settings, *socket, first)?;
            let start = worker.declared().clone();
            let count = if start.tells_dialects_apart {
                left.len()
            } else {
                1
            };
            let dialects: Vec<_> = left.drain(..count).collect();
            worker.try_dialects(&dialects)?;
            let vectors = mixed(plan, &dialects);
            tell(Event::Ready {
                socket: *socket,
                dialects: &dialects,
                start: &start,
            });
            jobs::run(plan, worker, &vectors, &mut |mut outcome| {
                outcome.decides = plan.decides(outcome.vector);
                (outcome.verdict, outcome.why) = plan.known.apply(
                    &outcome.vector.id,
                    outcome.socket,
                    outcome.verdict,
                    std::mem::take(&mut outcome.why),
                );
                tell(Event::Outcome(&outcome));
            })?;
        }
    }
    Ok(())
}

/// Takes the vectors of these dialects in turn, so that each stands beside others.
fn mixed<'c>(plan: &Plan<'c>, dialects: &[Dialect]) -> Vec<&'c Vector> {
    let of = |dialect: &Dialect| {
        let dialect = *dialect;
        let vectors = plan.vectors.iter().copied();
        vectors.filter(move |vector| vector.dialect == dialect)
    };
    let mut each: Vec<_> = dialects.iter().map(of).collect();
    let mut vectors = Vec::new();
    loop {
        let before = vectors.len();
        vectors.extend(each.iter_mut().filter_map(Iterator::next));
        if vectors.len() == before {
            return vectors;
        }
    }
}
