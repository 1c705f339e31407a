use serde::{Deserialize, Serialize};

use super::distribution::{Distribution, HdrError};
use super::machine::Usage;
use super::moments::Moments;
use super::schedule::Schedule;
use super::trial::TrialResult;
use super::trial_end::TrialEnd;

/// The figures that were measured in a trial. They can be merged with those of other machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measurement {
    /// The rate of each machine, in the notation of [`Shape`](super::Shape).
    pub schedules: Vec<String>,
    /// The mean rate of all machines together, in datagrams per second.
    pub rate: f64,
    /// How long sending should have taken.
    pub planned_seconds: f64,
    /// How long sending took.
    pub seconds: f64,
    /// What became of the datagrams.
    pub counts: Counts,
    /// Datagrams that were sent more than 10 ms after they were due, or not at all because a buffer
    /// was full.
    pub late: u64,
    /// Those of them that were late because the listener's buffer was full.
    pub late_by_backpressure: u64,
    /// How often a full buffer made the sender wait.
    pub held_back: u64,
    /// How long the sender waited for full buffers.
    pub blocked_seconds: f64,
    /// Why the trial ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Whether the trial ended early because this machine's own buffer or network queue was full,
    /// which is not the listener's fault.
    pub sender_blocked: bool,
    /// From the time when a datagram was due until its report.
    pub latency: Distribution,
    /// From the time when it was handed to the kernel: what a sender measures that waits for its
    /// listener.
    pub raw_latency: Distribution,
    /// By how much datagrams were sent after they were due.
    pub lag: Distribution,
    /// How long this machine disturbed the trial: a hypervisor gave processors to others, or
    /// datagrams were sent late though the listener had room.
    pub interference_seconds: f64,
    /// Datagrams that were lost during interference or up to 50 ms after it, which may be the
    /// reason.
    pub lost_during_interference: u64,
    /// The trial over time. `None` where machines differ too much to be merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Moments>,
    /// How busy each machine was while it sent.
    pub usage: Vec<Usage>,
}

/// What became of the datagrams of a trial. `delivered + lost = accepted`, and
/// `dropped + unreported = lost` where both are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Datagrams of the schedule.
    pub planned: u64,
    /// Those that were due.
    pub sent: u64,
    /// Those that the kernel took.
    pub accepted: u64,
    /// Those that were reported.
    pub delivered: u64,
    /// Reports of a datagram that was reported before.
    pub repeated: u64,
    /// Datagrams that were reported after one that was sent later.
    pub reordered: u64,
    /// Reports with a number that was not sent, or not yet.
    pub unexpected: u64,
    /// Reports without a number: rejections, events that lost it, and what else the listener
    /// reports.
    pub unnumbered: u64,
    /// Datagrams that the kernel took and nobody reported.
    pub lost: u64,
    /// Those of them that the kernel dropped because the listener's receive buffer was full. `None`
    /// where it does not count them, or counts more than were lost here: then somebody else sends
    /// there, too.
    pub dropped: Option<u64>,
    /// Those of them that the listener took and did not report.
    pub unreported: Option<u64>,
}

/// Why measurements cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasurementMergeError {
    /// A histogram cannot be read.
    #[error(transparent)]
    Histogram(#[from] HdrError),
    /// The counts are not those of a trial.
    #[error("its counts do not add up")]
    Counts,
}

impl Measurement {
    /// Summarises a trial.
    pub fn of(schedule: &Schedule, result: &TrialResult) -> Self {
        let shape = schedule.shape();
        let pace = &result.pace;
        Self {
            schedules: vec![shape.to_string()],
            rate: shape.mean_rate(),
            planned_seconds: match result.end {
                TrialEnd::Interrupted => pace.elapsed.as_secs_f64(),
                _ => schedule.duration().as_secs_f64(),
            },
            seconds: pace.elapsed.as_secs_f64(),
            counts: Counts::of(schedule, result),
            late: pace.late,
            late_by_backpressure: pace.late_by_backpressure,
            held_back: pace.held_back,
            blocked_seconds: pace.blocked.as_secs_f64(),
            broken: result.end.broken(),
            sender_blocked: matches!(result.end, TrialEnd::SenderBlocked(_)),
            latency: Distribution::of(&result.latency),
            raw_latency: Distribution::of(&result.raw_latency),
            lag: Distribution::of(&pace.lag),
            interference_seconds: result.interference.as_secs_f64(),
            lost_during_interference: result.lost_during_interference,
            timeline: Some(Moments::of(&result.timeline)),
            usage: vec![result.usage],
        }
    }

