#[cfg(unix)]
use std::io;
use std::time::{Duration, Instant};

use super::allocator::{AddressAllocator, AllocatedAddress};
#[cfg(unix)]
use super::attached::{Attached, Running};
use super::command::{Kind, Subject};
use super::death::{Death, Exit};
use super::event::SubjectEvent;
use super::first_report::contract_error;
use super::handle::SubjectHandle;
use super::process::{Input, Process};
use super::settings::SubjectSettings;
use super::start_advice::{SilentSubject, on_death, on_spawn_error};
use super::start_error::{StartError, UndeclaredDialect};
use super::waits::EXIT_GRACE;
use crate::contract::{Line, Start, parse_line};
use crate::dialect::Dialect;
use crate::fence::{Backoff, Barrier, Fence, FenceForm, Fences, Mark, Position};
use crate::observation::MAX_LINE;
use crate::transport::{Address, Link, SocketKind};
use event_datagram::Socket;

/// A subject that has reported its first event.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) handle: SubjectHandle,
    /// `None` for a parser.
    pub(super) link: Option<Link>,
    /// Held so that the address is freed only when the session ends.
    pub(super) allocated: Option<AllocatedAddress>,
    pub(super) start: Start,
    /// The first event.
    pub(super) fence: Fence,
    /// The line that reported the first event.
    pub(super) line: Vec<u8>,
    /// The time from sending the first event to its report.
    pub(super) round_trip: Duration,
}

/// Half of the first pause between two probes of a socket that is not bound yet. The pause is
/// doubled each time.
const MIN_PROBE_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause between two probes of a socket, or of a path, that is not there yet.
const MAX_PROBE_PAUSE: Duration = Duration::from_millis(20);
/// How long a subject may be silent before the runner sends another first event, because the one
/// before may have been lost while the subject bound its socket. The time is doubled each time.
const FIRST_FENCE_INTERVAL: Duration = Duration::from_millis(500);
/// The most unexpected lines that are kept for the error message.
const MAX_UNEXPECTED: usize = 3;
/// How many first events in succession a started subject may answer with something else before the
/// runner stops waiting for it.
const MAX_OTHER_ANSWERS: usize = 3;
/// How long the runner waits for a report in the other dialect, if the subject has reported no
/// first event.
const OTHER_DIALECT_WAIT: Duration = Duration::from_secs(1);

/// Starts a subject, or attaches to one that runs, and waits until it has reported a first event.
/// The subject may misread the event.
pub(super) fn start(
    subject: &Subject,
    dialect: Dialect,
    kind: SocketKind,
    allocator: &mut AddressAllocator,
    fences: &mut Fences,
    settings: &SubjectSettings,
) -> Result<Started, StartError> {
    let (handle, allocated, address) = match subject {
        Subject::Command(command) => {
            let allocated = allocator
                .allocate(kind)
                .map_err(|source| StartError::Socket { kind, source })?;
            let address = allocated.as_ref().map(|one| one.address.clone());
            let built = command
                .build(dialect, address.as_ref())
                .map_err(|source| StartError::Socket { kind, source })?;
            let program = command.program().to_string_lossy().into_owned();
            let input = match command.kind() {
                Kind::Parser => Input::Piped,
                Kind::Listener | Kind::Running => Input::Empty,
            };
            let process = Process::start(built, input).map_err(|error| StartError::Spawn {
                advice: on_spawn_error(command.program(), command.has_args(), &error),
                program,
                error,
            })?;
            (SubjectHandle::Process(process), allocated, address)
        }
        #[cfg(unix)]
        Subject::Running(running) => {
            let attached = attach(running, settings)?;
            (
                SubjectHandle::Attached(attached),
                None,
                Some(running.address.clone()),
            )
        }
    };
    let backoff = Backoff::Doubling {
        first: FIRST_FENCE_INTERVAL,
    };
    let startup = Startup {
        kind: subject.kind(),
        socket: kind,
        dialect,
        handle,
        allocated,
        address,
        link: None,
        start: Start::default(),
        barrier: Barrier::new(backoff, Instant::now() + settings.timeout),
        unsent: None,
        is_behind: false,
        unexpected: Vec::new(),
        other_answers: 0,
        is_newest_unanswered: false,
    };
    startup.run(fences, settings)
}

/// Opens the reports of a running listener. They may be missing for a moment while the owner of the
/// listener restarts it.
#[cfg(unix)]
fn attach(running: &Running, settings: &SubjectSettings) -> Result<Attached, StartError> {
    let deadline = Instant::now() + settings.timeout;
    loop {
        let source = match Attached::open(&running.reports) {
            Ok(attached) => return Ok(attached),
            Err(error) => error,
        };
        let is_temporary = matches!(
            source.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
        );
        if !is_temporary || Instant::now() >= deadline {
            let path = running.reports.as_arg();
            return Err(StartError::Observe { path, source });
        }
        if settings.stop.is_requested() {
            return Err(StartError::Interrupted);
        }
        // The system cannot wait for a path to appear.
        std::thread::sleep(MAX_PROBE_PAUSE);
    }
}

