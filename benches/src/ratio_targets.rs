//! Targets for the speed of the codec, as ratios within one run.

use std::fmt;

use crate::benchmarks::{BASELINE, Benchmark, OURS};

/// A measured ratio and its bound.
pub struct RatioTarget {
    /// What the codec is compared with.
    other: &'static str,
    ratio: f64,
    bound: Bound,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl RatioTarget {
    /// Returns the targets of a benchmark. `times` are those of its implementations.
    pub fn of(benchmark: &Benchmark<'_>, times: &[f64]) -> Vec<Self> {
        let time = |name: &str| {
            let names = benchmark.implementations.iter().map(|one| one.name);
            names
                .zip(times)
                .find(|(one, _)| *one == name)
                .map(|(_, time)| *time)
        };
        let Some(ours) = time(OURS) else {
            return Vec::new();
        };
        // Escapes as dense as in `quotes` were never captured, so no code speeds them up.
        if benchmark.name.ends_with("/quotes") {
            return Vec::new();
        }
        let mut targets = Vec::new();
        let max = match benchmark.name.as_str() {
            "decode/text/pike" => Some(3.0),
            "decode/text/contact" => Some(7.0),
            "decode/text/tiny-1000" => Some(20.0),
            "decode/text/long" => Some(1.0),
            "encode/text/contact" => Some(15.0),
            "encode/text/long" => Some(2.2),
            _ => None,
        };
        if let (Some(bound), Some(baseline)) = (max, time(BASELINE)) {
            targets.push(Self {
                other: "the time of the baseline",
                ratio: ours / baseline,
                bound: Bound::AtMost(bound),
            });
        }
        let (peers, bound): (&[_], _) = match benchmark.name.as_str() {
            "decode/text/contact" => (&["winnow", "regex"], 3.0),
            name if name.starts_with("decode/jsonrpc/") => (&["serde_json::Value"], 1.5),
            name if name.starts_with("encode/") => (&["extend", "write!", "serde, typed"], 1.0),
            _ => (&[], 0.0),
        };
        let fastest = peers.iter().filter_map(|peer| Some((*peer, time(peer)?)));
        if let Some((peer, time)) = fastest.min_by(|one, other| one.1.total_cmp(&other.1)) {
            targets.push(Self {
                other: peer,
                ratio: time / ours,
                bound: Bound::AtLeast(bound),
            });
        }
        targets
    }

    /// Returns whether the ratio is within its bound.
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.ratio <= bound,
            Bound::AtLeast(bound) => self.ratio >= bound,
        }
    }
}

impl fmt::Display for RatioTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            other,
            ratio,
            bound,
        } = self;
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        match bound {
            Bound::AtMost(bound) => {
                write!(f, "{verdict}: {ratio:.2} times {other}, at most {bound}")
            }
            Bound::AtLeast(bound) => write!(
                f,
                "{verdict}: {ratio:.2} times as fast as {other}, at least {bound}"
            ),
        }
    }
}
