//! The codec beside its limits and peers, as ratios: `cargo run --release --package event-datagram-benches --bin ratios [FILTER]`.
//!
//! All who do the same work take turns, a third of a thousandth of a second each, so that whatever else the machine does meets them
//! all; of each the fastest turn counts. Ends with status 1 where a target is missed.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use event_datagram_benches::cases::Case;
use event_datagram_benches::contests::{Contest, Contestant, OURS};
use event_datagram_benches::targets::Target;

/// So often everybody has a turn.
const TURNS: usize = 200;
/// About so long a turn is.
const TURN: Duration = Duration::from_micros(300);

fn main() -> ExitCode {
    let filter = env::args().nth(1).unwrap_or_default();
    let cases = Case::all();
    let (mut met, mut missed) = (0, 0);
    for mut contest in Contest::all(&cases) {
        if !contest.name.contains(&filter) {
            continue;
        }
        println!(
            "{}: {} bytes, {} parameters",
            contest.name, contest.bytes, contest.params
        );
        let times = fastest(&mut contest.contestants);
        for (contestant, time) in contest.contestants.iter().zip(&times) {
            println!(
                "  {:18} {time:>12.1} ns {:>9.2} times {OURS}",
                contestant.name,
                time / times[0]
            );
        }
        for target in Target::of(&contest, &times) {
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

/// Gives for each the time of the work in its fastest turn, in nanoseconds.
fn fastest(contestants: &mut [Contestant<'_>]) -> Vec<f64> {
    let turns: Vec<u64> = contestants.iter_mut().map(length_of_turn).collect();
    let mut fastest = vec![f64::INFINITY; contestants.len()];
    for _ in 0..TURNS {
        for (index, contestant) in contestants.iter_mut().enumerate() {
            let time = time(contestant, turns[index]).as_secs_f64() * 1e9 / turns[index] as f64;
            fastest[index] = fastest[index].min(time);
        }
    }
    fastest
}

/// Finds how often somebody can do the work in a turn.
fn length_of_turn(contestant: &mut Contestant<'_>) -> u64 {
    let mut times = 1;
    while time(contestant, times) < TURN {
        times *= 2;
    }
    times
}

fn time(contestant: &mut Contestant<'_>, times: u64) -> Duration {
    let start = Instant::now();
    (contestant.run)(times);
    start.elapsed()
}
