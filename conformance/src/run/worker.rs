use std::time::Duration;

use super::grade::{grade, not_applicable};
use super::{Outcome, Plan, RunError};
use crate::contract::Start;
use crate::fence::Fences;
use crate::judge::{Answering, Finding, Verdict, judge, take_late};
use crate::subject::{
    Ending, Exchange, Kind, Observation, Places, Rest, Session, SocketKind, StartError,
};
use crate::vectors::{Dialect, Step, Vector};

/// So many starts in a row may fail before no more are tried.
const MAX_FAILED_STARTS: usize = 3;

/// A run of vectors over one socket, with one instance of the subject at a time.
pub(super) struct Worker<'r, 'c> {
    plan: &'r Plan<'c>,
    socket: SocketKind,
    /// The dialect for which it was started.
    dialect: Dialect,
    places: Places,
    fences: Fences,
    start: Start,
    /// `None` after the subject died.
    session: Option<Session>,
    failed_starts: usize,
    last_start_error: String,
    /// How many subjects were started before this one.
    instance: usize,
    /// Outcomes that are not told yet. The last one is held back until the next is there: what kills a subject may show
    /// only then.
    held: Vec<Outcome<'c>>,
}

impl<'r, 'c> Worker<'r, 'c> {
    /// Starts a subject.
    pub(super) fn start(
        plan: &'r Plan<'c>,
        socket: SocketKind,
        dialect: Dialect,
    ) -> Result<Self, RunError> {
        let mut places = Places::new();
        let mut fences = Fences::new(&plan.settings.fence);
        let session = Session::start(
            &plan.subject,
            dialect,
            socket,
            &mut places,
            &mut fences,
            &plan.settings,
        )?;
        Ok(Self {
            plan,
            socket,
            dialect,
            places,
            fences,
            start: session.declared().clone(),
            session: Some(session),
            failed_starts: 0,
            last_start_error: String::new(),
            instance: 0,
            held: Vec::new(),
        })
    }

    /// Lets the subject report a good event in each of these dialects, before anything rests on that.
    pub(super) fn try_dialects(&mut self, dialects: &[Dialect]) -> Result<(), RunError> {
        for dialect in dialects.iter().filter(|dialect| **dialect != self.dialect) {
            let session = self.session.as_mut().expect("it was just started");
            match session
                .exchange(*dialect, [], &mut self.fences, false)
                .ending
            {
                Ending::Fenced => {}
                Ending::Interrupted => return Err(RunError::Interrupted),
                _ => return Err(StartError::Dialect(*dialect).into()),
            }
        }
        Ok(())
    }

    /// Gives what the subject told about itself.
    pub(super) fn declared(&self) -> &Start {
        &self.start
    }

    /// Says over which kind of socket it is.
    pub(super) fn socket(&self) -> SocketKind {
        self.socket
    }

