use std::collections::VecDeque;
use std::time::Duration;

use super::campaign::{Campaign, Case, SharedSearch};
use super::case_search::{CaseSearch, Searched, SmallestCase, datagrams, grade};
use super::cause_keeper::CauseKeeper;
use super::finding::{Finding, case_result};
use super::groups::Added;
use super::plan::FuzzStatistics;
use super::rules::Rules;
use super::test_bed::TestBed;
use crate::diagnose::{Finding as CaseResult, Prediction};
use crate::judge::{Answering, Judgment, Strictness, Verdict, judge};
use crate::run::{Outcome, RunError, Supervisor, blame_for_end, passes};
use crate::subject::MAX_PIPELINED;
use crate::vectors::Vector;

/// The number of sent cases that are kept, because one of them may have left state in the subject.
const MAX_HISTORY: usize = 2 * MAX_PIPELINED;
/// The longest search for the smallest case of a cause.
const MAX_SEARCH_TIME: Duration = Duration::from_secs(60);
/// The least time for such a search, even if the time of the run is nearly over.
const MIN_SEARCH_TIME: Duration = Duration::from_secs(5);

/// The most bytes of a passed case that is used as evidence against faults.
const MAX_EVIDENCE_LENGTH: usize = 256;

/// Sends cases to one instance of the subject, and finds the causes of those that fail.
pub(super) struct Explorer<'c, 'p> {
    campaign: &'c Campaign<'p>,
    shared: &'c SharedSearch,
    rules: Rules,
    answering: Answering,
    test_bed: TestBed<'p>,
    queue: VecDeque<QueuedCase>,
    /// The last cases that were sent to the running subject.
    history: VecDeque<SentCase>,
}

/// A case that is ready to be sent.
#[derive(Clone, Debug)]
struct QueuedCase {
    number: u64,
    is_known: bool,
    vector: Vector,
    /// What the subject does with it if it has the faults that were found and no other.
    prediction: Prediction,
}

/// A case that was sent.
#[derive(Debug)]
struct SentCase {
    vector: Vector,
    has_passed: bool,
}

impl<'c, 'p> Explorer<'c, 'p> {
    pub(super) fn new(
        campaign: &'c Campaign<'p>,
        shared: &'c SharedSearch,
        supervisor: Supervisor<'p>,
    ) -> Self {
        let plan = campaign.plan;
        Self {
            campaign,
            shared,
            rules: Rules::new(plan.dialect, plan.strictness, supervisor.declared())
                .with_event(plan.event.clone()),
            answering: supervisor.answering(),
            test_bed: TestBed::new(supervisor),
            queue: VecDeque::new(),
            history: VecDeque::new(),
        }
    }

    /// Sends cases until there are no more, and stops the subject. Calls `on_progress` after each
    /// batch of cases.
    pub(super) fn run(mut self, on_progress: &mut dyn FnMut()) -> Result<(), RunError> {
        let result = self.send_all(on_progress);
        self.shared.statistics().starts += self.test_bed.supervisor.starts() as u64;
        if result.is_ok() {
            self.test_bed.supervisor.stop();
        }
        result
    }

    fn send_all(&mut self, on_progress: &mut dyn FnMut()) -> Result<(), RunError> {
        loop {
            self.fill_queue();
            if self.shared.is_done() {
                return Ok(());
            }
            if self.queue.is_empty() {
                return self.check_after_last_case();
            }
            self.measure_coverage();
            self.run_pipeline()?;
            on_progress();
        }
    }

    fn fill_queue(&mut self) {
        let campaign = self.campaign;
        let model = campaign.groups().model();
        while self.queue.len() < MAX_PIPELINED {
            let Some(case) = self.shared.next_case(campaign.plan) else {
                return;
            };
            let Case {
                number,
                datagrams,
                is_known,
            } = case;
            let vector = self.rules.vector(format!("case-{number}"), datagrams);
            if self.test_bed.supervisor.does_not_apply(&vector).is_some() {
                self.shared.statistics().not_applicable += 1;
                continue;
            }
            let prediction = model.predict(&campaign.models, &vector);
            let is_predicted =
                prediction == Prediction::Disrupts || campaign.groups().leaves_out(&vector);
            if is_predicted && number > 0 {
                self.shared.statistics().predicted += 1;
                continue;
            }
            self.queue.push_back(QueuedCase {
                number,
                is_known,
                vector,
                prediction,
            });
        }
    }

