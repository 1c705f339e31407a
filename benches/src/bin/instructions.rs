//! Runs the codec's part of each benchmark once, for callgrind to count the instructions: see
//! `ci/instructions`.
//!
//! With an argument, runs only the benchmarks whose names contain it. Prints the names in the order
//! in which they run. Exits with 2 if the argument is wrong.

use std::env;
use std::process::ExitCode;

use event_datagram_benches::benchmarks::Implementation;
use event_datagram_benches::cases::CodecCase;
use event_datagram_benches::selection::{EXIT_WRONG_FILTER, selected};

fn main() -> ExitCode {
    let cases = CodecCase::all();
    let benchmarks = match selected(&cases, env::args().skip(1)) {
        Ok(benchmarks) => benchmarks,
        Err(error) => {
            eprintln!("instructions: {error}");
            return ExitCode::from(EXIT_WRONG_FILTER);
        }
    };
    for mut benchmark in benchmarks {
        let ours = &mut benchmark.implementations[0];
        // A first run, which is not counted, does the work that is done only once, such as
        // detecting the processor's features.
        (ours.run)(1);
        println!("{}", benchmark.name);
        measured(ours);
    }
    ExitCode::SUCCESS
}

/// Callgrind counts the instructions in this function.
#[inline(never)]
fn measured(implementation: &mut Implementation<'_>) {
    (implementation.run)(1);
}
