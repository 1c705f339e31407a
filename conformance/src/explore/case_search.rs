use std::time::{Duration, Instant};

use super::cause_keeper::{CauseKeeper, Simpler};
use super::finding::{Finding, case_result};
use super::rules::Rules;
use super::shrink::shrink;
use super::test_bed::TestBed;
use crate::diagnose::Suspect;
use crate::judge::{Answering, Judgment, Verdict, judge};
use crate::run::{Outcome, RunError};
use crate::vectors::Vector;

/// Searches for the smallest case that fails as a larger one did, for the same cause.
pub(super) struct CaseSearch<'b, 'r, 'm> {
    rules: Rules,
    answering: Answering,
    test_bed: &'b mut TestBed<'r>,
    keeper: CauseKeeper<'m>,
    deadline: Instant,
    tries: u64,
}

/// The smallest case that a search has found, and the faults that may be its cause.
#[derive(Debug)]
pub(super) struct SmallestCase {
    pub(super) finding: Finding,
    /// The faults that may be the cause, the most likely first.
    pub(super) suspects: Vec<Suspect>,
}

/// The result of a search.
#[derive(Debug)]
pub(super) enum Searched {
    Smallest(Box<SmallestCase>),
    /// A simpler case fails as these groups explain.
    Explained(Vec<usize>),
}

/// A case that was not shrunk.
impl From<Finding> for SmallestCase {
    fn from(finding: Finding) -> Self {
        Self {
            finding,
            suspects: Vec::new(),
        }
    }
}

const MAX_TRIES: u64 = 10_000;

/// The subject on which a try has to fail to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureOn {
    /// The running subject, which may have been sent other cases.
    AnySubject,
    /// A subject that has been sent nothing before.
    FreshSubject,
}

/// The result of one pass of a search.
enum PassResult {
    Smallest(Box<Finding>),
    Explained(Vec<usize>),
    /// The smallest case gave another result on a fresh subject.
    Differs(String),
}

impl<'b, 'r, 'm> CaseSearch<'b, 'r, 'm> {
    pub(super) fn new(
        rules: Rules,
        answering: Answering,
        test_bed: &'b mut TestBed<'r>,
        keeper: CauseKeeper<'m>,
        max_time: Duration,
    ) -> Self {
        Self {
            rules,
            answering,
            test_bed,
            keeper,
            deadline: Instant::now() + max_time,
            tries: 0,
        }
    }

    /// Shrinks a case that fails, and runs the result once more on a fresh subject.
    ///
    /// The first pass lets tries share a subject, which is fast. If its result does not fail on a
    /// fresh subject, the subject keeps state between cases, and the second pass requires each
    /// failing try to fail on a fresh subject.
    pub(super) fn smallest(mut self, first: &Finding) -> Result<Searched, RunError> {
        let mut last_result = String::new();
        for failure_on in [FailureOn::AnySubject, FailureOn::FreshSubject] {
            let finding = match self.smallest_on(first, failure_on)? {
                PassResult::Smallest(finding) => *finding,
                PassResult::Explained(groups) => return Ok(Searched::Explained(groups)),
                PassResult::Differs(what) => {
                    last_result = what;
                    continue;
                }
            };
            let suspects = self.keeper.suspects(&finding);
            // The tries contradict the faults that decided which cases were kept.
            if suspects.is_empty() && self.keeper.forget_suspects() {
                // Only a suspected fault made a failure of a warning.
                let start = match finding.verdict == first.verdict {
                    true => &finding,
                    false => first,
                };
                match self.smallest_on(start, failure_on)? {
                    PassResult::Smallest(smaller) => {
                        return Ok(Searched::Smallest(Box::new((*smaller).into())));
                    }
                    PassResult::Explained(groups) => return Ok(Searched::Explained(groups)),
                    PassResult::Differs(_) => {}
                }
            }
            return Ok(Searched::Smallest(Box::new(SmallestCase {
                finding,
                suspects,
            })));
        }
        let (verdict, why) = (first.verdict, &first.why);
        let finding = Finding {
            why: format!("{verdict} ({why}), and at the last try something else: {last_result}"),
            verdict: Verdict::Flaky,
            ..first.clone()
        };
        Ok(Searched::Smallest(Box::new(finding.into())))
    }