/// A subject that has not reported its first event yet.
struct Startup {
    kind: Kind,
    socket: SocketKind,
    dialect: Dialect,
    handle: SubjectHandle,
    allocated: Option<AllocatedAddress>,
    /// The address of the subject: the allocated one, unless the start line declares another one.
    address: Option<Address>,
    link: Option<Link>,
    start: Start,
    /// The first events that were sent and that a socket or a pipe accepted.
    barrier: Barrier,
    /// A first event that no socket or pipe accepted. It is sent again, so that the tag of the
    /// event that the subject receives does not depend on how long the subject takes to start.
    unsent: Option<Fence>,
    /// Whether the subject has reported a first event, but not the newest.
    is_behind: bool,
    /// The first lines that were neither a first event nor a start line.
    unexpected: Vec<Vec<u8>>,
    /// How many first events were followed by an unexpected line of their own.
    other_answers: usize,
    /// Whether the subject has reported nothing since the newest first event was sent.
    is_newest_unanswered: bool,
}

impl Startup {
    fn run(
        mut self,
        fences: &mut Fences,
        settings: &SubjectSettings,
    ) -> Result<Started, StartError> {
        let mut pause = MIN_PROBE_PAUSE;
        loop {
            let now = Instant::now();
            if settings.stop.is_requested() {
                return Err(StartError::Interrupted);
            }
            if self.barrier.is_overdue(now) || self.answers_otherwise() {
                return Err(self.silent(fences, settings));
            }
            if self.link.as_mut().is_some_and(Link::is_refused) {
                self.link = None;
            }
            if self.is_due(now) {
                self.probe(fences);
                pause = (pause * 2).min(MAX_PROBE_PAUSE);
            }
            let until = (now + pause).min(self.barrier.deadline());
            match self.handle.wait(until, None) {
                None | Some(SubjectEvent::Writable) => {}
                Some(SubjectEvent::Line(line)) => {
                    let Some(returned) = self.barrier.receive(&line, fences, Instant::now()) else {
                        if !fences.is_tagged(&line) {
                            self.record(line)?;
                        }
                        if let Some(error) = self.undeclared_dialect() {
                            self.handle.stop();
                            return Err(error);
                        }
                        continue;
                    };
                    let (fence, round_trip) = (returned.fence, returned.round_trip);
                    let error = contract_error(&line, fence, &settings.fence, self.dialect);
                    if let Some(why) = error {
                        return Err(StartError::Contract(why));
                    }
                    if returned.position == Position::Newest {
                        let fence = fence.clone();
                        return Ok(self.finish(fence, line, round_trip));
                    }
                    // The report of the newest first event is still to come.
                    self.is_behind = true;
                }
                Some(SubjectEvent::LongLine) => self
                    .unexpected
                    .push(format!("(a line of more than {} MiB)", MAX_LINE >> 20).into_bytes()),
                Some(SubjectEvent::Closed) => {
                    // The end of the process explains more than its closed output.
                    let exited = self.exit(Instant::now() + EXIT_GRACE);
                    let closed = self.handle.closed();
                    return Err(self.died(exited.map_or(closed, Death::Exited)));
                }
                Some(SubjectEvent::Exited(exit)) => return Err(self.died(Death::Exited(exit))),
            }
        }
    }

    /// Returns whether to send a first event: no socket or pipe has accepted one yet, or the
    /// subject has not answered the newest one for an interval.
    fn is_due(&self, now: Instant) -> bool {
        let is_connected = self.link.is_some() || self.address.is_none();
        !is_connected || self.barrier.is_due(now)
    }

    /// Sends a first event, if the subject's socket or pipe accepts it.
    fn probe(&mut self, fences: &mut Fences) {
        let fence = self.unsent.take().unwrap_or_else(|| fences.next_fence());
        if self.try_send(&fence.datagram(self.dialect)) {
            self.barrier.record_sent(fence, Instant::now());
            self.is_newest_unanswered = true;
        } else {
            self.unsent = Some(fence);
        }
    }

    /// Sends a datagram, if the subject's socket or pipe accepts it. Returns whether the datagram
    /// was sent.
    fn try_send(&mut self, datagram: &[u8]) -> bool {
        match &self.address {
            None => self.handle.send(datagram).is_ok(),
            Some(address) => {
                if self.link.is_none() {
                    self.link = if self.kind == Kind::Running {
                        // Connects to this socket only, so that the runner notices if the owner
                        // restarts the listener.
                        Link::connect_to_this(address).ok()
                    } else {
                        Link::connect(address).ok()
                    };
                }
                let link = self.link.as_mut();
                let taken =
                    link.is_some_and(|link| link.try_send(datagram).is_ok() && !link.is_refused());
                if !taken {
                    self.link = None;
                }
                taken
            }
        }
    }

    /// Returns whether the subject answers each first event with something else. Returns false for
    /// a running listener, which may report datagrams of other senders.
    fn answers_otherwise(&self) -> bool {
        self.kind != Kind::Running && self.other_answers >= MAX_OTHER_ANSWERS
    }

