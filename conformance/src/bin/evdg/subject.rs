//! Subjects from arguments, for the commands that start a subject or attach to one.

use std::ffi::OsString;
use std::path::Path;

use event_datagram_conformance::fence::{FenceTemplate, TagSource};
use event_datagram_conformance::run::RunError;
#[cfg(target_os = "linux")]
use event_datagram_conformance::subject::adopt_orphans;
use event_datagram_conformance::subject::{
    Kind, StartError, Stop, Subject, SubjectCommand, SubjectSettings,
};
use event_datagram_conformance::transport::{SocketKind, check_loopback};

use crate::args::{DEFAULT_TIMEOUT, SubjectArgs};
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::values::duration;

/// Returns the subject that the arguments describe, and its sockets: `sockets`, unless the subject
/// has no choice. `kind` says what a command is, a listener or a parser.
pub(crate) fn subject(
    args: &SubjectArgs,
    kind: Kind,
    sockets: Vec<SocketKind>,
) -> CommandResult<(Subject, Vec<SocketKind>)> {
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        return attached(socket, reports);
    }
    let sockets = match kind {
        Kind::Parser => vec![SocketKind::Stdin],
        _ => sockets,
    };
    let words = if args.command.is_empty() {
        built_in(kind)?
    } else {
        args.command.clone()
    };
    let command = SubjectCommand::new(kind, &words).or_exit(ExitStatus::Usage)?;
    let command = match args.pass_socket {
        true => taking_socket(command)?,
        false => command,
    };
    for socket in &sockets {
        command.accepts(*socket).or_exit(ExitStatus::Usage)?;
        can_send_to_itself(*socket)?;
    }
    #[cfg(target_os = "linux")]
    adopt_orphans();
    Ok((command.into(), sockets))
}

/// Returns an error if the loopback interface is down: a run would wait for a report that cannot
/// come.
fn can_send_to_itself(socket: SocketKind) -> CommandResult<()> {
    check_loopback(socket).or_exit_with(
        ExitStatus::Setup,
        format!("this machine cannot send to itself over {socket}; is its loopback interface up?"),
    )
}

#[cfg(unix)]
fn taking_socket(command: SubjectCommand) -> CommandResult<SubjectCommand> {
    Ok(command.taking_socket())
}

#[cfg(not(unix))]
fn taking_socket(_: SubjectCommand) -> CommandResult<SubjectCommand> {
    let message = "this platform cannot hand a socket over";
    Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)))
}

#[cfg(unix)]
fn attached(socket: &str, reports: &Path) -> CommandResult<(Subject, Vec<SocketKind>)> {
    use event_datagram_conformance::subject::{Reports, Running};
    use event_datagram_conformance::transport::Address;

    let (address, kind) = crate::listen::address(socket)?;
    if matches!(address, Address::Udp(address) if address.ip().is_loopback()) {
        can_send_to_itself(kind)?;
    }
    let reports = if reports == Path::new("-") {
        Reports::Stdin
    } else {
        Reports::Path(reports.into())
    };
    Ok((Running { address, reports }.into(), vec![kind]))
}

#[cfg(not(unix))]
fn attached(_: &str, _: &Path) -> CommandResult<(Subject, Vec<SocketKind>)> {
    let message = "this platform cannot watch a running listener";
    Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(message)))
}

/// Returns the settings that hold for every subject. The seed decides the tags of the fences.
pub(crate) fn settings(args: &SubjectArgs, seed: Option<u64>, stop: Stop) -> SubjectSettings {
    SubjectSettings {
        timeout: args.timeout,
        fence: args.fence.clone(),
        tags: seed.map_or_else(TagSource::default, TagSource::seeded),
        stop,
    }
}

/// Returns the options that describe the subject, shell-quoted, each with a space before it.
pub(crate) fn options(args: &SubjectArgs, subject: &Subject) -> String {
    let mut options = String::new();
    if duration(DEFAULT_TIMEOUT) != Ok(args.timeout) {
        let seconds = args.timeout.as_secs_f64();
        options.push_str(&option("timeout", &format!("{seconds}s")));
    }
    if args.fence != FenceTemplate::default() {
        options.push_str(&option("fence", &args.fence.to_string()));
    }
    if let Some(event) = &args.event {
        options.push_str(&option("event", event));
    }
    if let (Some(socket), Some(reports)) = (&args.attach, &args.observe) {
        options.push_str(&option("attach", socket));
        options.push_str(&option("observe", &reports.display().to_string()));
    }
    if args.pass_socket {
        options.push_str(" --pass-socket");
    }
    if subject.kind() == Kind::Parser {
        options.push_str(" --parser");
    }
    options
}

/// Returns an option, shell-quoted, with a space before it.
pub(crate) fn option(name: &str, value: &str) -> String {
    let value = shlex::try_quote(value).map_or(value.into(), |quoted| quoted.into_owned());
    format!(" --{name} {value}")
}

/// How output names a subject.
pub(crate) struct SubjectLabel {
    /// The command, or what the subject is.
    pub(crate) name: String,
    /// The end of a command line that starts the subject, with a space before it; empty if none is
    /// needed.
    pub(crate) command: String,
}

impl SubjectLabel {
    pub(crate) fn new(args: &SubjectArgs, subject: &Subject) -> Self {
        match subject {
            Subject::Command(command) if !args.command.is_empty() => {
                let name = command.shell();
                let command = format!(" -- {name}");
                Self { name, command }
            }
            subject => Self {
                name: match subject.kind() {
                    Kind::Parser => "the built-in parser".into(),
                    Kind::Listener => "the built-in listener".into(),
                    _ => format!(
                        "the listener at {}",
                        args.attach.as_deref().unwrap_or_default()
                    ),
                },
                command: String::new(),
            },
        }
    }
}

/// Returns the command of the reference listener or parser, which is this program in a process of
/// its own.
fn built_in(kind: Kind) -> CommandResult<Vec<OsString>> {
    let program = std::env::current_exe()
        .or_exit_with(ExitStatus::Setup, "the built-in listener cannot be found")?;
    let words: &[&str] = match kind {
        Kind::Parser => &["decode"],
        _ => &["listen", "{socket}"],
    };
    Ok(std::iter::once(program.into())
        .chain(words.iter().map(OsString::from))
        .collect())
}

/// Converts the error of a run.
pub(crate) fn failure(error: RunError) -> Failure {
    let status = match error {
        RunError::Interrupted => ExitStatus::Interrupted,
        RunError::Start(StartError::UndeclaredDialect(_)) => ExitStatus::Nothing,
        _ => ExitStatus::Setup,
    };
    Failure::new(status, error)
}
