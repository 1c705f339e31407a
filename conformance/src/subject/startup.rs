use std::io;
use std::time::{Duration, Instant};

use event_datagram::Socket;
use memchr::memmem;

#[cfg(unix)]
use super::attached::Attached;
use super::body::Body;
use super::command::{Kind, Subject};
use super::death::{Death, Exit};
use super::lines::MAX_LINE;
use super::news::News;
use super::place::{Place, Places, SocketKind};
use super::process::Process;
use super::stop::Stop;
use crate::contract::{Line, Start, parse_line};
use crate::escape::{cut, escaped};
use crate::fence::{Backoff, Barrier, Fence, Fences, Position};
use crate::transport::{Address, Link};
use crate::vectors::Dialect;

/// What holds for every subject of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The longest that anything is waited for.
    pub limit: Duration,
    /// The name of the fence event.
    pub fence: String,
    /// Tells every wait to end.
    pub stop: Stop,
}

/// Why there is no subject to test: a set-up error, which says nothing about conformance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program cannot be started.
    #[error("the subject cannot be started: {program}")]
    Spawn {
        /// What was to be started.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// Its reports cannot be read.
    #[error(
        "the reports of the running listener cannot be read from {path}, which has to be there before the run, if only empty"
    )]
    Observe {
        /// Where they should be.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// No socket can be made for it.
    #[error("no {kind} socket can be made for the subject")]
    Socket {
        /// Of which kind.
        kind: SocketKind,
        /// Why not.
        source: io::Error,
    },
    /// It ended, or cannot be observed.
    #[error("the subject did not start over {kind}: {death}{}", told(log))]
    Died {
        /// Over which kind of socket.
        kind: SocketKind,
        /// How.
        death: Death,
        /// What it wrote for people: the first lines and the last.
        log: Vec<String>,
    },
    /// It did not report the first event.
    #[error(
        "the subject did not report the first event ({event}) within {limit:?}: {what}{}",
        told(log)
    )]
    Silent {
        /// What was sent.
        event: String,
        /// How long was waited.
        limit: Duration,
        /// What it did instead, as far as can be seen, and what to do.
        what: String,
        /// What it wrote for people: the first lines and the last.
        log: Vec<String>,
    },
    /// What it says about itself cannot be used.
    #[error("the subject's start line cannot be used: {0}")]
    StartLine(String),
    /// It says that it tells the dialects apart, and does not.
    #[error(
        "the subject says that it tells the dialects apart, but did not report a good event in {0}"
    )]
    Dialect(Dialect),
    /// The run was stopped.
    #[error("interrupted")]
    Interrupted,
}

fn told(log: &[String]) -> String {
    match log {
        [] => String::new(),
        lines => format!("\nits own words:\n  {}", lines.join("\n  ")),
    }
}

/// A subject that has reported its first event.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) body: Body,
    /// `None` for a parser.
    pub(super) link: Option<Link>,
    /// Kept as long as the subject, to be removed with it.
    pub(super) place: Option<Place>,
    pub(super) start: Start,
    /// The first event, and the line that reported it.
    pub(super) first: (Fence, Vec<u8>),
    /// From sending to report.
    pub(super) round_trip: Duration,
}

/// How long to wait before knocking again at a socket that is not bound yet: from, and up to.
const KNOCK: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));
/// How long a subject may be silent before it is sent another first event: what was sent while it
/// bound its socket may be lost. Doubled each time.
const FIRST_INTERVAL: Duration = Duration::from_millis(500);

/// Starts a subject, or finds one that runs, and waits until it has reported a first event, however it reads it.
pub(super) fn start(
    subject: &Subject,
    dialect: Dialect,
    kind: SocketKind,
    places: &mut Places,
    fences: &mut Fences,
    settings: &Settings,
) -> Result<Started, StartError> {
    let (body, place, address) = match subject {
        Subject::Command(command) => {
            let place = places
                .choose(kind)
                .map_err(|source| StartError::Socket { kind, source })?;
            let address = place.as_ref().map(|place| place.address.clone());
            let built = command.build(dialect, address.as_ref());
            let program = built.get_program().to_string_lossy().into_owned();
            let process = Process::start(built, command.kind() == Kind::Parser)
                .map_err(|source| StartError::Spawn { program, source })?;
            (Body::Process(process), place, address)
        }
        #[cfg(unix)]
        Subject::Running(running) => {
            let attached = attach(running, settings)?;
            (
                Body::Attached(attached),
                None,
                Some(running.address.clone()),
            )
        }
    };
    let startup = Startup {
        kind,
        is_running: subject.kind() == Kind::Running,
        dialect,
        body,
        place,
        address,
        link: None,
        start: Start::default(),
        barrier: Barrier::new(
            Backoff::Doubling {
                first: FIRST_INTERVAL,
            },
            Instant::now() + settings.limit,
        ),
        is_behind: false,
        seen: Vec::new(),
    };
    startup.run(fences, settings)
}

