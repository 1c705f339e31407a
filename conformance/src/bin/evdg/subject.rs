//! What the commands that test a subject have in common.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_datagram_conformance::fence;
use event_datagram_conformance::run::RunError;
use event_datagram_conformance::subject::{Kind, Stop, Subject, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::SocketKind;

use crate::args::{SubjectArgs, TIMEOUT};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::values::duration;

/// Finds out what to talk to, a listener or a parser, and over which sockets: over these, unless there is no choice.
pub(crate) fn subject(
    args: &SubjectArgs,
    is_parser: bool,
    sockets: Vec<SocketKind>,
) -> crate::Result<(Subject, Vec<SocketKind>)> {
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        return attached(socket, reports);
    }
    let (kind, sockets) = if is_parser {
        (Kind::Parser, vec![SocketKind::Stdin])
    } else {
        (Kind::Listener, sockets)
    };
    let words = if args.command.is_empty() {
        built_in(kind)?
    } else {
        args.command.clone()
    };
    let command = SubjectCommand::new(kind, &words).or_exit(Exit::Usage)?;
    for socket in &sockets {
        command.accepts(*socket).or_exit(Exit::Usage)?;
    }
    Ok((command.into(), sockets))
}

#[cfg(unix)]
fn attached(socket: &str, reports: &Path) -> crate::Result<(Subject, Vec<SocketKind>)> {
    use event_datagram_conformance::subject::{Reports, Running};

    let (address, kind) = crate::listen::address(socket)?;
    let reports = if reports == Path::new("-") {
        Reports::Stdin
    } else {
        Reports::Path(reports.into())
    };
    Ok((Running { address, reports }.into(), vec![kind]))
}

#[cfg(not(unix))]
fn attached(_: &str, _: &Path) -> crate::Result<(Subject, Vec<SocketKind>)> {
    let message = "this platform cannot watch a running listener";
    Err(Failure::new(Exit::Usage, anyhow::anyhow!(message)))
}

/// Gives what holds for every subject.
pub(crate) fn settings(args: &SubjectArgs, stop: Stop) -> SubjectSettings {
    SubjectSettings {
        limit: args.timeout,
        fence: args.fence.clone(),
        stop,
    }
}

/// Gives the options that say how to talk to the subject, as one would type them, each with a space before it.
pub(crate) fn options(args: &SubjectArgs, subject: &Subject) -> String {
    let mut options = String::new();
    if duration(TIMEOUT) != Ok(args.timeout) {
        let seconds = args.timeout.as_secs_f64();
        options.push_str(&option("timeout", &format!("{seconds}s")));
    }
    if args.fence != fence::DEFAULT_NAME {
        options.push_str(&option("fence", &args.fence));
    }
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        options.push_str(&option("attach", socket));
        options.push_str(&option("observe", &reports.display().to_string()));
    }
    if subject.kind() == Kind::Parser {
        options.push_str(" --parser");
    }
    options
}

/// Gives an option as one would type it, with a space before it.
pub(crate) fn option(name: &str, value: &str) -> String {
    let value = shlex::try_quote(value).map_or(value.into(), |quoted| quoted.into_owned());
    format!(" --{name} {value}")
}

/// Gives the subject in words, and what has to stand at the end of a command line to start it.
pub(crate) fn told(args: &SubjectArgs, subject: &Subject) -> (String, String) {
    match subject {
        Subject::Command(command) if !args.command.is_empty() => {
            let shell = command.shell();
            (shell.clone(), format!(" -- {shell}"))
        }
        subject => {
            let name = match subject.kind() {
                Kind::Parser => "the built-in parser".into(),
                Kind::Listener => "the built-in listener".into(),
                _ => format!(
                    "the listener at {}",
                    args.attach.as_deref().unwrap_or_default()
                ),
            };
            (name, String::new())
        }
    }
}

/// A signal lets the run come to an end, with all that it started. Behind the run it ends the program.
pub(crate) struct Signals {
    pub(crate) stop: Stop,
    is_over: Arc<AtomicBool>,
}

impl Signals {
    pub(crate) fn catch() -> crate::Result<Self> {
        let signals = Self {
            stop: Stop::default(),
            is_over: Arc::default(),
        };
        let (stop, is_over) = (signals.stop.clone(), Arc::clone(&signals.is_over));
        let end = move || {
            if is_over.load(Ordering::Relaxed) {
                std::process::exit(Exit::Interrupted as i32);
            }
            stop.request();
        };
        ctrlc::set_handler(end).or_exit(Exit::Setup)?;
        Ok(signals)
    }

    /// Makes signals end the program again: nothing is left to be cleaned up.
    pub(crate) fn restore(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The reference listener or parser: this very program, as a process of its own.
fn built_in(kind: Kind) -> crate::Result<Vec<OsString>> {
    let program = std::env::current_exe()
        .or_exit_with(Exit::Setup, "the built-in listener cannot be found")?;
    let words: &[&str] = match kind {
        Kind::Parser => &["decode"],
        _ => &["listen", "{socket}"],
    };
    Ok(std::iter::once(program.into())
        .chain(words.iter().map(OsString::from))
        .collect())
}

pub(crate) fn failure(error: RunError) -> Failure {
    let exit = match error {
        RunError::Interrupted => Exit::Interrupted,
        _ => Exit::Setup,
    };
    Failure::new(exit, error)
}
