use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::bench::Bench;
use super::cases::Cases;
use super::finding::Finding;
use super::rules::Rules;
use super::search::{Search, datagrams, graded};
use crate::dialect::Dialect;
use crate::judge::{Answering, Judgment, Strictness, Verdict, judge};
use crate::run::{Outcome, RunError, Supervisor, blame_for_end};
use crate::subject::{MAX_PIPELINED, Subject, SubjectSettings};
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// What to explore, and how far.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to test.
    pub subject: Subject,
    /// Over which socket.
    pub socket: SocketKind,
    /// In which dialect.
    pub dialect: Dialect,
    /// What holds for every subject.
    pub settings: SubjectSettings,
    /// What decides the cases.
    pub seed: u64,
    /// At most so many cases.
    pub cases: u64,
    /// No new ones after this time, which begins when the subject has started.
    pub time: Duration,
    /// Whether departures from advice fail, too.
    pub strictness: Strictness,
}

/// What was done.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// The cases that were tried, each once; those of the search for a smaller one are not among them.
    pub cases: u64,
    /// The datagrams in them.
    pub datagrams: u64,
    /// Cases beyond what the subject declares to take: they were not sent.
    pub left_out: u64,
    /// Cases that conform but for advice, by the advice that they touch.
    pub advice: BTreeMap<&'static str, u64>,
    /// How often the subject was silent for too long and then was not again.
    pub stumbles: u64,
    /// How often a subject was started.
    pub starts: u64,
    /// How long all of it took.
    pub elapsed: Duration,
}

/// So many cases that went well are remembered, in case one of them left something behind.
const REMEMBERED: usize = 2 * MAX_PIPELINED;

/// Sends cases until one fails, or all that were asked for are sent, and makes that one small. Says what is done as it is done.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped. What was done until then is in `statistics`.
pub fn explore(
    plan: &Plan,
    statistics: &mut Statistics,
    mut tell: impl FnMut(&Statistics),
) -> Result<Option<Finding>, RunError> {
    let supervisor = Supervisor::start(&plan.subject, &plan.settings, plan.socket, plan.dialect)?;
    let begin = Instant::now();
    let mut explorer = Explorer {
        rules: Rules::new(plan.dialect, plan.strictness, supervisor.declared()),
        answering: supervisor.answering(),
        bench: Bench::new(supervisor),
        remembered: VecDeque::new(),
        statistics,
    };
    let cases = Cases::new(plan.seed, plan.dialect, plan.socket);
    let result = explorer.explore(plan, begin, cases, &mut tell);
    explorer.statistics.elapsed = begin.elapsed();
    explorer.statistics.starts = explorer.bench.supervisor.starts() as u64;
    if result.is_ok() {
        explorer.bench.supervisor.stop();
    }
    result
}

/// Tries one case on a fresh subject, and gives what came of it if it fails.
///
/// # Errors
///
/// If there is no subject to test, or the run was stopped.
pub fn replay(plan: &Plan, case: Vec<Vec<u8>>) -> Result<Option<Finding>, RunError> {
    let supervisor = Supervisor::start(&plan.subject, &plan.settings, plan.socket, plan.dialect)?;
    let rules = Rules::new(plan.dialect, plan.strictness, supervisor.declared());
    let answering = supervisor.answering();
    let mut bench = Bench::new(supervisor);
    let vector = rules.vector("replayed".into(), case.clone());
    let outcome = bench.failure(&vector)?;
    let finding = outcome.map(|outcome| {
        let outcome = graded(&rules, outcome, answering);
        Finding::new(outcome, 1, case)
    });
    bench.supervisor.stop();
    Ok(finding)
}

struct Explorer<'r, 's> {
    rules: Rules,
    answering: Answering,
    bench: Bench<'r>,
    /// The last cases that went well on the subject that runs.
    remembered: VecDeque<Vec<Vec<u8>>>,
    statistics: &'s mut Statistics,
}

impl Explorer<'_, '_> {
    fn explore(
        &mut self,
        plan: &Plan,
        begin: Instant,
        cases: Cases,
        tell: &mut dyn FnMut(&Statistics),
    ) -> Result<Option<Finding>, RunError> {
        let mut drawn = (1..=plan.cases).zip(cases);
        let mut ready: VecDeque<(u64, Vector)> = VecDeque::new();
        loop {
            while ready.len() < MAX_PIPELINED && begin.elapsed() < plan.time {
                let Some((number, case)) = drawn.next() else {
                    break;
                };
                let vector = self.rules.vector(format!("case-{number}"), case);
                if self.bench.supervisor.does_not_apply(&vector).is_some() {
                    self.statistics.left_out += 1;
                } else {
                    ready.push_back((number, vector));
                }
            }
            if ready.is_empty() {
                return self.look_behind();
            }
            if let Some(finding) = self.row(&mut ready)? {
                return Ok(Some(finding));
            }
            self.statistics.elapsed = begin.elapsed();
            tell(self.statistics);
        }
    }