/// Opens the reports of a running listener. Where its owner is starting it anew, they may not be there for a moment.
#[cfg(unix)]
fn attach(running: &super::Running, settings: &Settings) -> Result<Attached, StartError> {
    let deadline = Instant::now() + settings.limit;
    loop {
        let source = match Attached::open(&running.reports) {
            Ok(attached) => return Ok(attached),
            Err(error) => error,
        };
        let passes = matches!(
            source.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
        );
        if !passes || Instant::now() >= deadline {
            let path = running.reports.as_arg();
            return Err(StartError::Observe { path, source });
        }
        if settings.stop.is_requested() {
            return Err(StartError::Interrupted);
        }
        // Nothing tells when a path appears.
        std::thread::sleep(KNOCK.1);
    }
}

struct Startup {
    kind: SocketKind,
    /// Whether somebody else started it.
    is_running: bool,
    dialect: Dialect,
    body: Body,
    place: Option<Place>,
    /// Where it listens: our place, unless it tells another.
    address: Option<Address>,
    link: Option<Link>,
    start: Start,
    /// The first events that were sent, as far as anybody took them.
    barrier: Barrier,
    /// Whether it has reported one of them, but not the last.
    is_behind: bool,
    /// What it reported that was not the first event.
    seen: Vec<Vec<u8>>,
}

impl Startup {
    fn run(mut self, fences: &mut Fences, settings: &Settings) -> Result<Started, StartError> {
        let mut pause = KNOCK.0;
        loop {
            let now = Instant::now();
            if settings.stop.is_requested() {
                return Err(StartError::Interrupted);
            }
            if self.barrier.is_overdue(now) {
                return Err(self.silent(settings));
            }
            if self.link.as_mut().is_some_and(Link::is_refused) {
                self.link = None;
            }
            if self.is_due(now) {
                self.knock(fences);
                pause = (pause * 2).min(KNOCK.1);
            }
            let until = (now + pause).min(self.barrier.deadline());
            match self.body.wait(until, None) {
                None | Some(News::Room) => {}
                Some(News::Line(line)) => {
                    match self.barrier.receive(&line, fences, Instant::now()) {
                        Some(returned) if returned.position == Position::Newest => {
                            let fence = returned.fence.clone();
                            let round_trip = returned.round_trip;
                            return Ok(self.finish(fence, line, round_trip));
                        }
                        // The newest one is still to come.
                        Some(_) => self.is_behind = true,
                        None if fences.is_tagged(&line) => {}
                        None => self.hear(line)?,
                    }
                }
                Some(News::LongLine) => self
                    .seen
                    .push(format!("(a line of more than {} MiB)", MAX_LINE >> 20).into_bytes()),
                Some(News::Closed) => {
                    // If it ended, that says more.
                    let exited = self.exit(Instant::now() + Duration::from_millis(500));
                    let closed = self.body.closed();
                    return Err(self.died(exited.map_or(closed, Death::Exited)));
                }
                Some(News::Exited(exit)) => return Err(self.died(Death::Exited(exit))),
            }
        }
    }

    /// Returns whether to send a first event: no subject has taken one yet, or the newest one has
    /// brought no answer for an interval.
    fn is_due(&self, now: Instant) -> bool {
        let is_connected = self.link.is_some() || self.address.is_none();
        !is_connected || self.barrier.is_due(now)
    }

