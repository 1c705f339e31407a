use std::io;
use std::time::Duration;

use event_datagram::EventBuf;

use super::measurement::Measurement;
use super::mix::{Mix, MixError, default_events};
use super::observer::Sink;
use super::report::{Attempt, INTERRUPTED, Run, Searched};
use super::schedule::{Schedule, ScheduleError, Shape};
use super::search::{Search, SearchSettings, TrialEnd};
use super::tag::Tag;
use super::trial::{Ending, Trial};
use crate::fence::Fences;
use crate::subject::{AddressAllocator, Session, StartError, Subject, SubjectSettings};
use crate::transport::SocketKind;
use crate::transport::{Address, Method};
use crate::vectors::Dialect;

/// A load test: of what, with what, and what for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is tested.
    pub target: Target,
    /// Over which sockets, one after the other.
    pub sockets: Vec<SocketKind>,
    /// In which dialects, one after the other.
    pub dialects: Vec<Dialect>,
    /// Measure at a rate, or find one.
    pub goal: Goal,
    /// How long each test is.
    pub duration: Duration,
    /// How long to send before the first test, without counting.
    pub warm_up: Duration,
    /// What is sent, in turn; [those that are usual](default_events) if none are named.
    pub events: Vec<EventBuf>,
    /// How long the datagrams are, in turn; as long as they are by themselves if nothing is named.
    pub sizes: Vec<usize>,
    /// How they are handed to the kernel.
    pub method: Method,
    /// What holds for the subject.
    pub settings: SubjectSettings,
}

/// What a load test is for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// To measure at this rate.
    Measure(Shape),
    /// To find the highest rate without loss.
    Find(SearchSettings),
}

/// What is tested.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// A listener.
    Subject(Subject),
    /// A bare socket, read by this program.
    Sink,
}

