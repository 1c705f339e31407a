use serde::{Deserialize, Serialize};

use super::distribution::{Distribution, HdrError, us};
use super::machine::Usage;
use super::pace::LATE;
use super::schedule::Schedule;
use super::timeline::Timeline;
use super::trial::{Ending, Outcome};

/// What was measured in a test, in figures that add up with those of other machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measurement {
    /// The rate as it was asked for, one of each machine.
    pub schedules: Vec<String>,
    /// Datagrams a second that were to be sent, on the whole.
    pub rate: f64,
    /// How long they were to be sent.
    pub planned_seconds: f64,
    /// How long it took.
    pub seconds: f64,
    /// What became of them.
    pub counts: Counts,
    /// Datagrams that went more than 10 ms after their time, or for want of room not at all.
    pub late: u64,
    /// Those of them that were late because the listener had no room.
    pub late_for_room: u64,
    /// How often the socket had no room, so that the sender waited.
    pub held_back: u64,
    /// How long it waited.
    pub blocked_seconds: f64,
    /// How it ended, where it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Whether it was broken off because this machine's own buffer or network took nothing more: that is not the listener's doing.
    #[serde(default)]
    pub jammed: bool,
    /// From the time a datagram should have been sent until its report.
    pub latency: Distribution,
    /// From the time it was handed to the kernel: what a sender measures that waits for its listener.
    pub raw_latency: Distribution,
    /// By how much datagrams went after their time.
    pub lag: Distribution,
    /// How long the machine was elsewhere: a hypervisor kept processors for others, or datagrams went late though the listener had room.
    #[serde(default)]
    pub away_seconds: f64,
    /// Datagrams that were lost meanwhile, or up to 50 ms after: that may be why.
    #[serde(default)]
    pub lost_while_away: u64,
    /// What happened when, where it adds up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Moments>,
    /// How busy each machine was while it sent.
    pub usage: Vec<Usage>,
}

/// What became of the datagrams of a test. With what the kernel tells, delivered and dropped are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Datagrams of the schedule.
    pub planned: u64,
    /// Those whose time came.
    pub sent: u64,
    /// Those that the kernel took.
    pub accepted: u64,
    /// Those that were reported.
    pub delivered: u64,
    /// Reports of a datagram that was reported before.
    pub repeated: u64,
    /// Datagrams that were reported behind one that was sent later.
    pub reordered: u64,
    /// Reports with a number that was not sent, or not yet.
    pub strange: u64,
    /// Reports without a number: rejections, events that lost it, and what the listener says of other things.
    pub unnumbered: u64,
    /// Those that the kernel took and nobody reported.
    pub lost: u64,
    /// Those of them that the kernel dropped because the listener's receive buffer was full. `None` where it does not tell, or tells
    /// of more than were lost here: then somebody else sends there, too.
    pub dropped: Option<u64>,
    /// Those of them that the listener took and did not report.
    pub unreported: Option<u64>,
}

/// A test in slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moments {
    /// The length of each.
    pub width_seconds: f64,
    /// Them in order.
    pub moments: Vec<Moment>,
}

/// One slice of a test: the datagrams that were meant to be sent in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moment {
    /// How many were sent.
    pub sent: u64,
    /// How many of them were reported.
    pub delivered: u64,
    /// Whether the machine was elsewhere in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disturbed: bool,
    /// Half of their latencies are no longer. Only where they were measured together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<f64>,
    /// 99 of 100 are no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_us: Option<f64>,
    /// The longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_us: Option<f64>,
}

/// Measurements that do not add up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// One has a histogram that cannot be read.
    #[error(transparent)]
    Histogram(#[from] HdrError),
    /// Its figures say that it was not written by this program.
    #[error("its counts do not add up")]
    Counts,
}

