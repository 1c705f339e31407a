use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::kit::Language;

use crate::values::language;

#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// The language of the parser; replay is for any other: a process that reads hex lines
    #[arg(value_parser = language())]
    pub(crate) language: Language,
    /// Where the kit goes; the folder is made, or it is empty
    pub(crate) folder: PathBuf,
    /// Take the crates of this project from a checkout of its repository instead of the registry
    #[arg(long, value_name = "FOLDER")]
    pub(crate) crates: Option<PathBuf>,
}
