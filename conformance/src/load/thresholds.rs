use serde::{Deserialize, Serialize};

use super::judge::Excuses;
use super::measurement::Measurement;
use super::report::{rate, time};
use super::search_record::SearchRecord;

/// The values that the figures of a run have to reach, for the exit status.
///
/// A threshold replaces the default rule for its figure. With a greatest loss, a smaller loss does
/// not fail the run; with a lowest rate, a sender that falls behind does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thresholds {
    /// The greatest part of the datagrams that may be lost, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_loss_percent: Option<f64>,
    /// The greatest 99th percentile of the latency, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p99_us: Option<f64>,
    /// The lowest rate of delivered datagrams, in datagrams per second. For a search, the lowest
    /// value of the highest rate that it finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rate: Option<f64>,
}

impl Thresholds {
    /// Returns whether there are none.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the failures that do not count, because a threshold decides about them.
    pub(super) fn excuses(&self) -> Excuses {
        Excuses {
            loss: self.max_loss_percent.is_some(),
            rate: self.min_rate.is_some(),
        }
    }

    /// Returns the thresholds that a run missed, each in a sentence. A run without the figure
    /// misses its threshold.
    pub(super) fn missed(
        &self,
        measurement: Option<&Measurement>,
        search: Option<&SearchRecord>,
    ) -> Vec<String> {
        let loss = self.max_loss_percent.and_then(|most| {
            let Some(counts) = measurement.map(|it| &it.counts) else {
                return Some(format!("--max-loss {most}%: nothing was measured"));
            };
            let percent = 100.0 * counts.lost as f64 / counts.accepted.max(1) as f64;
            let is_missed = percent > most;
            is_missed
                .then(|| format!("--max-loss {most}%: {percent:.3}% of the datagrams were lost"))
        });
        let p99 = self.max_p99_us.and_then(|most| {
            let latency = measurement.map(|it| &it.latency).filter(|it| it.count > 0);
            let option = format!("--max-p99 {}", time(most));
            match latency.map(|latency| latency.p99_us) {
                None => Some(format!("{option}: no latency was measured")),
                Some(p99) => (p99 > most).then(|| format!("{option}: p99 was {}", time(p99))),
            }
        });
        let lowest = self.min_rate.and_then(|least| {
            let (found, what) = match search {
                Some(search) => (search.highest, "the highest rate without loss was"),
                None => (
                    measurement.map(Measurement::delivered_rate),
                    "delivered were",
                ),
            };
            let option = format!("--min-rate {}", rate(least));
            match found {
                None => Some(format!("{option}: no rate was found")),
                Some(found) => (found < least).then(|| format!("{option}: {what} {}", rate(found))),
            }
        });
        [loss, p99, lowest].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::measurement::tests::measurement;

    #[test]
    fn each_threshold_that_is_missed_is_named() {
        let none = Thresholds::default();
        let lossy = measurement(&[1_000_000; 98], 2);
        let missed = |thresholds: Thresholds| thresholds.missed(Some(&lossy), None);
        assert_eq!(missed(none), [""; 0]);
        let met = Thresholds {
            max_loss_percent: Some(2.0),
            max_p99_us: Some(1_010.0),
            min_rate: Some(98.0),
        };
        assert_eq!(missed(met), [""; 0]);
        let all = Thresholds {
            max_loss_percent: Some(1.9),
            max_p99_us: Some(500.0),
            min_rate: Some(99.0),
        };
        assert_eq!(
            missed(all),
            [
                "--max-loss 1.9%: 2.000% of the datagrams were lost",
                "--max-p99 500 µs: p99 was 1.00 ms",
                "--min-rate 99.0 /s: delivered were 98.0 /s",
            ]
        );
        assert_eq!(all.missed(None, None).len(), 3);
    }
}
