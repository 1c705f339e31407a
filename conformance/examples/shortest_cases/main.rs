//! Measures how short the cases are that `evdg fuzz` shrinks to: compares them with the shortest
//! datagrams that an exhaustive search finds.
//!
//! `cargo run --release --example shortest_cases FOLDER` reads the JSON reports of
//! `ci/fuzz-kills --reports FOLDER`, and exits with 1 if a target is missed. It compares only the
//! dialects with reports. `ci/shortest` runs both.
//!
//! Each listener has one fault, so all its failures have one cause. Shrinking also keeps the
//! verdict, and never goes to a case that admits more readings. So a shrunk case is compared with
//! the shortest datagram that fails with the same verdict and admits at most as many readings. The
//! table also counts the listeners whose shrunk case is short enough compared with the shortest
//! datagram of any verdict.

mod comparison;
mod datagrams;
mod search;
mod shrunk;
mod small_jsonrpc;
mod small_text;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use event_datagram_conformance::dialect::Dialect;

use comparison::Comparison;

/// The least percentage of listeners whose shrunk case is short enough.
const TARGET: usize = 95;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("shortest_cases: expected the folder of the reports of ci/fuzz-kills");
        return ExitCode::from(2);
    };
    let (mut has_reports, mut is_missed) = (false, false);
    for dialect in Dialect::ALL {
        let start = Instant::now();
        let shrunk = match shrunk::read(Path::new(&folder), *dialect) {
            Ok(shrunk) => shrunk,
            Err(why) => {
                eprintln!("shortest_cases: {why}");
                return ExitCode::from(2);
            }
        };
        if shrunk.is_empty() {
            continue;
        }
        has_reports = true;
        let datagrams = match dialect {
            Dialect::JsonRpc => small_jsonrpc::datagrams(),
            _ => small_text::datagrams(),
        };
        let searches = search::shortest(*dialect, &datagrams, &shrunk);
        let comparison = Comparison::new(&searches);
        println!(
            "shortest_cases: {dialect}: {} datagrams in {:.0} s",
            datagrams.len(),
            start.elapsed().as_secs_f64()
        );
        println!("{comparison}");
        is_missed |= comparison.percent() < TARGET;
    }
    if !has_reports {
        let folder = Path::new(&folder).display();
        eprintln!("shortest_cases: {folder}: expected reports of ci/fuzz-kills, found none");
        return ExitCode::from(2);
    }
    if is_missed {
        println!("shortest_cases: fewer than {TARGET} % of the shrunk cases are short enough");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
