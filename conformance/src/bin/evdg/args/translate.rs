use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::dialect;

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// Read one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect of the datagrams; by default, it is detected for each datagram
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
}

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Read one line, and write one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect to write
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
}
