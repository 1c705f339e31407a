//! Judges measurements: whether a rate passed, and what limited it; and whether a search, a run and
//! a report passed. Pure.

use serde::{Deserialize, Serialize};

use super::measurement::{Counts, Measurement};
use super::timing::LATE;

/// The verdict on a trial of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialVerdict {
    /// The rate passed.
    Passed,
    /// It failed.
    Failed,
    /// It failed, and interference may be why.
    Disturbed,
}

/// Why a measurement does not pass.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FailureReason {
    /// The trial ended early.
    #[error("{0}")]
    Broken(String),
    /// Datagrams were lost.
    #[error("{lost} of {accepted} lost")]
    Lost {
        /// How many.
        lost: u64,
        /// Of how many that the kernel took.
        accepted: u64,
    },
    /// Datagrams were reported more than once.
    #[error("{repeated} of {delivered} reported again")]
    Repeated {
        /// How many reports came again.
        repeated: u64,
        /// How many datagrams were reported.
        delivered: u64,
    },
    /// Datagrams were reported that were not sent.
    #[error("{0} reported that were not sent")]
    Unexpected(u64),
    /// The rate was not reached, as the listener's buffer was full.
    #[error("held back by the listener: {accepted} of {planned} sent in {seconds:.2} s")]
    HeldBack {
        /// How many datagrams the kernel took.
        accepted: u64,
        /// How many the schedule has.
        planned: u64,
        /// How long sending took.
        seconds: f64,
    },
    /// The rate was not reached for another reason.
    #[error("the sender fell behind: {accepted} of {planned} sent in {seconds:.2} s")]
    Behind {
        /// How many datagrams the kernel took.
        accepted: u64,
        /// How many the schedule has.
        planned: u64,
        /// How long sending took.
        seconds: f64,
    },
}

/// The failures that do not count, because a threshold decides about them instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Excuses {
    /// Datagrams that were lost.
    pub(super) loss: bool,
    /// A rate that was not reached.
    pub(super) rate: bool,
}

/// What limited a rate, or kept it from passing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LimitedBy {
    /// Nothing: all was sent on schedule and delivered.
    Nothing,
    /// The listener.
    Listener,
    /// The machine that sends, or this program.
    Machine,
    /// The listener or the machine: the figures do not show which.
    Unclear,
}

/// Why a search ended before it had found a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchAbort {
    /// The user interrupted it.
    #[error("interrupted")]
    Interrupted,
    /// The listener could not be started again, for this reason.
    #[error("{0}")]
    NoListener(String),
}

/// Processors that are busy for more than this part of the time have little time left for a
/// listener.
pub(super) const BUSY: f64 = 0.95;
/// A thread that uses more than this part of a processor cannot do much more.
pub(super) const SATURATED: f64 = 0.9;
/// Steal time above this part of the processors' time may be what limited a rate.
pub(super) const MUCH_STEAL_TIME: f64 = 0.02;

impl Measurement {
    /// Returns why the rate did not pass. `None` if every datagram was reported once, and the rate
    /// was reached.
    pub fn failure(&self) -> Option<FailureReason> {
        self.failure_but_for(Excuses::default())
    }

    /// Returns why the rate did not pass, without the reasons that are excused.
    fn failure_but_for(&self, excuses: Excuses) -> Option<FailureReason> {
        if let Some(why) = &self.broken {
            return Some(FailureReason::Broken(why.clone()));
        }
        let (lost, accepted) = (self.counts.lost, self.counts.accepted);
        if lost > 0 && !excuses.loss {
            return Some(FailureReason::Lost { lost, accepted });
        }
        let Counts {
            repeated,
            delivered,
            unexpected,
            ..
        } = self.counts;
        if repeated > 0 {
            return Some(FailureReason::Repeated {
                repeated,
                delivered,
            });
        }
        if unexpected > 0 {
            return Some(FailureReason::Unexpected(unexpected));
        }
        let (planned, seconds) = (self.counts.planned, self.seconds);
        match (self.is_behind() && !excuses.rate, self.is_held_back()) {
            (false, _) => None,
            (true, true) => Some(FailureReason::HeldBack {
                accepted,
                planned,
                seconds,
            }),
            (true, false) => Some(FailureReason::Behind {
                accepted,
                planned,
                seconds,
            }),
        }
    }

