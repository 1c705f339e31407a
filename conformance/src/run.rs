//! The loop: every vector over every socket, each with a verdict, whatever the subject does.

use std::time::Duration;

use crate::contract::Start;
use crate::fence::Fences;
use crate::judge::{Answering, Finding, Verdict, judge};
use crate::known::Known;
use crate::subject::{
    Ending, Exchange, Kind, Observation, Places, Session, Settings, SocketKind, StartError,
    SubjectCommand,
};
use crate::vectors::{Dialect, Vector};

/// What to run.
#[derive(Debug)]
pub struct Plan<'c> {
    /// The vectors, in the order in which they are run.
    pub vectors: Vec<&'c Vector>,
    /// What starts the subject.
    pub command: SubjectCommand,
    /// The sockets to run them over, one after the other.
    pub sockets: Vec<SocketKind>,
    /// What holds for every subject.
    pub settings: Settings,
    /// Determines the fences' tags.
    pub seed: u64,
    /// Failures that are known.
    pub known: Known,
}

/// What came of one vector over one socket.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'c> {
    /// The vector.
    pub vector: &'c Vector,
    /// The socket.
    pub socket: SocketKind,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on, in a sentence. Empty for a pass.
    pub why: String,
    /// What the subject reported.
    pub observation: Observation,
    /// What the subject wrote for people, where it died: the first lines and the last.
    pub log: Vec<String>,
    /// From the first datagram to the fence's report.
    pub duration: Duration,
    /// Which of the subjects that were started it was.
    instance: usize,
}

/// What happens during a run, in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'r, 'c> {
    /// A subject stands ready for this dialect on this socket; comes once for each.
    Ready {
        /// The dialect that it is sent.
        dialect: Dialect,
        /// The socket.
        socket: SocketKind,
        /// What the subject told about itself.
        start: &'r Start,
    },
    /// A vector has its verdict.
    Outcome(&'r Outcome<'c>),
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There was no subject to test.
    #[error(transparent)]
    Start(StartError),
    /// This machine cannot send what a vector holds.
    #[error("vector `{vector}` cannot be sent from here: {message}")]
    Unsendable {
        /// Its id.
        vector: String,
        /// Why not.
        message: String,
    },
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

impl From<StartError> for RunError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Interrupted => Self::Interrupted,
            error => Self::Start(error),
        }
    }
}

/// Runs a plan, and tells what happens as it happens.
///
/// # Errors
///
/// If there is no subject to test or the run was stopped. What was told until then holds.
pub fn run<'c>(plan: &Plan<'c>, mut tell: impl FnMut(Event<'_, 'c>)) -> Result<(), RunError> {
    let mut places = Places::new();
    let mut fences = Fences::new(&plan.settings.fence, plan.seed);
    for socket in &plan.sockets {
        let session = Session::start(
            &plan.command,
            *socket,
            &mut places,
            &mut fences,
            &plan.settings,
        )?;
        let start = session.declared().clone();
        tell(Event::Ready {
            dialect: plan.command.dialect(),
            socket: *socket,
            start: &start,
        });
        let mut runner = Runner {
            plan,
            socket: *socket,
            places: &mut places,
            fences: &mut fences,
            start,
            session: Some(session),
            failed_starts: 0,
            last_start_error: String::new(),
            instance: 0,
        };
        runner.run_all(&mut tell)?;
    }
    Ok(())
}

/// So many starts in a row may fail before no more are tried.
const MAX_FAILED_STARTS: usize = 3;

/// A run over one socket.
struct Runner<'r, 'c> {
    plan: &'r Plan<'c>,
    socket: SocketKind,
    places: &'r mut Places,
    fences: &'r mut Fences,
    start: Start,
    /// `None` after the subject died.
    session: Option<Session>,
    failed_starts: usize,
    last_start_error: String,
    /// How many subjects were started before this one.
    instance: usize,
}

