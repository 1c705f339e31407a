use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How busy the machine was while a trial sent, as far as the system reports it. All are parts from
/// 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// The part of all processors' time in which they were busy, for whatever process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<f64>,
    /// The part of all processors' time that a hypervisor gave to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steal_time: Option<f64>,
    /// The part of one processor's time that sending took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<f64>,
    /// The part of one processor's time that reading reports took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<f64>,
}

/// The resolution of the kernel's counters: `USER_HZ`, which is 100 on all common architectures.
const TICKS_PER_SECOND: u32 = 100;

/// The kernel's counters of processor time, in ticks since boot.
#[derive(Clone, Debug)]
pub(super) struct ProcessorTimes {
    total: u64,
    idle: u64,
    steal: u64,
    /// The steal time of each processor, in the order of their numbers.
    steal_of_each: Vec<u64>,
}

/// The steal time between two samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StealDelta {
    /// Of the processor that lost most.
    pub(super) longest: Duration,
    /// Of all processors in the mean.
    pub(super) mean: Duration,
}

/// The parts of all processors' time between two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ProcessorUsage {
    /// In which they were busy.
    pub(super) busy: f64,
    /// That a hypervisor gave to others.
    pub(super) steal_time: f64,
}

impl ProcessorTimes {
    /// Reads the counters. `None` where the system has none.
    pub(super) fn now() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    /// Parses the table of `/proc/stat`.
    pub(super) fn parse(table: &str) -> Option<Self> {
        // The sum of all processors comes first.
        let mut lines = table
            .lines()
            .map_while(|line| columns(line.strip_prefix("cpu")?));
        let all = lines.next()?;
        let [_, _, _, idle, waiting, _, _, steal] = all;
        Some(Self {
            total: all.iter().sum(),
            idle: idle + waiting,
            steal,
            steal_of_each: lines.map(|each| each[7]).collect(),
        })
    }

    /// Returns the steal time since an earlier sample.
    pub(super) fn steal_since(&self, before: &Self) -> StealDelta {
        let time = |ticks| Duration::from_secs(ticks) / TICKS_PER_SECOND;
        let each = self.steal_of_each.iter().zip(&before.steal_of_each);
        let longest = each.map(|(now, before)| now.saturating_sub(*before)).max();
        let all = self.steal.saturating_sub(before.steal);
        let count = u32::try_from(self.steal_of_each.len()).unwrap_or(u32::MAX);
        StealDelta {
            longest: time(longest.unwrap_or_default()),
            mean: time(all) / count.max(1),
        }
    }

    /// Returns how busy the processors were since an earlier sample. `None` if no time has passed.
    pub(super) fn usage_since(&self, before: &Self) -> Option<ProcessorUsage> {
        let total = self
            .total
            .checked_sub(before.total)
            .filter(|total| *total > 0)? as f64;
        let idle = self.idle.saturating_sub(before.idle) as f64;
        let steal = self.steal.saturating_sub(before.steal) as f64;
        Some(ProcessorUsage {
            busy: 1.0 - idle / total,
            steal_time: steal / total,
        })
    }
}

/// Parses the columns after `cpu` or `cpu0`: user nice system idle iowait irq softirq steal. The
/// time of guests is in user and nice already.
fn columns(line: &str) -> Option<[u64; 8]> {
    let columns = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let mut columns = columns.split_whitespace().map(str::parse);
    let mut eight = [0; 8];
    for column in &mut eight {
        *column = columns.next()?.ok()?;
    }
    Some(eight)
}

/// Measures the processor time of the thread that starts it.
#[derive(Debug)]
pub(super) struct ThreadTimer {
    started: Instant,
    used: Option<Duration>,
}

impl ThreadTimer {
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
            used: used_by_thread(),
        }
    }

    /// Returns the part of one processor's time that this thread has used since the start.
    pub(super) fn part(&self) -> Option<f64> {
        let used = used_by_thread()?.checked_sub(self.used?)?;
        Some((used.as_secs_f64() / self.started.elapsed().as_secs_f64().max(1e-9)).min(1.0))
    }
}

#[cfg(target_os = "linux")]
fn used_by_thread() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::ThreadCPUTime).try_into().ok()
}

#[cfg(not(target_os = "linux"))]
fn used_by_thread() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_processor_time_is_parsed() {
        let table = |all: &str, one: &str, other: &str| {
            ProcessorTimes::parse(&format!("cpu  {all}\ncpu0 {one}\ncpu1 {other}\nintr 5\n"))
        };
        let before = table(
            "100 0 100 700 100 0 0 0 9 9",
            "0 0 0 0 0 0 0 0 0 0",
            "0 0 0 0 0 0 0 0 0 0",
        );
        let before = before.expect("the table is complete");
        let after = table(
            "150 0 120 750 110 10 10 50 9 9",
            "0 0 0 0 0 0 0 10 0 0",
            "0 0 0 0 0 0 0 40 0 0",
        );
        let after = after.expect("the table is complete");
        let usage = after.usage_since(&before).expect("time has passed");
        assert!(
            (usage.busy - 0.7).abs() < 1e-9 && (usage.steal_time - 0.25).abs() < 1e-9,
            "{usage:?}"
        );
        assert!(before.usage_since(&before).is_none());
        let steal = StealDelta {
            longest: Duration::from_millis(400),
            mean: Duration::from_millis(250),
        };
        assert_eq!(after.steal_since(&before), steal);
        let none = StealDelta {
            longest: Duration::ZERO,
            mean: Duration::ZERO,
        };
        assert_eq!(before.steal_since(&after), none);
        assert!(ProcessorTimes::parse("cpu  1 2 3").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_works_uses_time() {
        let timer = ThreadTimer::start();
        let mut sum = 0_u64;
        while used_by_thread() < timer.used.map(|used| used + Duration::from_millis(5)) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(timer.part().is_some_and(|part| part > 0.0 && part <= 1.0));
        assert!(ProcessorTimes::now().is_some());
    }
}
