use std::ops::RangeInclusive;

use super::judge::TrialVerdict;

/// A search for the highest rate that passes, as RFC 2544 describes it for throughput. It doubles
/// the rate until one fails, then halves the gap. The rate that is left has to pass several times.
///
/// It is independent of datagrams: ask it for the [next rate](Self::next_rate), try that, and
/// [record](Self::record) the verdict.
#[derive(Clone, Debug)]
pub struct RateSearch {
    settings: SearchSettings,
    /// The rates that passed and have not failed since, in rising order.
    passed: Vec<PassedRate>,
    /// The lowest rate that failed.
    failed: Option<f64>,
    /// A rate that failed and is tried again.
    retry: Option<Retry>,
    /// How often a rate failed that had passed before.
    relapses: i32,
    /// How many rates failed only in disturbed trials.
    disturbed_rates: u32,
    trials: u32,
    is_aborted: bool,
}

#[derive(Clone, Copy, Debug)]
struct PassedRate {
    rate: f64,
    passes: u32,
}

#[derive(Clone, Copy, Debug)]
struct Retry {
    rate: f64,
    failures: u32,
    disturbed: u32,
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SearchSettings {
    /// The first rate to try.
    pub start: f64,
    /// The highest rate to try.
    pub max: f64,
    /// The lowest rate to try.
    pub min: f64,
    /// How far the answer may be below the lowest rate that fails, as a part of it.
    pub resolution: f64,
    /// How often the answer has to pass.
    pub confirmations: u32,
    /// How often a rate that fails is tried again before the failure counts: a single one may be by
    /// chance.
    pub retries: u32,
    /// The same for a rate of which trials were disturbed. It is greater, because such failures say
    /// less, and it is halved for each rate that fails nevertheless.
    pub disturbed_retries: u32,
    /// The most trials. A search whose trials contradict each other ends there.
    pub max_trials: u32,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            start: 1_000.0,
            max: 2_000_000.0,
            min: 1.0,
            resolution: 0.01,
            confirmations: 3,
            retries: 1,
            disturbed_retries: 20,
            max_trials: 200,
        }
    }
}

impl SearchSettings {
    /// Returns the fewest and the most trials of a search whose trials do not contradict each
    /// other, over all limits from the first rate to the highest.
    pub fn trials(&self) -> RangeInclusive<u32> {
        // Just above and just below each power of two of the first rate.
        let highest = self.max.max(self.start);
        let powers = (0..64).map(|power| self.start * f64::from(power).exp2());
        let limits = powers.take_while(|limit| *limit <= 2.0 * highest);
        let counts = limits
            .flat_map(|limit| [limit * 0.999, limit * 1.001, limit * 1.5])
            .map(|limit| {
                let mut search = RateSearch::new(*self);
                while let Some(rate) = search.next_rate() {
                    let passes = rate <= limit;
                    search.record(
                        rate,
                        if passes {
                            TrialVerdict::Passed
                        } else {
                            TrialVerdict::Failed
                        },
                    );
                }
                search.trials
            });
        let (least, most) = counts.fold((u32::MAX, 0), |(least, most), count| {
            (least.min(count), most.max(count))
        });
        least..=most
    }
}

/// The outcome of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum SearchOutcome {
    /// There is none yet: the search goes on.
    Running,
    /// A rate passed as often as it had to.
    Rate {
        /// The highest such rate.
        highest: f64,
        /// The lowest rate that failed; `None` if none did, up to the highest that may be tried.
        failed: Option<f64>,
        /// How often the highest passed.
        passes: u32,
    },
    /// Not even the lowest rate passed.
    NoRate {
        /// The lowest that failed.
        failed: f64,
    },
    /// The search was aborted, or had no answer after the most trials.
    Undecided {
        /// The highest rate that passed at least once.
        highest: Option<f64>,
        /// The lowest that failed.
        failed: Option<f64>,
    },
}

impl RateSearch {
    /// Begins a search. If the highest rate is below the lowest, it is the only one.
    pub fn new(settings: SearchSettings) -> Self {
        Self {
            settings: SearchSettings {
                min: settings.min.min(settings.max),
                ..settings
            },
            passed: Vec::new(),
            failed: None,
            retry: None,
            relapses: 0,
            disturbed_rates: 0,
            trials: 0,
            is_aborted: false,
        }
    }

