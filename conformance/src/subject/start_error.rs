use std::io;
use std::time::Duration;

use super::death::Death;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::escape::visible;
use crate::transport::SocketKind;

/// Why there is no subject to test: a set-up error, which says nothing about conformance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program cannot be started.
    #[error("the subject cannot be started: {program}: {error}{advice}")]
    Spawn {
        /// The program.
        program: String,
        /// Why it cannot be started.
        error: io::Error,
        /// What to do, with a separator before it; empty if nothing is known.
        advice: String,
    },
    /// The reports of a running listener cannot be read.
    #[error(
        "the reports of the running listener cannot be read from {path}, which has to be there \
         before the run, if only empty"
    )]
    Observe {
        /// The path where the reports should be.
        path: String,
        /// Why they cannot be read.
        source: io::Error,
    },
    /// No socket address can be allocated.
    #[error("no {kind} socket can be made for the subject")]
    Socket {
        /// The kind of socket.
        kind: SocketKind,
        /// Why no address can be allocated.
        source: io::Error,
    },
    /// The subject ended, or cannot be observed.
    #[error(
        "the subject did not start over {kind}: {death}{}{advice}",
        quoted_log(log)
    )]
    Died {
        /// The kind of socket.
        kind: SocketKind,
        /// How the subject ended.
        death: Death,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
        /// What to do, on a line of its own; empty if nothing is known.
        advice: String,
    },
    /// The subject did not report the first event.
    #[error(
        "the subject did not report the first event ({event}) within {limit:?}: {what}{}",
        quoted_log(log)
    )]
    Silent {
        /// The event that was sent.
        event: String,
        /// The length of the wait.
        limit: Duration,
        /// What the subject did instead, as far as the runner can see, and what to do.
        what: String,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
    },
    /// The subject's report of the first event is no line of the contract.
    #[error("the subject's report of the first event is no line of the contract: {0}")]
    Contract(String),
    /// The subject reported the first event in another dialect, and not in the one asked for.
    #[error(
        "the subject did not report the first event in {asked}, OpenSIPS {}, but did in {answered}, \
         OpenSIPS {}: add --dialect {answered}",
        asked.releases(),
        answered.releases()
    )]
    OtherDialect {
        /// The dialect asked for.
        asked: Dialect,
        /// The dialect in which the subject reported the first event.
        answered: Dialect,
    },
    /// The subject declares that it does not read the dialect asked for.
    #[error(transparent)]
    UndeclaredDialect(Box<UndeclaredDialect>),
    /// The subject's start line cannot be used.
    #[error("the subject's start line cannot be used: {0}")]
    StartLine(String),
    /// The subject declares that it tells the dialects apart, but it does not.
    #[error(
        "the subject says that it tells the dialects apart, but did not report a good event in {0}"
    )]
    Dialect(Dialect),
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

/// A subject that declares other dialects than the one asked for, so that no vector applies to it.
#[derive(Debug, thiserror::Error)]
#[error(
    "nothing applies: the subject declares that it reads {}, not {asked}",
    start.dialects.iter().flatten().map(|name| visible(name)).collect::<Vec<_>>().join(", ")
)]
pub struct UndeclaredDialect {
    /// The dialect asked for.
    pub asked: Dialect,
    /// What the subject declares.
    pub start: Start,
}

/// Returns the lines of a log in the form in which they follow a message. Returns an empty text if
/// there are no lines.
pub(crate) fn quoted_log(log: &[String]) -> String {
    match log {
        [] => String::new(),
        lines => format!("\nits log:\n  {}", lines.join("\n  ")),
    }
}
