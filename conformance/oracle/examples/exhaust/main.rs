//! Runs the laws on every small input: all strings of a few bytes, all strings of a few tokens, and
//! all small events. `ci/exhaust` runs it in release mode.
//!
//! At the first input that breaks a law, prints the input and exits with status 1.

mod events;
mod family;
mod jsonrpc;
mod search;
mod text;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    for (dialect, families) in [
        ("text", [text::families(), events::text_families()].concat()),
        (
            "jsonrpc",
            [jsonrpc::families(), events::jsonrpc_families()].concat(),
        ),
    ] {
        let start = Instant::now();
        let mut cases = 0;
        for family in families {
            match search::every_string(&family) {
                Ok(count) => cases += count,
                Err(input) => {
                    eprintln!(
                        "exhaust: {dialect}: {}: b\"{}\" breaks a law",
                        family.name,
                        input.escape_ascii()
                    );
                    return ExitCode::FAILURE;
                }
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("exhaust: {dialect}: {cases} cases in {seconds:.1} s, every law held");
    }
    ExitCode::SUCCESS
}
