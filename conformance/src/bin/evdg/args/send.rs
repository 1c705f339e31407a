use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, duration, plain_rate};

#[derive(Debug, Args)]
#[command(
    after_help = "A PARAM is a string, with name=value or without a name; =value where the value itself holds =. After := stands \
    an integer or null: count:=-1, or :=5 without a name. All else goes through JSON lines. What a server would refuse, or a \
    listener read differently, is sent with a note. With --keep-going the status is 1 if anything was not sent."
)]
pub(crate) struct SendArgs {
    /// Where to: udp:ADDRESS:PORT, unix:PATH or /PATH
    pub(crate) socket: String,
    /// The name of the event; without it, JSON lines are read, an event each
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
    /// Send so many datagrams a second: 500, 20k; without, each as soon as it can be sent
    #[arg(long, value_name = "RATE", value_parser = plain_rate)]
    pub(crate) rate: Option<f64>,
    /// Send at the pace of the captures: as much time lies between two of them as between their
    /// times. Those without a time follow at once
    #[arg(long, requires = "captures", conflicts_with = "rate")]
    pub(crate) pace: bool,
    /// Go on as servers do: count what cannot be sent at once, and send the next
    #[arg(long, conflicts_with = "timeout")]
    pub(crate) keep_going: bool,
    /// The longest to wait while the socket takes nothing: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) timeout: Duration,
}