    /// Returns the error of a subject that declares other dialects than the one asked for.
    fn undeclared_dialect(&self) -> Option<StartError> {
        let mut declared = self.start.dialects.as_ref()?.iter();
        if declared.any(|name| name == self.dialect.as_str()) {
            return None;
        }
        let undeclared = UndeclaredDialect {
            asked: self.dialect,
            start: self.start.clone(),
        };
        Some(StartError::UndeclaredDialect(undeclared.into()))
    }

    /// Records a line that is no first event: the start line, or an unexpected line.
    fn record(&mut self, line: Vec<u8>) -> Result<(), StartError> {
        let start = match parse_line(&line) {
            Some(Line::Start(start)) => start,
            Some(Line::MalformedStart(why)) => return Err(StartError::StartLine(why)),
            _ => {
                self.unexpected.push(line);
                self.unexpected.truncate(MAX_UNEXPECTED);
                self.other_answers += usize::from(self.is_newest_unanswered);
                self.is_newest_unanswered = false;
                return Ok(());
            }
        };
        if let (Some(text), Some(address)) = (&start.socket, &self.address) {
            let unusable = |error: &dyn std::fmt::Display| {
                StartError::StartLine(format!("socket {text:?}: {error}"))
            };
            let socket = Socket::parse(text).map_err(|error| unusable(&error))?;
            let declared = Address::resolve(&socket).map_err(|error| unusable(&error))?;
            if !declared.leads_to(address) {
                self.address = Some(declared);
                self.link = None;
                self.barrier.forget_sent();
            }
        }
        self.start = start;
        Ok(())
    }

    fn finish(self, fence: Fence, line: Vec<u8>, round_trip: Duration) -> Started {
        Started {
            handle: self.handle,
            link: self.link,
            allocated: self.allocated,
            start: self.start,
            fence,
            line,
            round_trip,
        }
    }

    /// Waits for the end of the process.
    fn exit(&mut self, deadline: Instant) -> Option<Exit> {
        while Instant::now() < deadline {
            match self.handle.wait(deadline, None)? {
                SubjectEvent::Exited(exit) => return Some(exit),
                // This system does not report the end of a process.
                SubjectEvent::Closed => return None,
                SubjectEvent::Line(_) | SubjectEvent::LongLine | SubjectEvent::Writable => {}
            }
        }
        None
    }

    /// Returns the error for a subject that died. Reads the log to its end first, because it often
    /// contains the reason.
    fn died(mut self, death: Death) -> StartError {
        self.handle.kill();
        let has_taken_event = !self.barrier.is_unsent();
        StartError::Died {
            kind: self.socket,
            advice: on_death(
                self.kind,
                self.socket,
                self.dialect,
                has_taken_event,
                &death,
            ),
            death,
            log: self.handle.log().lines(),
        }
    }

    /// Returns the error for a subject that did not report the newest first event.
    fn silent(mut self, fences: &mut Fences, settings: &SubjectSettings) -> StartError {
        let limit = self.waited(settings.timeout);
        // Copied before a datagram of the other dialect is sent, which may add lines to the log.
        let log = self.handle.log().clone();
        if self.reports_other_dialect(fences, settings) {
            return StartError::OtherDialect {
                asked: self.dialect,
                answered: self.dialect.other(),
            };
        }
        let subject = SilentSubject {
            kind: self.kind,
            socket: self.socket,
            dialect: self.dialect,
            address: self.address.as_ref(),
            is_unsent: self.barrier.is_unsent(),
            is_behind: self.is_behind,
            lines: &self.unexpected,
            log: &log,
        };
        StartError::Silent {
            event: settings.fence.to_string().replace("{tag}", "…"),
            limit,
            what: subject.explain(&settings.fence, fences),
            log: log.lines(),
        }
    }

    /// Returns how long the runner has waited for the subject, rounded to tenths of a second, but
    /// at most the time limit.
    fn waited(&self, timeout: Duration) -> Duration {
        let left = self.barrier.deadline();
        let left = left.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return timeout;
        }
        let tenths = timeout.saturating_sub(left).as_secs_f64() * 10.0;
        Duration::from_millis(tenths.round() as u64 * 100)
    }

    /// Returns whether the subject correctly reports a first event in the other dialect. Called
    /// only after the subject has failed to report one in its own dialect, because a datagram of
    /// the other dialect may end the subject.
    fn reports_other_dialect(&mut self, fences: &mut Fences, settings: &SubjectSettings) -> bool {
        let fence = fences.next_fence();
        let is_taken = !self.barrier.is_unsent()
            && !self.is_behind
            && self.try_send(&fence.datagram(self.dialect.other()));
        if !is_taken {
            return false;
        }
        let deadline = Instant::now() + OTHER_DIALECT_WAIT.min(settings.timeout);
        while Instant::now() < deadline {
            match self.handle.wait(deadline, None) {
                Some(SubjectEvent::Line(line)) if fences.mark(&line, &fence) == Mark::This => {
                    return fence.form(&line) == FenceForm::Right;
                }
                None | Some(SubjectEvent::Closed | SubjectEvent::Exited(_)) => return false,
                Some(SubjectEvent::Line(_) | SubjectEvent::LongLine | SubjectEvent::Writable) => {}
            }
        }
        false
    }
}
