//! Measures the implementations of a benchmark in several rounds.
//!
//! In a round the implementations take turns, so that noise of the machine affects all of them. The
//! fastest turn of each implementation counts.

use std::fmt;
use std::time::{Duration, Instant};

use crate::benchmarks::{Benchmark, Implementation};

/// The number of rounds of a benchmark. It is odd, so that one round is the median.
const ROUNDS: usize = 5;
/// The number of turns of each implementation in a round.
const TURNS: usize = 60;
/// The shortest duration of a turn.
const TURN: Duration = Duration::from_micros(300);

/// The times of a benchmark's implementations.
pub struct Rounds {
    /// Each implementation's name, and its time in each round, in nanoseconds.
    pub times: Vec<(&'static str, Vec<f64>)>,
}

impl Rounds {
    /// Measures all implementations of a benchmark.
    pub fn measure(benchmark: &mut Benchmark<'_>) -> Self {
        let implementations = &mut benchmark.implementations;
        let repetitions: Vec<u64> = implementations.iter_mut().map(repetitions).collect();
        let names = implementations.iter().map(|one| one.name);
        let mut times: Vec<_> = names.map(|name| (name, Vec::new())).collect();
        for _ in 0..ROUNDS {
            let round = fastest(implementations, &repetitions);
            for ((_, times), time) in times.iter_mut().zip(round) {
                times.push(time);
            }
        }
        Self { times }
    }

    /// Returns how many times as long as `other` an implementation took, over the rounds.
    ///
    /// # Panics
    ///
    /// If the benchmark lacks one of the implementations.
    pub fn ratio(&self, name: &str, other: &str) -> Spread {
        let times = self.of(name).iter().zip(self.of(other));
        Spread::of(times.map(|(time, other)| time / other))
    }

    fn of(&self, name: &str) -> &[f64] {
        let found = self.times.iter().find(|(one, _)| *one == name);
        let (_, times) = found.unwrap_or_else(|| panic!("no implementation is named {name}"));
        times
    }
}

/// Returns the time of each implementation's fastest turn of a round, in nanoseconds.
fn fastest(implementations: &mut [Implementation<'_>], repetitions: &[u64]) -> Vec<f64> {
    let mut fastest = vec![f64::INFINITY; implementations.len()];
    for _ in 0..TURNS {
        for (index, implementation) in implementations.iter_mut().enumerate() {
            let times = repetitions[index];
            let time = time(implementation, times).as_secs_f64() * 1e9 / times as f64;
            fastest[index] = fastest[index].min(time);
        }
    }
    fastest
}

/// Returns how many times an implementation does the work in a turn.
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

/// The median and the range of a figure over the rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The lowest figure.
    pub min: f64,
    /// The highest figure.
    pub max: f64,
}

impl Spread {
    /// Returns the spread of figures, one of each round.
    ///
    /// # Panics
    ///
    /// If there are no figures.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        Self {
            median: figures[figures.len() / 2],
            min: figures[0],
            max: figures[figures.len() - 1],
        }
    }

    /// Returns the range, such as `(1.0..2.0)`.
    pub fn range(&self, precision: usize) -> String {
        format!("({:.precision$}..{:.precision$})", self.min, self.max)
    }
}

/// Writes the median and the range with two decimals.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} {}", self.median, self.range(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_median_and_the_range() {
        let spread = Spread::of([3.0, 1.0, 2.0, 9.0, 4.0]);
        assert_eq!((spread.median, spread.min, spread.max), (3.0, 1.0, 9.0));
        assert_eq!(spread.to_string(), "3.00 (1.00..9.00)");
    }

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let rounds = Rounds {
            times: vec![("one", vec![1.0, 2.0, 8.0]), ("two", vec![2.0, 4.0, 4.0])],
        };
        assert_eq!(rounds.ratio("two", "one").median, 2.0);
    }
}
