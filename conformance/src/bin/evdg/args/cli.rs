use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::bench::BenchArgs;
use super::capture::CaptureArgs;
use super::compare::CompareArgs;
use super::explain::ExplainArgs;
use super::fuzz::FuzzArgs;
use super::kit::KitArgs;
use super::lint::LintArgs;
use super::listen::ListenArgs;
use super::merge::MergeArgs;
use super::send::SendArgs;
use super::test::TestArgs;
use super::translate::{DecodeArgs, EncodeArgs};
use super::vectors::VectorsCommand;

/// Conformance suite for listeners of OpenSIPS event datagrams.
#[derive(Debug, Parser)]
#[command(
    name = "evdg",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit status: 0 conformant, 1 a vector or a case failed, something was lost, \
    or got worse, 2 usage or bad input, 3 the subject did not start or cannot be observed, 4 \
    nothing was selected, 130 interrupted."
)]
pub(crate) struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the vectors on a listener or parser; without a command, on the built-in listener
    Test(Box<TestArgs>),
    /// Measure loss and latency of a listener at a given rate, or find its highest rate without
    /// loss
    Bench(Box<BenchArgs>),
    /// Search for datagrams and sequences that a listener or parser misreads, and print the
    /// smallest case of each cause
    Fuzz(Box<FuzzArgs>),
    /// Run the reference listener: print each event, as text on a terminal and as JSON lines
    /// elsewhere
    Listen(ListenArgs),
    /// Run the reference sender: send events from arguments, JSON lines or captures, byte for byte
    /// as OpenSIPS would
    Send(SendArgs),
    /// Read datagrams, one a line in hex, and write JSON lines
    Decode(DecodeArgs),
    /// Read JSON lines and write datagrams as OpenSIPS would, one a line in hex
    Encode(EncodeArgs),
    /// Check what a server sends, live or captured, for datagrams that listeners reject or misread
    Lint(LintArgs),
    /// Compare JSON reports: implementations by requirement, and what got worse between runs of one
    /// subject
    Compare(CompareArgs),
    /// Join the JSON reports of the parts of a run, or convert a report to other formats
    Merge(MergeArgs),
    /// Read a packet capture, pcap or pcapng, and write its UDP datagrams as JSON lines, or as a
    /// vector file
    Capture(CaptureArgs),
    /// Explain a requirement or a vector in full
    Explain(ExplainArgs),
    /// Write a kit for fuzzing a parser in a language: a harness, seeds, a dictionary, and an
    /// example parser with a bug, which you replace
    Kit(KitArgs),
    /// The corpus: list, show, export, check, import
    #[command(subcommand)]
    Vectors(VectorsCommand),
    /// Print the help of a command, or the reporting contract: what a listener has to print
    Help {
        /// A command, such as `test` or `vectors export`, or `contract`
        #[arg(value_name = "TOPIC")]
        topic: Vec<String>,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man pages into a folder
    Man {
        /// The folder, which is created if it does not exist
        folder: PathBuf,
    },
}