    /// Says for which dialect the subject was started.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs these vectors, tells the outcomes in order, and ends the subject.
    pub(super) fn run(
        mut self,
        vectors: &[&'c Vector],
        tell: &mut dyn FnMut(Outcome<'c>),
    ) -> Result<(), RunError> {
        let mut left = vectors;
        while let Some((vector, rest)) = left.split_first() {
            if let Some(why) = not_applicable(vector, &self.start) {
                let outcome = self.without_exchange(vector, Verdict::NotApplicable, why);
                self.held.push(outcome);
                left = rest;
            } else {
                let count = self.run_some(left)?;
                left = &left[count..];
            }
            let told = self.held.len().saturating_sub(1);
            self.held.drain(..told).for_each(&mut *tell);
        }
        if let Some(mut last) = self.held.pop() {
            self.close(&mut last)?;
            tell(last);
        }
        if let Some(session) = self.session.take() {
            session.stop();
        }
        Ok(())
    }

    /// Runs the first vectors, as many in a row as can be, and says how many.
    fn run_some(&mut self, vectors: &[&'c Vector]) -> Result<usize, RunError> {
        let apply = |vector: &&&Vector| not_applicable(vector, &self.start).is_none();
        let applicable = vectors.iter().take_while(apply).count();
        let row = match &self.session {
            Some(session) => session.longest_row(&vectors[..applicable]),
            None => 0,
        };
        if row < 2 {
            self.run_alone(vectors[0], None)?;
            return Ok(1);
        }
        self.run_row(&vectors[..row])?;
        Ok(row)
    }

    /// Runs vectors in a row. From the first that does not go well they are tried again one at a time: what happened can
    /// be told for certain only then.
    fn run_row(&mut self, vectors: &[&'c Vector]) -> Result<(), RunError> {
        let session = self.session.as_mut().expect("the caller looked");
        let row = session.exchange_row(vectors, &mut self.fences);
        let mut suspicion = None;
        let mut good = 0;
        for (vector, exchange) in vectors.iter().zip(row.answered) {
            let outcome = self.judged(vector, exchange);
            if outcome.verdict.is_failure(true) {
                suspicion = Some(outcome.why);
                break;
            }
            self.held.push(outcome);
            good += 1;
        }
        // A subject that died or fell silent did so at the first that was not answered: that was its first try.
        let mut first_try = None;
        match row.rest {
            Rest::Nothing | Rest::Astray => {}
            Rest::Lost(Ending::Interrupted) => return Err(RunError::Interrupted),
            Rest::Lost(Ending::Fenced | Ending::Unsendable(_)) => self.session = None,
            Rest::Lost(ending) if suspicion.is_none() => {
                let exchange = Exchange::broken_off(ending);
                first_try = Some(self.judged(vectors[good], exchange));
                self.session = None;
            }
            Rest::Lost(_) => self.session = None,
        }
        // What the kernel dropped is no reason to suspect anybody.
        let dropped = self.session.as_mut().map_or(0, Session::newly_dropped);
        let first = self.held.len();
        for vector in &vectors[good..] {
            self.run_alone(vector, first_try.take())?;
        }
        let again = &mut self.held[first..];
        if let Some(why) = suspicion
            && dropped == 0
            && !again.iter().any(|outcome| outcome.verdict.is_failure(true))
        {
            again[0].verdict = Verdict::Flaky;
            again[0].why =
                format!("among others, without a pause: {why}; alone it did not do that");
        }
        Ok(())
    }

    fn run_alone(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
    ) -> Result<(), RunError> {
        let mut before = self.held.pop();
        let outcome = self.outcome(vector, first_try, before.as_mut());
        self.held.extend(before);
        self.held.push(outcome?);
        Ok(())
    }

    /// Tries a vector, and once more on a fresh subject if this one died or fell silent.
    fn outcome(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
        mut before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let first = match first_try {
            Some(first) => first,
            None => {
                if let Err(why) = self.ensure_session()? {
                    return Ok(self.without_exchange(vector, Verdict::Crash, why));
                }
                self.try_once(vector, before.as_deref_mut())?
            }
        };
        if !matches!(first.verdict, Verdict::Crash | Verdict::Hang) {
            return Ok(first);
        }
        self.session = None;
        if self.ensure_session()?.is_err() {
            return Ok(first);
        }
        let second = self.try_once(vector, None)?;
        if second.verdict == first.verdict {
            self.session = None;
            return Ok(second);
        }
        match before {
            // This vector alone does not kill it: the one before did, which took effect only now.
            Some(before)
                if first.verdict == Verdict::Crash && before.instance == first.instance =>
            {
                before.verdict = Verdict::Crash;
                before.why = format!("it went on at first, but then {}", first.why);
                before.log = first.log;
                Ok(second)
            }
            _ => {
                let found = if second.why.is_empty() {
                    second.verdict.as_str()
                } else {
                    &second.why
                };
                let why = format!("{}; a fresh subject did something else: {found}", first.why);
                Ok(Outcome {
                    verdict: Verdict::Flaky,
                    why,
                    ..second
                })
            }
        }
    }

    /// Makes sure that a subject runs. The inner error says why there is none.
    fn ensure_session(&mut self) -> Result<Result<(), String>, RunError> {
        if self.session.is_some() {
            return Ok(Ok(()));
        }
        while self.failed_starts < MAX_FAILED_STARTS {
            let plan = self.plan;
            match Session::start(
                &plan.subject,
                self.dialect,
                self.socket,
                &mut self.places,
                &mut self.fences,
                &plan.settings,
            ) {
                Ok(session) => {
                    self.session = Some(session);
                    self.failed_starts = 0;
                    self.instance += 1;
                    return Ok(Ok(()));
                }
                Err(StartError::Interrupted) => return Err(RunError::Interrupted),
                Err(error) => {
                    self.failed_starts += 1;
                    self.last_start_error = error.to_string();
                }
            }
        }
        Ok(Err(format!(
            "the subject died before and could not be started again: {}",
            self.last_start_error
        )))
    }

    fn try_once(
        &mut self,
        vector: &'c Vector,
        before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let mut exchange = self.exchange(vector, false);
        if exchange.ending == Ending::Fenced && exchange.dropped > 0 {
            exchange = self.exchange(vector, true);
        }
        if let Some(before) = before.filter(|before| before.instance == self.instance) {
            blame_for_late(before, &vector.steps, &mut exchange.observation);
        }
        match exchange.ending {
            Ending::Unsendable(message) => Err(RunError::Unsendable {
                vector: vector.id.clone(),
                message,
            }),
            Ending::Interrupted => Err(RunError::Interrupted),
            _ => Ok(self.judged(vector, exchange)),
        }
    }

    fn exchange(&mut self, vector: &Vector, one_by_one: bool) -> Exchange {
        let session = self
            .session
            .as_mut()
            .expect("the caller made sure that there is one");
        let datagrams = vector.steps.iter().map(|step| &step.datagram[..]);
        session.exchange(vector.dialect, datagrams, &mut self.fences, one_by_one)
    }

    /// Gives what came of a vector. If the subject died, it is gone.
    fn judged(&mut self, vector: &'c Vector, exchange: Exchange) -> Outcome<'c> {
        let Exchange {
            observation,
            ending,
            duration,
            dropped,
            ..
        } = exchange;
        let mut outcome = self.without_exchange(vector, Verdict::Pass, String::new());
        outcome.duration = duration;
        outcome.observation = observation;
        match ending {
            Ending::Fenced if dropped > 0 => {
                let why = format!(
                    "the kernel dropped {dropped} of its datagrams even one at a time: the listener's receive buffer is \
                     too small for them"
                );
                (outcome.verdict, outcome.why) = grade(vector, Finding::Departs { why });
            }
            Ending::Fenced => {
                let finding = judge(&vector.steps, &outcome.observation, self.answering());
                (outcome.verdict, outcome.why) = grade(vector, finding);
            }
            Ending::Died { death, log } => {
                self.session = None;
                outcome.verdict = Verdict::Crash;
                outcome.why = death.to_string();
                outcome.log = log;
            }
            ending => {
                outcome.verdict = Verdict::Hang;
                outcome.why = silence(&ending).unwrap_or_default();
            }
        }
        outcome
    }

    /// Sends the last good event. If that goes wrong, the last vector did it.
    fn close(&mut self, last: &mut Outcome<'c>) -> Result<(), RunError> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let mut exchange = session.exchange(last.vector.dialect, [], &mut self.fences, false);
        blame_for_late(last, &[], &mut exchange.observation);
        match exchange.ending {
            Ending::Fenced => {
                let finding = judge(&[], &exchange.observation, self.answering());
                if let Finding::Departs { .. } = finding
                    && !last.verdict.is_failure(true)
                {
                    (last.verdict, last.why) = grade(last.vector, finding);
                    last.observation = exchange.observation;
                }
            }
            Ending::Died { death, log } => {
                self.session = None;
                last.verdict = Verdict::Crash;
                last.why = format!("it went on at first, but then {death}");
                last.log = log;
            }
            Ending::Unsendable(message) => {
                return Err(RunError::Unsendable {
                    vector: last.vector.id.clone(),
                    message,
                });
            }
            Ending::Interrupted => return Err(RunError::Interrupted),
            ending => {
                last.verdict = Verdict::Hang;
                last.why = format!(
                    "it went on at first, but then {}",
                    silence(&ending).unwrap_or_default()
                );
            }
        }
        Ok(())
    }

    fn answering(&self) -> Answering {
        match self.plan.subject.kind() {
            Kind::Parser => Answering::Always,
            Kind::Listener | Kind::Running => Answering::MayBeSilent,
        }
    }

    fn without_exchange(&self, vector: &'c Vector, verdict: Verdict, why: String) -> Outcome<'c> {
        Outcome {
            vector,
            socket: self.socket,
            verdict,
            why,
            observation: Observation::default(),
            log: Vec::new(),
            duration: Duration::ZERO,
            decides: self.plan.decides(vector),
            instance: self.instance,
        }
    }
}

/// Says in what way a subject fell silent.
fn silence(ending: &Ending) -> Option<String> {
    match ending {
        Ending::NoRoom(wait) => Some(format!(
            "it took nothing more within {wait:.1?}: it has stopped reading"
        )),
        Ending::TimedOut(wait) => Some(format!(
            "the good event that followed was not reported within {wait:.1?}"
        )),
        _ => None,
    }
}

/// Takes reports out of an observation that the vector before asked for and did not get: that one is to blame for them,
/// and not this one. Where it got them, they are here for another reason: left in a buffer, say.
fn blame_for_late(before: &mut Outcome<'_>, steps: &[Step], observation: &mut Observation) {
    if !before.verdict.is_failure(true) {
        return;
    }
    let asked = (&before.vector.steps[..], &before.observation);
    let late = take_late(asked, steps, observation);
    if !late.is_empty() {
        before.why = "it was reported late, behind the good event that followed (T19)".into();
        before.observation.reports = late;
    }
}
