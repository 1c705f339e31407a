use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
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

impl Exit {
    /// Every status, and what it means.
    pub(crate) const ALL: [(Self, &str); 6] = [
        (Self::Success, "The subject conforms, or the work is done."),
        (
            Self::Failed,
            "A vector or a case failed, the subject crashed, hung, or was flaky; something was lost, or got worse.",
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

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        (exit as u8).into()
    }
}

/// What ends the program early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A message for the user, and the status that goes with it.
    Told { exit: Exit, error: anyhow::Error },
    /// Whoever read standard output has gone away: nothing is left to be done, and nobody to be told.
    Unread,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self::Told {
            exit,
            error: error.into(),
        }
    }
}

/// What goes wrong with what nobody gave a name: files and sockets have one, and say it.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unread;
        }
        let error = anyhow::Error::from(error);
        Self::new(Exit::Setup, error.context("standard input or output"))
    }
}

/// Lets a command whose status says something come to it, though nobody reads on standard output any more.
pub(crate) fn even_unread(written: io::Result<()>) -> crate::Result<()> {
    match written.map_err(Failure::from) {
        Err(Failure::Unread) => Ok(()),
        written => written,
    }
}

/// Gives errors their status.
pub(crate) trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
    fn or_exit_with(
        self,
        exit: Exit,
        context: impl Display + Send + Sync + 'static,
    ) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }

    fn or_exit_with(
        self,
        exit: Exit,
        context: impl Display + Send + Sync + 'static,
    ) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error.into().context(context)))
    }
}

/// Prints the message, and gives the status.
pub(crate) fn tell(failure: &Failure) -> Exit {
    match failure {
        Failure::Told { exit, error } => {
            anstream::eprintln!("evdg: {error:#}");
            *exit
        }
        Failure::Unread => Exit::Success,
    }
}
