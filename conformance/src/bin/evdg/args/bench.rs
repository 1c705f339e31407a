use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::load::Shape;

use super::subject::{Sockets, SubjectArgs};
use crate::values::{
    ReportArg, dialect, duration, duration_or_zero, latency, percent, plain_rate, report, shape,
};

#[derive(Debug, Args)]
#[command(
    after_help = "A RATE is a number of datagrams a second (500, 20k, 1.5M), burst:100/10ms \
    (100 at once, every 10 ms), ramp:1k-20k (from one to the other), or square:1k-20k/500ms \
    (half of the period at each). Without --rate, evdg searches for the highest rate without \
    loss: it doubles the rate until a datagram is lost, then narrows the interval, then \
    confirms the result."
)]
pub(crate) struct BenchArgs {
    /// Send at this rate; by default, search for the highest rate without loss
    #[arg(long, value_name = "RATE", value_parser = shape)]
    pub(crate) rate: Option<Shape>,
    /// How long to send: at the rate, or in each trial of a search [default: 10s, or 2s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// How long to send before counting begins
    #[arg(long, value_name = "TIME", value_parser = duration_or_zero, default_value = "1s")]
    pub(crate) warm_up: Duration,
    /// The dialects to send, one after the other
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect(), default_value = "text")]
    pub(crate) dialects: Vec<Dialect>,
    /// Which sockets to send over, one after the other
    #[arg(long, value_enum, default_value_t = Sockets::Both)]
    pub(crate) socket: Sockets,
    /// Send the events of this file in turn: JSON lines, each an event, or a capture with
    /// datagram_hex; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Make datagrams this long, in bytes; several lengths take turns
    #[arg(long = "size", value_name = "BYTES", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=65_507))]
    pub(crate) sizes: Vec<u32>,
    /// How to pass datagrams to the kernel
    #[arg(long, value_enum, default_value_t = Sending::Segments)]
    pub(crate) send: Sending,
    /// Measure the machine: send to a bare socket that evdg reads, without a listener
    #[arg(long, conflicts_with_all = ["attach", "pass_socket", "command"])]
    pub(crate) sink: bool,
    /// Start the search at this rate
    #[arg(long, value_name = "RATE", value_parser = plain_rate, default_value = "1k", conflicts_with = "rate")]
    pub(crate) from: f64,
    /// Try no higher rate in the search
    #[arg(long, value_name = "RATE", value_parser = plain_rate, default_value = "2M", conflicts_with = "rate")]
    pub(crate) to: f64,
    /// How many trials at the highest rate must pass without loss
    #[arg(long, value_name = "NUMBER", default_value = "3", conflicts_with = "rate", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) confirm: u32,
    /// Fail if a greater part of the datagrams is lost, such as 0.1%; a smaller loss then does not
    /// fail the run
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_loss: Option<f64>,
    /// Fail if the 99th percentile of the latency is longer: 5ms, 800us
    #[arg(long, value_name = "TIME", value_parser = latency)]
    pub(crate) max_p99: Option<Duration>,
    /// Fail if fewer datagrams a second are delivered, or if the highest rate without loss is
    /// lower; not reaching --rate then does not fail the run
    #[arg(long, value_name = "RATE", value_parser = plain_rate)]
    pub(crate) min_rate: Option<f64>,
    /// Also write a report into a file: json=FILE, html=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(BenchFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<BenchFormat>>,
    /// Add up the JSON reports of several machines that sent at the same time, each at a set rate;
    /// sends nothing
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = [
        "rate", "duration", "warm_up", "dialects", "socket", "events", "sizes", "send", "sink", "from", "to", "confirm", "attach", "pass_socket",
        "timeout", "fence", "event", "command",
    ])]
    pub(crate) merge: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}

/// How datagrams are passed to the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sending {
    /// One call for each datagram, as a server does
    Single,
    /// One call for all datagrams that are due
    Many,
    /// One call for all datagrams that are due, and over UDP one segmented buffer for those of
    /// equal length
    Segments,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum BenchFormat {
    Json,
    Html,
}

impl BenchFormat {
    const ALL: &[(&str, Self)] = &[("json", Self::Json), ("html", Self::Html)];
}
