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
    after_help = "The same seed sends the same cases. evdg shrinks each failing case, groups \
    failures by cause, and prints the smallest case of each cause with the command that sends \
    only this case again. Faults that were found predict how the subject fails; only another \
    failure is a new finding. Violations of should requirements are counted, and fail the run \
    only with --strict."
)]
pub(crate) struct FuzzArgs {
    /// The dialect of the datagrams
    #[arg(long, value_name = "DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
    /// Which sockets to send over, one after the other, all cases over each; by default unix, where
    /// the system has UNIX sockets
    #[arg(long, value_enum, conflicts_with = "parser")]
    pub(crate) socket: Option<Sockets>,
    /// Send this many cases, each a datagram or a sequence; by default 100000, or no limit with
    /// --time
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) cases: Option<u64>,
    /// Stop after this time: 60s, 10m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// Stop at the first cause that is found
    #[arg(long)]
    pub(crate) first: bool,
    /// The number that determines all cases and the tags of the fences; by default a new one each
    /// run
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Send cases to this many instances of the subject at the same time
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
    /// Let violations of should requirements fail, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// A list of known failures, as for evdg test; their causes are not reported
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Write the findings into a vector file, whose topic is the file's name without its extension;
    /// evdg test --vectors FILE runs it
    #[arg(long, value_name = "FILE", value_parser = vector_file)]
    pub(crate) save: Option<VectorFileArg>,
    /// Save each finding as a vector file in this folder, and send the saved ones first; the folder
    /// is created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    pub(crate) finds: Option<PathBuf>,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE
    /// (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    /// Send only this datagram, or this sequence of datagrams with commas between them, in hex
    #[arg(long, value_name = "HEX[,HEX...]", value_parser = datagrams, conflicts_with_all = [
        "cases", "time", "first", "seed", "jobs", "shard", "max_size", "known", "save", "finds", "reports",
    ])]
    pub(crate) replay: Option<Datagrams>,
    /// The command is a parser: it reads one datagram a line in hex on standard input, and prints
    /// one JSON line for each
    #[arg(long, conflicts_with_all = ["attach", "pass_socket"])]
    pub(crate) parser: bool,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}
