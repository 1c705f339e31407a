/// The search for the highest rate that passes, as RFC 2544 describes it for throughput: double until one fails, then
/// halve the gap; the rate that is left has to pass several times.
///
/// It knows nothing of datagrams: ask it for the [next](Self::next_rate) rate, try that, [tell](Self::tell) it the result.
#[derive(Clone, Debug)]
pub struct Search {
    settings: SearchSettings,
    /// The rates that passed and have not failed since, rising, each with how often.
    passed: Vec<(f64, u32)>,
    /// The lowest that failed.
    failed: Option<f64>,
    /// A rate that failed and is tried again.
    again: Option<Again>,
    /// How often a rate failed that had passed before.
    falls: i32,
    /// How many rates failed only while the machine was elsewhere.
    spoilt: u32,
    trials: u32,
    is_given_up: bool,
}

#[derive(Clone, Copy, Debug)]
struct Again {
    rate: f64,
    failures: u32,
    disturbed: u32,
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialEnd {
    /// The rate passed.
    Passed,
    /// It failed.
    Failed,
    /// It failed, and the machine was not all there meanwhile: that may be why.
    Disturbed,
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SearchSettings {
    /// The rate to begin with.
    pub start: f64,
    /// The highest to try.
    pub max: f64,
    /// The lowest to try.
    pub min: f64,
    /// How far the answer may be below the lowest rate that fails, as a part of it.
    pub resolution: f64,
    /// How often the answer has to pass.
    pub confirmations: u32,
    /// How often a rate that fails is tried again before that counts: machines stumble.
    pub retries: u32,
    /// How often it is where trials were disturbed: more often, as failures say less. Halved each time that it does not help.
    pub disturbed_retries: u32,
    /// The most trials; a subject that never makes up its mind ends there.
    pub trials: u32,
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
            trials: 200,
        }
    }
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// It goes on.
    Nothing,
    /// The highest rate that passed, as often as it had to.
    Rate {
        /// It.
        highest: f64,
        /// The lowest rate that failed; `None` if none did, up to the highest that may be tried.
        failed: Option<f64>,
        /// How often it passed.
        passes: u32,
    },
    /// Not even the lowest rate passed.
    NoRate {
        /// The lowest that failed.
        failed: f64,
    },
    /// It did not come to an end within as many trials as it may take, or was given up.
    Undecided {
        /// The highest rate that passed at all.
        highest: Option<f64>,
        /// The lowest that failed.
        failed: Option<f64>,
    },
}

impl Search {
    /// Begins a search. If the highest rate is below the lowest, it is the only one.
    pub fn new(settings: SearchSettings) -> Self {
        Self {
            settings: SearchSettings {
                min: settings.min.min(settings.max),
                ..settings
            },
            passed: Vec::new(),
            failed: None,
            again: None,
            falls: 0,
            spoilt: 0,
            trials: 0,
            is_given_up: false,
        }
    }

    /// Ends the search before it has come to anything. A rate that failed and cannot be tried again has failed.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
        if let Some(again) = self.again.take() {
            let least = self
                .failed
                .map_or(again.rate, |failed| failed.min(again.rate));
            self.failed = Some(least);
            self.passed.retain(|(passed, _)| *passed < least);
        }
    }

    /// Gives the rate to try next. `None` at the end.
    pub fn next_rate(&self) -> Option<f64> {
        let SearchSettings {
            start, max, min, ..
        } = self.settings;
        if self.is_given_up || self.trials >= self.settings.trials {
            return None;
        }
        if let Some(again) = self.again {
            return Some(again.rate);
        }
        match (self.passed.last(), self.failed) {
            (None, None) => Some(start.clamp(min, max)),
            (None, Some(failed)) => (failed > min).then(|| (failed / 4.0).max(min)),
            (Some((passed, _)), None) if *passed < max => Some((passed * 2.0).min(max)),
            (Some((passed, _)), Some(failed)) if self.is_wide(*passed, failed) => {
                Some((passed * failed).sqrt())
            }
            (Some((passed, times)), _) => (*times < self.settings.confirmations).then_some(*passed),
        }
    }

    /// Takes note of how a trial ended: of the rate that was to be tried next.
    pub fn tell(&mut self, rate: f64, end: TrialEnd) {
        self.trials += 1;
        let mut again = self
            .again
            .take_if(|again| again.rate == rate)
            .unwrap_or(Again {
                rate,
                failures: 0,
                disturbed: 0,
            });
        if end == TrialEnd::Passed {
            match self.passed.iter_mut().find(|(passed, _)| *passed == rate) {
                Some((_, times)) => *times += 1,
                None => {
                    self.passed.push((rate, 1));
                    self.passed
                        .sort_by(|(one, _), (other, _)| one.total_cmp(other));
                }
            }
            return;
        }
        match end {
            TrialEnd::Disturbed => again.disturbed += 1,
            _ => again.failures += 1,
        }
        let SearchSettings {
            retries,
            disturbed_retries,
            ..
        } = self.settings;
        if again.failures <= retries
            && again.failures + again.disturbed
                <= retries.max(disturbed_retries >> self.spoilt.min(31))
        {
            self.again = Some(again);
        } else {
            self.spoilt += u32::from(again.failures <= retries);
            let mut least = self.failed.map_or(rate, |failed| failed.min(rate));
            self.failed = Some(least);
            if self.passed.iter().any(|(passed, _)| *passed == rate) {
                // What passed nearby is no better founded: each time further down.
                self.falls += 1;
                least *= (1.0 - self.settings.resolution).powi(1 << self.falls.min(10));
            }
            self.passed.retain(|(passed, _)| *passed < least);
        }
    }

    /// Tells what has been found.
    pub fn found(&self) -> Found {
        if self.next_rate().is_some() {
            return Found::Nothing;
        }
        let highest = self.passed.last();
        match (highest, self.failed) {
            (Some((highest, passes)), failed)
                if !self.is_given_up
                    && *passes >= self.settings.confirmations
                    && self.again.is_none()
                    && failed.is_none_or(|failed| !self.is_wide(*highest, failed)) =>
            {
                Found::Rate {
                    highest: *highest,
                    failed,
                    passes: *passes,
                }
            }
            (None, Some(failed)) if !self.is_given_up && failed <= self.settings.min => {
                Found::NoRate { failed }
            }
            _ => Found::Undecided {
                highest: highest.map(|(rate, _)| *rate),
                failed: self.failed,
            },
        }
    }

    fn is_wide(&self, passed: f64, failed: f64) -> bool {
        failed - passed > failed * self.settings.resolution
    }
}