    /// Sends as many queued cases as can be in flight at a time, and removes the ones that are
    /// done.
    fn run_pipeline(&mut self) -> Result<(), RunError> {
        self.test_bed.supervisor.ensure_running()?;
        let queue: Vec<_> = self.queue.iter().cloned().collect();
        let vectors: Vec<_> = queue.iter().map(|case| &case.vector).collect();
        let count = self.test_bed.supervisor.max_pipelined(&vectors);
        if count == 0 {
            // The case exceeds what may be in flight at a time: it is sent alone.
            return self.run_alone();
        }
        let mut done = Vec::new();
        let judge = FailureJudge {
            campaign: self.campaign,
            shared: self.shared,
            rules: &self.rules,
            answering: self.answering,
        };
        let is_known = |vector: &Vector| {
            let mut cases = queue.iter();
            cases.any(|case| case.is_known && std::ptr::eq(&case.vector, vector))
        };
        let pipeline = self.test_bed.supervisor.send_pipelined(
            &vectors[..count],
            &|outcome| passes(outcome) || judge.is_expected(outcome, is_known(outcome.vector)),
            &mut |outcome| done.push(outcome),
        )?;
        self.test_bed.mark_used();
        for (case, outcome) in queue.iter().zip(&done) {
            self.count_case(&case.vector);
            if passes(outcome) {
                self.count_advice(outcome);
                self.learn_from_pass(case);
            }
        }
        let mut done_count = done.len();
        let mut first_failure = pipeline.first_try;
        if let Some(end) = pipeline.end
            && let Some(mut last) = done.pop()
        {
            blame_for_end(&mut last, end);
            first_failure = Some(last);
            done_count -= 1;
            self.uncount_case(&queue[done_count].vector);
        }
        for (case, outcome) in queue.iter().zip(&done) {
            self.remember(case.vector.clone(), passes(outcome));
        }
        self.queue.drain(..done_count);
        if done_count == count {
            return Ok(());
        }
        let suspects = &queue[done_count..count];
        self.count_case(&suspects[0].vector);
        let first_failure = first_failure.map(|outcome| self.graded(outcome));
        self.queue.pop_front();
        if let Some(failure) = &first_failure {
            let has_ended = matches!(failure.verdict, Verdict::Crash | Verdict::Hang);
            let mut groups = self.campaign.groups();
            groups.learn_end(failure.vector, has_ended);
        }
        if let Some(failure) = &first_failure
            && self
                .failure_judge()
                .is_expected(failure, suspects[0].is_known)
        {
            self.renew();
            return Ok(());
        }
        match self.investigate(suspects) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            // The subject died of the first failure and does not start again.
            Err(RunError::Gone(why)) => {
                if let Some(failure) = first_failure {
                    let mut finding = self.finding(failure, suspects[0].number);
                    finding.cut_short = Some(why.clone());
                    self.add(finding.into(), suspects[0].is_known);
                }
                return Err(RunError::Gone(why));
            }
            Err(error) => return Err(error),
        }
        let is_timeout =
            matches!(&first_failure, Some(failure) if failure.verdict == Verdict::Hang);
        if is_timeout || pipeline.dropped > 0 {
            self.shared.statistics().transient_timeouts += u64::from(is_timeout);
            return Ok(());
        }
        let why = pipeline.suspicion;
        let why = why.or(first_failure.map(|failure| failure.why));
        self.add_flaky(&suspects[0], why)
    }

    fn run_alone(&mut self) -> Result<(), RunError> {
        let case = self.queue.pop_front().expect("the caller checked");
        self.count_case(&case.vector);
        if let Some(outcome) = self.test_bed.failure(&case.vector)? {
            return self.settle(outcome, &case);
        }
        self.remember(case.vector, true);
        Ok(())
    }

    /// Adds a case that failed among other cases and passes alone.
    fn add_flaky(&mut self, case: &QueuedCase, why: Option<String>) -> Result<(), RunError> {
        let why = why.unwrap_or_else(|| "it failed".into());
        let mut outcome = self.test_bed.run_fresh(&case.vector)?;
        outcome.verdict = Verdict::Flaky;
        outcome.why = format!(
            "in a burst with other cases: {why}; it passed alone, and after the cases before it"
        );
        let finding = self.finding(outcome, case.number);
        self.add(finding.into(), case.is_known);
        Ok(())
    }

    /// Finds the case that fails: the first suspect, alone or after the cases before it, or one of
    /// the cases that were in flight after it. Returns whether one fails.
    fn investigate(&mut self, suspects: &[QueuedCase]) -> Result<bool, RunError> {
        self.test_bed.replace();
        let history = std::mem::take(&mut self.history);
        let mut count = 0;
        while count < 2 * history.len().max(1) {
            let start = history.len().saturating_sub(count);
            let sequence = history.iter().skip(start);
            let sequence = sequence.flat_map(|sent| datagrams(&sent.vector));
            let sequence = sequence.chain(datagrams(&suspects[0].vector)).collect();
            let vector = self.rules.vector(suspects[0].vector.id.clone(), sequence);
            let outcome = self.test_bed.run_fresh(&vector)?;
            if outcome.verdict.is_failure(Strictness::Must) {
                self.settle(outcome, &suspects[0])?;
                return Ok(true);
            }
            if self.campaign.groups().has_nondeterminism() {
                self.campaign.groups().count_nondeterminism();
                return Ok(true);
            }
            count = (2 * count).max(1);
        }
        for suspect in &suspects[1..] {
            if let Some(outcome) = self.test_bed.failure(&suspect.vector)? {
                self.settle(outcome, suspect)?;
                // It is not sent again.
                self.queue
                    .retain(|case| case.number != suspect.number || case.number == 0);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Checks with a fence that the subject still reports after the last case. If not, finds the
    /// case that broke it.
    fn check_after_last_case(&mut self) -> Result<(), RunError> {
        let empty = self.rules.vector("end".into(), Vec::new());
        if self.test_bed.run(&empty)?.verdict == Verdict::Pass {
            return Ok(());
        }
        let case = QueuedCase {
            number: self.shared.statistics().cases,
            is_known: false,
            vector: empty,
            prediction: Prediction::Conforms,
        };
        self.investigate(&[case]).map(|_| ())
    }

    /// Finds the cause of a case that failed on a fresh subject.
    fn settle(&mut self, outcome: Outcome<'_>, case: &QueuedCase) -> Result<(), RunError> {
        let outcome = self.graded(outcome);
        if self.failure_judge().is_explained(&outcome, case.is_known) {
            return Ok(());
        }
        if self.settle_single(&outcome, case)? {
            return Ok(());
        }
        let vector = outcome.vector;
        let finding = self.finding(outcome, case.number);
        if self.refine(&finding, case.is_known) {
            return Ok(());
        }
        match self.test_bed.is_repeatable(vector) {
            Ok(true) => {}
            Ok(false) => {
                let why = format!(
                    "fresh subjects did different things with the same datagrams; one of them: {}",
                    finding.why
                );
                let verdict = Verdict::Flaky;
                let flaky = Finding {
                    verdict,
                    why,
                    ..finding
                };
                self.add(flaky.into(), case.is_known);
                return Ok(());
            }
            Err(RunError::Gone(why)) => return self.give_up(finding, why, case),
            Err(error) => return Err(error),
        }
        match self.smallest(&finding)? {
            Searched::Smallest(smallest) => self.add(*smallest, case.is_known),
            Searched::Explained(groups) => {
                self.campaign.groups().count(&groups, case.is_known);
                self.shared.statistics().explained += 1;
            }
        }
        Ok(())
    }

    /// Searches a failing sequence for a datagram that fails alone in the same way, and finds its
    /// cause: then state is not the cause. Returns whether there is such a datagram.
    fn settle_single(
        &mut self,
        outcome: &Outcome<'_>,
        case: &QueuedCase,
    ) -> Result<bool, RunError> {
        let mut singles = datagrams(outcome.vector);
        if singles.len() == 1 {
            return Ok(false);
        }
        singles.sort_by_key(Vec::len);
        singles.dedup();
        let id = &outcome.vector.id;
        let singles: Vec<_> = (singles.into_iter())
            .map(|datagram| self.rules.vector(id.clone(), vec![datagram]))
            .collect();
        let mut explained = None;
        for vector in &singles {
            let is_alike = |alone: &Outcome<'_>| alone.verdict == outcome.verdict;
            let alone = self.test_bed.run(vector)?;
            let alone = self.graded(alone);
            if !is_alike(&alone) {
                continue;
            }
            // A failure that is explained needs no fresh subject.
            let judge = self.failure_judge();
            if let Some(groups) = judge.explaining(&judge.result(&alone)) {
                explained = Some(groups);
                continue;
            }
            let alone = self.test_bed.failure(vector)?;
            let alone = alone.map(|alone| self.graded(alone));
            if let Some(alone) = alone.filter(is_alike) {
                return self.settle(alone, case).map(|()| true);
            }
        }
        if let Some(groups) = &explained {
            self.campaign.groups().count(groups, case.is_known);
            self.shared.statistics().explained += 1;
        }
        Ok(explained.is_some())
    }

    /// Adds a finding after which the subject does not start any more.
    fn give_up(
        &mut self,
        mut finding: Finding,
        why: String,
        case: &QueuedCase,
    ) -> Result<(), RunError> {
        finding.cut_short = Some(why.clone());
        self.add(finding.into(), case.is_known);
        Err(RunError::Gone(why))
    }

    /// Shrinks a case that fails.
    fn smallest(&mut self, finding: &Finding) -> Result<Searched, RunError> {
        let rules = match finding.verdict {
            Verdict::Warn => self.rules.clone(),
            // Shrinking must not turn the violation of a must into a departure from advice.
            _ => self.rules.without_advice(),
        };
        let campaign = self.campaign;
        let (model, found) = {
            let groups = campaign.groups();
            (groups.model(), groups.explained_cases())
        };
        let evidence = self.evidence();
        let keeper = CauseKeeper::new(&campaign.models, model, found, finding, evidence);
        let left = campaign
            .plan
            .time
            .saturating_sub(self.shared.begin.elapsed());
        let max_time = left.clamp(MIN_SEARCH_TIME, MAX_SEARCH_TIME);
        let (answering, test_bed) = (self.answering, &mut self.test_bed);
        CaseSearch::new(rules, answering, test_bed, keeper, max_time).smallest(finding)
    }

    /// Returns what the subject did with the last small cases that passed.
    fn evidence(&self) -> Vec<CaseResult<'static>> {
        let is_small = |sent: &&SentCase| {
            let steps = sent.vector.steps.iter();
            steps.map(|step| step.datagram.len()).sum::<usize>() <= MAX_EVIDENCE_LENGTH
        };
        let passed = self.history.iter().filter(|sent| sent.has_passed);
        let passed = passed.rev().filter(is_small).take(MAX_PIPELINED);
        let result =
            |sent: &SentCase| case_result(&sent.vector, Verdict::Pass, &Default::default());
        passed.map(result).collect()
    }

    /// Replaces a fault that was found by another one that also explains this finding. Returns
    /// whether there is such a fault.
    fn refine(&self, finding: &Finding, is_known: bool) -> bool {
        let mut groups = self.campaign.groups();
        let group = groups.refine(&self.campaign.models, &finding.result());
        if let Some(group) = group {
            groups.count(&[group], is_known);
            self.shared.statistics().explained += 1;
        }
        group.is_some()
    }

    /// Learns from a case that the subject passed.
    fn learn_from_pass(&self, case: &QueuedCase) {
        let mut groups = self.campaign.groups();
        groups.learn_end(&case.vector, false);
        if case.prediction == Prediction::Departs {
            groups.refine_by_pass(&self.campaign.models, &case.vector);
        }
    }

    fn add(&mut self, smallest: SmallestCase, is_known: bool) {
        let models = &self.campaign.models;
        let added = self.campaign.groups().add(models, smallest, is_known);
        if added == Added::NewCause && !is_known {
            self.shared.on_finding(self.campaign.plan.until);
        }
    }

    fn finding(&self, outcome: Outcome<'_>, number: u64) -> Finding {
        let original = datagrams(outcome.vector);
        Finding::new(outcome, number, original)
    }

    fn graded<'v>(&self, outcome: Outcome<'v>) -> Outcome<'v> {
        grade(&self.rules, outcome, self.answering)
    }

    fn failure_judge(&self) -> FailureJudge<'_, 'p> {
        FailureJudge {
            campaign: self.campaign,
            shared: self.shared,
            rules: &self.rules,
            answering: self.answering,
        }
    }

    /// Makes the next case run on a fresh subject.
    fn renew(&mut self) {
        self.test_bed.replace();
        self.history.clear();
    }

    fn count_case(&mut self, vector: &Vector) {
        let mut statistics = self.shared.statistics();
        statistics.cases += 1;
        statistics.datagrams += vector.steps.len() as u64;
        statistics.exercised.add(vector);
    }

    /// Takes back the count of a case that will be counted again.
    fn uncount_case(&mut self, vector: &Vector) {
        let mut statistics = self.shared.statistics();
        statistics.cases -= 1;
        statistics.datagrams -= vector.steps.len() as u64;
    }

    /// Counts the advice that a passed case touches, if the reports depart from the reference.
    fn count_advice(&mut self, outcome: &Outcome<'_>) {
        let advice = self.rules.advice(outcome.vector);
        if !advice.is_empty() && departs(&self.rules, outcome, self.answering) {
            let mut statistics: std::sync::MutexGuard<'_, FuzzStatistics> =
                self.shared.statistics();
            for id in advice {
                *statistics.advice.entry(id).or_default() += 1;
            }
        }
    }

    /// Finds out which faults the cases in the queue would show.
    fn measure_coverage(&self) {
        if let Ok(mut coverage) = self.campaign.coverage.try_lock() {
            for case in &self.queue {
                coverage.try_case(&self.campaign.models, &case.vector);
            }
        }
    }

    fn remember(&mut self, vector: Vector, has_passed: bool) {
        self.history.push_back(SentCase { vector, has_passed });
        let surplus = self.history.len().saturating_sub(MAX_HISTORY);
        self.history.drain(..surplus);
    }
}

