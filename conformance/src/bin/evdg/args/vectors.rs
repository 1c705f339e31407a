use std::path::PathBuf;

use clap::{Args, Subcommand};
use event_datagram_conformance::dialect::Dialect;

use super::capture::CaptureArgs;
use super::corpus::{CorpusArgs, SelectArgs};
use crate::values::dialect;

#[derive(Debug, Args)]
pub(crate) struct MemberArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Take only vectors of these dialects; by default, of all
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect())]
    pub(crate) dialects: Vec<Dialect>,
    /// Take only the vectors of this requirement set, such as 2026.2
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub(crate) set: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsCommand {
    /// List vectors, one a line
    List(MemberArgs),
    /// Show vectors in full: bytes, expectation, reason
    Show {
        /// The ids, or anything else that --filter takes
        #[arg(required = true, value_name = "PATTERN")]
        patterns: Vec<String>,
        #[command(flatten)]
        source: CorpusArgs,
    },
    /// Write vectors into a new folder, for other test suites: bytes as files, expectations as
    /// JSON, their schema, the sets
    Export {
        /// A new or empty folder
        folder: PathBuf,
        #[command(flatten)]
        members: MemberArgs,
    },
    /// The same as `evdg capture`
    Import(CaptureArgs),
    /// Check the corpus: its form, and every expectation against the reference decoder
    Check {
        /// The same as --corpus
        #[arg(value_name = "FOLDER", hide = true, conflicts_with = "corpus")]
        folder: Option<PathBuf>,
        #[command(flatten)]
        source: CorpusArgs,
    },
}