impl Measurement {
    /// Takes the figures of a trial.
    pub fn of(schedule: &Schedule, outcome: &Outcome) -> Self {
        let shape = schedule.shape();
        Self {
            schedules: vec![shape.to_string()],
            rate: shape.mean_rate(),
            planned_seconds: match outcome.ending {
                Ending::Interrupted => outcome.paced.elapsed.as_secs_f64(),
                _ => schedule.duration().as_secs_f64(),
            },
            seconds: outcome.paced.elapsed.as_secs_f64(),
            counts: Counts::of(schedule, outcome),
            late: outcome.paced.late,
            late_for_room: outcome.paced.late_for_room,
            held_back: outcome.paced.held_back,
            blocked_seconds: outcome.paced.blocked.as_secs_f64(),
            broken: match &outcome.ending {
                // It is a test of the time that it had.
                Ending::Finished | Ending::Interrupted => None,
                Ending::Died(how) => Some(format!("the listener died: {how}")),
                Ending::Stalled(how) => Some(format!("the listener hangs: {how}")),
                Ending::Jammed(how) => Some(format!("this machine cannot send: {how}")),
                Ending::Unsendable(why) => Some(why.clone()),
            },
            jammed: matches!(outcome.ending, Ending::Jammed(_)),
            latency: Distribution::of(&outcome.latency),
            raw_latency: Distribution::of(&outcome.raw_latency),
            lag: Distribution::of(&outcome.paced.lag),
            away_seconds: outcome.away.as_secs_f64(),
            lost_while_away: outcome.lost_while_away,
            timeline: Some(Moments::of(&outcome.timeline)),
            usage: vec![outcome.usage],
        }
    }

    /// Adds what another machine measured at the same time.
    ///
    /// # Errors
    ///
    /// If the other's figures cannot be read, or are larger than any that this program writes.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if !other.counts.add_up() {
            return Err(MergeError::Counts);
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
        self.counts = self.counts.plus(&other.counts)?;
        self.late = sum(self.late, other.late)?;
        self.late_for_room = sum(self.late_for_room, other.late_for_room)?;
        self.held_back = sum(self.held_back, other.held_back)?;
        self.blocked_seconds += other.blocked_seconds;
        self.broken = match (self.broken.take(), &other.broken) {
            (Some(ours), Some(theirs)) if ours != *theirs => Some(format!("{ours}; {theirs}")),
            (ours, theirs) => ours.or_else(|| theirs.clone()),
        };
        self.jammed |= other.jammed;
        self.away_seconds = self.away_seconds.max(other.away_seconds);
        self.lost_while_away = sum(self.lost_while_away, other.lost_while_away)?;
        self.timeline = self
            .timeline
            .take()
            .zip(other.timeline.as_ref())
            .and_then(|(ours, theirs)| ours.plus(theirs));
        self.usage.extend_from_slice(&other.usage);
        Ok(())
    }

    /// Gives how many datagrams a second were reported.
    pub fn delivered_rate(&self) -> f64 {
        self.counts.delivered as f64 / self.seconds.max(self.planned_seconds).max(1e-9)
    }

    /// Tells whether the rate was not reached: sending took more than a hundredth longer than planned. What goes late and is made
    /// up for is no less of a load.
    pub fn is_behind(&self) -> bool {
        self.seconds > self.planned_seconds + (self.planned_seconds / 100.0).max(LATE.as_secs_f64())
    }

    /// Tells whether the machine was elsewhere whenever something went wrong, so that a failure says little of the listener: all that was
    /// lost, the kernel dropped meanwhile or up to 50 ms after, and if the rate was not reached, it took longer by no more than the
    /// machine was away.
    ///
    /// What the listener took and did not report is lost by itself, and no machine makes it die or hang. One that does not reach the
    /// rate and is away more than half of the time is too slow for it, and no trial will be better.
    pub fn is_disturbed(&self) -> bool {
        let is_of_listener =
            self.broken.is_some() || self.counts.unreported.is_some_and(|count| count > 0);
        let has_stumbled = || {
            let behind = self.seconds - self.planned_seconds;
            behind <= self.away_seconds && self.away_seconds <= self.planned_seconds / 2.0
        };
        self.away_seconds > 0.0
            && !is_of_listener
            && self.lost_while_away >= self.counts.lost
            && (!self.is_behind() || has_stumbled())
    }

    /// Tells whether more than one in a hundred went late, made up for or not.
    pub fn is_late(&self) -> bool {
        self.late > self.counts.accepted / 100
    }

    /// Tells whether it was for want of the listener's room that most of those went late: then it held the sender back.
    pub fn is_held_back(&self) -> bool {
        self.late_for_room > self.late / 2
    }
}

