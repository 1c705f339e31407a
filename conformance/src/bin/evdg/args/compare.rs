use std::path::PathBuf;

use clap::Args;

use crate::values::{ReportArg, report};

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// JSON reports of whole runs of evdg test, or of load tests of evdg bench; of one subject, the
    /// earliest first
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Treat all reports as runs of one subject, whatever their names and commands
    #[arg(long)]
    pub(crate) same_subject: bool,
    /// Also write the comparison into a file: html=FILE, markdown=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(CompareFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<CompareFormat>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum CompareFormat {
    Html,
    Markdown,
}

impl CompareFormat {
    const ALL: &[(&str, Self)] = &[("html", Self::Html), ("markdown", Self::Markdown)];
}
