use serde::{Deserialize, Serialize};

use super::judge::{self, SearchAbort, TrialVerdict};
use super::measurement::Measurement;
use super::rate_search::{SearchOutcome, one_in};

/// A search for the highest rate without loss.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchRecord {
    /// The highest rate that passed as often as it had to.
    pub highest: Option<f64>,
    /// The lowest rate that failed.
    pub failed: Option<f64>,
    /// How often the highest passed.
    pub passes: u32,
    /// Whether the search came to a decision: both rates are close enough, or no rate passed.
    pub is_decided: bool,
    /// Why the search did not come to its end, if it was aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// How many datagrams were sent at the highest rate without a loss.
    pub lossless: u64,
    /// With 95 % confidence, at most one in this many datagrams is lost at that rate.
    pub one_in: u64,
    /// The trials in order.
    pub trials: Vec<TrialRecord>,
}

/// A trial of a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrialRecord {
    /// The rate.
    pub rate: f64,
    /// Whether all was delivered and the rate reached.
    pub passed: bool,
    /// Why the trial failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether [interference](Measurement::is_disturbed) explains the failure, so that it says
    /// little of the listener.
    pub disturbed: bool,
    /// Datagrams that the kernel took.
    pub accepted: u64,
    /// Those of them that were lost.
    pub lost: u64,
    /// The 99th percentile of the latency.
    pub p99_us: f64,
}

impl SearchRecord {
    /// Records the outcome of a search, the trials that led there, and why it was aborted.
    pub(super) fn new(
        outcome: SearchOutcome,
        trials: Vec<TrialRecord>,
        abort: Option<&SearchAbort>,
    ) -> Self {
        let (highest, failed, passes, is_decided) = match outcome {
            SearchOutcome::Rate {
                highest,
                failed,
                passes,
            } => (Some(highest), failed, passes, true),
            SearchOutcome::NoRate { failed } => (None, Some(failed), 0, true),
            SearchOutcome::Undecided { highest, failed } => (highest, failed, 0, false),
            SearchOutcome::Running => (None, None, 0, false),
        };
        let at_highest = trials
            .iter()
            .filter(|trial| trial.passed && Some(trial.rate) == highest);
        let lossless = at_highest.map(|trial| trial.accepted).sum();
        Self {
            highest,
            failed,
            passes,
            is_decided,
            broken: abort.map(SearchAbort::to_string),
            lossless,
            one_in: one_in(lossless),
            trials,
        }
    }

    /// Returns whether the search found a rate.
    pub fn has_answer(&self) -> bool {
        judge::has_answer(self.highest, self.is_decided)
    }

    /// Counts the trials that failed only during interference.
    pub(super) fn disturbed_trials(&self) -> usize {
        let is_disturbed = |trial: &&TrialRecord| trial.verdict() == TrialVerdict::Disturbed;
        self.trials.iter().filter(is_disturbed).count()
    }
}

impl TrialRecord {
    /// Records a measurement as a trial, with its verdict.
    pub(super) fn of(measurement: &Measurement) -> Self {
        let verdict = measurement.verdict();
        Self {
            rate: measurement.rate,
            passed: verdict == TrialVerdict::Passed,
            disturbed: verdict == TrialVerdict::Disturbed,
            why: measurement.failure().map(|reason| reason.to_string()),
            accepted: measurement.counts.accepted,
            lost: measurement.counts.lost,
            p99_us: measurement.latency.p99_us,
        }
    }

    /// Returns the verdict as it was recorded.
    pub fn verdict(&self) -> TrialVerdict {
        match (self.passed, self.disturbed) {
            (true, _) => TrialVerdict::Passed,
            (false, false) => TrialVerdict::Failed,
            (false, true) => TrialVerdict::Disturbed,
        }
    }
}
