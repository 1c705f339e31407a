use std::time::Duration;

use super::behaviour::Behaviour;
use super::outcome::Outcome;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::transport::SocketKind;

/// An event of a run. Events are emitted in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'r, 'c> {
    /// A subject is ready. This comes once for each socket and dialect, before the outcomes of its
    /// vectors.
    Ready {
        /// The kind of socket.
        socket: SocketKind,
        /// The dialects in which the subject is tested: one, or all if the subject tells them
        /// apart.
        dialects: &'r [Dialect],
        /// The subject's start line.
        start: &'r Start,
    },
    /// All vectors ran over a socket, and this behaviour of the subject was discovered. One of the
    /// outcomes reports it.
    Discovered {
        /// The kind of socket.
        socket: SocketKind,
        /// The dialect in which the subject behaves so.
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
