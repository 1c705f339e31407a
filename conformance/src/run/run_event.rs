use std::time::Duration;

use super::behaviour::Behaviour;
use super::outcome::Outcome;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::transport::SocketKind;

/// What happens during a run, in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'r, 'c> {
    /// A subject is ready. This comes once for each socket and dialect, before the outcomes of its
    /// vectors.
    Ready {
        /// The kind of socket.
        socket: SocketKind,
        /// The dialects that it is tested in: one, or all if it tells them apart by itself.
        dialects: &'r [Dialect],
        /// What the subject declares about itself.
        start: &'r Start,
    },
    /// All vectors ran over a socket, and the subject was found to do this, which explains results.
    /// One of the outcomes reports it.
    Discovered {
        /// The kind of socket.
        socket: SocketKind,
        /// The dialect in which it shows.
        dialect: Dialect,
        /// What the subject does.
        behaviour: Behaviour,
    },
    /// The next outcome waits for instances that do not answer.
    Waiting {
        /// The number of these instances.
        instances: usize,
        /// The time until the last of them counts as hanging.
        at_most: Duration,
    },
    /// A vector has its verdict.
    Outcome(&'r Outcome<'c>),
}
