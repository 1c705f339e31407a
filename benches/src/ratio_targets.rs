//! Targets for the speed of the codec, as ratios within one run.
//!
//! A ratio has a bound only if a miss means that the code became slower. A ratio that changes with
//! the code layout alone is no target; the instruction counts guard such code.

use std::fmt;

use crate::benchmarks::{BASELINE, Benchmark, ENCODE_TO_VEC, OURS, WITH_STRINGS};
use crate::rounds::{Rounds, Spread};

/// A measured ratio and its bound. The median over the rounds decides.
pub struct RatioTarget {
    /// The implementation that is measured.
    name: &'static str,
    /// The implementation to compare with.
    other: &'static str,
    ratio: Spread,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    /// The measured one takes at most this many times as long as the other.
    AtMost(f64),
    /// The measured one is at least this many times as fast as the fastest of the others.
    AtLeast(f64),
}

impl RatioTarget {
    /// Returns the targets of a benchmark.
    pub fn of(benchmark: &Benchmark<'_>, rounds: &Rounds) -> Vec<Self> {
        // No target for `quotes`: real servers do not send so many escapes, and the codec is not
        // optimised for them.
        if benchmark.name.ends_with("/quotes") {
            return Vec::new();
        }
        let name = benchmark.name.as_str();
        let slower = at_most(name, benchmark.is_captured);
        let slower = slower.into_iter().map(|(name, other, bound)| Self {
            name,
            other,
            ratio: rounds.ratio(name, other),
            bound: Bound::AtMost(bound),
        });
        let faster = at_least(name, benchmark.is_captured);
        let faster = faster.into_iter().filter_map(|(peers, bound)| {
            let ratios = peers.iter().map(|peer| (*peer, rounds.ratio(peer, OURS)));
            let (other, ratio) =
                ratios.min_by(|(_, one), (_, other)| one.median.total_cmp(&other.median))?;
            Some(Self {
                name: OURS,
                other,
                ratio,
                bound: Bound::AtLeast(bound),
            })
        });
        slower.chain(faster).collect()
    }

    /// Returns whether the median of the ratio is within its bound.
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.ratio.median <= bound,
            Bound::AtLeast(bound) => self.ratio.median >= bound,
        }
    }
}

/// Returns tuples of an implementation, another one, and how many times as long as the other one
/// the first may take.
fn at_most(benchmark: &str, is_captured: bool) -> Vec<(&'static str, &'static str, f64)> {
    let mut bounds = match benchmark {
        "decode/text/pike" => vec![(OURS, BASELINE, 3.0)],
        "decode/text/contact" => vec![(OURS, BASELINE, 7.0)],
        "decode/text/tiny-1000" => vec![(OURS, BASELINE, 20.0)],
        "decode/text/long" => vec![(OURS, BASELINE, 1.0)],
        "encode/text/long" => vec![(OURS, BASELINE, 2.2)],
        "encode/text/contact-raised" => vec![(OURS, WITH_STRINGS, 1.4)],
        _ => vec![],
    };
    if is_captured && benchmark.starts_with("encode/") {
        bounds.push((ENCODE_TO_VEC, OURS, 1.15));
    }
    bounds
}

/// Returns pairs of a group of peers, and how many times as fast as the fastest of the group the
/// codec must be.
fn at_least(benchmark: &str, is_captured: bool) -> Vec<(&'static [&'static str], f64)> {
    match benchmark {
        "decode/text/contact" => vec![(&["winnow", "regex"], 3.0)],
        _ if benchmark.starts_with("decode/jsonrpc/") => {
            let mut bounds: Vec<(&[_], _)> = vec![(&["serde_json::Value"], 1.5)];
            if is_captured {
                bounds.push((JSON_READERS, 1.0));
            }
            bounds
        }
        _ if benchmark.starts_with("encode/text/") => vec![(&["extend", "write!"], 1.0)],
        _ if benchmark.starts_with("encode/jsonrpc/") => {
            vec![(&["serde, typed", "sonic-rs, typed"], 1.0)]
        }
        _ => vec![],
    }
}

/// The fastest JSON peers.
const JSON_READERS: &[&str] = &[
    "serde, typed",
    "sonic_rs::Value",
    "sonic-rs, typed",
    "simd-json",
    "jiter",
];

impl fmt::Display for RatioTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            other,
            ratio,
            bound,
        } = self;
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        match bound {
            Bound::AtMost(bound) => write!(
                f,
                "{verdict}: {name} takes {ratio} times as long as {other}, at most {bound}"
            ),
            Bound::AtLeast(bound) => write!(
                f,
                "{verdict}: {name} is {ratio} times as fast as {other}, at least {bound}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::CodecCase;

    #[test]
    fn targets_name_implementations_and_the_median_decides() {
        let cases = CodecCase::all();
        let mut count = 0;
        for benchmark in Benchmark::all(&cases) {
            // The codec is fast in all rounds but one.
            let times = |name| match name {
                OURS | ENCODE_TO_VEC => vec![1.0, 1.0, 100.0],
                BASELINE => vec![1.0; 3],
                _ => vec![5.0; 3],
            };
            let names = benchmark.implementations.iter().map(|one| one.name);
            let rounds = Rounds {
                times: names.map(|name| (name, times(name))).collect(),
            };
            for target in RatioTarget::of(&benchmark, &rounds) {
                assert!(target.is_met(), "{}: {target}", benchmark.name);
                count += 1;
            }
        }
        assert_eq!(count, 35);
    }
}