    /// Ends the search early. A rate that failed once and would have been tried again counts as
    /// failed.
    pub fn abort(&mut self) {
        self.is_aborted = true;
        if let Some(retry) = self.retry.take() {
            self.lower_failed(retry.rate);
        }
    }

    /// Returns the rate to try next. `None` at the end.
    pub fn next_rate(&self) -> Option<f64> {
        let SearchSettings {
            start, max, min, ..
        } = self.settings;
        if self.is_aborted || self.trials >= self.settings.max_trials {
            return None;
        }
        if let Some(retry) = self.retry {
            return Some(retry.rate);
        }
        match (self.passed.last(), self.failed) {
            (None, None) => Some(start.clamp(min, max)),
            (None, Some(failed)) => (failed > min).then(|| (failed / 4.0).max(min)),
            (Some(passed), None) if passed.rate < max => Some((passed.rate * 2.0).min(max)),
            (Some(passed), Some(failed)) if self.is_wide(passed.rate, failed) => {
                Some((passed.rate * failed).sqrt())
            }
            (Some(passed), _) => {
                (passed.passes < self.settings.confirmations).then_some(passed.rate)
            }
        }
    }

    /// Records the verdict on the rate that was to be tried next.
    pub fn record(&mut self, rate: f64, verdict: TrialVerdict) {
        self.trials += 1;
        let retry = self.retry.take_if(|retry| retry.rate == rate);
        if verdict == TrialVerdict::Passed {
            self.record_pass(rate);
            return;
        }
        let mut retry = retry.unwrap_or(Retry {
            rate,
            failures: 0,
            disturbed: 0,
        });
        match verdict {
            TrialVerdict::Disturbed => retry.disturbed += 1,
            _ => retry.failures += 1,
        }
        let SearchSettings {
            retries,
            disturbed_retries,
            ..
        } = self.settings;
        let most = retries.max(disturbed_retries >> self.disturbed_rates.min(31));
        if retry.failures <= retries && retry.failures + retry.disturbed <= most {
            self.retry = Some(retry);
            return;
        }
        self.disturbed_rates += u32::from(retry.failures <= retries);
        let is_relapse = self.passed.iter().any(|passed| passed.rate == rate);
        let mut failed = self.lower_failed(rate);
        if is_relapse {
            // Passes at nearby rates are no more reliable: each time, rates further down are
            // dropped.
            self.relapses += 1;
            failed *= (1.0 - self.settings.resolution).powi(1 << self.relapses.min(10));
            self.passed.retain(|passed| passed.rate < failed);
        }
    }

    /// Returns the outcome so far.
    pub fn outcome(&self) -> SearchOutcome {
        if self.next_rate().is_some() {
            return SearchOutcome::Running;
        }
        let highest = self.passed.last();
        match (highest, self.failed) {
            (Some(highest), failed)
                if !self.is_aborted
                    && highest.passes >= self.settings.confirmations
                    && self.retry.is_none()
                    && failed.is_none_or(|failed| !self.is_wide(highest.rate, failed)) =>
            {
                SearchOutcome::Rate {
                    highest: highest.rate,
                    failed,
                    passes: highest.passes,
                }
            }
            (None, Some(failed)) if !self.is_aborted && failed <= self.settings.min => {
                SearchOutcome::NoRate { failed }
            }
            _ => SearchOutcome::Undecided {
                highest: highest.map(|passed| passed.rate),
                failed: self.failed,
            },
        }
    }

    fn record_pass(&mut self, rate: f64) {
        match self.passed.iter_mut().find(|passed| passed.rate == rate) {
            Some(passed) => passed.passes += 1,
            None => {
                self.passed.push(PassedRate { rate, passes: 1 });
                self.passed
                    .sort_by(|one, other| one.rate.total_cmp(&other.rate));
            }
        }
    }

    /// Makes this rate the lowest that failed, if it is lower. Drops the passes at the lowest
    /// failed rate and above it, and returns that rate.
    fn lower_failed(&mut self, rate: f64) -> f64 {
        let lowest = self.failed.map_or(rate, |failed| failed.min(rate));
        self.failed = Some(lowest);
        self.passed.retain(|passed| passed.rate < lowest);
        lowest
    }

    fn is_wide(&self, passed: f64, failed: f64) -> bool {
        failed - passed > failed * self.settings.resolution
    }
}

