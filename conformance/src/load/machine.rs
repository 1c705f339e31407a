use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How busy the machine was while a test sent, as far as the system tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// The part of all processors' time in which they worked for anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<f64>,
    /// The part of it that a hypervisor kept for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stolen: Option<f64>,
    /// The part of one processor's time that sending took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<f64>,
    /// The part of one processor's time that reading reports took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<f64>,
}

/// How fine the kernel counts: `USER_HZ`, which is the same on every machine that this is likely to meet.
const TICKS_A_SECOND: u32 = 100;

/// What all processors did so far.
#[derive(Clone, Debug)]
pub(super) struct Processors {
    total: u64,
    idle: u64,
    stolen: u64,
    /// Of each, in the order of their numbers.
    stolen_of_each: Vec<u64>,
}

impl Processors {
    /// Asks the system. `None` where it does not tell.
    pub(super) fn now() -> Option<Self> {
        Self::read(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    pub(super) fn read(table: &str) -> Option<Self> {
        // That of all of them comes first.
        let mut lines = table
            .lines()
            .map_while(|line| columns(line.strip_prefix("cpu")?));
        let all = lines.next()?;
        let [_, _, _, idle, waiting, _, _, stolen] = all;
        Some(Self {
            total: all.iter().sum(),
            idle: idle + waiting,
            stolen,
            stolen_of_each: lines.map(|each| each[7]).collect(),
        })
    }

    /// Gives the time that was stolen since then: of the processor that was away longest, and of each in the mean.
    pub(super) fn stolen_since(&self, before: &Self) -> (Duration, Duration) {
        let time = |ticks| Duration::from_secs(ticks) / TICKS_A_SECOND;
        let each = self.stolen_of_each.iter().zip(&before.stolen_of_each);
        let longest = each.map(|(now, before)| now.saturating_sub(*before)).max();
        let all = self.stolen.saturating_sub(before.stolen);
        let count = u32::try_from(self.stolen_of_each.len()).unwrap_or(u32::MAX);
        (time(longest.unwrap_or_default()), time(all) / count.max(1))
    }

    /// Gives the parts of the time since then in which they worked, and which were stolen.
    pub(super) fn since(&self, before: &Self) -> Option<(f64, f64)> {
        let total = self
            .total
            .checked_sub(before.total)
            .filter(|total| *total > 0)? as f64;
        let idle = self.idle.saturating_sub(before.idle) as f64;
        let stolen = self.stolen.saturating_sub(before.stolen) as f64;
        Some((1.0 - idle / total, stolen / total))
    }
}

/// Reads what stands behind `cpu` or `cpu0`: user nice system idle iowait irq softirq steal. Guests are in user and nice already.
fn columns(line: &str) -> Option<[u64; 8]> {
    let columns = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let mut columns = columns.split_whitespace().map(str::parse);
    let mut eight = [0; 8];
    for column in &mut eight {
        *column = columns.next()?.ok()?;
    }
    Some(eight)
}

/// Measures the processor time of the thread that it is made in.
#[derive(Debug)]
pub(super) struct Effort {
    began: Instant,
    used: Option<Duration>,
}

impl Effort {
    pub(super) fn begin() -> Self {
        Self {
            began: Instant::now(),
            used: used_by_thread(),
        }
    }

    /// Gives the part of one processor's time since then.
    pub(super) fn part(&self) -> Option<f64> {
        let used = used_by_thread()?.checked_sub(self.used?)?;
        Some((used.as_secs_f64() / self.began.elapsed().as_secs_f64().max(1e-9)).min(1.0))
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
    fn the_table_of_processor_time_is_read() {
        let table = |all: &str, one: &str, other: &str| {
            Processors::read(&format!("cpu  {all}\ncpu0 {one}\ncpu1 {other}\nintr 5\n"))
        };
        let before = table(
            "100 0 100 700 100 0 0 0 9 9",
            "0 0 0 0 0 0 0 0 0 0",
            "0 0 0 0 0 0 0 0 0 0",
        );
        let before = before.expect("it is whole");
        let after = table(
            "150 0 120 750 110 10 10 50 9 9",
            "0 0 0 0 0 0 0 10 0 0",
            "0 0 0 0 0 0 0 40 0 0",
        );
        let after = after.expect("it is whole");
        let (busy, stolen) = after.since(&before).expect("time has passed");
        assert!(
            (busy - 0.7).abs() < 1e-9 && (stolen - 0.25).abs() < 1e-9,
            "{busy} {stolen}"
        );
        assert!(before.since(&before).is_none());
        let times = (Duration::from_millis(400), Duration::from_millis(250));
        assert_eq!(after.stolen_since(&before), times);
        assert_eq!(
            before.stolen_since(&after),
            (Duration::ZERO, Duration::ZERO)
        );
        assert!(Processors::read("cpu  1 2 3").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_works_uses_time() {
        let effort = Effort::begin();
        let mut sum = 0_u64;
        while used_by_thread() < effort.used.map(|used| used + Duration::from_millis(5)) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(effort.part().is_some_and(|part| part > 0.0 && part <= 1.0));
        assert!(Processors::now().is_some());
    }
}