impl<'c> Runner<'_, 'c> {
    fn run_all(&mut self, tell: &mut impl FnMut(Event<'_, 'c>)) -> Result<(), RunError> {
        // Each outcome is held back until the next is there: what kills a subject may show only then.
        let mut held = None::<Outcome<'c>>;
        for vector in &self.plan.vectors {
            let outcome = self.outcome(vector, held.as_mut())?;
            if let Some(mut held) = held.replace(outcome) {
                self.plan.known.regard(&mut held);
                tell(Event::Outcome(&held));
            }
        }
        if let Some(mut last) = held {
            self.close(&mut last)?;
            self.plan.known.regard(&mut last);
            tell(Event::Outcome(&last));
        }
        if let Some(session) = self.session.take() {
            session.stop();
        }
        Ok(())
    }

    /// Tries a vector, and once more on a fresh subject if this one died or fell silent.
    fn outcome(
        &mut self,
        vector: &'c Vector,
        before: Option<&mut Outcome<'c>>,
    ) -> Result<Outcome<'c>, RunError> {
        if let Some(why) = not_applicable(vector, &self.start) {
            return Ok(self.without_exchange(vector, Verdict::NotApplicable, why));
        }
        if let Err(why) = self.ensure_session()? {
            return Ok(self.without_exchange(vector, Verdict::Crash, why));
        }
        let first = self.try_once(vector)?;
        if !matches!(first.verdict, Verdict::Crash | Verdict::Hang) {
            return Ok(first);
        }
        self.session = None;
        if self.ensure_session()?.is_err() {
            return Ok(first);
        }
        let second = self.try_once(vector)?;
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
                &plan.command,
                self.socket,
                self.places,
                self.fences,
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

    fn try_once(&mut self, vector: &'c Vector) -> Result<Outcome<'c>, RunError> {
        let mut exchange = self.exchange(vector, false);
        if exchange.ending == Ending::Fenced && exchange.dropped > 0 {
            exchange = self.exchange(vector, true);
        }
        let Exchange {
            observation,
            ending,
            duration,
            dropped,
            ..
        } = exchange;
        let mut outcome = Outcome {
            vector,
            socket: self.socket,
            verdict: Verdict::Pass,
            why: String::new(),
            observation,
            log: Vec::new(),
            duration,
            instance: self.instance,
        };
        match ending {
            Ending::Fenced if dropped > 0 => {
                let why = format!(
                    "the kernel dropped {dropped} of its datagrams even one at a time: the listener's receive buffer is \
                     too small for them"
                );
                (outcome.verdict, outcome.why) = grade(vector, Finding::Departs { why });
            }
            Ending::Fenced => {
                let answering = answering(&self.plan.command);
                (outcome.verdict, outcome.why) = grade(
                    vector,
                    judge(&vector.steps, &outcome.observation, answering),
                );
            }
            Ending::NoRoom(wait) => {
                outcome.verdict = Verdict::Hang;
                outcome.why =
                    format!("it took nothing more within {wait:.1?}: it has stopped reading");
            }
            Ending::TimedOut(wait) => {
                outcome.verdict = Verdict::Hang;
                outcome.why =
                    format!("the good event that followed was not reported within {wait:.1?}");
            }
            Ending::Died { death, log } => {
                self.session = None;
                outcome.verdict = Verdict::Crash;
                outcome.why = death.to_string();
                outcome.log = log;
            }
            Ending::Unsendable(message) => {
                return Err(RunError::Unsendable {
                    vector: vector.id.clone(),
                    message,
                });
            }
            Ending::Interrupted => return Err(RunError::Interrupted),
        }
        Ok(outcome)
    }

    fn exchange(&mut self, vector: &Vector, one_by_one: bool) -> Exchange {
        let session = self
            .session
            .as_mut()
            .expect("the caller made sure that there is one");
        let datagrams = vector.steps.iter().map(|step| &step.datagram[..]);
        session.exchange(datagrams, self.fences, one_by_one)
    }

    /// Sends the last good event. If that goes wrong, the last vector did it.
    fn close(&mut self, last: &mut Outcome<'c>) -> Result<(), RunError> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let exchange = session.exchange([], self.fences, false);
        match exchange.ending {
            Ending::Fenced => {
                let finding = judge(&[], &exchange.observation, answering(&self.plan.command));
                if let Finding::Departs { .. } = finding
                    && !last.verdict.is_failure(true)
                {
                    (last.verdict, last.why) = grade(last.vector, finding);
                    last.observation = exchange.observation;
                }
            }
            Ending::TimedOut(wait) | Ending::NoRoom(wait) => {
                last.verdict = Verdict::Hang;
                last.why = format!(
                    "it went on at first, but did not report the last good event within {wait:.1?}"
                );
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
        }
        Ok(())
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
            instance: self.instance,
        }
    }
}

fn answering(command: &SubjectCommand) -> Answering {
    match command.kind() {
        Kind::Listener => Answering::MayBeSilent,
        Kind::Parser => Answering::Always,
    }
}

fn grade(vector: &Vector, finding: Finding) -> (Verdict, String) {
    let verdict = Verdict::of(vector.level, &finding);
    let why = match finding {
        Finding::Departs { why } => why,
        Finding::Conforms { .. } if verdict == Verdict::Pass => String::new(),
        Finding::Conforms { ways } => told(vector, &ways),
    };
    (verdict, why)
}

/// Says which of the right ways was taken.
fn told(vector: &Vector, ways: &[usize]) -> String {
    let chosen = vector.steps.iter().zip(ways).filter_map(|(step, way)| {
        let count = step.expect.alternatives().len();
        (count > 1).then(|| format!("{} of {count}", way + 1))
    });
    match chosen.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "it went on".into(),
        chosen => format!("takes reading {chosen}"),
    }
}

fn not_applicable(vector: &Vector, start: &Start) -> Option<String> {
    let listed = start
        .not_applicable
        .iter()
        .flatten()
        .any(|id| *id == vector.requirement || *id == vector.id);
    if listed {
        return Some("the subject declares that it does not apply".into());
    }
    let longest = vector.longest_datagram();
    if let Some(max) = start.max_datagram.filter(|max| *max < longest) {
        return Some(format!(
            "the subject declares that it takes at most {max} bytes, and this has {longest}"
        ));
    }
    let dialects = start.dialects.as_ref()?;
    let unknown = !dialects
        .iter()
        .any(|dialect| dialect == vector.dialect.as_str());
    unknown.then(|| format!("the subject declares that it reads {dialects:?}"))
}
