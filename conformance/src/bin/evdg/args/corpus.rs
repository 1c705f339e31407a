use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::vectors::Level;

use crate::values::level;

#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    /// Take only these vectors: an id, requirement, topic, part of an id, or an id with * and ?
    /// (repeatable)
    #[arg(long = "filter", value_name = "PATTERN")]
    pub(crate) filters: Vec<String>,
    /// Take only these levels: must, should, may
    #[arg(long = "level", value_name = "LEVEL", value_delimiter = ',', value_parser = level())]
    pub(crate) levels: Vec<Level>,
    #[command(flatten)]
    pub(crate) source: CorpusArgs,
}

/// Where vectors come from.
#[derive(Debug, Default, Args)]
pub(crate) struct CorpusArgs {
    /// Use the corpus in this folder instead of the one built in: a copy, or what `evdg vectors
    /// export` wrote
    #[arg(long, value_name = "FOLDER")]
    pub(crate) corpus: Option<PathBuf>,
    /// Use the vectors of these files instead of those of the corpus (repeatable)
    #[arg(long = "vectors", value_name = "FILE", num_args = 1..)]
    pub(crate) files: Vec<PathBuf>,
}
