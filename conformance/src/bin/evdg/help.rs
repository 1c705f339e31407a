use std::io::Write as _;

use clap::Parser as _;

use crate::args::Cli;
use crate::exit_status::{CommandResult, ExitStatus};
use crate::terminal::{exit_with_usage, stdout};

/// The reporting contract: the page of the book.
pub(crate) const CONTRACT: &str = include_str!("../../../book/src/contract.md");

/// Prints the help of a command, or the reporting contract.
pub(crate) fn run(topic: &[String]) -> CommandResult {
    if let [topic] = topic
        && topic == "contract"
    {
        stdout().write_all(CONTRACT.as_bytes())?;
        return Ok(ExitStatus::Success);
    }
    let words = ["evdg"].into_iter();
    let words = words.chain(topic.iter().map(String::as_str));
    match Cli::try_parse_from(words.chain(["--help"])) {
        Err(help) => exit_with_usage(&help),
        Ok(_) => Ok(ExitStatus::Success),
    }
}
