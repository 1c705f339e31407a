use super::fit::does_not_fit;
use super::outcome::{Judge, blame_for_late, ends_behind};
use super::{Outcome, RunError};
use crate::contract::Start;
use crate::fence::Fences;
use crate::judge::{Answering, Judgment, Strictness, Verdict, grade, judge, not_applicable};
use crate::subject::{
    AddressAllocator, Exchange, ExchangeEnd, Kind, PipelineEnd, SendMode, Session, StartError,
    Subject, SubjectSettings,
};
use crate::transport::SocketKind;
use crate::vectors::{Dialect, Vector};

/// So many starts in a row may fail before no more are tried.
const MAX_FAILED_STARTS: usize = 3;

/// Tries vectors over one socket, with one instance of the subject at a time.
pub(crate) struct Worker<'r> {
    subject: &'r Subject,
    settings: &'r SubjectSettings,
    socket: SocketKind,
    /// The dialect for which it was started.
    dialect: Dialect,
    places: AddressAllocator,
    fences: Fences,
    start: Start,
    /// Why nothing can be said of this kind of socket: the subject told that it is bound to one of another kind.
    elsewhere: Option<String>,
    /// `None` after the subject died.
    session: Option<Session>,
    /// Whether the last subject died or fell silent, and at which vector; `None` while one runs, or if it was replaced.
    lost: Option<(Verdict, String)>,
    failed_starts: usize,
    last_start_error: String,
    /// How many subjects were started before this one.
    instance: usize,
}

/// What is wrong where the vectors of a row are reported right, and the fences between them not.
const OUT_OF_TURN: &str =
    "the good event that followed was reported otherwise than others, or not in its turn";

/// What came of vectors that were sent in a row.
pub(crate) struct Row<'c> {
    /// So many of the first ones went well: perhaps all.
    pub(crate) good: usize,
    /// What the first one did that did not go well, if it did anything.
    pub(crate) suspicion: Option<String>,
    /// How the subject ended or fell silent, if it did so at the first one that did not go well.
    pub(crate) first_try: Option<Outcome<'c>>,
    /// How the subject ended, if all went well and it ended then.
    pub(crate) end: Option<ExchangeEnd>,
    /// How many datagrams the kernel dropped meanwhile: nobody is to blame for those.
    pub(crate) dropped: u64,
}

impl<'r> Worker<'r> {
    /// Starts a subject.
    pub(crate) fn start(
        subject: &'r Subject,
        settings: &'r SubjectSettings,
        socket: SocketKind,
        dialect: Dialect,
    ) -> Result<Self, RunError> {
        let mut places = AddressAllocator::new();
        let mut fences = Fences::new(&settings.fence);
        let session = Session::start(subject, dialect, socket, &mut places, &mut fences, settings)?;
        Ok(Self {
            subject,
            settings,
            socket,
            dialect,
            places,
            fences,
            start: session.declared().clone(),
            elsewhere: session.elsewhere(socket),
            session: Some(session),
            lost: None,
            failed_starts: 0,
            last_start_error: String::new(),
            instance: 0,
        })
    }

    /// Lets the subject report a good event in each of these dialects, before anything rests on that.
    pub(super) fn try_dialects(&mut self, dialects: &[Dialect]) -> Result<(), RunError> {
        for dialect in dialects.iter().filter(|dialect| **dialect != self.dialect) {
            let session = self.session.as_mut().expect("it was just started");
            match session
                .exchange(*dialect, [], &mut self.fences, SendMode::Burst)
                .end
            {
                ExchangeEnd::Fenced => {}
                ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
                _ => return Err(StartError::Dialect(*dialect).into()),
            }
        }
        Ok(())
    }