impl Counts {
    fn of(schedule: &Schedule, outcome: &Outcome) -> Self {
        let lost = outcome.lost();
        let dropped = outcome.dropped.filter(|dropped| *dropped <= lost);
        Self {
            planned: match outcome.ending {
                Ending::Interrupted => outcome.paced.sent,
                _ => schedule.len(),
            },
            sent: outcome.paced.sent,
            accepted: outcome.paced.accepted,
            delivered: outcome.tally.delivered,
            repeated: outcome.tally.repeated,
            reordered: outcome.tally.reordered,
            strange: outcome.tally.strange,
            unnumbered: outcome.unnumbered,
            lost,
            // Nothing was dropped where all has arrived.
            dropped: dropped.or((lost == 0).then_some(0)),
            unreported: dropped
                .map(|dropped| lost - dropped)
                .or((lost == 0).then_some(0)),
        }
    }

    fn plus(&self, other: &Self) -> Result<Self, MergeError> {
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
            strange: sum(self.strange, other.strange)?,
            unnumbered: sum(self.unnumbered, other.unnumbered)?,
            lost: sum(self.lost, other.lost)?,
            dropped: both(self.dropped, other.dropped)?,
            unreported: both(self.unreported, other.unreported)?,
        })
    }

    /// Tells whether they are those of one test.
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

impl Moments {
    fn of(timeline: &Timeline) -> Self {
        let moments = timeline.slices().iter().map(|slice| {
            let latency = Some(&slice.latency).filter(|latency| !latency.is_empty());
            Moment {
                sent: slice.sent,
                delivered: slice.delivered,
                disturbed: slice.disturbed,
                p50_us: latency.map(|latency| us(latency.value_at_quantile(0.5))),
                p99_us: latency.map(|latency| us(latency.value_at_quantile(0.99))),
                max_us: latency.map(|latency| us(latency.max())),
            }
        });
        Self {
            width_seconds: timeline.width().as_secs_f64(),
            moments: moments.collect(),
        }
    }

