use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest time that a histogram holds: longer than any wait for a report.
pub(super) const LONGEST: Duration = Duration::from_secs(3600);

/// Returns an empty histogram of times in nanoseconds, exact to a thousandth.
pub fn empty_histogram() -> Histogram<u64> {
    empty_with_digits(3)
}

/// Returns an empty histogram with `digits` significant digits. Times above [`LONGEST`] count as
/// that.
pub(super) fn empty_with_digits(digits: u8) -> Histogram<u64> {
    Histogram::new_with_bounds(1, nanos(LONGEST), digits).expect("at most five digits are valid")
}

/// Returns a time in nanoseconds, the unit of histograms. Times that do not fit are capped.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}
