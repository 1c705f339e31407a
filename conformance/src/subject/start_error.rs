use std::io;
use std::time::Duration;

use super::death::Death;
use crate::dialect::Dialect;
use crate::transport::SocketKind;

/// Why there is no subject to test: a set-up error, which says nothing about conformance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program cannot be started.
    #[error("the subject cannot be started: {program}")]
    Spawn {
        /// The program.
        program: String,
        /// Why it cannot be started.
        source: io::Error,
    },
    /// The reports of a running listener cannot be read.
    #[error(
        "the reports of the running listener cannot be read from {path}, which has to be there \
         before the run, if only empty"
    )]
    Observe {
        /// Where they should be.
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
    #[error("the subject did not start over {kind}: {death}{}", quoted_log(log))]
    Died {
        /// The kind of socket.
        kind: SocketKind,
        /// How the subject ended.
        death: Death,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
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
        /// What the subject did instead, as far as can be seen, and what to do.
        what: String,
        /// The first and the last lines of the subject's log.
        log: Vec<String>,
    },
    /// The subject's start line cannot be used.
    #[error("the subject's start line cannot be used: {0}")]
    StartLine(String),
    /// The subject declares that it tells the dialects apart, and does not.
    #[error(
        "the subject says that it tells the dialects apart, but did not report a good event in {0}"
    )]
    Dialect(Dialect),
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

/// Returns the lines of a log as they follow a message; empty where there are none.
pub(crate) fn quoted_log(log: &[String]) -> String {
    match log {
        [] => String::new(),
        lines => format!("\nits own words:\n  {}", lines.join("\n  ")),
    }
}
