use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::report::Format as ReportFormat;

use super::output::OutputArgs;
use crate::values::{ReportArg, report};

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The JSON reports of all parts of one run, in any order; or one report of a whole run
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE,
    /// github=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