/// Returns the greatest *n* for which at most one datagram in *n* is lost with 95 % confidence,
/// after so many were sent without a loss: the rule of three.
pub fn one_in(lossless: u64) -> u64 {
    // -ln(0.05) is 2.9957. Rounding down claims less.
    (lossless as f64 / -(0.05_f64.ln())) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs a search to its end, and returns all trials.
    fn run(
        settings: SearchSettings,
        mut passes: impl FnMut(f64) -> bool,
    ) -> (RateSearch, Vec<(f64, bool)>) {
        let (search, trials) = run_verdicts(settings, |rate| match passes(rate) {
            true => TrialVerdict::Passed,
            false => TrialVerdict::Failed,
        });
        let passed = |(rate, verdict)| (rate, verdict == TrialVerdict::Passed);
        (search, trials.into_iter().map(passed).collect())
    }

    fn run_verdicts(
        settings: SearchSettings,
        mut try_rate: impl FnMut(f64) -> TrialVerdict,
    ) -> (RateSearch, Vec<(f64, TrialVerdict)>) {
        let (mut search, mut trials) = (RateSearch::new(settings), Vec::new());
        while let Some(rate) = search.next_rate() {
            let verdict = try_rate(rate);
            search.record(rate, verdict);
            trials.push((rate, verdict));
        }
        (search, trials)
    }

    proptest! {
        #[test]
        fn a_clear_limit_is_found(limit in 1.0..2e6, start in 1.0..2e6, resolution in 0.001..0.2) {
            let settings = SearchSettings { start, resolution, ..SearchSettings::default() };
            let (search, trials) = run(settings, |rate| rate <= limit);
            let SearchOutcome::Rate { highest, failed, passes } = search.outcome() else {
                return Err(TestCaseError::fail(format!("{:?}", search.outcome())));
            };
            prop_assert_eq!(passes, 3);
            prop_assert!(highest <= limit);
            let failed = failed.expect("something is above the limit");
            prop_assert!(failed > limit && failed - highest <= failed * resolution);
            // Up or down by doubling, then by halving the gap; each failure twice.
            prop_assert!(trials.len() < 80, "{} trials", trials.len());
        }

        #[test]
        fn every_search_ends_with_an_outcome_that_its_trials_bear_out(
            verdicts in prop::collection::vec(
                prop::sample::select(vec![
                    TrialVerdict::Passed,
                    TrialVerdict::Failed,
                    TrialVerdict::Disturbed,
                ]),
                200,
            ),
            confirmations in 1..5_u32,
            retries in 0..3_u32,
        ) {
            let settings = SearchSettings { confirmations, retries, ..SearchSettings::default() };
            let mut verdicts = verdicts.into_iter();
            let next = |_| verdicts.next().expect("there are as many as trials");
            let (search, trials) = run_verdicts(settings, next);
            let is_pass = |(_, verdict): &(f64, TrialVerdict)| *verdict == TrialVerdict::Passed;
            prop_assert!(trials.len() <= 200);
            match search.outcome() {
                SearchOutcome::Rate { highest, failed, passes } => {
                    let at = trials.iter().filter(|trial| trial.0 == highest && is_pass(trial));
                    // Passes before a nearby rate relapsed do not count any more.
                    prop_assert!(at.count() >= passes as usize);
                    prop_assert!(passes >= confirmations);
                    if let Some(failed) = failed {
                        let is_failure = |trial: &&(f64, _)| trial.0 == failed && !is_pass(trial);
                        let failures = trials.iter().filter(is_failure);
                        prop_assert!(failures.count() > retries as usize);
                        prop_assert!(highest < failed);
                    }
                }
                SearchOutcome::NoRate { failed } => prop_assert!(failed <= settings.min),
                SearchOutcome::Undecided { .. } => prop_assert_eq!(trials.len(), 200),
                SearchOutcome::Running => prop_assert!(false, "the search has ended"),
            }
        }
    }

    #[test]
    fn one_failure_by_chance_changes_nothing() {
        let mut trial = 0;
        let (search, _) = run(SearchSettings::default(), |rate| {
            trial += 1;
            rate <= 10_000.0 && trial != 3
        });
        assert!(
            matches!(search.outcome(), SearchOutcome::Rate { highest, .. } if highest > 9_900.0),
            "{:?}",
            search.outcome()
        );
    }

    #[test]
    fn failures_of_a_disturbed_machine_count_less() {
        // Two of three trials are disturbed, and fail at any rate.
        let mut trial = 0;
        let (search, trials) = run_verdicts(SearchSettings::default(), |rate| {
            trial += 1;
            match rate <= 10_000.0 {
                _ if trial % 3 != 0 => TrialVerdict::Disturbed,
                true => TrialVerdict::Passed,
                false => TrialVerdict::Failed,
            }
        });
        assert!(
            matches!(search.outcome(), SearchOutcome::Rate { highest, .. } if highest > 9_900.0),
            "{:?}",
            search.outcome()
        );
        // A rate that fails is tried again, fewer times where trials were not disturbed.
        let failed = trials.iter().filter(|(rate, _)| *rate > 10_000.0);
        let rates: std::collections::BTreeSet<_> =
            failed.clone().map(|(rate, _)| rate.to_bits()).collect();
        assert!(failed.count() <= 6 * rates.len());
        // Where every trial is disturbed nothing is found, and the search ends.
        let (search, trials) = run_verdicts(SearchSettings::default(), |_| TrialVerdict::Disturbed);
        assert_eq!(search.outcome(), SearchOutcome::NoRate { failed: 1.0 });
        assert_eq!(trials.len(), 21 + 11 + 6 + 3 + 2 + 2);
    }

    #[test]
    fn a_search_without_a_limit_or_without_a_rate_ends() {
        let settings = SearchSettings::default();
        let (search, _) = run(settings, |_| true);
        let outcome = SearchOutcome::Rate {
            highest: settings.max,
            failed: None,
            passes: 3,
        };
        assert_eq!(search.outcome(), outcome);
        let (search, _) = run(settings, |_| false);
        assert_eq!(search.outcome(), SearchOutcome::NoRate { failed: 1.0 });
        // Five trials are too few for an answer.
        let settings = SearchSettings {
            max_trials: 5,
            ..settings
        };
        let (search, _) = run(settings, |_| true);
        assert_eq!(
            search.outcome(),
            SearchOutcome::Undecided {
                highest: Some(16_000.0),
                failed: None
            }
        );
    }

    #[test]
    fn rates_below_the_usual_lowest_are_tried() {
        let settings = SearchSettings {
            start: 0.5,
            max: 0.5,
            ..SearchSettings::default()
        };
        let (search, trials) = run(settings, |_| true);
        let outcome = SearchOutcome::Rate {
            highest: 0.5,
            failed: None,
            passes: 3,
        };
        assert_eq!((search.outcome(), trials.len()), (outcome, 3));
        let (search, _) = run(settings, |_| false);
        assert_eq!(search.outcome(), SearchOutcome::NoRate { failed: 0.5 });
    }

    #[test]
    fn an_aborted_search_keeps_what_it_has_seen() {
        let mut search = RateSearch::new(SearchSettings {
            confirmations: 1,
            ..SearchSettings::default()
        });
        search.record(1000.0, TrialVerdict::Passed);
        let mut early = search.clone();
        early.abort();
        search.record(2000.0, TrialVerdict::Failed);
        search.abort();
        for (search, failed) in [(early, None), (search, Some(2000.0))] {
            assert_eq!(search.next_rate(), None);
            let outcome = SearchOutcome::Undecided {
                highest: Some(1000.0),
                failed,
            };
            assert_eq!(search.outcome(), outcome);
        }
    }

    #[test]
    fn a_rate_that_passes_once_and_never_again_is_dropped() {
        let mut seen = Vec::new();
        let settings = SearchSettings {
            max_trials: 400,
            ..SearchSettings::default()
        };
        let (search, _) = run(settings, |rate| {
            let is_new = !seen.contains(&rate);
            seen.push(rate);
            rate <= 1000.0 || is_new && rate <= 1300.0
        });
        let SearchOutcome::Rate { highest, .. } = search.outcome() else {
            panic!("{:?}", search.outcome());
        };
        assert!((990.0..=1000.0).contains(&highest), "{highest}");
    }

    #[test]
    fn confidence_is_the_rule_of_three() {
        assert_eq!(one_in(0), 0);
        assert_eq!(one_in(3_000_000), 1_001_424);
    }
}
