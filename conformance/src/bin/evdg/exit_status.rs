//! The exit statuses, and the errors that end a command with one.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use event_datagram_conformance::input_file::is_too_long;

use crate::terminal::message;

/// The result of a command: its exit status, or an error that has one.
pub(crate) type CommandResult<T = ExitStatus> = Result<T, Failure>;

/// The exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// The subject conforms, or the work is done.
    Success = 0,
    /// A vector or a case failed.
    Failed = 1,
    /// The arguments, the input or the corpus are bad.
    Usage = 2,
    /// The subject did not start or cannot be observed; or a socket or file cannot be used.
    Setup = 3,
    /// Nothing was selected, or nothing of it applies: never a success.
    Nothing = 4,
    /// Stopped by a signal.
    Interrupted = 130,
}

impl ExitStatus {
    /// Every status with its meaning, for the man pages.
    pub(crate) const ALL: [(Self, &str); 6] = [
        (Self::Success, "The subject conforms, or the work is done."),
        (
            Self::Failed,
            "A vector or a case failed, the subject crashed, hung, or was flaky; something was lost, or got worse, or a threshold was missed.",
        ),
        (
            Self::Usage,
            "Bad usage, or bad input: arguments, vectors, lines, captures.",
        ),
        (
            Self::Setup,
            "The subject did not start or cannot be observed; or a socket or file cannot be used.",
        ),
        (
            Self::Nothing,
            "Nothing was selected, or nothing of it applies: never a success.",
        ),
        (Self::Interrupted, "Interrupted."),
    ];
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        (status as u8).into()
    }
}

/// An error that ends the program.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A message for the user, and the exit status.
    Message {
        status: ExitStatus,
        error: anyhow::Error,
    },
    /// The reader of standard output has closed it: the program ends without a message.
    StdoutClosed,
}

impl Failure {
    pub(crate) fn new(status: ExitStatus, error: impl Into<anyhow::Error>) -> Self {
        Self::Message {
            status,
            error: error.into(),
        }
    }

    /// Prints the message, and returns the exit status.
    pub(crate) fn report(&self) -> ExitStatus {
        match self {
            Self::Message { status, error } => {
                message(chain_in_words(error));
                *status
            }
            Self::StdoutClosed => ExitStatus::Success,
        }
    }
}

/// Returns an error and its causes on one line. Leaves out a cause with which the text before it
/// ends, because some errors quote their cause.
fn chain_in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

/// Converts the errors of standard input and output. Those of files and sockets get their context
/// from [`OrExit`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::StdoutClosed;
        }
        if is_too_long(&error) {
            return Self::new(
                ExitStatus::Usage,
                anyhow::Error::from(error).context("standard input"),
            );
        }
        let error = anyhow::Error::from(error);
        Self::new(ExitStatus::Setup, error.context("standard input or output"))
    }
}

/// Returns no error if standard output was closed, so that the command goes on to its exit status.
pub(crate) fn ignore_closed_stdout(written: io::Result<()>) -> CommandResult<()> {
    match written.map_err(Failure::from) {
        Err(Failure::StdoutClosed) => Ok(()),
        written => written,
    }
}

/// Adds an exit status to an error.
pub(crate) trait OrExit<T> {
    fn or_exit(self, status: ExitStatus) -> CommandResult<T>;
    fn or_exit_with(
        self,
        status: ExitStatus,
        context: impl Display + Send + Sync + 'static,
    ) -> CommandResult<T>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, status: ExitStatus) -> CommandResult<T> {
        self.map_err(|error| Failure::new(status, error))
    }

    fn or_exit_with(
        self,
        status: ExitStatus,
        context: impl Display + Send + Sync + 'static,
    ) -> CommandResult<T> {
        self.map_err(|error| Failure::new(status, error.into().context(context)))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::chain_in_words;

    #[test]
    fn a_cause_that_was_quoted_is_not_said_again() {
        let error = anyhow!("no such file").context("cannot read it: no such file");
        assert_eq!(chain_in_words(&error), "cannot read it: no such file");
        let error = anyhow!("no such file")
            .context("no such file")
            .context("list");
        assert_eq!(chain_in_words(&error), "list: no such file");
    }
}