/// What goes on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress<'p> {
    /// It warms up.
    WarmUp(Duration),
    /// A test begins, at this rate, for this time.
    Begins(f64, Duration),
    /// A trial of a search ended.
    Ended(&'p Attempt),
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The subject did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The events cannot be sent.
    #[error(transparent)]
    Mix(#[from] MixError),
    /// Nothing comes of the rate, or too much.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A socket or a thread cannot be had.
    #[error("{what}: {source}")]
    Io {
        /// What was to be had.
        what: String,
        /// Why not.
        source: io::Error,
    },
    /// A datagram cannot be sent.
    #[error("{0}")]
    Unsendable(String),
    /// The listener is bound to a socket of another kind.
    #[error("{0}")]
    Elsewhere(String),
    /// There is no socket to send to.
    #[error("a parser has no socket; load tests are of listeners")]
    Parser,
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

impl BenchError {
    /// Tells whether the listener could not be had, so that nothing more can be measured of it: no reason to throw away what was.
    fn is_of_listener(&self) -> bool {
        match self {
            Self::Start(error) => !matches!(error, StartError::Interrupted),
            Self::Io { .. } | Self::Elsewhere(_) => true,
            _ => false,
        }
    }

    fn is_interruption(&self) -> bool {
        matches!(
            self,
            Self::Interrupted | Self::Start(StartError::Interrupted)
        )
    }
}

/// Carries a plan out, and gives the results of each dialect over each kind of socket.
///
/// # Errors
///
/// If there is nothing to measure. A listener that dies or hangs is a result, and so is one that cannot be started any more when
/// something was measured already. Nor is what was measured before somebody interrupted it thrown away.
pub fn run(
    plan: &Plan,
    mut progress: impl FnMut(SocketKind, Progress<'_>),
) -> Result<Vec<Run>, BenchError> {
    let mut runs = Vec::new();
    let mut stage = Stage {
        plan,
        places: AddressAllocator::new(),
        fences: Fences::new(&plan.settings.fence),
        actor: None,
    };
    for dialect in &plan.dialects {
        for socket in &plan.sockets {
            let scene = Scene::new(plan, *dialect, *socket)?;
            let run = match plan.goal {
                Goal::Measure(shape) => stage.measure(&scene, shape, &mut progress),
                Goal::Find(settings) => stage.find(&scene, settings, &mut progress),
            };
            runs.push(match run {
                Err(error) if error.is_interruption() && !runs.is_empty() => return Ok(runs),
                Err(error) if error.is_of_listener() && !runs.is_empty() => {
                    Run::unmeasured(*dialect, socket.to_string(), &error)
                }
                run => run?,
            });
            stage.leave();
            if plan.settings.stop.is_requested() {
                return Ok(runs);
            }
        }
    }
    Ok(runs)
}

/// What stays the same over the tests of a run.
struct Scene {
    dialect: Dialect,
    socket: SocketKind,
    mix: Mix,
    tag: Tag,
}

/// Where tests take place, and what is tested, as long as it lives.
struct Stage<'p> {
    plan: &'p Plan,
    places: AddressAllocator,
    fences: Fences,
    actor: Option<Actor>,
}

enum Actor {
    Session(Box<Session>),
    Sink(Sink),
}

impl Scene {
    fn new(plan: &Plan, dialect: Dialect, socket: SocketKind) -> Result<Self, BenchError> {
        let tag = Tag::random();
        let defaults;
        let events = if plan.events.is_empty() {
            defaults = default_events(dialect);
            &defaults
        } else {
            &plan.events
        };
        Ok(Self {
            dialect,
            socket,
            mix: Mix::new(dialect, events, &plan.sizes, &tag)?,
            tag,
        })
    }
}

impl Stage<'_> {
    fn measure(
        &mut self,
        scene: &Scene,
        shape: Shape,
        progress: &mut impl FnMut(SocketKind, Progress<'_>),
    ) -> Result<Run, BenchError> {
        let schedule = Schedule::new(shape, self.plan.duration)?;
        self.warm_up(scene, shape.mean_rate(), progress)?;
        progress(
            scene.socket,
            Progress::Begins(shape.mean_rate(), self.plan.duration),
        );
        let measured = self.trial(scene, schedule)?;
        let seconds = measured.seconds;
        let mut run = Run::measured(scene.dialect, scene.socket.to_string(), measured);
        if self.is_interrupted() {
            run.notes
                .insert(0, format!("it was interrupted after {seconds:.2} s"));
        }
        Ok(run)
    }

    fn find(
        &mut self,
        scene: &Scene,
        settings: SearchSettings,
        progress: &mut impl FnMut(SocketKind, Progress<'_>),
    ) -> Result<Run, BenchError> {
        let mut search = Search::new(settings);
        let (mut attempts, mut at_rates) = (Vec::new(), Vec::<(Attempt, Measurement)>::new());
        self.warm_up(scene, settings.start, progress)?;
        let mut broken = None;
        while let Some(rate) = search.next_rate() {
            progress(scene.socket, Progress::Begins(rate, self.plan.duration));
            let schedule = Schedule::new(Shape::Constant(rate), self.plan.duration)?;
            let measured = match self.trial(scene, schedule) {
                Err(error) if error.is_of_listener() && !attempts.is_empty() => {
                    search.give_up();
                    broken = Some(error.to_string());
                    break;
                }
                Err(error) if error.is_interruption() && !attempts.is_empty() => None,
                measured => Some(measured?),
            };
            let Some(measured) = measured.filter(|_| !self.is_interrupted()) else {
                if attempts.is_empty() {
                    return Err(BenchError::Interrupted);
                }
                search.give_up();
                broken = Some(INTERRUPTED.into());
                break;
            };
            let attempt = Attempt::of(&measured);
            search.tell(rate, attempt.end());
            progress(scene.socket, Progress::Ended(&attempt));
            attempts.push(attempt.clone());
            // Of each rate the last of each end is kept.
            at_rates.retain(|(known, _)| (known.rate, known.end()) != (rate, attempt.end()));
            at_rates.push((attempt, measured));
        }
        let searched = Searched::new(search.found(), attempts, broken);
        let at = |rate: Option<f64>, end: TrialEnd| {
            let mut known = at_rates.iter();
            known
                .find(|(attempt, _)| Some(attempt.rate) == rate && attempt.end() == end)
                .map(|(_, measured)| measured)
        };
        let highest = at(searched.highest, TrialEnd::Passed).cloned();
        let failed = at(searched.failed, TrialEnd::Failed)
            .or_else(|| at(searched.failed, TrialEnd::Disturbed));
        Ok(Run::searched(
            scene.dialect,
            scene.socket.to_string(),
            searched,
            highest,
            failed,
        ))
    }

    /// Sends for a while without counting, so that what is slow at first only is over.
    fn warm_up(
        &mut self,
        scene: &Scene,
        rate: f64,
        progress: &mut impl FnMut(SocketKind, Progress<'_>),
    ) -> Result<(), BenchError> {
        let time = self.plan.warm_up;
        if time.is_zero() {
            return Ok(());
        }
        progress(scene.socket, Progress::WarmUp(time));
        // Else not even one datagram falls into it.
        if let Ok(schedule) = Schedule::new(Shape::Constant(rate), time) {
            self.trial(scene, schedule)?;
        }
        match self.is_interrupted() {
            true => Err(BenchError::Interrupted),
            false => Ok(()),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.plan.settings.stop.is_requested()
    }

    fn trial(&mut self, scene: &Scene, schedule: Schedule) -> Result<Measurement, BenchError> {
        if self.actor.is_none() {
            self.actor = Some(self.start(scene)?);
        }
        // Each trial has numbers of its own: what is late from the one before must not count.
        let tag = Tag::random();
        let mix = scene.mix.with_tag(&scene.tag, &tag);
        let actor = self.actor.as_mut().expect("it was started");
        let address = actor.address().ok_or(BenchError::Parser)?.clone();
        let trial = Trial {
            schedule,
            mix: &mix,
            tag: &tag,
            dialect: scene.dialect,
            address: &address,
            method: self.plan.method,
            limit: self.plan.settings.limit,
            stop: self.plan.settings.stop.clone(),
        };
        let outcome = match actor {
            Actor::Session(session) => trial.run(session.as_mut(), &mut self.fences),
            Actor::Sink(sink) => trial.run(sink, &mut self.fences),
        };
        let outcome = outcome.map_err(|source| BenchError::Io {
            what: format!("cannot send to {address}"),
            source,
        })?;
        match &outcome.ending {
            Ending::Finished | Ending::Jammed(_) | Ending::Interrupted => {}
            // The next test is of a fresh one.
            Ending::Died(_) | Ending::Stalled(_) => self.leave(),
            Ending::Unsendable(why) => return Err(BenchError::Unsendable(why.clone())),
        }
        Ok(Measurement::of(&schedule, &outcome))
    }

    fn start(&mut self, scene: &Scene) -> Result<Actor, BenchError> {
        Ok(match &self.plan.target {
            Target::Subject(subject) => {
                let session = Session::start(
                    subject,
                    scene.dialect,
                    scene.socket,
                    &mut self.places,
                    &mut self.fences,
                    &self.plan.settings,
                )?;
                if let Some(why) = session.elsewhere(scene.socket) {
                    return Err(BenchError::Elsewhere(why));
                }
                Actor::Session(Box::new(session))
            }
            Target::Sink => {
                let what = format!("a {} socket", scene.socket);
                let sink = Sink::bind(scene.socket);
                Actor::Sink(sink.map_err(|source| BenchError::Io { what, source })?)
            }
        })
    }

    fn leave(&mut self) {
        if let Some(Actor::Session(session)) = self.actor.take() {
            session.stop();
        }
    }
}

impl Actor {
    fn address(&self) -> Option<&Address> {
        match self {
            Self::Session(session) => session.address(),
            Self::Sink(sink) => Some(sink.address()),
        }
    }
}
