use std::time::Duration;

use super::death::Death;
use crate::observation::Observation;

/// The result of sending some datagrams and a fence.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// What the subject reported.
    pub observation: Observation,
    /// How the exchange ended.
    pub end: ExchangeEnd,
    /// The time from the first datagram to the end.
    pub duration: Duration,
    /// The number of datagrams that the kernel dropped meanwhile. The subject is not to blame for
    /// them.
    pub dropped: u64,
}

impl Exchange {
    /// Returns an exchange of which only the end is known.
    pub fn ended(end: ExchangeEnd) -> Self {
        Self {
            observation: Observation::default(),
            end,
            duration: Duration::ZERO,
            dropped: 0,
        }
    }
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeEnd {
    /// The subject reported the fence.
    Fenced,
    /// The subject did not report the fence within this time.
    TimedOut(Duration),
    /// The subject read nothing more: the receive buffer had no space for a datagram for this time.
    Blocked(Duration),
    /// The subject died.
    Died {
        /// How the subject died.
        death: Death,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
    },
    /// A datagram could not be sent for a reason that is no fault of the subject.
    Unsendable(String),
    /// The run was stopped.
    Interrupted,
}

impl ExchangeEnd {
    /// Returns how the subject fell silent, in words. Returns `None` if it did not.
    pub(crate) fn silence(&self) -> Option<String> {
        match self {
            Self::Blocked(wait) => Some(format!(
                "it took nothing more within {wait:.1?}: it has stopped reading"
            )),
            Self::TimedOut(wait) => Some(format!(
                "the good event that followed was not reported within {wait:.1?}"
            )),
            _ => None,
        }
    }
}

/// How the datagrams of an exchange are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendMode {
    /// Back to back. There is a fence between two datagrams only where the kernel might otherwise
    /// drop some.
    Burst,
    /// One at a time, each with a fence after it.
    OneByOne,
}
