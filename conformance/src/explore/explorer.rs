use std::collections::VecDeque;
use std::time::Instant;

use super::case_search::{CaseSearch, datagrams, grade};
use super::cases::Cases;
use super::finding::Finding;
use super::plan::{FuzzPlan, FuzzStatistics};
use super::rules::Rules;
use super::test_bed::TestBed;
use crate::judge::{Answering, Judgment, Strictness, Verdict, judge};
use crate::run::{Outcome, RunError, Supervisor, blame_for_end};
use crate::subject::MAX_PIPELINED;
use crate::vectors::Vector;

/// Passed cases that are kept, in case one of them left state behind in the subject.
const MAX_HISTORY: usize = 2 * MAX_PIPELINED;

/// Sends cases until one fails or all are sent, and shrinks the one that fails. Calls
/// `on_progress` after each batch of cases.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped. `statistics` then holds the counts up to
/// that moment.
pub fn explore(
    plan: &FuzzPlan,
    statistics: &mut FuzzStatistics,
    mut on_progress: impl FnMut(&FuzzStatistics),
) -> Result<Option<Finding>, RunError> {
    let supervisor = Supervisor::start(&plan.subject, &plan.settings, plan.socket, plan.dialect)?;
    let begin = Instant::now();
    let mut explorer = Explorer {
        rules: Rules::new(plan.dialect, plan.strictness, supervisor.declared())
            .with_event(plan.event.clone()),
        answering: supervisor.answering(),
        test_bed: TestBed::new(supervisor),
        history: VecDeque::new(),
        statistics,
    };
    let cases = Cases::new(plan.seed, plan.dialect, plan.socket);
    let result = explorer.explore(plan, begin, cases, &mut on_progress);
    explorer.statistics.elapsed = begin.elapsed();
    explorer.statistics.starts = explorer.test_bed.supervisor.starts() as u64;
    if result.is_ok() {
        explorer.test_bed.supervisor.stop();
    }
    result
}

/// Runs one case on a fresh subject, and returns a finding if it fails.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped.
pub fn replay(plan: &FuzzPlan, case: Vec<Vec<u8>>) -> Result<Option<Finding>, RunError> {
    let supervisor = Supervisor::start(&plan.subject, &plan.settings, plan.socket, plan.dialect)?;
    let rules = Rules::new(plan.dialect, plan.strictness, supervisor.declared())
        .with_event(plan.event.clone());
    let answering = supervisor.answering();
    let mut test_bed = TestBed::new(supervisor);
    let vector = rules.vector("replayed".into(), case.clone());
    let outcome = test_bed.failure(&vector)?;
    let finding = outcome.map(|outcome| {
        let outcome = grade(&rules, outcome, answering);
        Finding::new(outcome, 1, case)
    });
    test_bed.supervisor.stop();
    Ok(finding)
}

struct Explorer<'r, 's> {
    rules: Rules,
    answering: Answering,
    test_bed: TestBed<'r>,
    /// The last cases that passed on the running subject.
    history: VecDeque<Vec<Vec<u8>>>,
    statistics: &'s mut FuzzStatistics,
}

impl Explorer<'_, '_> {
    fn explore(
        &mut self,
        plan: &FuzzPlan,
        begin: Instant,
        cases: Cases,
        on_progress: &mut dyn FnMut(&FuzzStatistics),
    ) -> Result<Option<Finding>, RunError> {
        let mut numbered_cases = (1..=plan.cases).zip(cases);
        let mut queue: VecDeque<(u64, Vector)> = VecDeque::new();
        loop {
            while queue.len() < MAX_PIPELINED && begin.elapsed() < plan.time {
                let Some((number, case)) = numbered_cases.next() else {
                    break;
                };
                let vector = self.rules.vector(format!("case-{number}"), case);
                if self.test_bed.supervisor.does_not_apply(&vector).is_some() {
                    self.statistics.not_applicable += 1;
                } else {
                    queue.push_back((number, vector));
                }
            }
            if queue.is_empty() {
                return self.check_after_last_case();
            }
            if let Some(finding) = self.run_pipeline(&mut queue)? {
                return Ok(Some(finding));
            }
            self.statistics.elapsed = begin.elapsed();
            on_progress(self.statistics);
        }
    }

