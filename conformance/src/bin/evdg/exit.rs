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
            "A vector or a case failed, or the subject crashed, hung, or was flaky.",
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

/// A message for the user, and the status that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: error.into(),
        }
    }
}

/// What goes wrong with files and pipes, unless said otherwise.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Exit::Setup, error)
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

/// Prints the message. A reader that went away is no failure.
pub(crate) fn tell(failure: &Failure) -> Exit {
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if failure.error.chain().any(broken_pipe) {
        return Exit::Success;
    }
    anstream::eprintln!("evdg: {:#}", failure.error);
    failure.exit
}
