//! `evdg`: the event datagram conformance suite on the command line.

mod args;
mod bench;
mod capture;
mod capture_line;
mod compare;
mod detected_vector_file;
mod event_filter;
mod event_view;
mod exit_status;
mod explain;
mod fuzz;
mod fuzz_files;
mod fuzz_output;
mod fuzz_report;
mod help;
mod hex_digits;
mod kit;
mod line_batches;
mod lint;
mod listen;
mod manual;
mod merge;
mod pace;
mod progress;
mod reports;
mod rerun;
mod searched_socket;
mod send;
mod signals;
mod subject;
mod terminal;
mod test;
mod translate;
mod usage;
mod values;
mod vectors;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;

use crate::args::{Cli, Color, Command};
use crate::exit_status::{CommandResult, ExitStatus};
use crate::signals::Signals;

fn main() -> ExitCode {
    let status = match Signals::install() {
        Ok(signals) => {
            let result = run(&signals);
            // Writing the message may block, so a signal must be able to end the program from here
            // on.
            signals.release();
            let status = result.unwrap_or_else(|error| error.report());
            match signals.have_interrupted() {
                true => ExitStatus::Interrupted,
                false => status,
            }
        }
        Err(error) => error.report(),
    };
    status.into()
}

fn run(signals: &Signals) -> CommandResult {
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        let args = std::env::args_os().skip(1);
        let args: Vec<_> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
        terminal::exit_with_usage(&usage::with_advice(error, &args))
    });
    match cli.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
    match &cli.command {
        Command::Test(args) => test::run(args, signals),
        Command::Bench(args) => bench::run(args, signals),
        Command::Fuzz(args) => fuzz::run(args, signals),
        Command::Listen(args) => listen::run(args, signals),
        Command::Send(args) => send::run(args, signals),
        Command::Decode(args) => translate::decode(args),
        Command::Encode(args) => translate::encode(args),
        Command::Lint(args) => lint::run(args, signals),
        Command::Compare(args) => compare::run(args, signals),
        Command::Merge(args) => merge::run(args, signals),
        Command::Capture(args) => capture::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Kit(args) => kit::run(args, signals),
        Command::Vectors(command) => vectors::run(command, signals),
        Command::Help { topic } => help::run(topic),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { folder } => manual::pages(folder),
    }
}
