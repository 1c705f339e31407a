//! `evdg`: the event datagram conformance suite on the command line.

mod args;
mod bench;
mod compare;
mod exit_status;
mod fuzz;
mod fuzz_output;
mod hex_digits;
mod import;
mod listen;
mod manual;
mod merge;
mod reports;
mod send;
mod subject;
mod test;
mod translate;
mod values;
mod vectors;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;

use crate::args::{Cli, Color, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
    let result = match &cli.command {
        Command::Test(args) => test::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Fuzz(args) => fuzz::run(args),
        Command::Listen(args) => listen::run(args),
        Command::Send(args) => send::run(args),
        Command::Decode(args) => translate::decode(args),
        Command::Encode(args) => translate::encode(args),
        Command::Compare(args) => compare::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Vectors(command) => vectors::run(command),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { folder } => manual::pages(folder),
    };
    result.unwrap_or_else(|error| error.report()).into()
}
