use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// Many times: their percentiles for people, and all of them for machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// How many they are.
    pub count: u64,
    /// The shortest, in microseconds.
    pub min_us: f64,
    /// Their mean.
    pub mean_us: f64,
    /// Half of them are no longer.
    pub p50_us: f64,
    /// 90 of 100 are no longer.
    pub p90_us: f64,
    /// 99 of 100 are no longer.
    pub p99_us: f64,
    /// 999 of 1000 are no longer.
    pub p99_9_us: f64,
    /// The longest.
    pub max_us: f64,
    /// The whole histogram in nanoseconds, as HdrHistogram writes it: V2, compressed, in base64.
    pub hdr: String,
}

/// A histogram that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the histogram cannot be read: {0}")]
pub struct HdrError(pub(super) String);

impl Distribution {
    /// Takes times in nanoseconds.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(histogram, &mut bytes)
            .expect("memory takes it");
        let at = |quantile: f64| us(histogram.value_at_quantile(quantile));
        Self {
            count: histogram.len(),
            min_us: us(histogram.min()),
            mean_us: us(histogram.mean() as u64),
            p50_us: at(0.5),
            p90_us: at(0.9),
            p99_us: at(0.99),
            p99_9_us: at(0.999),
            max_us: us(histogram.max()),
            hdr: STANDARD.encode(bytes),
        }
    }

    /// Gives the times back, in nanoseconds.
    ///
    /// # Errors
    ///
    /// If they are not as HdrHistogram writes them.
    pub fn histogram(&self) -> Result<Histogram<u64>, HdrError> {
        let bytes = STANDARD
            .decode(&self.hdr)
            .map_err(|error| HdrError(error.to_string()))?;
        Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| HdrError(format!("{error:?}")))
    }
}

/// Gives nanoseconds as microseconds.
pub(super) fn us(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::pace::histogram;

    /// One of these, in nanoseconds.
    pub(in crate::load) fn distribution(times: &[u64]) -> Distribution {
        let mut histogram = histogram();
        times
            .iter()
            .for_each(|time| histogram.saturating_record(*time));
        Distribution::of(&histogram)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn histograms_survive_the_file(times in prop::collection::vec(1..10_000_000_000_u64, 0..50)) {
            let distribution = distribution(&times);
            prop_assert_eq!(distribution.histogram().unwrap().len() as usize, times.len());
            prop_assert_eq!(Distribution::of(&distribution.histogram().unwrap()), distribution);
        }
    }
}