    /// Adds what another machine measured at the same time.
    ///
    /// # Errors
    ///
    /// If the other's figures cannot be read, or are larger than any that this program writes.
    pub fn merge(&mut self, other: &Self) -> Result<(), MeasurementMergeError> {
        if !other.counts.add_up() {
            return Err(MeasurementMergeError::Counts);
        }
        for (ours, theirs) in [
            (&mut self.latency, &other.latency),
            (&mut self.raw_latency, &other.raw_latency),
            (&mut self.lag, &other.lag),
        ] {
            let mut sum = ours.histogram()?;
            sum.add(theirs.histogram()?)
                .map_err(|error| HdrError(format!("{error:?}")))?;
            *ours = Distribution::of(&sum);
        }
        self.schedules.extend_from_slice(&other.schedules);
        self.rate += other.rate;
        self.planned_seconds = self.planned_seconds.max(other.planned_seconds);
        self.seconds = self.seconds.max(other.seconds);
        self.counts = self.counts.merged(&other.counts)?;
        self.late = sum(self.late, other.late)?;
        self.late_by_backpressure = sum(self.late_by_backpressure, other.late_by_backpressure)?;
        self.held_back = sum(self.held_back, other.held_back)?;
        self.blocked_seconds += other.blocked_seconds;
        self.broken = match (self.broken.take(), &other.broken) {
            (Some(ours), Some(theirs)) if ours != *theirs => Some(format!("{ours}; {theirs}")),
            (ours, theirs) => ours.or_else(|| theirs.clone()),
        };
        self.sender_blocked |= other.sender_blocked;
        self.interference_seconds = self.interference_seconds.max(other.interference_seconds);
        self.lost_during_interference = sum(
            self.lost_during_interference,
            other.lost_during_interference,
        )?;
        self.timeline = self
            .timeline
            .take()
            .zip(other.timeline.as_ref())
            .and_then(|(ours, theirs)| ours.merged(theirs));
        self.usage.extend_from_slice(&other.usage);
        Ok(())
    }

    /// Returns how many datagrams per second were reported.
    pub fn delivered_rate(&self) -> f64 {
        self.counts.delivered as f64 / self.seconds.max(self.planned_seconds).max(1e-9)
    }
}

impl Counts {
    fn of(schedule: &Schedule, result: &TrialResult) -> Self {
        let lost = result.lost();
        let dropped = result.dropped.filter(|dropped| *dropped <= lost);
        Self {
            planned: match result.end {
                TrialEnd::Interrupted => result.pace.sent,
                _ => schedule.len(),
            },
            sent: result.pace.sent,
            accepted: result.pace.accepted,
            delivered: result.tally.delivered,
            repeated: result.tally.repeated,
            reordered: result.tally.reordered,
            unexpected: result.tally.unexpected,
            unnumbered: result.unnumbered,
            lost,
            // Nothing was dropped where all was delivered.
            dropped: dropped.or((lost == 0).then_some(0)),
            unreported: dropped
                .map(|dropped| lost - dropped)
                .or((lost == 0).then_some(0)),
        }
    }

    fn merged(&self, other: &Self) -> Result<Self, MeasurementMergeError> {
        let both = |ours: Option<u64>, theirs: Option<u64>| {
            let both = ours.zip(theirs);
            both.map(|(ours, theirs)| sum(ours, theirs)).transpose()
        };
        Ok(Self {
            planned: sum(self.planned, other.planned)?,
            sent: sum(self.sent, other.sent)?,
            accepted: sum(self.accepted, other.accepted)?,
            delivered: sum(self.delivered, other.delivered)?,
            repeated: sum(self.repeated, other.repeated)?,
            reordered: sum(self.reordered, other.reordered)?,
            unexpected: sum(self.unexpected, other.unexpected)?,
            unnumbered: sum(self.unnumbered, other.unnumbered)?,
            lost: sum(self.lost, other.lost)?,
            dropped: both(self.dropped, other.dropped)?,
            unreported: both(self.unreported, other.unreported)?,
        })
    }