    /// Sends as many queued cases as can be sent without a pause, and removes the ones that are
    /// done.
    fn run_pipeline(
        &mut self,
        queue: &mut VecDeque<(u64, Vector)>,
    ) -> Result<Option<Finding>, RunError> {
        self.test_bed.supervisor.ensure_running()?;
        let vectors: Vec<_> = queue.iter().map(|(_, vector)| vector).collect();
        let count = self.test_bed.supervisor.max_pipelined(&vectors);
        if count == 0 {
            // The case exceeds what may be in flight at a time: it is sent alone.
            let (number, vector) = queue.pop_front().expect("the caller checked");
            return self.run_alone(number, vector);
        }
        let mut passed = Vec::new();
        let supervisor = &mut self.test_bed.supervisor;
        let pipeline =
            supervisor.send_pipelined(&vectors[..count], &mut |outcome| passed.push(outcome))?;
        self.test_bed.mark_used();
        let passed_count = passed.len();
        for outcome in &passed {
            self.count_case(outcome.vector);
            self.count_advice(outcome);
        }
        if let (Some(end), Some(mut last)) = (pipeline.end, passed.pop()) {
            let (number, vector) = &queue[passed_count - 1];
            blame_for_end(&mut last, end);
            return Ok(Some(Finding::new(last, *number, datagrams(vector))));
        }
        let (suspicion, dropped) = (pipeline.suspicion, pipeline.dropped);
        let first_failure = pipeline.first_try.map(|outcome| {
            let case = datagrams(outcome.vector);
            Finding::new(outcome, queue[passed_count].0, case)
        });
        for (_, vector) in queue.drain(..passed_count) {
            self.remember(vector);
        }
        if passed_count == count {
            return Ok(None);
        }
        let suspects: Vec<_> = queue.iter().take(count - passed_count).collect();
        self.count_case(&suspects[0].1);
        let finding = match (self.investigate(&suspects), &first_failure) {
            // The subject died of the first failure and does not start again.
            (Err(RunError::Gone(why)), Some(failure)) => Some(Finding {
                cut_short: Some(why),
                ..failure.clone()
            }),
            (finding, _) => finding?,
        };
        let (number, vector) = queue.pop_front().expect("this case did not pass");
        let is_timeout =
            matches!(&first_failure, Some(failure) if failure.verdict == Verdict::Hang);
        if finding.is_some() {
            return Ok(finding);
        }
        if is_timeout || dropped > 0 {
            self.statistics.transient_timeouts += u64::from(is_timeout);
            return Ok(None);
        }
        let why = suspicion.or(first_failure.map(|failure| failure.why));
        self.flaky_finding(number, &vector, why).map(Some)
    }

    fn run_alone(&mut self, number: u64, vector: Vector) -> Result<Option<Finding>, RunError> {
        self.count_case(&vector);
        if let Some(outcome) = self.test_bed.failure(&vector)? {
            return self.shrink(number, outcome).map(Some);
        }
        self.remember(vector);
        Ok(None)
    }

    /// Returns the finding for a case that failed among others and passes alone.
    fn flaky_finding(
        &mut self,
        number: u64,
        vector: &Vector,
        why: Option<String>,
    ) -> Result<Finding, RunError> {
        let why = why.unwrap_or_else(|| "it did not go well".into());
        let mut outcome = self.test_bed.run_fresh(vector)?;
        outcome.verdict = Verdict::Flaky;
        outcome.why = format!(
            "among others, without a pause: {why}; alone it did not do that, nor behind those that came before"
        );
        Ok(Finding::new(outcome, number, datagrams(vector)))
    }

    /// Finds the case that fails: the first suspect, alone or after the cases before it, or one of
    /// those that were in flight behind it.
    fn investigate(&mut self, suspects: &[&(u64, Vector)]) -> Result<Option<Finding>, RunError> {
        self.test_bed.replace();
        let (number, suspect) = suspects[0];
        let history = std::mem::take(&mut self.history);
        let mut count = 0;
        while count < 2 * history.len().max(1) {
            let start = history.len().saturating_sub(count);
            let sequence = history.iter().skip(start).flatten().cloned();
            let sequence = sequence.chain(datagrams(suspect)).collect();
            let vector = self.rules.vector(suspect.id.clone(), sequence);
            let outcome = self.test_bed.run_fresh(&vector)?;
            if outcome.verdict.is_failure(Strictness::Must) {
                return self.shrink(*number, outcome).map(Some);
            }
            count = (2 * count).max(1);
        }
        for (number, vector) in &suspects[1..] {
            if let Some(outcome) = self.test_bed.failure(vector)? {
                return self.shrink(*number, outcome).map(Some);
            }
        }
        Ok(None)
    }

    /// Checks with a fence that the subject is well after the last case, and if not, finds the case
    /// that broke it.
    fn check_after_last_case(&mut self) -> Result<Option<Finding>, RunError> {
        let empty = self.rules.vector("end".into(), Vec::new());
        if self.test_bed.run(&empty)?.verdict == Verdict::Pass {
            return Ok(None);
        }
        self.investigate(&[&(self.statistics.cases, empty)])
    }

    /// Shrinks a case that fails.
    fn shrink(&mut self, number: u64, outcome: Outcome<'_>) -> Result<Finding, RunError> {
        let outcome = grade(&self.rules, outcome, self.answering);
        let rules = match outcome.verdict {
            Verdict::Warn => self.rules.clone(),
            // Shrinking must not turn the violation of a must into a departure from advice.
            _ => self.rules.without_advice(),
        };
        let original = datagrams(outcome.vector);
        let first = Finding::new(outcome, number, original);
        CaseSearch::new(rules, self.answering, &mut self.test_bed).smallest(first)
    }

    fn count_case(&mut self, vector: &Vector) {
        self.statistics.cases += 1;
        self.statistics.datagrams += vector.steps.len() as u64;
    }

    /// Counts the advice that a passed case departs from.
    fn count_advice(&mut self, outcome: &Outcome<'_>) {
        let advice = self.rules.advice(outcome.vector);
        if !advice.is_empty() && departs(&self.rules, outcome, self.answering) {
            for id in advice {
                *self.statistics.advice.entry(id).or_default() += 1;
            }
        }
    }

    fn remember(&mut self, vector: Vector) {
        let case = vector.steps.into_iter().map(|step| step.datagram).collect();
        self.history.push_back(case);
        let surplus = self.history.len().saturating_sub(MAX_HISTORY);
        self.history.drain(..surplus);
    }
}

/// Returns whether the reports depart from the readings of the reference decoder.
fn departs(rules: &Rules, outcome: &Outcome<'_>, answering: Answering) -> bool {
    let steps = rules.readings(outcome.vector);
    let judgment = judge(&steps, &outcome.observation, answering);
    matches!(judgment, Judgment::Departs { .. })
}
