use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::report::Format as ReportFormat;

use super::subject::{Sockets, SubjectArgs};
use crate::values::{
    Datagrams, ReportArg, ShardArg, VectorFileArg, datagrams, dialect, duration, report, shard,
    vector_file,
};

#[derive(Debug, Args)]
#[command(
    after_help = "The seed decides all cases: the same seed sends the same. What fails is tried in ever simpler forms, and grouped by \
    its cause. The search goes on: faults that were found predict how the subject fails, and only what they do not predict is a new \
    finding. The simplest case of each cause is printed with the command that sends just that again. Departures from what listeners \
    should do are counted, and fail with --strict alone."
)]
pub(crate) struct FuzzArgs {
    /// The dialect of the datagrams
    #[arg(long, value_name = "DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
    /// Over which sockets, one after the other, all cases over each; without, over unix where there
    /// is such a thing
    #[arg(long, value_enum, conflicts_with = "parser")]
    pub(crate) socket: Option<Sockets>,
    /// Try so many cases, each a datagram or a sequence; without, and without --time, 100000
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) cases: Option<u64>,
    /// Try cases for so long in all: 60s, 10m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// End at the first cause that is found
    #[arg(long)]
    pub(crate) first: bool,
    /// What decides the cases, and the tags of the fences; without, something new each time
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Send cases to so many instances of the subject at a time
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "1",
        conflicts_with = "attach"
    )]
    pub(crate) jobs: NonZero<usize>,
    /// Send one of several equal parts of the cases: 1/4 is the first of four
    #[arg(long, value_name = "INDEX/COUNT", value_parser = shard)]
    pub(crate) shard: Option<ShardArg>,
    /// Cut datagrams to this length, in bytes
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_size: Option<u32>,
    /// Let departures from what listeners should do fail, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// A list of known failures, as for evdg test: their causes are no findings
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Write what is found as a vector file, whose topic is the file's name without its extension;
    /// evdg test --vectors FILE runs it
    #[arg(long, value_name = "FILE", value_parser = vector_file)]
    pub(crate) save: Option<VectorFileArg>,
    /// Keep what is found in this folder, a vector file each, and try first what lies there; it is
    /// made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub(crate) finds: Option<PathBuf>,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE
    /// (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    /// Try just this datagram, or sequence of datagrams with commas between them, in hex
    #[arg(long, value_name = "HEX[,HEX...]", value_parser = datagrams, conflicts_with_all = [
        "cases", "time", "first", "seed", "jobs", "shard", "max_size", "known", "save", "finds", "reports",
    ])]
    pub(crate) replay: Option<Datagrams>,
    /// The command is a parser: datagrams on standard input, one a line in hex, and an answer for
    /// each
    #[arg(long, conflicts_with_all = ["attach", "pass_socket"])]
    pub(crate) parser: bool,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}
