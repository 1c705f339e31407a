use serde::{Deserialize, Serialize};

use super::distribution::micros;
use super::timeline::Timeline;

/// A trial over time, in slices of equal length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moments {
    /// The length of each slice.
    pub width_seconds: f64,
    /// The slices in order.
    pub moments: Vec<Moment>,
}

/// A slice of a trial: the datagrams that were due in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moment {
    /// Datagrams that were sent.
    pub sent: u64,
    /// Those of them that were reported.
    pub delivered: u64,
    /// Whether the slice overlaps interference.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disturbed: bool,
    /// The median latency. `None` where machines were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<f64>,
    /// The 99th percentile of the latency. `None` where machines were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_us: Option<f64>,
    /// The longest latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_us: Option<f64>,
}

impl Moments {
    /// Summarises a timeline.
    pub(super) fn of(timeline: &Timeline) -> Self {
        let moments = timeline.slices().iter().map(|slice| {
            let latency = Some(&slice.latency).filter(|latency| !latency.is_empty());
            Moment {
                sent: slice.sent,
                delivered: slice.delivered,
                disturbed: slice.disturbed,
                p50_us: latency.map(|latency| micros(latency.value_at_quantile(0.5))),
                p99_us: latency.map(|latency| micros(latency.value_at_quantile(0.99))),
                max_us: latency.map(|latency| micros(latency.max())),
            }
        });
        Self {
            width_seconds: timeline.width().as_secs_f64(),
            moments: moments.collect(),
        }
    }

    /// Adds counts and takes the greatest maxima; percentiles cannot be added. `None` if the slices
    /// differ.
    pub(super) fn merged(mut self, other: &Self) -> Option<Self> {
        if self.width_seconds != other.width_seconds || self.moments.len() != other.moments.len() {
            return None;
        }
        for (ours, theirs) in self.moments.iter_mut().zip(&other.moments) {
            *ours = Moment {
                sent: ours.sent.checked_add(theirs.sent)?,
                delivered: ours.delivered.checked_add(theirs.delivered)?,
                disturbed: ours.disturbed || theirs.disturbed,
                p50_us: None,
                p99_us: None,
                max_us: [ours.max_us, theirs.max_us]
                    .into_iter()
                    .flatten()
                    .reduce(f64::max),
            };
        }
        Some(self)
    }
}
