use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use event_datagram_conformance::fence::{self, FenceTemplate};
use event_datagram_conformance::transport::SocketKind;

use crate::values::{duration, event_name};

/// The default of `--timeout`.
pub(crate) const DEFAULT_TIMEOUT: &str = "10s";

/// Options of the commands that test a subject.
#[derive(Debug, Args)]
pub(crate) struct SubjectArgs {
    /// Take a listener that runs at this socket already, udp:ADDRESS:PORT or unix:PATH; it is never
    /// killed
    #[arg(long, value_name = "SOCKET", requires = "observe", conflicts_with_all = ["socket", "command"])]
    pub(crate) attach: Option<String>,
    /// Where its reports can be read: a file, a FIFO, a UNIX stream socket, or - for standard input
    #[arg(long, value_name = "PATH", requires = "attach")]
    pub(crate) observe: Option<PathBuf>,
    /// Bind the socket and hand it over to the subject as descriptor 3, as service managers do:
    /// LISTEN_FDS and LISTEN_PID are set
    #[arg(long, conflicts_with = "attach")]
    pub(crate) pass_socket: bool,
    /// The longest to wait for anything: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = DEFAULT_TIMEOUT)]
    pub(crate) timeout: Duration,
    /// The marker event that follows every vector, for listeners that drop names they do not know
    /// or demand parameters: 'NAME param={tag} other=value'; without {tag}, a parameter tag is
    /// added
    #[arg(long, value_name = "EVENT", default_value = fence::DEFAULT_NAME)]
    pub(crate) fence: FenceTemplate,
    /// Another name for the event that is sent, E_TEST in the corpus, for listeners that drop names
    /// they do not know
    #[arg(long, value_name = "NAME", value_parser = event_name)]
    pub(crate) event: Option<String>,
    /// What starts the subject. {socket}, {host}, {port} and {path} in it are replaced; EVDG_SOCKET
    /// and EVDG_DIALECT are set in its environment
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sockets {
    /// UDP over IPv4
    Udp,
    /// UDP over IPv6
    Udp6,
    /// UNIX datagrams
    Unix,
    /// UDP over IPv4, then UNIX datagrams
    Both,
}

impl Sockets {
    pub(crate) fn kinds(self) -> Vec<SocketKind> {
        match self {
            Self::Udp => vec![SocketKind::Udp],
            Self::Udp6 => vec![SocketKind::Udp6],
            Self::Unix => vec![SocketKind::Unix],
            Self::Both => vec![SocketKind::Udp, SocketKind::Unix],
        }
    }
}