    /// Gives what the subject told about itself.
    pub(crate) fn declared(&self) -> &Start {
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

    /// Says how many subjects were started.
    pub(crate) fn starts(&self) -> usize {
        self.instance + 1
    }

    /// Runs these vectors and tells the outcomes in order.
    pub(super) fn run<'c>(
        &mut self,
        vectors: &[&'c Vector],
        tell: &mut dyn FnMut(Outcome<'c>),
    ) -> Result<(), RunError> {
        let mut held = Held { last: None, tell };
        let mut left = vectors;
        while let Some((vector, rest)) = left.split_first() {
            if let Some(why) = self.does_not_apply(vector) {
                held.push(self.judge().outcome(vector, Verdict::NotApplicable, why));
                left = rest;
            } else {
                let count = self.run_some(left, &mut held)?;
                left = &left[count..];
            }
        }
        if let Some(mut last) = held.last {
            self.close(&mut last)?;
            (held.tell)(last);
        }
        Ok(())
    }

    /// Says why a vector does not apply here.
    pub(crate) fn does_not_apply(&self, vector: &Vector) -> Option<String> {
        let elsewhere = self.elsewhere.clone();
        elsewhere
            .or_else(|| not_applicable(vector, &self.start))
            .or_else(|| does_not_fit(vector, self.socket))
    }

    /// Ends the subject.
    pub(crate) fn stop(self) {
        if let Some(session) = self.session {
            session.stop();
        }
    }

    /// Tells whether a subject runs.
    pub(crate) fn is_running(&self) -> bool {
        self.session.is_some()
    }

    /// Does away with the subject, so that the next one that is tried meets a fresh one.
    pub(crate) fn replace(&mut self) {
        self.session = None;
    }

    /// Runs the first vectors, as many in a row as can be, and says how many.
    fn run_some<'c>(
        &mut self,
        vectors: &[&'c Vector],
        held: &mut Held<'_, 'c>,
    ) -> Result<usize, RunError> {
        let apply = |vector: &&&Vector| self.does_not_apply(vector).is_none();
        let row = match &held.last {
            // What it may still report late is told from what comes next only if that is alone.
            Some(last) if last.verdict.is_failure(Strictness::Should) => 1,
            _ => self.longest_row(vectors),
        };
        let row = vectors[..row].iter().take_while(apply).count();
        if row < 2 {
            let outcome = self.outcome(vectors[0], None, held.last.as_mut())?;
            held.push(outcome);
            return Ok(1);
        }
        self.run_row(&vectors[..row], held)?;
        Ok(row)
    }

    /// Tells how many of these vectors can be sent in a row; none where no subject runs.
    pub(crate) fn longest_row(&self, vectors: &[&Vector]) -> usize {
        self.session
            .as_ref()
            .map_or(0, |session| session.max_pipelined(vectors))
    }

    /// Runs vectors in a row. From the first that does not go well they are tried again one at a time: what happened can
    /// be told for certain only then.
    fn run_row<'c>(
        &mut self,
        vectors: &[&'c Vector],
        held: &mut Held<'_, 'c>,
    ) -> Result<(), RunError> {
        let Row {
            good,
            suspicion,
            mut first_try,
            end,
            dropped,
        } = self.row(vectors, &mut |outcome| held.push(outcome))?;
        if let (Some(end), Some(last)) = (end, &mut held.last) {
            ends_behind(last, end);
            self.lost = Some(loss(last));
        }
        // What the kernel dropped is no reason to suspect anybody.
        let mut suspicion = suspicion.filter(|_| dropped == 0);
        // They are told at once, unless the first may have to be told otherwise.
        let mut again: Vec<Outcome<'c>> = Vec::new();
        for vector in &vectors[good..] {
            let before = again.last_mut().or(held.last.as_mut());
            let outcome = self.outcome(vector, first_try.take(), before)?;
            // What is wrong alone, too, is not flaky; and for what only may be read right that is no failure.
            let answering = self.answering();
            let judgment = judge(&vector.steps, &outcome.observation, answering);
            if outcome.verdict.is_failure(Strictness::Should)
                || matches!(judgment, Judgment::Departs { .. })
            {
                suspicion = None;
            }
            again.push(outcome);
            if suspicion.is_none() {
                again.drain(..).for_each(|outcome| held.push(outcome));
            }
        }
        if let Some(why) = suspicion {
            again[0].verdict = Verdict::Flaky;
            again[0].why =
                format!("among others, without a pause: {why}; alone it did not do that");
        }
        again.into_iter().for_each(|outcome| held.push(outcome));
        Ok(())
    }

    /// Sends vectors in a row, and tells the outcomes of those that go well. If the subject died or has to be replaced, it is
    /// gone.
    ///
    /// # Panics
    ///
    /// If no subject runs.
    pub(crate) fn row<'c>(
        &mut self,
        vectors: &[&'c Vector],
        tell: &mut dyn FnMut(Outcome<'c>),
    ) -> Result<Row<'c>, RunError> {
        let judge = self.judge();
        let session = self.session.as_mut().expect("the caller looked");
        let mut good = 0;
        let mut suspicion = None;
        let mut hand_on = |exchange| {
            if suspicion.is_some() {
                return;
            }
            let outcome = judge.judged(vectors[good], exchange);
            if outcome.verdict.is_failure(Strictness::Should) {
                suspicion = Some(outcome.why);
            } else {
                good += 1;
                tell(outcome);
            }
        };
        let exchanges = session.exchange_pipelined(vectors, &mut self.fences, &mut hand_on);
        let mut row = Row {
            good,
            suspicion,
            first_try: None,
            end: None,
            dropped: exchanges.dropped,
        };
        if row.suspicion.is_some() {
            // A datagram may be missing, though no fence is.
            row.dropped += session.newly_dropped();
        }
        if let PipelineEnd::OutOfTurn | PipelineEnd::Lost(ExchangeEnd::Fenced) = exchanges.end {
            row.suspicion.get_or_insert_with(|| OUT_OF_TURN.into());
        }
        let PipelineEnd::Lost(ending) = exchanges.end else {
            return Ok(row);
        };
        // A subject that died or fell silent did so at the first that was not answered: that was its first try. But who
        // never got a fence cannot report it.
        let is_its_doing = match ending {
            ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
            ExchangeEnd::Died { .. } => true,
            ExchangeEnd::TimedOut(_) | ExchangeEnd::Blocked(_) => row.dropped == 0,
            ExchangeEnd::Fenced | ExchangeEnd::Unsendable(_) => false,
        };
        if is_its_doing && row.suspicion.is_none() {
            match vectors.get(row.good) {
                Some(vector) => {
                    let exchange = Exchange::ended(ending);
                    row.first_try = Some(judge.judged(vector, exchange));
                }
                None => row.end = Some(ending),
            }
        }
        self.session = None;
        Ok(row)
    }

    /// Tries a vector once, on the subject that runs or a fresh one, and asks behind it whether all is well. A subject that died or
    /// fell silent is gone.
    pub(crate) fn probe<'c>(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        if let Err(why) = self.ensure_session()? {
            return Err(RunError::Gone(why));
        }
        let mut outcome = self.try_once(vector, None)?;
        if !matches!(outcome.verdict, Verdict::Crash | Verdict::Hang) {
            self.close(&mut outcome)?;
        }
        if outcome.verdict == Verdict::Hang {
            self.session = None;
        }
        Ok(outcome)
    }