    /// Sends a first event, if anybody is there to take it.
    fn knock(&mut self, fences: &mut Fences) {
        let fence = fences.next_fence();
        let datagram = fence.datagram(self.dialect);
        let taken = match &self.address {
            None => self.body.send(&hex_line(&datagram)).is_ok(),
            Some(address) => {
                if self.link.is_none() {
                    self.link = if self.is_running {
                        // If its owner starts it anew, that has to be seen.
                        Link::connect_to_this(address).ok()
                    } else {
                        Link::connect(address).ok()
                    };
                }
                let link = self.link.as_mut();
                let taken =
                    link.is_some_and(|link| link.try_send(&datagram).is_ok() && !link.is_refused());
                if !taken {
                    self.link = None;
                }
                taken
            }
        };
        if taken {
            self.barrier.record_sent(fence, Instant::now());
        }
    }

    fn hear(&mut self, line: Vec<u8>) -> Result<(), StartError> {
        let start = match parse_line(&line) {
            Some(Line::Start(start)) => start,
            Some(Line::MalformedStart(why)) => return Err(StartError::StartLine(why)),
            _ => {
                self.seen.push(line);
                self.seen.truncate(3);
                return Ok(());
            }
        };
        if let (Some(text), Some(address)) = (&start.socket, &self.address) {
            let unusable = |error: &dyn std::fmt::Display| {
                StartError::StartLine(format!("socket {text:?}: {error}"))
            };
            let socket = Socket::parse(text).map_err(|error| unusable(&error))?;
            let told = Address::resolve(&socket).map_err(|error| unusable(&error))?;
            if !told.leads_to(address) {
                self.address = Some(told);
                self.link = None;
                self.barrier.forget_sent();
            }
        }
        self.start = start;
        Ok(())
    }

    fn finish(self, fence: Fence, line: Vec<u8>, round_trip: Duration) -> Started {
        Started {
            body: self.body,
            link: self.link,
            place: self.place,
            start: self.start,
            first: (fence, line),
            round_trip,
        }
    }

    fn exit(&mut self, deadline: Instant) -> Option<Exit> {
        while Instant::now() < deadline {
            match self.body.wait(deadline, None)? {
                News::Exited(exit) => return Some(exit),
                // Without a watcher nothing more will come.
                News::Closed => return None,
                News::Line(_) | News::LongLine | News::Room => {}
            }
        }
        None
    }

    /// Lets it finish its last words first: they often say why.
    fn died(mut self, death: Death) -> StartError {
        self.body.kill();
        StartError::Died {
            kind: self.kind,
            death,
            log: self.body.log_ends(),
        }
    }

    fn silent(self, settings: &Settings) -> StartError {
        let reported = self.seen.iter().map(|line| cut(&escaped(line), 200));
        let log = self.body.log_ends();
        let names_it = |line: &Vec<u8>| memmem::find(line, settings.fence.as_bytes()).is_some();
        let what = if self.is_behind {
            "it reports an event only when another has come: each datagram has to be reported at once".into()
        } else if self.seen.iter().any(names_it) {
            let lines = reported.collect::<Vec<_>>().join("\n  ");
            format!(
                "it reported the event without the value of its parameter `tag`, by which it is recognised\n  {lines}"
            )
        } else if !self.seen.is_empty() {
            let lines = reported.collect::<Vec<_>>().join("\n  ");
            format!(
                "it reported something else; does it drop names that it was not told of? then see --fence\n  {lines}"
            )
        } else if self.barrier.is_unsent() {
            let place = self
                .address
                .as_ref()
                .map_or_else(|| "its input".into(), Address::to_string);
            if self.is_running {
                format!("nobody listens on {place}; is the listener running?")
            } else {
                format!(
                    "nobody listens on {place}; it must bind the socket in EVDG_SOCKET or its arguments"
                )
            }
        } else if log.is_empty() && self.is_running {
            "nothing was added to its reports; is that where it writes a JSON line for each datagram, and flushes it?"
                .into()
        } else if log.is_empty() {
            "it took the event and printed nothing; does it write a JSON line for each datagram, and flush it?".into()
        } else {
            "it printed no JSON line; each datagram wants one that starts with `{`, flushed".into()
        };
        let event = format!("{} tag=…", settings.fence);
        StartError::Silent {
            event,
            limit: settings.limit,
            what,
            log,
        }
    }
}

/// A datagram as a parser reads it.
pub(super) fn hex_line(datagram: &[u8]) -> Vec<u8> {
    let mut line = hex::encode(datagram).into_bytes();
    line.push(b'\n');
    line
}
