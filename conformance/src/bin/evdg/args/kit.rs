use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::kit::Language;

use crate::values::language;

#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// The language of the parser; replay is for any other language, with a parser process that
    /// reads hex lines
    #[arg(value_parser = language())]
    pub(crate) language: Language,
    /// The folder for the kit; it must be empty or not exist
    pub(crate) folder: PathBuf,
    /// Take the crates of this project from a checkout of its repository instead of the registry
    #[arg(long, value_name = "FOLDER")]
    pub(crate) crates: Option<PathBuf>,
}
