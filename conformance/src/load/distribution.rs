use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// A distribution of times: percentiles for people, and the whole histogram for programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// The number of times.
    pub count: u64,
    /// The shortest, in microseconds.
    pub min_us: f64,
    /// The mean.
    pub mean_us: f64,
    /// The median.
    pub p50_us: f64,
    /// The 90th percentile.
    pub p90_us: f64,
    /// The 99th percentile.
    pub p99_us: f64,
    /// The 99.9th percentile.
    pub p99_9_us: f64,
    /// The longest.
    pub max_us: f64,
    /// The whole histogram in nanoseconds, in the format of HdrHistogram: V2, compressed, in
    /// base64.
    pub hdr: String,
}

/// A histogram that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the histogram cannot be read: {0}")]
pub struct HdrError(pub(super) String);

impl Distribution {
    /// Summarises a histogram of nanoseconds.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(histogram, &mut bytes)
            .expect("writing to memory does not fail");
        let at = |quantile: f64| micros(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            min_us: micros(histogram.min()),
            mean_us: micros(histogram.mean() as u64),
            p50_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            p99_9_us: at(0.999),
            max_us: micros(histogram.max()),
            hdr: STANDARD.encode(bytes),
        }
    }

    /// Decodes the histogram, in nanoseconds.
    ///
    /// # Errors
    ///
    /// If `hdr` is not in the format of HdrHistogram.
    pub fn histogram(&self) -> Result<Histogram<u64>, HdrError> {
        let bytes = STANDARD
            .decode(&self.hdr)
            .map_err(|error| HdrError(error.to_string()))?;
        Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| HdrError(format!("{error:?}")))
    }
}

/// Converts nanoseconds to microseconds.
pub(super) fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::histogram::empty_histogram;

    /// Returns the distribution of these times, in nanoseconds.
    pub(in crate::load) fn distribution(times: &[u64]) -> Distribution {
        let mut histogram = empty_histogram();
        times
            .iter()
            .for_each(|time| histogram.saturating_record(*time));
        Distribution::of(&histogram)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn histograms_survive_the_file(
            times in prop::collection::vec(1..10_000_000_000_u64, 0..50),
        ) {
            let distribution = distribution(&times);
            prop_assert_eq!(distribution.histogram().unwrap().len() as usize, times.len());
            prop_assert_eq!(Distribution::of(&distribution.histogram().unwrap()), distribution);
        }
    }
}
