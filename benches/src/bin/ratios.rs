//! Compares the codec with its baseline and peers, as ratios: `cargo run --release --package
//! event-datagram-benches --bin ratios [FILTER]`.
//!
//! The implementations of a benchmark take turns of 300 µs, so that noise of the machine meets all
//! of them; of each the fastest turn counts. Exits with 1 if a target is missed.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use event_datagram_benches::benchmarks::{Benchmark, Implementation, OURS};
use event_datagram_benches::cases::CodecCase;
use event_datagram_benches::ratio_targets::RatioTarget;

/// Turns of each implementation.
const TURNS: usize = 200;
/// The shortest turn.
const TURN: Duration = Duration::from_micros(300);

fn main() -> ExitCode {
    let filter = env::args().nth(1).unwrap_or_default();
    let cases = CodecCase::all();
    let (mut met, mut missed) = (0, 0);
    for mut benchmark in Benchmark::all(&cases) {
        if !benchmark.name.contains(&filter) {
            continue;
        }
        println!(
            "{}: {} bytes, {} parameters",
            benchmark.name, benchmark.bytes, benchmark.params
        );
        let times = fastest(&mut benchmark.implementations);
        for (implementation, time) in benchmark.implementations.iter().zip(&times) {
            println!(
                "  {:18} {time:>12.1} ns {:>9.2} times {OURS}",
                implementation.name,
                time / times[0]
            );
        }
        for target in RatioTarget::of(&benchmark, &times) {
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

/// Returns the time of the work in the fastest turn of each implementation, in nanoseconds.
fn fastest(implementations: &mut [Implementation<'_>]) -> Vec<f64> {
    let turns: Vec<u64> = implementations.iter_mut().map(repetitions).collect();
    let mut fastest = vec![f64::INFINITY; implementations.len()];
    for _ in 0..TURNS {
        for (index, implementation) in implementations.iter_mut().enumerate() {
            let time = time(implementation, turns[index]).as_secs_f64() * 1e9 / turns[index] as f64;
            fastest[index] = fastest[index].min(time);
        }
    }
    fastest
}

/// Returns how often an implementation does the work in a turn.
fn repetitions(implementation: &mut Implementation<'_>) -> u64 {
    let mut times = 1;
    while time(implementation, times) < TURN {
        times *= 2;
    }
    times
}

fn time(implementation: &mut Implementation<'_>, times: u64) -> Duration {
    let start = Instant::now();
    (implementation.run)(times);
    start.elapsed()
}
