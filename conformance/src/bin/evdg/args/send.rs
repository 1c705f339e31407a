use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, duration, plain_rate};

#[derive(Debug, Args)]
#[command(
    after_help = "A PARAM is a string, name=value or a value alone; write =value for an \
    unnamed value that contains =. := precedes an integer or null: count:=-1, or :=5 without a \
    name. Use JSON lines for everything else. evdg prints a note if a server would refuse the \
    event, or if a listener would read it differently. With --keep-going the status is 1 if \
    anything was not sent."
)]
pub(crate) struct SendArgs {
    /// The address to send to: udp:ADDRESS:PORT, unix:PATH or /PATH
    pub(crate) socket: String,
    /// The name of the event; without it, evdg reads JSON lines, one event a line
    pub(crate) name: Option<OsString>,
    /// Its parameters in order: name=value, or value alone
    #[arg(value_name = "PARAM")]
    pub(crate) params: Vec<OsString>,
    /// Read the JSON lines from this file instead of standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "captures"])]
    pub(crate) lines: Option<PathBuf>,
    /// Send the datagram_hex of each JSON line of this file as it is, as `evdg capture` writes
    /// them; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "dialect"])]
    pub(crate) captures: Option<PathBuf>,
    /// The dialect to write
    #[arg(long, value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
    /// Send this many datagrams a second: 500, 20k; by default, each as soon as possible
    #[arg(long, value_name = "RATE", value_parser = plain_rate)]
    pub(crate) rate: Option<f64>,
    /// Wait between datagrams as long as between their captures; those without a time follow at
    /// once
    #[arg(long, requires = "captures", conflicts_with = "rate")]
    pub(crate) pace: bool,
    /// If a datagram cannot be sent at once, count it and send the next, as servers do
    #[arg(long, conflicts_with = "timeout")]
    pub(crate) keep_going: bool,
    /// The longest time to wait while the socket accepts nothing: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) timeout: Duration,
}
