use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::report::Format as ReportFormat;

use super::corpus::SelectArgs;
use super::output::OutputArgs;
use super::subject::{Sockets, SubjectArgs};
use crate::values::{ReportArg, ShardArg, dialect, duration, report, shard};

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Run the vectors of these dialects; by default text, or both on the built-in listener and
    /// with --vectors or --rerun
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect())]
    pub(crate) dialects: Vec<Dialect>,
    /// Only the vectors of this requirement set, such as 2026.2, decide the verdict; the others
    /// run, too
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub(crate) set: Option<String>,
    /// Which sockets to test over
    #[arg(long, value_enum, default_value_t = Sockets::Both, conflicts_with = "parser")]
    pub(crate) socket: Sockets,
    /// Test this many instances of the subject at the same time
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "1",
        conflicts_with = "attach"
    )]
    pub(crate) jobs: NonZero<usize>,
    /// Run one of several equal parts of the vectors: 1/4 is the first of four
    #[arg(long, value_name = "INDEX/COUNT", value_parser = shard)]
    pub(crate) shard: Option<ShardArg>,
    /// Let warnings fail the run, too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Stop after this many failures
    #[arg(long, value_name = "NUMBER", conflicts_with = "write_known")]
    pub(crate) max_failures: Option<NonZero<usize>>,
    /// Run only the vectors that failed in this JSON report, and with --strict, now or then, those
    /// with warnings
    #[arg(long, value_name = "REPORT")]
    pub(crate) rerun: Option<PathBuf>,
    /// Listen this long after the last vector, and while the subject stops; any report in this
    /// time, such as a late copy, fails
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) linger: Option<Duration>,
    /// Shuffle the vectors, in an order that this number determines, as it does the tags of the
    /// fences; by default the vectors keep their order, and no subject can guess a tag
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// A list of known failures; its vectors may fail, and must not pass
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Update the list of known failures, or create it
    #[arg(long, requires = "known")]
    pub(crate) write_known: bool,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE,
    /// github=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    /// The command is a parser: it reads one datagram a line in hex on standard input, and prints
    /// one JSON line for each
    #[arg(long, conflicts_with_all = ["attach", "pass_socket"])]
    pub(crate) parser: bool,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}

impl TestArgs {
    /// Returns the dialects to test. The default depends on the subject; vector files and earlier
    /// failures have their own.
    pub(crate) fn dialects(&self) -> &[Dialect] {
        let is_built_in = self.subject.command.is_empty() && self.subject.attach.is_none();
        let has_dialects = !self.select.source.files.is_empty() || self.rerun.is_some();
        match &self.dialects[..] {
            [] if is_built_in || has_dialects => Dialect::ALL,
            [] => &[Dialect::Text],
            chosen => chosen,
        }
    }
}
