//! The codec's own paths, each once, for callgrind to count their instructions: see `ci/instructions`.
//!
//! With an argument, only the contests whose names hold it. Prints the names in the order in which they run.

use std::env;

use event_datagram_benches::cases::Case;
use event_datagram_benches::contests::{Contest, Contestant};

fn main() {
    let filter = env::args().nth(1).unwrap_or_default();
    let cases = Case::all();
    for mut contest in Contest::all(&cases) {
        if contest.name.contains(&filter) {
            let ours = &mut contest.contestants[0];
            // What is done once only, such as to ask the processor what it can do.
            (ours.run)(1);
            println!("{}", contest.name);
            measured(ours);
        }
    }
}

/// Callgrind counts what happens in here.
#[inline(never)]
fn measured(contestant: &mut Contestant<'_>) {
    (contestant.run)(1);
}
