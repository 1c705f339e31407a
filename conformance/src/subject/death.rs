use std::fmt;

/// How a subject ended, or why it can no longer be observed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Death {
    /// The subject ended.
    Exited(Exit),
    /// The subject runs, but has closed its standard output.
    ClosedOutput,
    /// The runner is attached to the subject, and the source of its reports has ended.
    NoMoreReports,
    /// The subject runs, but has closed its standard input, where it should read datagrams.
    ClosedInput,
    /// The subject's socket is no longer bound, whether or not the subject runs.
    Refused,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(exit) => write!(f, "it ended: {exit}"),
            Self::ClosedOutput => {
                f.write_str("it closed its standard output, so that it cannot be observed")
            }
            Self::NoMoreReports => {
                f.write_str("its reports came to their end, so that it cannot be observed")
            }
            Self::ClosedInput => f.write_str("it closed its standard input"),
            Self::Refused => f.write_str("nobody listens on its socket any more"),
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// The process exited with this status.
    Status(i32),
    /// This signal killed the process.
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "exit status {status}"),
            Self::Signal(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "killed by signal {signal} ({name})"),
                None => write!(f, "killed by signal {signal}"),
            },
        }
    }
}

/// Returns the name of a signal that kills programs, by the numbers that all systems share.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}