    /// Returns the verdict for a search.
    pub fn verdict(&self) -> TrialVerdict {
        match self.failure() {
            None => TrialVerdict::Passed,
            Some(_) if self.is_disturbed() => TrialVerdict::Disturbed,
            Some(_) => TrialVerdict::Failed,
        }
    }

    /// Returns whether the rate was not reached: sending took more than a hundredth (at least 10
    /// ms) longer than planned. A sender that was late and has caught up is not behind.
    pub fn is_behind(&self) -> bool {
        self.seconds > self.planned_seconds + (self.planned_seconds / 100.0).max(LATE.as_secs_f64())
    }

    /// Returns whether interference explains a failure, so that it says little of the listener: the
    /// kernel dropped all that was lost during interference or up to 50 ms after, and if the rate
    /// was not reached, sending took longer by no more than the interference.
    ///
    /// Interference does not explain datagrams that the listener took and did not report, a death,
    /// a hang, and reports of datagrams that were reported before or not sent. A machine that does
    /// not reach the rate and is disturbed more than half of the time is too slow for it, and no
    /// trial will be better.
    pub fn is_disturbed(&self) -> bool {
        let is_of_listener = self.broken.is_some()
            || self.counts.unreported.is_some_and(|count| count > 0)
            || self.counts.has_invented_reports();
        let is_explained = || {
            let behind = self.seconds - self.planned_seconds;
            behind <= self.interference_seconds
                && self.interference_seconds <= self.planned_seconds / 2.0
        };
        self.interference_seconds > 0.0
            && !is_of_listener
            && self.lost_during_interference >= self.counts.lost
            && (!self.is_behind() || is_explained())
    }

    /// Returns whether more than one in a hundred datagrams was late, whether or not the sender
    /// caught up.
    pub fn is_late(&self) -> bool {
        self.late > self.counts.accepted / 100
    }

    /// Returns whether most of the late datagrams were late because the listener's buffer was full:
    /// then the listener held the sender back.
    pub fn is_held_back(&self) -> bool {
        self.late_by_backpressure > self.late / 2
    }
}

/// Returns whether a search has an answer: it found a rate that passed as often as it had to, and
/// the lowest rate that failed is close enough to that one.
pub(super) fn has_answer(highest: Option<f64>, is_decided: bool) -> bool {
    highest.is_some() && is_decided
}

/// Returns whether a run passed. A search passes if it has an answer. Any other run passes if it
/// has a measurement that did not fail, apart from what is excused.
pub(super) fn has_passed(
    has_answer: Option<bool>,
    measurement: Option<&Measurement>,
    excuses: Excuses,
) -> bool {
    has_answer
        .unwrap_or_else(|| measurement.is_some_and(|it| it.failure_but_for(excuses).is_none()))
}

/// Returns whether a report passed: each of its runs did.
pub(super) fn have_all_passed(runs: impl IntoIterator<Item = bool>) -> bool {
    runs.into_iter().all(|has_passed| has_passed)
}

impl LimitedBy {
    /// Returns what limited the rate of a measurement.
    pub fn of(measurement: &Measurement) -> Self {
        let is_busy = measurement.usage.iter().any(|usage| {
            usage.processors.is_some_and(|part| part > BUSY)
                || usage.reader.is_some_and(|part| part > SATURATED)
                || usage.steal_time.is_some_and(|part| part > MUCH_STEAL_TIME)
        }) || measurement.is_disturbed();
        // If the listener died or hangs, it ended the trial, however late the sender was.
        let is_slow =
            measurement.broken.is_none() && measurement.is_behind() && !measurement.is_held_back();
        if measurement.sender_blocked || is_slow {
            return Self::Machine;
        }
        match (measurement.failure().is_some(), is_busy) {
            _ if measurement.counts.has_invented_reports() => Self::Listener,
            (false, _) => Self::Nothing,
            (true, true) => Self::Unclear,
            (true, false) => Self::Listener,
        }
    }

