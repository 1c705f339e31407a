use std::collections::BTreeSet;
#[cfg(unix)]
use std::io;
use std::time::{Duration, Instant};

use event_datagram::Socket;
use memchr::memmem;

use super::allocator::{AddressAllocator, AllocatedAddress};
#[cfg(unix)]
use super::attached::{Attached, Running};
use super::command::{Kind, Subject};
use super::death::{Death, Exit};
use super::event::SubjectEvent;
use super::handle::SubjectHandle;
use super::process::{Input, Process};
use super::settings::SubjectSettings;
use super::start_error::StartError;
use super::waits::EXIT_GRACE;
use crate::contract::{Line, Start, parse_line};
use crate::dialect::Dialect;
use crate::escape::{cut, escaped};
use crate::fence::{Backoff, Barrier, Fence, Fences, Position, is_plain_name, renaming_advice};
use crate::observation::MAX_LINE;
use crate::transport::{Address, Link, SocketKind};

/// A subject that has reported its first event.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) handle: SubjectHandle,
    /// `None` for a parser.
    pub(super) link: Option<Link>,
    /// Kept as long as the subject, and removed with it.
    pub(super) allocated: Option<AllocatedAddress>,
    pub(super) start: Start,
    /// The first event.
    pub(super) fence: Fence,
    /// The line that reported it.
    pub(super) line: Vec<u8>,
    /// The time from sending the first event to its report.
    pub(super) round_trip: Duration,
}

/// Half of the first pause between two probes of a socket that is not bound yet. Doubled before
/// each pause.
const MIN_PROBE_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause between two probes of a socket, or of a path, that is not there yet.
const MAX_PROBE_PAUSE: Duration = Duration::from_millis(20);
/// How long a subject may be silent before it is sent another first event: what was sent while it
/// bound its socket may be lost. Doubled each time.
const FIRST_FENCE_INTERVAL: Duration = Duration::from_millis(500);
/// What to do if the subject reports some events alone.
const NAMES_REMEDY: &str = "; if it drops names that it does not know, see --fence and --event";
/// The most unexpected lines kept for the error message.
const MAX_UNEXPECTED: usize = 3;

/// Starts a subject, or attaches to one that runs, and waits until it has reported a first event,
/// however it reads it.
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
            let built = command.build(dialect, address.as_ref());
            let program = built.get_program().to_string_lossy().into_owned();
            let input = match command.kind() {
                Kind::Parser => Input::Piped,
                Kind::Listener | Kind::Running => Input::Empty,
            };
            let process = Process::start(built, input)
                .map_err(|source| StartError::Spawn { program, source })?;
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
        kind,
        is_attached: subject.kind() == Kind::Running,
        dialect,
        handle,
        allocated,
        address,
        link: None,
        start: Start::default(),
        barrier: Barrier::new(backoff, Instant::now() + settings.timeout),
        is_behind: false,
        unexpected: Vec::new(),
    };
    startup.run(fences, settings)
}

/// Opens the reports of a running listener. While its owner restarts it, they may be missing for a
/// moment.
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
        // A path that appears cannot be waited for.
        std::thread::sleep(MAX_PROBE_PAUSE);
    }
}