    /// Returns whether there are reports of what was reported before, or not sent.
    pub(super) fn has_invented_reports(&self) -> bool {
        self.repeated > 0 || self.unexpected > 0
    }

    /// Returns whether the counts may be those of a trial.
    pub fn add_up(&self) -> bool {
        let parts = self.dropped.zip(self.unreported);
        self.accepted <= self.sent
            && self.sent <= self.planned
            && self.delivered.checked_add(self.lost) == Some(self.accepted)
            && parts.is_none_or(|(dropped, unreported)| {
                dropped.checked_add(unreported) == Some(self.lost)
            })
    }
}

fn sum(ours: u64, theirs: u64) -> Result<u64, MeasurementMergeError> {
    ours.checked_add(theirs)
        .ok_or(MeasurementMergeError::Counts)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::distribution::tests::distribution;

    /// Returns the measurement of a trial of one second that lost so many datagrams and was
    /// otherwise perfect.
    pub(in crate::load) fn measurement(times: &[u64], lost: u64) -> Measurement {
        let accepted = times.len() as u64 + lost;
        Measurement {
            schedules: vec!["100".into()],
            rate: 100.0,
            planned_seconds: 1.0,
            seconds: 1.0,
            counts: Counts {
                planned: accepted,
                sent: accepted,
                accepted,
                delivered: times.len() as u64,
                lost,
                dropped: Some(lost),
                unreported: Some(0),
                ..Counts::default()
            },
            late: 0,
            late_by_backpressure: 0,
            held_back: 0,
            blocked_seconds: 0.0,
            broken: None,
            sender_blocked: false,
            latency: distribution(times),
            raw_latency: distribution(times),
            lag: distribution(times),
            interference_seconds: 0.0,
            lost_during_interference: 0,
            timeline: None,
            usage: vec![Usage::default()],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn parts_merge_to_the_whole(
            one in prop::collection::vec(1..10_000_000_000_u64, 0..50),
            other in prop::collection::vec(1..10_000_000_000_u64, 0..50),
            lost in 0..100_u64,
        ) {
            let both: Vec<_> = one.iter().chain(&other).copied().collect();
            let mut merged = measurement(&one, lost);
            // As it comes from a file.
            let text = serde_json::to_string(&measurement(&other, 1)).unwrap();
            merged.merge(&serde_json::from_str(&text).unwrap()).unwrap();
            let whole = measurement(&both, lost + 1);
            prop_assert_eq!(&merged.counts, &whole.counts);
            prop_assert!(merged.counts.add_up());
            prop_assert_eq!(&merged.latency, &whole.latency);
            prop_assert_eq!(merged.rate, 200.0);
            prop_assert_eq!(merged.schedules.len(), 2);
        }
    }

    #[test]
    fn what_is_unknown_of_a_part_is_unknown_of_the_whole() {
        let mut known = measurement(&[1], 1);
        let mut unknown = measurement(&[1], 1);
        (unknown.counts.dropped, unknown.counts.unreported) = (None, None);
        known.merge(&unknown).unwrap();
        let Counts {
            lost,
            dropped,
            unreported,
            ..
        } = known.counts;
        assert_eq!((lost, dropped, unreported), (2, None, None));
    }

    #[test]
    fn sums_that_are_too_large_are_refused() {
        for too_large in [
            |many: &mut Measurement| many.counts.repeated = u64::MAX,
            |many: &mut Measurement| many.counts.unexpected = u64::MAX,
            |many: &mut Measurement| many.late = u64::MAX,
            |many: &mut Measurement| many.held_back = u64::MAX,
        ] {
            let mut many = measurement(&[1], 0);
            too_large(&mut many);
            let sum = many.clone().merge(&many);
            assert!(matches!(sum, Err(MeasurementMergeError::Counts)), "{sum:?}");
        }
    }

    #[test]
    fn figures_that_no_trial_has_are_refused() {
        let mut counts = measurement(&[1], 1);
        counts.counts.delivered = 7;
        assert!(matches!(
            measurement(&[1], 0).merge(&counts),
            Err(MeasurementMergeError::Counts)
        ));
        let mut hdr = measurement(&[1], 1);
        hdr.latency.hdr = "AAAA".into();
        assert!(matches!(
            measurement(&[1], 0).merge(&hdr),
            Err(MeasurementMergeError::Histogram(_))
        ));
    }
}