    /// Percentiles do not add up, counts and greatest values do.
    fn plus(mut self, other: &Self) -> Option<Self> {
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

fn sum(ours: u64, theirs: u64) -> Result<u64, MergeError> {
    ours.checked_add(theirs).ok_or(MergeError::Counts)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::load::distribution::tests::distribution;
    use crate::load::{Report, Run, human};
    use crate::vectors::Dialect;

    /// One of a second in which so much was lost, and else all went well.
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
            late_for_room: 0,
            held_back: 0,
            blocked_seconds: 0.0,
            broken: None,
            jammed: false,
            latency: distribution(times),
            raw_latency: distribution(times),
            lag: distribution(times),
            away_seconds: 0.0,
            lost_while_away: 0,
            timeline: None,
            usage: vec![Usage::default()],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn parts_add_up_to_the_whole(
            one in prop::collection::vec(1..10_000_000_000_u64, 0..50),
            other in prop::collection::vec(1..10_000_000_000_u64, 0..50),
            lost in 0..100_u64,
        ) {
            let both: Vec<_> = one.iter().chain(&other).copied().collect();
            let mut merged = measurement(&one, lost);
            // As they come from a file.
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
        assert_eq!(
            (
                known.counts.lost,
                known.counts.dropped,
                known.counts.unreported
            ),
            (2, None, None)
        );
    }

    proptest! {
        #[test]
        fn a_report_adds_up_or_is_refused_whatever_stands_in_it(
            changes in prop::collection::vec((any::<Index>(), 0..24_usize, "[0-9]{0,20}|[a-z\",:{}\\[\\]]{0,9}"), 0..3),
        ) {
            let mut report = Report::new("./listener".into(), "100 a second".into());
            report.runs = vec![Run::measured(Dialect::Text, "udp".into(), measurement(&[1, 2], 3))];
            let mut text = serde_json::to_string(&report).unwrap();
            for (at, taken, put) in changes {
                let at = at.index(text.len() + 1);
                text.replace_range(at..(at + taken).min(text.len()), &put);
            }
            let read = Report::from_json(text.as_bytes());
            let Ok(mut sum) = read else { return Ok(()) };
            human(&sum, &mut io::sink()).unwrap();
            let one = sum.clone();
            if sum.merge(&one).is_ok() {
                human(&sum, &mut io::sink()).unwrap();
                for (sum, one) in sum.runs.iter().zip(&one.runs) {
                    let counts = |run: &Run| run.measurement.as_ref().unwrap().counts;
                    prop_assert_eq!(counts(sum).accepted, 2 * counts(one).accepted);
                    prop_assert!(counts(sum).add_up());
                }
            }
        }
    }

    #[test]
    fn what_goes_wrong_while_the_machine_is_all_there_is_the_listeners_doing() {
        // It is away for 0.2 of a second, and 5 are dropped then.
        let disturbed = |change: fn(&mut Measurement)| {
            let mut measurement = Measurement {
                away_seconds: 0.2,
                lost_while_away: 5,
                ..measurement(&[1; 10], 5)
            };
            change(&mut measurement);
            measurement.is_disturbed()
        };
        assert!(disturbed(|_| {}));
        assert!(!disturbed(|there| there.away_seconds = 0.0));
        assert!(!disturbed(|some_before| some_before.lost_while_away = 4));
        // What is not dropped by the kernel, the listener lost.
        assert!(!disturbed(|took_one| {
            (took_one.counts.dropped, took_one.counts.unreported) = (Some(4), Some(1));
        }));
        assert!(disturbed(|unknown| {
            (unknown.counts.dropped, unknown.counts.unreported) = (None, None);
        }));
        assert!(!disturbed(
            |died| died.broken = Some("the listener died".into())
        ));
        // It took longer by as much as the machine was away, and by more.
        assert!(disturbed(|stumbled| stumbled.seconds = 1.15));
        assert!(!disturbed(|held_back| held_back.seconds = 1.25));
        // One that never reaches the rate is not elsewhere, but too slow.
        assert!(disturbed(|away| away.away_seconds = 1.0));
        assert!(!disturbed(
            |slow| (slow.away_seconds, slow.seconds) = (1.0, 1.25)
        ));
    }

    #[test]
    fn sums_that_are_too_large_are_refused() {
        for too_large in [
            |many: &mut Measurement| many.counts.repeated = u64::MAX,
            |many: &mut Measurement| many.counts.strange = u64::MAX,
            |many: &mut Measurement| many.late = u64::MAX,
            |many: &mut Measurement| many.held_back = u64::MAX,
        ] {
            let mut many = measurement(&[1], 0);
            too_large(&mut many);
            let sum = many.clone().merge(&many);
            assert!(matches!(sum, Err(MergeError::Counts)), "{sum:?}");
        }
    }

    #[test]
    fn figures_that_were_tampered_with_are_refused() {
        let mut counts = measurement(&[1], 1);
        counts.counts.delivered = 7;
        assert!(matches!(
            measurement(&[1], 0).merge(&counts),
            Err(MergeError::Counts)
        ));
        let mut hdr = measurement(&[1], 1);
        hdr.latency.hdr = "AAAA".into();
        assert!(matches!(
            measurement(&[1], 0).merge(&hdr),
            Err(MergeError::Histogram(_))
        ));
    }
}
