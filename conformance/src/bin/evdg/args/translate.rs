use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::dialect;

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// Take one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect of the datagrams; without it, each is read in the one that it looks like
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
}

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Take one line, and give one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect to write
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
}
