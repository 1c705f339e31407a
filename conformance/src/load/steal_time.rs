use std::thread;
use std::time::{Duration, Instant};

use super::interference::Interference;
use super::machine::ProcessorTimes;

/// Steal time: when a hypervisor ran others on this machine's processors.
#[derive(Clone, Debug, Default)]
pub(super) struct StealTime {
    /// The spans.
    pub(super) interference: Interference,
    /// The sum over the spans of the time of the processor that lost most.
    pub(super) total: Duration,
}

/// The interval between two samples: kernels count steal time in ticks of this length.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(10);
/// Steal time below a tenth of an interval, over all processors, is ignored: on hosts with many
/// cores some core is always briefly stolen.
const LEAST_PART: u32 = 10;

/// Samples the steal time until `is_over`. Times are from `begin`.
pub(super) fn sample(begin: Instant, is_over: impl Fn() -> bool) -> StealTime {
    let since_begin = || Instant::now().saturating_duration_since(begin);
    let samples = std::iter::from_fn(|| {
        if is_over() {
            return None;
        }
        thread::sleep(SAMPLE_INTERVAL);
        Some((since_begin(), ProcessorTimes::now()?))
    });
    match ProcessorTimes::now() {
        Some(first) => collect(first, samples),
        None => StealTime::default(),
    }
}

/// Adds samples up. The kernel counts steal time when a processor comes back, so the span lies
/// before the sample.
fn collect(
    mut previous: ProcessorTimes,
    samples: impl Iterator<Item = (Duration, ProcessorTimes)>,
) -> StealTime {
    let mut steal_time = StealTime::default();
    let mut previous_at = Duration::ZERO;
    for (now, times) in samples {
        let steal = times.steal_since(&previous);
        if !steal.longest.is_zero() && steal.mean * LEAST_PART >= now - previous_at {
            let start = previous_at.saturating_sub(steal.longest);
            steal_time.interference.add(start..now);
            steal_time.total += steal.longest;
        }
        (previous, previous_at) = (times, now);
    }
    steal_time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Returns the steal time of each processor so far, in ticks of 10 ms.
    fn processors(ticks: &[u64]) -> ProcessorTimes {
        let line = |(number, ticks)| format!("cpu{number} 0 0 0 0 0 0 0 {ticks} 0 0\n");
        let lines: String = ticks.iter().enumerate().map(line).collect();
        let all: u64 = ticks.iter().sum();
        ProcessorTimes::parse(&format!("cpu  0 0 0 0 0 0 0 {all} 0 0\n{lines}"))
            .expect("the table is complete")
    }

    #[test]
    fn the_span_lies_before_the_sample_that_counts_it() {
        let samples = [
            (10, [0, 0]),
            (20, [0, 0]),
            (30, [1, 2]),
            (40, [1, 2]),
            (95, [1, 2]),
        ];
        let samples = samples.map(|(at, ticks)| (millis(at), processors(&ticks)));
        let steal_time = collect(processors(&[0, 0]), samples.into_iter());
        assert_eq!(steal_time.interference.spans(), [millis(0)..millis(30)]);
        assert_eq!(steal_time.total, millis(20));
        assert_eq!(steal_time.interference.total(), millis(30));
    }

    #[test]
    fn one_of_many_processors_is_ignored() {
        let steal_time_of_one_in = |count: usize| {
            let mut ticks = vec![0; count];
            let first = processors(&ticks);
            ticks[0] = 1;
            collect(first, [(millis(10), processors(&ticks))].into_iter()).total
        };
        assert_eq!(steal_time_of_one_in(4), millis(10));
        assert_eq!(steal_time_of_one_in(64), Duration::ZERO);
    }
}