    /// Tries a vector, and once more on a fresh subject if this one died or fell silent.
    fn outcome<'c>(
        &mut self,
        vector: &'c Vector,
        first_try: Option<Outcome<'c>>,
        mut before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let first = match first_try {
            Some(first) => first,
            None => {
                if let Err(why) = self.ensure_session()? {
                    // What became of the subject is all that there is to be said of those behind it.
                    let lost = self.lost.as_ref().map(|(verdict, _)| *verdict);
                    let verdict = lost.unwrap_or(Verdict::Crash);
                    return Ok(self.judge().outcome(vector, verdict, why));
                }
                self.try_once(vector, before.as_deref_mut())?
            }
        };
        if !matches!(first.verdict, Verdict::Crash | Verdict::Hang) {
            return Ok(first);
        }
        self.lose(&first);
        if self.ensure_session()?.is_err() {
            return Ok(first);
        }
        let second = self.try_once(vector, None)?;
        if matches!(second.verdict, Verdict::Crash | Verdict::Hang) {
            self.lose(&second);
        }
        if second.verdict == first.verdict {
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

    /// Does away with a subject that died or fell silent.
    fn lose(&mut self, outcome: &Outcome<'_>) {
        self.lost = Some(loss(outcome));
        self.session = None;
    }

    /// Makes sure that a subject runs. The inner error says why there is none.
    pub(crate) fn ensure_session(&mut self) -> Result<Result<(), String>, RunError> {
        if self.session.is_some() {
            return Ok(Ok(()));
        }
        while self.failed_starts < MAX_FAILED_STARTS {
            match Session::start(
                self.subject,
                self.dialect,
                self.socket,
                &mut self.places,
                &mut self.fences,
                self.settings,
            ) {
                Ok(session) => {
                    self.session = Some(session);
                    self.lost = None;
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
        let lost = match &self.lost {
            Some((Verdict::Hang, id)) => {
                format!("it was not sent: the subject fell silent at `{id}`")
            }
            Some((_, id)) => format!("it was not sent: the subject died at `{id}`"),
            None => "it was not sent: the subject is gone".into(),
        };
        Ok(Err(format!(
            "{lost} and could not be had back: {}",
            self.last_start_error
        )))
    }

    fn try_once<'c>(
        &mut self,
        vector: &'c Vector,
        before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        let mut exchange = self.exchange(vector, SendMode::Burst);
        if exchange.end == ExchangeEnd::Fenced && exchange.dropped > 0 {
            exchange = self.exchange(vector, SendMode::OneByOne);
        }
        if let Some(before) = before.filter(|before| before.instance == self.instance) {
            blame_for_late(before, &vector.steps, &mut exchange.observation);
        }
        match exchange.end {
            ExchangeEnd::Unsendable(message) => Err(RunError::Unsendable {
                vector: vector.id.clone(),
                message,
            }),
            ExchangeEnd::Interrupted => Err(RunError::Interrupted),
            _ => {
                if let ExchangeEnd::Died { .. } = exchange.end {
                    self.session = None;
                }
                Ok(self.judge().judged(vector, exchange))
            }
        }
    }

    fn exchange(&mut self, vector: &Vector, mode: SendMode) -> Exchange {
        let session = self
            .session
            .as_mut()
            .expect("the caller made sure that there is one");
        let datagrams = vector.steps.iter().map(|step| &step.datagram[..]);
        session.exchange(vector.dialect, datagrams, &mut self.fences, mode)
    }

    /// Sends the last good event. If that goes wrong, the last vector did it.
    fn close(&mut self, last: &mut Outcome<'_>) -> Result<(), RunError> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let mut exchange =
            session.exchange(last.vector.dialect, [], &mut self.fences, SendMode::Burst);
        blame_for_late(last, &[], &mut exchange.observation);
        match exchange.end {
            ExchangeEnd::Fenced => {
                let judgment = judge(&[], &exchange.observation, self.answering());
                if let Judgment::Departs { .. } = judgment
                    && !last.verdict.is_failure(Strictness::Should)
                {
                    (last.verdict, last.why) = grade(last.vector, judgment);
                    last.observation = exchange.observation;
                }
            }
            ExchangeEnd::Unsendable(message) => {
                return Err(RunError::Unsendable {
                    vector: last.vector.id.clone(),
                    message,
                });
            }
            ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
            ending => {
                if let ExchangeEnd::Died { .. } = ending {
                    self.session = None;
                }
                ends_behind(last, ending);
            }
        }
        Ok(())
    }

    /// Says how the subject answers.
    pub(crate) fn answering(&self) -> Answering {
        match self.subject.kind() {
            Kind::Parser => Answering::Always,
            Kind::Listener | Kind::Running => Answering::MayBeSilent,
        }
    }

    /// Gives who judges what this subject does.
    fn judge(&self) -> Judge {
        Judge {
            socket: self.socket,
            instance: self.instance,
            answering: self.answering(),
        }
    }
}

/// Says how a subject was lost, and at which vector.
fn loss(outcome: &Outcome<'_>) -> (Verdict, String) {
    (outcome.verdict, outcome.vector.id.clone())
}

/// Tells outcomes, and holds the last one back until the next is there: what kills a subject may show only then.
struct Held<'t, 'c> {
    last: Option<Outcome<'c>>,
    tell: &'t mut dyn FnMut(Outcome<'c>),
}

impl<'c> Held<'_, 'c> {
    fn push(&mut self, outcome: Outcome<'c>) {
        if let Some(before) = self.last.replace(outcome) {
            (self.tell)(before);
        }
    }
}
