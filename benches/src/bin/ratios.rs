//! Compares the codec with its baseline and the peers, as ratios: `cargo run --release --package
//! event-datagram-benches --bin ratios [FILTER]`.
//!
//! With a filter, measures only the benchmarks whose names contain it. Prints the median of several
//! rounds, and their range. Exits with 1 if a target is missed, with 2 if the filter is wrong.

use std::env;
use std::process::ExitCode;

use event_datagram_benches::benchmarks::OURS;
use event_datagram_benches::cases::CodecCase;
use event_datagram_benches::ratio_targets::RatioTarget;
use event_datagram_benches::rounds::{Rounds, Spread};
use event_datagram_benches::selection::{EXIT_WRONG_FILTER, selected};

fn main() -> ExitCode {
    let cases = CodecCase::all();
    let benchmarks = match selected(&cases, env::args().skip(1)) {
        Ok(benchmarks) => benchmarks,
        Err(error) => {
            eprintln!("ratios: {error}");
            return ExitCode::from(EXIT_WRONG_FILTER);
        }
    };
    let (mut met, mut missed) = (0, 0);
    for mut benchmark in benchmarks {
        println!(
            "{}: {} bytes, {} parameters",
            benchmark.name, benchmark.bytes, benchmark.params
        );
        let rounds = Rounds::measure(&mut benchmark);
        for (name, times) in &rounds.times {
            let time = Spread::of(times.iter().copied());
            let (median, range) = (time.median, time.range(1));
            if *name == OURS {
                println!("  {name:18} {median:>11.1} ns {range}");
                continue;
            }
            let ratio = rounds.ratio(name, OURS);
            println!(
                "  {name:18} {median:>11.1} ns {range:24} {:>8.2} times {OURS} {}",
                ratio.median,
                ratio.range(2)
            );
        }
        for target in RatioTarget::of(&benchmark, &rounds) {
            println!("  {target}");
            *if target.is_met() {
                &mut met
            } else {
                &mut missed
            } += 1;
        }
    }
    println!("targets: {met} met, {missed} missed");
    ExitCode::from(u8::from(missed > 0))
}
