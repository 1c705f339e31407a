//! How far figures of a sample may be from those of the whole, with 95 % confidence.

use hdrhistogram::Histogram;

use super::distribution::micros;

/// A figure, and the values between which the true one lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.96;

impl Interval {
    /// Returns whether both figures may have the same true value.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// Returns the figure and its limits, such as `5 ms (4 ms to 6 ms)`.
    pub(super) fn in_words(self, format: fn(f64) -> String) -> String {
        let value = format(self.value);
        let (low, high) = (format(self.low), format(self.high));
        if low == value && high == value {
            value
        } else if self.high.is_infinite() {
            format!("{value} or more")
        } else {
            format!("{value} ({low} to {high})")
        }
    }
}

/// Returns the part that `count` is of `all`, by Wilson's interval, which holds for rare events,
/// too.
pub(super) fn proportion(count: u64, all: u64) -> Interval {
    let all = all.max(1) as f64;
    let value = count as f64 / all;
    let centre = value + Z * Z / (2.0 * all);
    let spread = Z * (value * (1.0 - value) / all + Z * Z / (4.0 * all * all)).sqrt();
    let divisor = 1.0 + Z * Z / all;
    Interval {
        value,
        low: ((centre - spread) / divisor).clamp(0.0, value),
        high: ((centre + spread) / divisor).clamp(value, 1.0),
    }
}

/// Returns a quantile of a histogram of nanoseconds in microseconds, between the order statistics
/// that enclose it. `None` if the histogram is empty.
pub(super) fn percentile(histogram: &Histogram<u64>, quantile: f64) -> Option<Interval> {
    if histogram.is_empty() {
        return None;
    }
    let spread = Z * (quantile * (1.0 - quantile) / histogram.len() as f64).sqrt();
    let at = |quantile: f64| micros(histogram.value_at_quantile(quantile.clamp(0.0, 1.0)));
    Some(Interval {
        value: at(quantile),
        low: at(quantile - spread),
        high: at(quantile + spread),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::histogram::empty_histogram;

    #[test]
    fn a_part_that_was_never_seen_may_still_be_there() {
        let Interval { value, low, high } = proportion(0, 1_000);
        assert_eq!((value, low), (0.0, 0.0));
        assert!((0.003..0.004).contains(&high), "{high}");
        assert!(proportion(0, 1_000).overlaps(proportion(3, 1_000)));
        assert!(!proportion(0, 1_000).overlaps(proportion(30, 1_000)));
    }

    #[test]
    fn a_percentile_of_few_times_is_less_certain() {
        let interval = |count: u64| {
            let mut histogram = empty_histogram();
            (1..=count).for_each(|at| histogram.saturating_record(at * 1_000_000 / count));
            percentile(&histogram, 0.5).expect("it is not empty")
        };
        let (few, many) = (interval(100), interval(10_000));
        let width = |it: Interval| it.high - it.low;
        assert!(width(few) > 5.0 * width(many), "{few:?}, {many:?}");
        assert_eq!(percentile(&empty_histogram(), 0.5), None);
    }
}
