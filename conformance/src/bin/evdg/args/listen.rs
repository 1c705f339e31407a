use clap::{Args, ValueEnum};
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, file_mode};

#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal each event is laid out for a person, and the end (Ctrl-C) brings counts. Into a pipe or a file go the \
    JSON lines of the contract, the start line first. A PATTERN may have * and ?; case does not matter. Where a service manager \
    hands over a bound socket as descriptor 3 (LISTEN_FDS, LISTEN_PID), that one is used."
)]
pub(crate) struct ListenArgs {
    /// Where: udp:ADDRESS:PORT, unix:PATH or /PATH; port 0 takes any free one
    #[arg(env = "EVDG_SOCKET")]
    pub(crate) socket: Option<String>,
    /// The dialects of the datagrams; with both, each datagram is read in the one that it looks
    /// like
    #[arg(long = "dialect", env = "EVDG_DIALECT", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect(), default_values = ["text", "jsonrpc"])]
    pub(crate) dialects: Vec<Dialect>,
    /// Show only events of this name (repeatable: any of them)
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<String>,
    /// Show only events with a parameter of this name, and of this value if there is one: ip,
    /// ip=192.168.* (repeatable: all of them)
    #[arg(long = "param", value_name = "PATTERN[=PATTERN]")]
    pub(crate) params: Vec<String>,
    /// How to show events; without, text on a terminal and JSON lines elsewhere
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListenFormat>,
    /// The permissions of a UNIX socket, in octal: 660 lets its group send, too
    #[arg(long, value_name = "MODE", value_parser = file_mode)]
    pub(crate) mode: Option<u32>,
}

/// How `evdg listen` shows events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListenFormat {
    /// Laid out for a person
    Text,
    /// The JSON lines of the contract
    Json,
}
