use std::time::Duration;

use super::outcome::Outcome;

/// What a worker emits, in the order of its vectors.
#[derive(Debug)]
pub(super) enum WorkerEvent<'c> {
    /// A vector has its outcome.
    Outcome(Outcome<'c>),
    /// The next outcome waits for instances that do not answer.
    Waiting {
        /// The number of these instances.
        instances: usize,
        /// The time until the last of them counts as hanging, unless a fresh one has to be asked.
        at_most: Duration,
    },
}
