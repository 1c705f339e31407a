//! Runs the codec's part of each benchmark once, for callgrind to count the instructions: see
//! `ci/instructions`.
//!
//! With an argument, runs only the benchmarks whose names contain it. Prints the names in the order
//! in which they run.

use std::env;

use event_datagram_benches::benchmarks::{Benchmark, Implementation};
use event_datagram_benches::cases::CodecCase;

fn main() {
    let filter = env::args().nth(1).unwrap_or_default();
    let cases = CodecCase::all();
    for mut benchmark in Benchmark::all(&cases) {
        if benchmark.name.contains(&filter) {
            let ours = &mut benchmark.implementations[0];
            // A first run does what is done only once, such as detecting the processor's features.
            (ours.run)(1);
            println!("{}", benchmark.name);
            measured(ours);
        }
    }
}

/// Callgrind counts the instructions in this function.
#[inline(never)]
fn measured(implementation: &mut Implementation<'_>) {
    (implementation.run)(1);
}