/// How many datagrams must go without a loss for one in so many to be lost at most, with 95 % confidence, is three times as
/// many: the rule of three. Gives it the other way round.
pub fn one_in(lossless: u64) -> u64 {
    // -ln(0.05) is 2.9957; rounding down claims less.
    (lossless as f64 / -(0.05_f64.ln())) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lets a search run, and gives all trials.
    fn run(
        settings: SearchSettings,
        mut passes: impl FnMut(f64) -> bool,
    ) -> (Search, Vec<(f64, bool)>) {
        let failing = |passed: bool| {
            if passed {
                TrialEnd::Passed
            } else {
                TrialEnd::Failed
            }
        };
        let (search, trials) = run_to_ends(settings, |rate| failing(passes(rate)));
        let passed = |(rate, end)| (rate, end == TrialEnd::Passed);
        (search, trials.into_iter().map(passed).collect())
    }

    fn run_to_ends(
        settings: SearchSettings,
        mut try_rate: impl FnMut(f64) -> TrialEnd,
    ) -> (Search, Vec<(f64, TrialEnd)>) {
        let (mut search, mut trials) = (Search::new(settings), Vec::new());
        while let Some(rate) = search.next_rate() {
            let end = try_rate(rate);
            search.tell(rate, end);
            trials.push((rate, end));
        }
        (search, trials)
    }

    proptest! {
        #[test]
        fn a_clear_limit_is_found(limit in 1.0..2e6, start in 1.0..2e6, resolution in 0.001..0.2) {
            let settings = SearchSettings { start, resolution, ..SearchSettings::default() };
            let (search, trials) = run(settings, |rate| rate <= limit);
            let Found::Rate { highest, failed, passes } = search.found() else {
                return Err(TestCaseError::fail(format!("{:?}", search.found())));
            };
            prop_assert_eq!(passes, 3);
            prop_assert!(highest <= limit);
            let failed = failed.expect("something is above the limit");
            prop_assert!(failed > limit && failed - highest <= failed * resolution);
            // Up or down by doubling, then by halving the gap; each failure twice.
            prop_assert!(trials.len() < 80, "{} trials", trials.len());
        }

        #[test]
        fn whatever_happens_it_ends_and_says_what_it_saw(
            ends in prop::collection::vec(
                prop::sample::select(vec![TrialEnd::Passed, TrialEnd::Failed, TrialEnd::Disturbed]),
                200,
            ),
            confirmations in 1..5_u32,
            retries in 0..3_u32,
        ) {
            let settings = SearchSettings { confirmations, retries, ..SearchSettings::default() };
            let mut ends = ends.into_iter();
            let (search, trials) = run_to_ends(settings, |_| ends.next().expect("there are enough"));
            let is_pass = |(_, end): &(f64, TrialEnd)| *end == TrialEnd::Passed;
            prop_assert!(trials.len() <= 200);
            match search.found() {
                Found::Rate { highest, failed, passes } => {
                    let at = trials.iter().filter(|trial| trial.0 == highest && is_pass(trial));
                    // What passed before a rate nearby fell is founded no better, and counts no more.
                    prop_assert!(at.count() >= passes as usize);
                    prop_assert!(passes >= confirmations);
                    if let Some(failed) = failed {
                        let failures = trials.iter().filter(|trial| trial.0 == failed && !is_pass(trial));
                        prop_assert!(failures.count() > retries as usize);
                        prop_assert!(highest < failed);
                    }
                }
                Found::NoRate { failed } => prop_assert!(failed <= settings.min),
                Found::Undecided { .. } => prop_assert_eq!(trials.len(), 200),
                Found::Nothing => prop_assert!(false, "it has ended"),
            }
        }
    }

    #[test]
    fn one_stumble_changes_nothing() {
        let mut trial = 0;
        let (search, _) = run(SearchSettings::default(), |rate| {
            trial += 1;
            rate <= 10_000.0 && trial != 3
        });
        assert!(
            matches!(search.found(), Found::Rate { highest, .. } if highest > 9_900.0),
            "{:?}",
            search.found()
        );
    }

    #[test]
    fn failures_of_a_disturbed_machine_count_less() {
        // Two of three trials are disturbed, and fail whatever the rate.
        let mut trial = 0;
        let (search, trials) = run_to_ends(SearchSettings::default(), |rate| {
            trial += 1;
            match rate <= 10_000.0 {
                _ if trial % 3 != 0 => TrialEnd::Disturbed,
                true => TrialEnd::Passed,
                false => TrialEnd::Failed,
            }
        });
        assert!(
            matches!(search.found(), Found::Rate { highest, .. } if highest > 9_900.0),
            "{:?}",
            search.found()
        );
        // What fails is tried again and again, and less often where the machine was there.
        let failed = trials.iter().filter(|(rate, _)| *rate > 10_000.0);
        let rates: std::collections::BTreeSet<_> =
            failed.clone().map(|(rate, _)| rate.to_bits()).collect();
        assert!(failed.count() <= 6 * rates.len());
        // One that is never there finds nothing, and comes to an end.
        let (search, trials) = run_to_ends(SearchSettings::default(), |_| TrialEnd::Disturbed);
        assert_eq!(search.found(), Found::NoRate { failed: 1.0 });
        assert_eq!(trials.len(), 21 + 11 + 6 + 3 + 2 + 2);
    }

    #[test]
    fn no_limit_and_no_rate_are_told() {
        let settings = SearchSettings::default();
        let (search, _) = run(settings, |_| true);
        let found = Found::Rate {
            highest: settings.max,
            failed: None,
            passes: 3,
        };
        assert_eq!(search.found(), found);
        let (search, _) = run(settings, |_| false);
        assert_eq!(search.found(), Found::NoRate { failed: 1.0 });
        // Within as many trials as there are, there is no answer.
        let settings = SearchSettings {
            trials: 5,
            ..settings
        };
        let (search, _) = run(settings, |_| true);
        assert_eq!(
            search.found(),
            Found::Undecided {
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
        let found = Found::Rate {
            highest: 0.5,
            failed: None,
            passes: 3,
        };
        assert_eq!((search.found(), trials.len()), (found, 3));
        let (search, _) = run(settings, |_| false);
        assert_eq!(search.found(), Found::NoRate { failed: 0.5 });
    }

    #[test]
    fn a_search_that_is_given_up_says_what_it_saw() {
        let mut search = Search::new(SearchSettings {
            confirmations: 1,
            ..SearchSettings::default()
        });
        search.tell(1000.0, TrialEnd::Passed);
        let mut early = search.clone();
        early.give_up();
        search.tell(2000.0, TrialEnd::Failed);
        search.give_up();
        for (search, failed) in [(early, None), (search, Some(2000.0))] {
            assert_eq!(search.next_rate(), None);
            let found = Found::Undecided {
                highest: Some(1000.0),
                failed,
            };
            assert_eq!(search.found(), found);
        }
    }

    #[test]
    fn an_answer_that_does_not_hold_is_given_up() {
        // It passes once, and never again.
        let mut seen = Vec::new();
        let settings = SearchSettings {
            trials: 400,
            ..SearchSettings::default()
        };
        let (search, _) = run(settings, |rate| {
            let is_new = !seen.contains(&rate);
            seen.push(rate);
            rate <= 1000.0 || is_new && rate <= 1300.0
        });
        let Found::Rate { highest, .. } = search.found() else {
            panic!("{:?}", search.found());
        };
        assert!((990.0..=1000.0).contains(&highest), "{highest}");
    }

    #[test]
    fn confidence_is_the_rule_of_three() {
        assert_eq!(one_in(0), 0);
        assert_eq!(one_in(3_000_000), 1_001_424);
    }
}