    /// Sends as many of these cases as can be sent without a pause, and takes away those that are done with.
    fn row(&mut self, ready: &mut VecDeque<(u64, Vector)>) -> Result<Option<Finding>, RunError> {
        self.bench.supervisor.ensure_running()?;
        let vectors: Vec<_> = ready.iter().map(|(_, vector)| vector).collect();
        let count = self.bench.supervisor.max_pipelined(&vectors);
        if count == 0 {
            // Larger than what may be under way at a time: it goes alone, a datagram at a time if need be.
            let (number, vector) = ready.pop_front().expect("the caller looked");
            return self.alone(number, vector);
        }
        let mut good = Vec::new();
        let supervisor = &mut self.bench.supervisor;
        let row =
            supervisor.send_pipelined(&vectors[..count], &mut |outcome| good.push(outcome))?;
        self.bench.use_up();
        let well = good.len();
        for outcome in &good {
            self.count(outcome.vector);
            self.weigh(outcome);
        }
        if let (Some(end), Some(mut last)) = (row.end, good.pop()) {
            let (number, vector) = &ready[well - 1];
            blame_for_end(&mut last, end);
            return Ok(Some(Finding::new(last, *number, datagrams(vector))));
        }
        let (suspicion, dropped) = (row.suspicion, row.dropped);
        let lost = row.first_try.map(|outcome| {
            let case = datagrams(outcome.vector);
            Finding::new(outcome, ready[well].0, case)
        });
        for (_, vector) in ready.drain(..well) {
            self.remember(vector);
        }
        if well == count {
            return Ok(None);
        }
        let suspects: Vec<_> = ready.iter().take(count - well).collect();
        self.count(&suspects[0].1);
        let found = match (self.investigate(&suspects), &lost) {
            // It died of this, and for good.
            (Err(RunError::Gone(why)), Some(lost)) => Some(Finding {
                cut_short: Some(why),
                ..lost.clone()
            }),
            (found, _) => found?,
        };
        let (number, vector) = ready.pop_front().expect("it did not go well");
        let is_silence = matches!(&lost, Some(lost) if lost.verdict == Verdict::Hang);
        if found.is_some() {
            return Ok(found);
        }
        if is_silence || dropped > 0 {
            self.statistics.stumbles += u64::from(is_silence);
            return Ok(None);
        }
        let why = suspicion.or(lost.map(|lost| lost.why));
        self.flaky(number, &vector, why).map(Some)
    }

    fn alone(&mut self, number: u64, vector: Vector) -> Result<Option<Finding>, RunError> {
        self.count(&vector);
        if let Some(outcome) = self.bench.failure(&vector)? {
            return self.found(number, outcome).map(Some);
        }
        self.remember(vector);
        Ok(None)
    }

    /// What went wrong in a row, and then did not again.
    fn flaky(
        &mut self,
        number: u64,
        vector: &Vector,
        why: Option<String>,
    ) -> Result<Finding, RunError> {
        let why = why.unwrap_or_else(|| "it did not go well".into());
        let mut outcome = self.bench.try_fresh(vector)?;
        outcome.verdict = Verdict::Flaky;
        outcome.why = format!(
            "among others, without a pause: {why}; alone it did not do that, nor behind those that came before"
        );
        Ok(Finding::new(outcome, number, datagrams(vector)))
    }

    /// Finds out which case it is that fails: the first one that did not go well, alone or behind those before it, or one of
    /// those that were under way behind it.
    fn investigate(&mut self, suspects: &[&(u64, Vector)]) -> Result<Option<Finding>, RunError> {
        self.bench.replace();
        let (number, suspect) = suspects[0];
        let before = std::mem::take(&mut self.remembered);
        let mut count = 0;
        while count < 2 * before.len().max(1) {
            let start = before.len().saturating_sub(count);
            let sequence = before.iter().skip(start).flatten().cloned();
            let sequence = sequence.chain(datagrams(suspect)).collect();
            let vector = self.rules.vector(suspect.id.clone(), sequence);
            let outcome = self.bench.try_fresh(&vector)?;
            if outcome.verdict.is_failure(Strictness::Must) {
                return self.found(*number, outcome).map(Some);
            }
            count = (2 * count).max(1);
        }
        for (number, vector) in &suspects[1..] {
            if let Some(outcome) = self.bench.failure(vector)? {
                return self.found(*number, outcome).map(Some);
            }
        }
        Ok(None)
    }

    /// Asks once more behind the last case, and if something is wrong finds out what did it.
    fn look_behind(&mut self) -> Result<Option<Finding>, RunError> {
        let nothing = self.rules.vector("end".into(), Vec::new());
        if self.bench.try_any(&nothing)?.verdict == Verdict::Pass {
            return Ok(None);
        }
        self.investigate(&[&(self.statistics.cases, nothing)])
    }

    /// Makes a case that fails small.
    fn found(&mut self, number: u64, outcome: Outcome<'_>) -> Result<Finding, RunError> {
        let outcome = graded(&self.rules, outcome, self.answering);
        let rules = match outcome.verdict {
            Verdict::Warn => self.rules.clone(),
            // What must not be is not to be hidden behind what should not be.
            _ => self.rules.without_advice(),
        };
        let original = datagrams(outcome.vector);
        let first = Finding::new(outcome, number, original);
        Search::new(rules, self.answering, &mut self.bench).smallest(first)
    }

    fn count(&mut self, vector: &Vector) {
        self.statistics.cases += 1;
        self.statistics.datagrams += vector.steps.len() as u64;
    }

    /// Takes note of a case that went well only because nobody is held to advice.
    fn weigh(&mut self, outcome: &Outcome<'_>) {
        let advice = self.rules.advice(outcome.vector);
        if !advice.is_empty() && departs(&self.rules, outcome, self.answering) {
            for id in advice {
                *self.statistics.advice.entry(id).or_default() += 1;
            }
        }
    }

    fn remember(&mut self, vector: Vector) {
        let case = vector.steps.into_iter().map(|step| step.datagram).collect();
        self.remembered.push_back(case);
        let surplus = self.remembered.len().saturating_sub(REMEMBERED);
        self.remembered.drain(..surplus);
    }
}

/// Tells whether what was reported departs from what the reference reads.
fn departs(rules: &Rules, outcome: &Outcome<'_>, answering: Answering) -> bool {
    let steps = rules.readings(outcome.vector);
    let finding = judge(&steps, &outcome.observation, answering);
    matches!(finding, Judgment::Departs { .. })
}
