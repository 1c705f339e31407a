use std::time::{Duration, Instant};

use super::bench::Bench;
use super::finding::Finding;
use super::rules::Rules;
use super::shrink::shrink;
use crate::judge::{Answering, Judgment, Verdict, judge};
use crate::run::{Outcome, RunError};
use crate::vectors::Vector;

/// The search for the smallest case that fails as a larger one did.
pub(super) struct Search<'b, 'r> {
    rules: Rules,
    answering: Answering,
    bench: &'b mut Bench<'r>,
    deadline: Instant,
    tries: u64,
}

/// The bounds of a search.
const LONGEST_SEARCH: Duration = Duration::from_secs(60);
const MOST_TRIES: u64 = 10_000;

impl<'b, 'r> Search<'b, 'r> {
    pub(super) fn new(rules: Rules, answering: Answering, bench: &'b mut Bench<'r>) -> Self {
        Self {
            rules,
            answering,
            bench,
            deadline: Instant::now() + LONGEST_SEARCH,
            tries: 0,
        }
    }

    /// Makes a case that fails small, and tries the result once more, on a fresh subject.
    ///
    /// At first a try fails wherever it fails. If the result then does not fail on a fresh subject, this one remembers, and all
    /// is done again, with a fresh subject for each try that fails.
    pub(super) fn smallest(&mut self, first: Finding) -> Result<Finding, RunError> {
        let mut now = String::new();
        for careful in [false, true] {
            let (mut finding, cut_short) = self.shrink(&first, careful)?;
            let outcome = match self.bench.try_fresh(&finding.vector) {
                Ok(outcome) => graded(&self.rules, outcome, self.answering),
                // It cannot be tried again; it failed when it was tried last.
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
            now = match outcome.why.as_str() {
                "" => outcome.verdict.to_string(),
                why => why.into(),
            };
        }
        Ok(Finding {
            why: format!(
                "{} ({}), and at the last try something else: {now}",
                first.verdict, first.why
            ),
            verdict: Verdict::Flaky,
            ..first
        })
    }

    fn shrink(
        &mut self,
        first: &Finding,
        careful: bool,
    ) -> Result<(Finding, Option<String>), RunError> {
        let mut smallest = first.clone();
        let (_, end) = shrink(first.original.clone(), |case| {
            if self.tries == MOST_TRIES || Instant::now() >= self.deadline {
                let tries = self.tries;
                return Err(End::Spent(format!(
                    "the search was ended after {tries} tries"
                )));
            }
            self.tries += 1;
            let vector = self.rules.vector(first.vector.id.clone(), case.to_vec());
            let outcome = if careful {
                self.bench.failure(&vector)?
            } else {
                Some(self.bench.try_any(&vector)?)
            };
            let outcome = outcome.map(|outcome| graded(&self.rules, outcome, self.answering));
            let is_like_it = |outcome: &Outcome<'_>| {
                let is_answer = matches!(first.verdict, Verdict::Fail | Verdict::Warn);
                outcome.verdict == first.verdict
                    && !(is_answer && ways(&vector) > ways(&smallest.vector))
            };
            let Some(outcome) = outcome.filter(is_like_it) else {
                return Ok(false);
            };
            smallest = Finding::new(outcome, first.case, first.original.clone());
            Ok(true)
        });
        match end {
            Ok(()) => Ok((smallest, None)),
            Err(End::Spent(why)) => Ok((smallest, Some(why))),
            Err(End::Broken(error)) => Err(error),
        }
    }
}

/// Why a search ended.
enum End {
    Spent(String),
    Broken(RunError),
}

impl From<RunError> for End {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Gone(why) => Self::Spent(why),
            error => Self::Broken(error),
        }
    }
}

/// Grades a failure that conforms but for advice as a warning.
pub(super) fn graded<'c>(
    rules: &Rules,
    mut outcome: Outcome<'c>,
    answering: Answering,
) -> Outcome<'c> {
    if outcome.verdict == Verdict::Fail {
        let case = datagrams(outcome.vector);
        let lenient = rules.without_advice().vector(String::new(), case);
        let finding = judge(&lenient.steps, &outcome.observation, answering);
        if matches!(finding, Judgment::Conforms { .. }) {
            outcome.verdict = Verdict::Warn;
        }
    }
    outcome
}

/// Counts the ways that would be right: a smaller case that leaves more of them is harder to understand.
fn ways(vector: &Vector) -> usize {
    let steps = vector.steps.iter();
    steps.map(|step| step.expect.alternatives().len()).product()
}

/// Gives the datagrams of a vector.
pub(super) fn datagrams(vector: &Vector) -> Vec<Vec<u8>> {
    let steps = vector.steps.iter();
    steps.map(|step| step.datagram.clone()).collect()
}
