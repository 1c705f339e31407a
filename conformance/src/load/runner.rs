use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::bench_run::{BenchRun, SearchedRun};
use super::judge::{LimitedBy, SearchAbort, TrialVerdict};
use super::measurement::Measurement;
use super::mix::{Mix, MixError, default_events};
use super::plan::{BenchPlan, Goal, TargetSpec};
use super::rate_search::{RateSearch, SearchSettings};
use super::schedule::{Schedule, ScheduleError, Shape};
use super::search_record::{SearchRecord, TrialRecord};
use super::sink::DatagramSink;
use super::tag::Tag;
use super::trial::Trial;
use super::trial_end::TrialEnd;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::subject::{AddressAllocator, Session, StartError};
use crate::transport::{Address, SocketKind};

/// An event of a load test, for a display of its progress.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BenchEvent<'e> {
    /// A search begins.
    SearchStarted {
        /// The fewest and the most trials that the search takes if they do not contradict each
        /// other.
        trials: RangeInclusive<u32>,
        /// How long each trial sends.
        duration: Duration,
    },
    /// The warm-up begins, for this time.
    WarmUp(Duration),
    /// A trial begins.
    TrialStarted {
        /// In datagrams per second.
        rate: f64,
        /// How long it sends.
        duration: Duration,
    },
    /// A trial of a search has ended.
    TrialEnded(&'e TrialRecord),
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The subject did not start.
    #[error(transparent)]
    Start(StartError),
    /// The events cannot be sent.
    #[error(transparent)]
    Mix(#[from] MixError),
    /// The rate and the duration give no datagram, or too many.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The system has no socket or no thread.
    #[error("{what}: {source}")]
    Io {
        /// What was asked for.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// A datagram cannot be sent.
    #[error("{0}")]
    Unsendable(String),
    /// The listener is bound to a socket of another kind.
    #[error("{0}")]
    OtherSocket(String),
    /// The subject is a parser.
    #[error("a parser has no socket; load tests are of listeners")]
    Parser,
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

impl From<StartError> for BenchError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Interrupted => Self::Interrupted,
            error => Self::Start(error),
        }
    }
}

