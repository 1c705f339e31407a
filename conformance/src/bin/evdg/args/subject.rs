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
    /// Test a listener that already runs at this socket, udp:ADDRESS:PORT or unix:PATH; evdg never
    /// kills it
    #[arg(long, value_name = "SOCKET", requires = "observe", conflicts_with_all = ["socket", "command"])]
    pub(crate) attach: Option<String>,
    /// Where to read the reports of that listener: a file, a FIFO, a UNIX stream socket, or - for
    /// standard input
    #[arg(long, value_name = "PATH", requires = "attach")]
    pub(crate) observe: Option<PathBuf>,
    /// Bind the socket and pass it to the subject as descriptor 3, as systemd does, with LISTEN_FDS
    /// and LISTEN_PID
    #[arg(long, conflicts_with = "attach")]
    pub(crate) pass_socket: bool,
    /// The longest time to wait for the subject: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = DEFAULT_TIMEOUT)]
    pub(crate) timeout: Duration,
    /// The marker event that follows every vector, for listeners that drop unknown names or demand
    /// parameters: 'NAME param={tag} other=value'. Without {tag}, evdg adds a parameter named tag
    #[arg(long, value_name = "EVENT", default_value = fence::DEFAULT_NAME)]
    pub(crate) fence: FenceTemplate,
    /// Rename the event E_TEST of the vectors to this, for listeners that drop unknown names
    #[arg(long, value_name = "NAME", value_parser = event_name)]
    pub(crate) event: Option<String>,
    /// The command that starts the subject; evdg replaces {socket}, {host}, {port} and {path} in
    /// it, and sets EVDG_SOCKET and EVDG_DIALECT
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
