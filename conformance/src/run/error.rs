use std::io;

use crate::subject::StartError;

/// Why a run was not completed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There was no subject to test.
    #[error(transparent)]
    Start(StartError),
    /// This machine cannot send the datagrams of a vector.
    #[error("vector `{vector}` cannot be sent from here: {message}")]
    Unsendable {
        /// The id of the vector.
        vector: String,
        /// Why the datagrams cannot be sent.
        message: String,
    },
    /// The subject died, and could not be started again.
    #[error("{0}")]
    Gone(String),
    /// The system starts no more threads.
    #[error("cannot start another thread: use a smaller --jobs")]
    Thread(#[source] io::Error),
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