impl BenchError {
    /// Returns whether the listener cannot be tested any more. Earlier measurements stay valid
    /// then.
    fn is_of_listener(&self) -> bool {
        match self {
            Self::Start(error) => !matches!(error, StartError::Interrupted),
            Self::Io { .. } | Self::OtherSocket(_) => true,
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

/// Runs a load test, and returns the results of each dialect over each kind of socket.
///
/// # Errors
///
/// If nothing was measured. A listener that dies or hangs is a result, and so is one that cannot be
/// started any more after something was measured. What was measured before an interruption is kept.
pub fn run(
    plan: &BenchPlan,
    on_event: impl FnMut(SocketKind, BenchEvent<'_>),
) -> Result<Vec<BenchRun>, BenchError> {
    let mut runs = Vec::new();
    let mut runner = BenchRunner {
        plan,
        addresses: AddressAllocator::new(),
        fences: plan.settings.fences(),
        target: None,
        on_event,
    };
    for dialect in &plan.dialects {
        for socket in &plan.sockets {
            let case = BenchCase::new(plan, *dialect, *socket)?;
            let run = match plan.goal {
                Goal::Measure(shape) => runner.measure(&case, shape),
                Goal::Search(settings) => runner.search(&case, settings),
            };
            runs.push(match run {
                Err(error) if error.is_interruption() && !runs.is_empty() => return Ok(runs),
                Err(error) if error.is_of_listener() && !runs.is_empty() => {
                    BenchRun::unmeasured(*dialect, socket.to_string(), &error)
                }
                run => run?,
            });
            runner.stop_target();
            if plan.settings.stop.is_requested() {
                return Ok(runs);
            }
        }
    }
    Ok(runs)
}

/// A dialect over a kind of socket, and what is sent there.
struct BenchCase {
    dialect: Dialect,
    socket: SocketKind,
    mix: Mix,
    tag: Tag,
}

impl BenchCase {
    fn new(plan: &BenchPlan, dialect: Dialect, socket: SocketKind) -> Result<Self, BenchError> {
        let tag = Tag::random();
        let mut events = if plan.events.is_empty() {
            default_events(dialect)
        } else {
            plan.events.clone()
        };
        if let Some(name) = &plan.event {
            events
                .iter_mut()
                .for_each(|event| event.name = name.as_str().into());
        }
        Ok(Self {
            dialect,
            socket,
            mix: Mix::new(dialect, &events, &plan.sizes, &tag)?,
            tag,
        })
    }
}

/// Runs trials, and starts a new target after a trial in which it died or hung.
struct BenchRunner<'p, F> {
    plan: &'p BenchPlan,
    addresses: AddressAllocator,
    fences: Fences,
    /// `None` while no target runs.
    target: Option<Target>,
    on_event: F,
}

/// A target that runs.
enum Target {
    Session(Box<Session>),
    Sink(DatagramSink),
}

/// The last trial of a search with this rate and verdict.
struct KeptTrial {
    rate: f64,
    verdict: TrialVerdict,
    measurement: Measurement,
}

impl<F: FnMut(SocketKind, BenchEvent<'_>)> BenchRunner<'_, F> {
    fn measure(&mut self, case: &BenchCase, shape: Shape) -> Result<BenchRun, BenchError> {
        let schedule = Schedule::new(shape, self.plan.duration)?;
        self.warm_up(case, shape.mean_rate())?;
        let measurement = self.trial(case, schedule)?;
        let record = match self.is_interrupted() {
            true => BenchRun::interrupted,
            false => BenchRun::measured,
        };
        Ok(record(case.dialect, case.socket.to_string(), measurement))
    }

    fn search(
        &mut self,
        case: &BenchCase,
        settings: SearchSettings,
    ) -> Result<BenchRun, BenchError> {
        let mut search = RateSearch::new(settings);
        let (mut records, mut kept) = (Vec::new(), Vec::<KeptTrial>::new());
        let started = BenchEvent::SearchStarted {
            trials: settings.trials(),
            duration: self.plan.duration,
        };
        (self.on_event)(case.socket, started);
        self.warm_up(case, settings.start)?;
        let mut abort = None;
        while let Some(rate) = search.next_rate() {
            let schedule = Schedule::new(Shape::Constant(rate), self.plan.duration)?;
            let measured = self.trial(case, schedule);
            let measurement = match measured {
                Err(error) if error.is_of_listener() && !records.is_empty() => {
                    abort = Some(SearchAbort::NoListener(error.to_string()));
                    break;
                }
                Err(error) if error.is_interruption() && !records.is_empty() => {
                    abort = Some(SearchAbort::Interrupted);
                    break;
                }
                measured => measured?,
            };
            if self.is_interrupted() {
                if records.is_empty() {
                    return Err(BenchError::Interrupted);
                }
                abort = Some(SearchAbort::Interrupted);
                break;
            }
            let verdict = measurement.verdict();
            search.record(rate, verdict);
            let record = TrialRecord::of(&measurement);
            (self.on_event)(case.socket, BenchEvent::TrialEnded(&record));
            records.push(record);
            kept.retain(|trial| (trial.rate, trial.verdict) != (rate, verdict));
            kept.push(KeptTrial {
                rate,
                verdict,
                measurement,
            });
        }
        if abort.is_some() {
            search.abort();
        }
        let record = SearchRecord::new(search.outcome(), records, abort.as_ref());
        let at = |rate: Option<f64>, verdict: TrialVerdict| {
            let mut kept = kept.iter();
            kept.find(|trial| Some(trial.rate) == rate && trial.verdict == verdict)
                .map(|trial| &trial.measurement)
        };
        let at_highest = at(record.highest, TrialVerdict::Passed).cloned();
        let at_failed = at(record.failed, TrialVerdict::Failed)
            .or_else(|| at(record.failed, TrialVerdict::Disturbed));
        let limited_by = LimitedBy::of_search(at_failed, abort.as_ref());
        Ok(BenchRun::searched(SearchedRun {
            dialect: case.dialect,
            socket: case.socket.to_string(),
            search: record,
            at_highest,
            at_failed,
            limited_by,
        }))
    }

    /// Sends for a while without counting, so that a slow start of the listener is not measured.
    fn warm_up(&mut self, case: &BenchCase, rate: f64) -> Result<(), BenchError> {
        let time = self.plan.warm_up;
        if time.is_zero() {
            return Ok(());
        }
        (self.on_event)(case.socket, BenchEvent::WarmUp(time));
        // A warm-up that is too short for a datagram is left out.
        if let Ok(schedule) = Schedule::new(Shape::Constant(rate), time) {
            self.send(case, schedule)?;
        }
        match self.is_interrupted() {
            true => Err(BenchError::Interrupted),
            false => Ok(()),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.plan.settings.stop.is_requested()
    }

    fn trial(&mut self, case: &BenchCase, schedule: Schedule) -> Result<Measurement, BenchError> {
        let started = BenchEvent::TrialStarted {
            rate: schedule.shape().mean_rate(),
            duration: schedule.duration(),
        };
        (self.on_event)(case.socket, started);
        self.send(case, schedule)
    }

    fn send(&mut self, case: &BenchCase, schedule: Schedule) -> Result<Measurement, BenchError> {
        let mut target = match self.target.take() {
            Some(target) => target,
            None => self.start(case)?,
        };
        // Each trial has numbers of its own, so that late reports of the one before do not count.
        let tag = Tag::random();
        let mix = case.mix.with_tag(&case.tag, &tag);
        let address = target.address().ok_or(BenchError::Parser)?.clone();
        let trial = Trial {
            schedule,
            mix: &mix,
            tag: &tag,
            dialect: case.dialect,
            address: &address,
            method: self.plan.method,
            timeout: self.plan.settings.timeout,
            stop: self.plan.settings.stop.clone(),
        };
        let result = match &mut target {
            Target::Session(session) => trial.run(session.as_mut(), &mut self.fences),
            Target::Sink(sink) => trial.run(sink, &mut self.fences),
        };
        self.target = Some(target);
        let result = result.map_err(|source| BenchError::Io {
            what: format!("cannot send to {address}"),
            source,
        })?;
        match &result.end {
            TrialEnd::Finished | TrialEnd::SenderBlocked(_) | TrialEnd::Interrupted => {}
            // The next trial starts a fresh target.
            TrialEnd::Died(_) | TrialEnd::Stalled(_) => self.stop_target(),
            TrialEnd::Unsendable(why) => return Err(BenchError::Unsendable(why.clone())),
        }
        Ok(Measurement::of(&schedule, &result))
    }

    fn start(&mut self, case: &BenchCase) -> Result<Target, BenchError> {
        Ok(match &self.plan.target {
            TargetSpec::Subject(subject) => {
                let session = Session::start(
                    subject,
                    case.dialect,
                    case.socket,
                    &mut self.addresses,
                    &mut self.fences,
                    &self.plan.settings,
                )?;
                if let Some(why) = session.wrong_socket(case.socket) {
                    return Err(BenchError::OtherSocket(why));
                }
                Target::Session(Box::new(session))
            }
            TargetSpec::Sink => {
                let what = format!("a {} socket", case.socket);
                let sink = DatagramSink::bind(case.socket);
                Target::Sink(sink.map_err(|source| BenchError::Io { what, source })?)
            }
        })
    }

    fn stop_target(&mut self) {
        if let Some(Target::Session(session)) = self.target.take() {
            session.stop();
        }
    }
}

impl Target {
    fn address(&self) -> Option<&Address> {
        match self {
            Self::Session(session) => session.address(),
            Self::Sink(sink) => Some(sink.address()),
        }
    }
}