    fn smallest_on(
        &mut self,
        first: &Finding,
        failure_on: FailureOn,
    ) -> Result<PassResult, RunError> {
        let (mut smallest, end) = self.shrink(first, failure_on);
        let cut_short = match end {
            None => None,
            Some(SearchEnd::CutShort(why)) => Some(why),
            Some(SearchEnd::Explained(groups)) => return Ok(PassResult::Explained(groups)),
            Some(SearchEnd::Failed(error)) => return Err(error),
        };
        smallest.cut_short = cut_short;
        smallest.tries = self.tries;
        let outcome = match self.test_bed.run_fresh(&smallest.vector) {
            Ok(outcome) => grade(&self.rules, outcome, self.answering),
            // The subject does not start any more. The case failed when it ran last, so it counts.
            Err(RunError::Gone(why)) => {
                smallest.cut_short = Some(why);
                return Ok(PassResult::Smallest(smallest.into()));
            }
            Err(error) => return Err(error),
        };
        let again = Finding {
            cut_short: smallest.cut_short.clone(),
            tries: smallest.tries,
            ..Finding::new(outcome, first.case, first.original.clone())
        };
        if again.verdict == smallest.verdict {
            match self.keeper.compare(&again) {
                Simpler::SameCause => return Ok(PassResult::Smallest(again.into())),
                Simpler::Explained(groups) => return Ok(PassResult::Explained(groups)),
                Simpler::OtherCause => {}
            }
        }
        Ok(PassResult::Differs(match again.why.is_empty() {
            true => again.verdict.to_string(),
            false => again.why,
        }))
    }

    /// Shrinks a case, and returns the smallest failing one with what ended the search early, if
    /// anything did.
    fn shrink(&mut self, first: &Finding, failure_on: FailureOn) -> (Finding, Option<SearchEnd>) {
        let mut smallest = first.clone();
        let start = first.datagrams().map(<[u8]>::to_vec).collect();
        let (_, end) = shrink(start, |case| {
            if self.tries == MAX_TRIES || Instant::now() >= self.deadline {
                let tries = self.tries;
                return Err(SearchEnd::CutShort(format!(
                    "the search was ended after {tries} tries"
                )));
            }
            self.tries += 1;
            let vector = self.rules.vector(first.vector.id.clone(), case.to_vec());
            let outcome = match failure_on {
                FailureOn::AnySubject => Some(self.test_bed.run(&vector)?),
                FailureOn::FreshSubject => self.test_bed.failure(&vector)?,
            };
            let Some(outcome) = outcome else {
                return Ok(false);
            };
            let outcome = grade(&self.rules, outcome, self.answering);
            self.keeper.learn(case_result(
                outcome.vector,
                outcome.verdict,
                &outcome.observation,
            ));
            let is_wrong_report = matches!(smallest.verdict, Verdict::Fail | Verdict::Warn);
            let is_harder_to_understand =
                is_wrong_report && count_readings(&vector) > count_readings(&smallest.vector);
            // A fault that explains a warning may also explain a failure, which says more.
            let is_graver = (smallest.verdict, outcome.verdict) == (Verdict::Warn, Verdict::Fail)
                && self.keeper.has_suspects();
            let is_alike = outcome.verdict == smallest.verdict || is_graver;
            if !is_alike || is_harder_to_understand {
                return Ok(false);
            }
            let simpler = Finding::new(outcome, first.case, first.original.clone());
            match self.keeper.compare(&simpler) {
                Simpler::SameCause => smallest = simpler,
                Simpler::OtherCause => return Ok(false),
                Simpler::Explained(groups) => return Err(SearchEnd::Explained(groups)),
            }
            Ok(true)
        });
        (smallest, end.err())
    }
}

/// Why a search ended before it reached a local minimum.
enum SearchEnd {
    /// It used up its tries or its time, or the subject does not start any more.
    CutShort(String),
    /// A simpler case fails as these groups explain.
    Explained(Vec<usize>),
    /// The run cannot go on.
    Failed(RunError),
}

impl From<RunError> for SearchEnd {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Gone(why) => Self::CutShort(why),
            error => Self::Failed(error),
        }
    }
}

/// Turns a failure that departs from advice alone into a warning.
pub(super) fn grade<'c>(
    rules: &Rules,
    mut outcome: Outcome<'c>,
    answering: Answering,
) -> Outcome<'c> {
    if outcome.verdict == Verdict::Fail {
        let case = datagrams(outcome.vector);
        let lenient = rules.without_advice().vector(String::new(), case);
        let judgment = judge(&lenient.steps, &outcome.observation, answering);
        if matches!(judgment, Judgment::Conforms { .. }) {
            outcome.verdict = Verdict::Warn;
        }
    }
    outcome
}

/// Returns in how many admissible ways a subject may read all datagrams of a case. A smaller case
/// that admits more readings is harder to understand.
fn count_readings(vector: &Vector) -> usize {
    let steps = vector.steps.iter();
    steps.map(|step| step.expect.alternatives().len()).product()
}

/// Returns the datagrams of a vector.
pub(super) fn datagrams(vector: &Vector) -> Vec<Vec<u8>> {
    let steps = vector.steps.iter();
    steps.map(|step| step.datagram.clone()).collect()
}
