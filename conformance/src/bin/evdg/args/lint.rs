use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::{ReportArg, dialect, report};

#[derive(Debug, Args)]
#[command(
    after_help = "An error is a datagram that a listener must reject, or that no release of \
    OpenSIPS writes; everything else is a note. evdg counts each kind, and shows its first \
    datagram. JSON lines are those of `evdg capture`, or any others with datagram_hex. The \
    status is 1 if there is an error, and 4 if no datagram was read."
)]
pub(crate) struct LintArgs {
    /// What to read: a socket, udp:ADDRESS:PORT or unix:PATH, in the place of a listener, until
    /// Ctrl-C; a packet capture, pcap or pcapng; JSON lines; - for standard input
    #[arg(value_name = "SOCKET|FILE|-")]
    pub(crate) input: PathBuf,
    /// Read all datagrams in this dialect; by default, it is detected for each datagram
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
    /// Take only datagrams from or to this port of a packet capture
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Also write a report into a file: json=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(LintFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<LintFormat>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum LintFormat {
    Json,
}

impl LintFormat {
    const ALL: &[(&str, Self)] = &[("json", Self::Json)];
}