    /// Returns what limited a search, by the measurement at the lowest rate that failed.
    pub fn of_search(at_failed: Option<&Measurement>, abort: Option<&SearchAbort>) -> Self {
        match (at_failed, abort) {
            (Some(measurement), _) => Self::of(measurement),
            (None, Some(SearchAbort::NoListener(_))) => Self::Listener,
            (None, Some(SearchAbort::Interrupted) | None) => Self::Nothing,
        }
    }

    /// Returns what limited a run in which nothing could be measured: the listener did not start or
    /// could not be reached.
    pub(super) fn of_unmeasured() -> Self {
        Self::Listener
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::machine::Usage;
    use crate::load::measurement::tests::measurement;

    /// Returns a trial of one second that took three, as the sender waited for a full buffer.
    fn waited(late_by_backpressure: u64) -> Measurement {
        Measurement {
            seconds: 3.0,
            late: 9,
            late_by_backpressure,
            held_back: 1,
            blocked_seconds: 2.0,
            ..measurement(&[1; 10], 0)
        }
    }

    #[test]
    fn a_rate_passes_if_nothing_is_lost_and_it_is_reached() {
        let perfect = measurement(&[1; 10], 0);
        assert_eq!(perfect.failure(), None);
        assert_eq!(perfect.verdict(), TrialVerdict::Passed);
        assert_eq!(LimitedBy::of(&perfect), LimitedBy::Nothing);
        let within_a_hundredth = Measurement {
            seconds: 1.01,
            ..perfect
        };
        assert_eq!(within_a_hundredth.verdict(), TrialVerdict::Passed);
    }

    #[test]
    fn a_failure_names_its_cause() {
        let failure = |measurement: &Measurement| {
            let failure = measurement.failure().expect("it fails");
            assert_eq!(measurement.verdict(), TrialVerdict::Failed);
            failure.to_string()
        };
        assert_eq!(failure(&measurement(&[1; 10], 2)), "2 of 12 lost");
        assert_eq!(
            failure(&waited(9)),
            "held back by the listener: 10 of 10 sent in 3.00 s"
        );
        assert_eq!(
            failure(&waited(0)),
            "the sender fell behind: 10 of 10 sent in 3.00 s"
        );
        let died = Measurement {
            broken: Some("the listener died".into()),
            ..measurement(&[1; 10], 2)
        };
        assert_eq!(failure(&died), "the listener died");
    }

    #[test]
    fn a_datagram_that_is_reported_again_or_was_not_sent_fails_the_rate() {
        for (change, words) in [
            (
                (|counts| counts.repeated = 9) as fn(&mut Counts),
                "9 of 10 reported again",
            ),
            (
                |counts| counts.unexpected = 2,
                "2 reported that were not sent",
            ),
        ] {
            let mut invents = Measurement {
                interference_seconds: 0.2,
                ..measurement(&[1; 10], 0)
            };
            change(&mut invents.counts);
            assert_eq!(invents.failure().expect("it fails").to_string(), words);
            assert_eq!(invents.verdict(), TrialVerdict::Failed);
            assert_eq!(LimitedBy::of(&invents), LimitedBy::Listener);
        }
    }

    #[test]
    fn a_failure_during_interference_is_disturbed() {
        // Interference takes 0.2 seconds, and 5 datagrams are dropped then.
        let is_disturbed = |change: fn(&mut Measurement)| {
            let mut measurement = Measurement {
                interference_seconds: 0.2,
                lost_during_interference: 5,
                ..measurement(&[1; 10], 5)
            };
            change(&mut measurement);
            assert_eq!(
                measurement.verdict() == TrialVerdict::Disturbed,
                measurement.is_disturbed()
            );
            measurement.is_disturbed()
        };
        assert!(is_disturbed(|_| {}));
        assert!(!is_disturbed(|without| without.interference_seconds = 0.0));
        assert!(!is_disturbed(|one_before| {
            one_before.lost_during_interference = 4;
        }));
        // What the kernel did not drop, the listener lost.
        assert!(!is_disturbed(|took_one| {
            (took_one.counts.dropped, took_one.counts.unreported) = (Some(4), Some(1));
        }));
        assert!(is_disturbed(|unknown| {
            (unknown.counts.dropped, unknown.counts.unreported) = (None, None);
        }));
        assert!(!is_disturbed(|died| {
            died.broken = Some("the listener died".into());
        }));
        // Sending took longer by as much as the interference, and by more.
        assert!(is_disturbed(|caught_up| caught_up.seconds = 1.15));
        assert!(!is_disturbed(|held_back| held_back.seconds = 1.25));
        // A machine that never reaches the rate is not disturbed, but too slow.
        assert!(is_disturbed(|long| long.interference_seconds = 1.0));
        assert!(!is_disturbed(|slow| {
            (slow.interference_seconds, slow.seconds) = (1.0, 1.25);
        }));
    }

    #[test]
    fn a_listener_that_dies_or_hangs_is_the_limit() {
        let hangs = Measurement {
            broken: Some("the listener hangs".into()),
            ..waited(9)
        };
        assert_eq!(LimitedBy::of(&hangs), LimitedBy::Listener);
        // However late the sender was.
        let died = Measurement {
            broken: Some("the listener died".into()),
            ..waited(0)
        };
        assert_eq!(LimitedBy::of(&died), LimitedBy::Listener);
    }

    #[test]
    fn a_full_send_buffer_is_a_limit_of_the_machine() {
        assert_eq!(LimitedBy::of(&waited(0)), LimitedBy::Machine);
        let blocked = Measurement {
            broken: Some("this machine cannot send".into()),
            sender_blocked: true,
            seconds: 0.5,
            ..waited(0)
        };
        assert_eq!(LimitedBy::of(&blocked), LimitedBy::Machine);
    }

    #[test]
    fn the_limit_of_a_busy_machine_is_unclear() {
        let lost = |usage| Measurement {
            usage: vec![usage],
            ..measurement(&[1; 10], 1)
        };
        let idle = Usage::default();
        assert_eq!(LimitedBy::of(&lost(idle)), LimitedBy::Listener);
        let busy = Usage {
            processors: Some(0.99),
            ..idle
        };
        let reading = Usage {
            reader: Some(0.95),
            ..idle
        };
        let steal_time = Usage {
            steal_time: Some(0.05),
            ..idle
        };
        for usage in [busy, reading, steal_time] {
            assert_eq!(LimitedBy::of(&lost(usage)), LimitedBy::Unclear, "{usage:?}");
        }
    }

    #[test]
    fn a_run_passes_by_its_search_or_else_by_its_measurement() {
        assert!(has_answer(Some(1_000.0), true));
        assert!(!has_answer(Some(1_000.0), false));
        assert!(!has_answer(None, true));
        let (perfect, lossy) = (measurement(&[1; 10], 0), measurement(&[1; 10], 1));
        let has_passed =
            |has_answer, measurement| has_passed(has_answer, measurement, Excuses::default());
        assert!(has_passed(None, Some(&perfect)));
        assert!(!has_passed(None, Some(&lossy)));
        assert!(!has_passed(None, None));
        assert!(has_passed(Some(true), None));
        assert!(!has_passed(Some(false), Some(&perfect)));
        assert!(have_all_passed([true, true]));
        assert!(!have_all_passed([true, false]));
    }

    #[test]
    fn a_search_is_limited_by_what_failed_or_by_who_is_gone() {
        let lost = measurement(&[1; 10], 1);
        let gone = SearchAbort::NoListener("the subject did not start".into());
        let of = LimitedBy::of_search;
        assert_eq!(of(Some(&lost), Some(&gone)), LimitedBy::Listener);
        assert_eq!(of(None, Some(&gone)), LimitedBy::Listener);
        let interrupted = SearchAbort::Interrupted;
        assert_eq!(of(None, Some(&interrupted)), LimitedBy::Nothing);
        assert_eq!(of(None, None), LimitedBy::Nothing);
    }
}
