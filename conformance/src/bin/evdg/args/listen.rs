use clap::{Args, ValueEnum};
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, file_mode};

#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal evdg prints each event as text, and Ctrl-C prints the counts. \
    Elsewhere it prints the JSON lines of the contract, the start line first. A PATTERN may \
    have * and ?; case does not matter. If a service manager passes a bound socket as \
    descriptor 3 (LISTEN_FDS, LISTEN_PID), evdg uses it."
)]
pub(crate) struct ListenArgs {
    /// The address to bind: udp:ADDRESS:PORT, unix:PATH or /PATH; port 0 takes any free port
    #[arg(env = "EVDG_SOCKET")]
    pub(crate) socket: Option<String>,
    /// The dialects of the datagrams; with both, the dialect is detected for each datagram
    #[arg(long = "dialect", env = "EVDG_DIALECT", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect(), default_values = ["text", "jsonrpc"])]
    pub(crate) dialects: Vec<Dialect>,
    /// Show only events of this name (repeatable: any of them)
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<String>,
    /// Show only events with a parameter of this name, and of this value if there is one: ip,
    /// ip=192.168.* (repeatable: all of them)
    #[arg(long = "param", value_name = "PATTERN[=PATTERN]")]
    pub(crate) params: Vec<String>,
    /// How to show events; by default, text on a terminal and JSON lines elsewhere
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListenFormat>,
    /// The permissions of a UNIX socket, in octal: 660 lets the socket's group send, too
    #[arg(long, value_name = "MODE", value_parser = file_mode)]
    pub(crate) mode: Option<u32>,
}

/// How `evdg listen` shows events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListenFormat {
    /// Text for a person
    Text,
    /// The JSON lines of the contract
    Json,
}
