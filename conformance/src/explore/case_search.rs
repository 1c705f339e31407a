use std::time::{Duration, Instant};

use super::finding::Finding;
use super::rules::Rules;
use super::shrink::shrink;
use super::test_bed::TestBed;
use crate::judge::{Answering, Judgment, Verdict, judge};
use crate::run::{Outcome, RunError};
use crate::vectors::Vector;

/// Searches for the smallest case that fails as a larger one did.
pub(super) struct CaseSearch<'b, 'r> {
    rules: Rules,
    answering: Answering,
    test_bed: &'b mut TestBed<'r>,
    deadline: Instant,
    tries: u64,
}

const MAX_SEARCH_TIME: Duration = Duration::from_secs(60);
const MAX_TRIES: u64 = 10_000;

/// Which subject a try has to fail on to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailureOn {
    /// The running one, which has been sent other cases before.
    AnySubject,
    /// One that has been sent nothing before.
    FreshSubject,
}

impl<'b, 'r> CaseSearch<'b, 'r> {
    pub(super) fn new(rules: Rules, answering: Answering, test_bed: &'b mut TestBed<'r>) -> Self {
        Self {
            rules,
            answering,
            test_bed,
            deadline: Instant::now() + MAX_SEARCH_TIME,
            tries: 0,
        }
    }

    /// Shrinks a case that fails, and runs the result once more on a fresh subject.
    ///
    /// The first pass lets tries share a subject, which is fast. If its result does not fail on a
    /// fresh subject, the subject keeps state between cases, and the second pass requires each
    /// failing try to fail on a fresh subject.
    pub(super) fn smallest(&mut self, first: Finding) -> Result<Finding, RunError> {
        let mut last_result = String::new();
        for failure_on in [FailureOn::AnySubject, FailureOn::FreshSubject] {
            let (mut finding, cut_short) = self.shrink(&first, failure_on)?;
            let outcome = match self.test_bed.run_fresh(&finding.vector) {
                Ok(outcome) => grade(&self.rules, outcome, self.answering),
                // The subject does not start any more; the case failed when it ran last.
                Err(RunError::Gone(why)) => {
                    finding.cut_short = Some(why);
                    finding.tries = self.tries;
                    return Ok(finding);
                }
                Err(error) => return Err(error),
            };
            if outcome.verdict == first.verdict {
                let mut finding = Finding::new(outcome, first.case, first.original.clone());
                finding.cut_short = cut_short;
                finding.tries = self.tries;
                return Ok(finding);
            }
            last_result = match outcome.why.as_str() {
                "" => outcome.verdict.to_string(),
                why => why.into(),
            };
        }
        Ok(Finding {
            why: format!(
                "{} ({}), and at the last try something else: {last_result}",
                first.verdict, first.why
            ),
            verdict: Verdict::Flaky,
            ..first
        })
    }

    /// Shrinks a case, and returns the smallest failing one with the reason why the search ended
    /// early, if it did.
    fn shrink(
        &mut self,
        first: &Finding,
        failure_on: FailureOn,
    ) -> Result<(Finding, Option<String>), RunError> {
        let mut smallest = first.clone();
        let (_, end) = shrink(first.original.clone(), |case| {
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
            let outcome = outcome.map(|outcome| grade(&self.rules, outcome, self.answering));
            let fails_alike = |outcome: &Outcome<'_>| {
                let is_wrong_report = matches!(first.verdict, Verdict::Fail | Verdict::Warn);
                outcome.verdict == first.verdict
                    && !(is_wrong_report
                        && count_readings(&vector) > count_readings(&smallest.vector))
            };
            let Some(outcome) = outcome.filter(fails_alike) else {
                return Ok(false);
            };
            smallest = Finding::new(outcome, first.case, first.original.clone());
            Ok(true)
        });
        match end {
            Ok(()) => Ok((smallest, None)),
            Err(SearchEnd::CutShort(why)) => Ok((smallest, Some(why))),
            Err(SearchEnd::Failed(error)) => Err(error),
        }
    }
}

/// Why a search ended before it reached a local minimum.
enum SearchEnd {
    /// It used up its tries or its time, or the subject does not start any more.
    CutShort(String),
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

/// Returns in how many ways a subject may read all datagrams of a case. A smaller case that admits
/// more readings is harder to understand.
fn count_readings(vector: &Vector) -> usize {
    let steps = vector.steps.iter();
    steps.map(|step| step.expect.alternatives().len()).product()
}

/// Returns the datagrams of a vector.
pub(super) fn datagrams(vector: &Vector) -> Vec<Vec<u8>> {
    let steps = vector.steps.iter();
    steps.map(|step| step.datagram.clone()).collect()
}
