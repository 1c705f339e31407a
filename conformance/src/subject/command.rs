use std::ffi::{OsStr, OsString};
use std::io;

#[cfg(unix)]
use super::attached::Running;
#[cfg(unix)]
use super::passed_socket::command_with_socket;
use crate::dialect::Dialect;
use crate::transport::{Address, SocketKind};

/// How a subject is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The runner starts the subject, which binds the socket that the runner chose.
    Listener,
    /// The runner starts the subject, which reads one datagram in hex per line on its standard
    /// input.
    Parser,
    /// Somebody else started the subject, and the runner never kills it.
    Running,
}

impl Kind {
    /// Returns the name that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listener => "listener",
            Self::Parser => "parser",
            Self::Running => "running",
        }
    }
}

/// What is tested.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Subject {
    /// A program that this command starts.
    Command(SubjectCommand),
    /// A listener that runs already.
    #[cfg(unix)]
    Running(Running),
}

impl Subject {
    /// Returns how the subject is connected.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Command(command) => command.kind(),
            #[cfg(unix)]
            Self::Running(_) => Kind::Running,
        }
    }
}

impl From<SubjectCommand> for Subject {
    fn from(command: SubjectCommand) -> Self {
        Self::Command(command)
    }
}

#[cfg(unix)]
impl From<Running> for Subject {
    fn from(running: Running) -> Self {
        Self::Running(running)
    }
}

/// The command that starts a subject.
///
/// The runner replaces `{socket}`, `{host}`, `{port}` and `{path}` in the arguments by the parts of
/// the chosen socket.
#[derive(Clone, Debug)]
pub struct SubjectCommand {
    kind: Kind,
    program: OsString,
    args: Vec<OsString>,
    /// Whether the runner binds the socket and passes it as descriptor 3.
    #[cfg(unix)]
    takes_socket: bool,
}

/// A command that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The command has no program.
    #[error("the subject's command is empty; write it behind `--`")]
    Empty,
    /// The placeholders of the command have no value for this kind of socket.
    #[error(
        "the subject's command takes {placeholder}, which a {socket} socket does not have; \
         add `--socket {other}`"
    )]
    Placeholder {
        /// The placeholder.
        placeholder: &'static str,
        /// The kind of socket.
        socket: SocketKind,
        /// A kind of socket that has a value for it.
        other: SocketKind,
    },
}

impl SubjectCommand {
    /// Returns the command for a command line, which begins with the program.
    ///
    /// # Errors
    ///
    /// If the command line is empty.
    pub fn new(kind: Kind, command: &[OsString]) -> Result<Self, CommandError> {
        match command {
            [] => Err(CommandError::Empty),
            [program, ..] if program.is_empty() => Err(CommandError::Empty),
            [program, args @ ..] => Ok(Self {
                kind,
                program: program.clone(),
                args: args.into(),
                #[cfg(unix)]
                takes_socket: false,
            }),
        }
    }

    /// Returns the command for a listener that takes a bound socket as descriptor 3, as service
    /// managers pass it.
    #[cfg(unix)]
    #[must_use]
    pub fn taking_socket(self) -> Self {
        Self {
            takes_socket: true,
            ..self
        }
    }

    /// Returns how the subject is connected.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Checks that the command can name sockets of this kind.
    ///
    /// # Errors
    ///
    /// If the command has placeholders, and this kind of socket has a value for none of them.
    pub fn accepts(&self, socket: SocketKind) -> Result<(), CommandError> {
        let has = |placeholder: &str| {
            self.args
                .iter()
                .any(|arg| arg.to_string_lossy().contains(placeholder))
        };
        let of_udp = ["{port}", "{host}"]
            .into_iter()
            .find(|placeholder| has(placeholder));
        let of_unix = ["{path}"].into_iter().find(|placeholder| has(placeholder));
        match (socket, of_udp, of_unix) {
            _ if has("{socket}") => Ok(()),
            (SocketKind::Unix, Some(placeholder), None) => Err(CommandError::Placeholder {
                placeholder,
                socket,
                other: SocketKind::Udp,
            }),
            (SocketKind::Udp | SocketKind::Udp6, None, Some(placeholder)) => {
                Err(CommandError::Placeholder {
                    placeholder,
                    socket,
                    other: SocketKind::Unix,
                })
            }
            _ => Ok(()),
        }
    }

    /// Returns the command as a user would type it into a shell.
    pub fn shell(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        words.map(|word| quote(word)).collect::<Vec<_>>().join(" ")
    }

    /// Returns the program, without its arguments.
    pub(super) fn program(&self) -> &OsStr {
        &self.program
    }

    /// Returns whether the program has arguments.
    pub(super) fn has_args(&self) -> bool {
        !self.args.is_empty()
    }

    /// Builds the command for a dialect, and for a socket if the subject binds or takes one.
    ///
    /// # Errors
    ///
    /// If the runner cannot bind the socket that the subject takes.
    pub(super) fn build(
        &self,
        dialect: Dialect,
        address: Option<&Address>,
    ) -> io::Result<std::process::Command> {
        let mut command = match address {
            #[cfg(unix)]
            Some(address) if self.takes_socket => command_with_socket(&self.program, address)?,
            _ => without_socket(&self.program),
        };
        command.args(self.args.iter().map(|arg| replace(arg, address)));
        command.env("EVDG_DIALECT", dialect.as_str());
        match address {
            Some(address) => command.env("EVDG_SOCKET", address.to_string()),
            None => command.env_remove("EVDG_SOCKET"),
        };
        Ok(command)
    }
}

/// Returns a command without the environment variables of a socket that a service manager may have
/// passed to this process.
fn without_socket(program: &OsStr) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    for variable in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] {
        command.env_remove(variable);
    }
    command
}

fn replace(arg: &OsStr, address: Option<&Address>) -> OsString {
    let (Some(text), Some(address)) = (arg.to_str(), address) else {
        return arg.into();
    };
    let (host, port, path) = match address {
        Address::Udp(address) => (
            address.ip().to_string(),
            address.port().to_string(),
            String::new(),
        ),
        Address::Unix(path) => (String::new(), String::new(), path.display().to_string()),
    };
    let text = text.replace("{socket}", &address.to_string());
    text.replace("{host}", &host)
        .replace("{port}", &port)
        .replace("{path}", &path)
        .into()
}

fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    // Only a NUL cannot be quoted, and no argument contains one.
    shlex::try_quote(&word).map_or_else(|_| format!("{word:?}"), |quoted| quoted.into_owned())
}