/// Decides whether a failure is expected, given the causes that were found.
struct FailureJudge<'j, 'p> {
    campaign: &'j Campaign<'p>,
    shared: &'j SharedSearch,
    rules: &'j Rules,
    answering: Answering,
}

impl FailureJudge<'_, '_> {
    /// Returns whether the faults that were found explain a failure, or the failure is one of many
    /// of its kind. If so, counts it.
    fn is_expected(&self, outcome: &Outcome<'_>, is_known: bool) -> bool {
        if self.is_explained(outcome, is_known) {
            return true;
        }
        let outcome = grade(self.rules, outcome.clone(), self.answering);
        let kind = Finding::new(outcome, 0, Vec::new()).kind();
        let is_repetition = self.campaign.groups().is_repetition(kind, is_known);
        self.shared.statistics().explained += u64::from(is_repetition);
        is_repetition
    }

    /// Returns whether the faults that were found explain a failure. If so, counts it.
    fn is_explained(&self, outcome: &Outcome<'_>, is_known: bool) -> bool {
        let result = self.result(outcome);
        let Some(explaining) = self.explaining(&result) else {
            return false;
        };
        let mut groups = self.campaign.groups();
        groups.count(&explaining, is_known);
        groups.remember(&explaining, result);
        self.shared.statistics().explained += 1;
        true
    }

    /// Returns the groups whose faults explain a failure, if they do.
    fn explaining(&self, result: &CaseResult<'_>) -> Option<Vec<usize>> {
        let model = self.campaign.groups().model();
        model.explain(&self.campaign.models, result)
    }

    /// Converts an outcome to the result that the diagnosis reads.
    fn result(&self, outcome: &Outcome<'_>) -> CaseResult<'static> {
        let outcome = grade(self.rules, outcome.clone(), self.answering);
        case_result(outcome.vector, outcome.verdict, &outcome.observation)
    }
}

/// Returns whether the reports depart from the readings of the reference decoder.
fn departs(rules: &Rules, outcome: &Outcome<'_>, answering: Answering) -> bool {
    let steps = rules.readings(outcome.vector);
    let judgment = judge(&steps, &outcome.observation, answering);
    matches!(judgment, Judgment::Departs { .. })
}