/// A subject that has not reported its first event yet.
struct Startup {
    kind: SocketKind,
    /// Whether somebody else started the subject.
    is_attached: bool,
    dialect: Dialect,
    handle: SubjectHandle,
    allocated: Option<AllocatedAddress>,
    /// Where the subject listens: the allocated address, unless its start line declares another.
    address: Option<Address>,
    link: Option<Link>,
    start: Start,
    /// The first events that were sent and that a socket or a pipe took.
    barrier: Barrier,
    /// Whether the subject has reported a first event, but not the newest.
    is_behind: bool,
    /// The first lines that were neither a first event nor a start line.
    unexpected: Vec<Vec<u8>>,
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
            if self.barrier.is_overdue(now) {
                return Err(self.silent(settings));
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
                    match self.barrier.receive(&line, fences, Instant::now()) {
                        Some(returned) if returned.position == Position::Newest => {
                            let fence = returned.fence.clone();
                            let round_trip = returned.round_trip;
                            return Ok(self.finish(fence, line, round_trip));
                        }
                        // The newest one is still to come.
                        Some(_) => self.is_behind = true,
                        None if fences.is_tagged(&line) => {}
                        None => self.record(line)?,
                    }
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

    /// Returns whether to send a first event: no socket or pipe has taken one yet, or the newest
    /// one has brought no answer for an interval.
    fn is_due(&self, now: Instant) -> bool {
        let is_connected = self.link.is_some() || self.address.is_none();
        !is_connected || self.barrier.is_due(now)
    }

    /// Sends a first event, if the subject is there to take it.
    fn probe(&mut self, fences: &mut Fences) {
        let fence = fences.next_fence();
        let datagram = fence.datagram(self.dialect);
        let taken = match &self.address {
            None => self.handle.send(&datagram).is_ok(),
            Some(address) => {
                if self.link.is_none() {
                    self.link = if self.is_attached {
                        // A listener that its owner restarts must be noticed.
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

    /// Records a line that is no first event: the start line, or an unexpected line.
    fn record(&mut self, line: Vec<u8>) -> Result<(), StartError> {
        let start = match parse_line(&line) {
            Some(Line::Start(start)) => start,
            Some(Line::MalformedStart(why)) => return Err(StartError::StartLine(why)),
            _ => {
                self.unexpected.push(line);
                self.unexpected.truncate(MAX_UNEXPECTED);
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
                // Its end cannot be seen on this system.
                SubjectEvent::Closed => return None,
                SubjectEvent::Line(_) | SubjectEvent::LongLine | SubjectEvent::Writable => {}
            }
        }
        None
    }

    /// Makes the error of a subject that died. Its log is read to its end first: it often holds the
    /// reason.
    fn died(mut self, death: Death) -> StartError {
        self.handle.kill();
        StartError::Died {
            kind: self.kind,
            death,
            log: self.handle.log_ends(),
        }
    }

    /// Makes the error of a subject that did not report the newest first event.
    fn silent(self, settings: &SubjectSettings) -> StartError {
        let log = self.handle.log_ends();
        StartError::Silent {
            event: settings.fence.to_string().replace("{tag}", "…"),
            limit: settings.timeout,
            what: self.explain_silence(settings, &log),
            log,
        }
    }

    /// Returns what the subject did instead of reporting the newest first event, and what to do.
    fn explain_silence(&self, settings: &SubjectSettings, log: &[String]) -> String {
        let names_fence =
            |line: &Vec<u8>| memmem::find(line, settings.fence.event_name().as_bytes()).is_some();
        if self.is_behind {
            return "it reports an event only when another has come: each datagram has to be \
                    reported at once"
                .into();
        }
        if !self.unexpected.is_empty() {
            let lines = self.unexpected.iter().map(|line| cut(&escaped(line), 200));
            let lines = lines.collect::<Vec<_>>().join("\n  ");
            return if self.unexpected.iter().any(names_fence) {
                let tag = settings.fence.tag_param();
                format!(
                    "it reported the event without the value of its parameter `{tag}`, by which it \
                     is recognised\n  {lines}"
                )
            } else {
                let what = self.explain_other_reports();
                format!("{what}\n  {lines}")
            };
        }
        if self.barrier.is_unsent() {
            let place = self
                .address
                .as_ref()
                .map_or_else(|| "its input".into(), Address::to_string);
            return if self.is_attached {
                format!("nobody listens on {place}; is the listener running?")
            } else {
                format!(
                    "nobody listens on {place}; it must bind the socket in EVDG_SOCKET or its \
                     arguments"
                )
            };
        }
        if !log.is_empty() {
            return format!(
                "it printed no JSON line; each datagram wants one that starts with `{{`, flushed\
                 {NAMES_REMEDY}"
            );
        }
        let what = if self.is_attached {
            "nothing was added to its reports; is that where it writes a JSON line for each \
             datagram, and flushes it?"
        } else {
            "it took the event and printed nothing; does it write a JSON line for each datagram, \
             and flush it?"
        };
        format!("{what}{NAMES_REMEDY}")
    }

    /// Returns what to do about a subject that reported something, but no first event: a running
    /// listener reports what others send it.
    fn explain_other_reports(&self) -> String {
        let lines = self.unexpected.iter().filter_map(|line| parse_line(line));
        let names: BTreeSet<_> = lines
            .filter_map(|line| match line {
                Line::Event(event) if is_plain_name(&event.name) => {
                    String::from_utf8(event.name).ok()
                }
                _ => None,
            })
            .collect();
        renaming_advice(names.iter().map(String::as_str))
            .unwrap_or_else(|| format!("it reported something else{NAMES_REMEDY}"))
    }
}
