use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::allocator::{AddressAllocator, AllocatedAddress};
use super::answer_wait::AnswerWait;
use super::command::Subject;
use super::copies::Copies;
use super::death::Death;
use super::event::SubjectEvent;
use super::exchange::{Exchange, ExchangeEnd, SendMode};
use super::handle::SubjectHandle;
use super::settings::SubjectSettings;
use super::start_error::StartError;
use super::startup::{self, Started};
use super::stop::Stop;
use super::streams::InputError;
use super::waits::EXIT_GRACE;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::fence::{Backoff, Barrier, Fence, FenceForm, Fences, Mark, Position};
use crate::observation::{Arrival, MAX_REPORTS, Observation, ReportContent};
use crate::transport::{Address, Link, STOP_CHECK_INTERVAL, SendError, SocketKind};

/// A running subject, and the state of the exchanges with it.
#[derive(Debug)]
pub struct Session {
    pub(super) handle: SubjectHandle,
    pub(super) link: Option<Link>,
    /// Held so that the address is freed only when the session ends.
    _allocated: Option<AllocatedAddress>,
    start: Start,
    /// How the subject reads the fences of each dialect that it was sent.
    forms: Vec<(Dialect, FenceForm)>,
    pub(super) slowest_round_trip: Duration,
    /// How many times the subject has lost a fence and reported a later one.
    swallowed_fences: usize,
    dropped: u64,
    pub(super) limit: Duration,
    pub(super) answer_wait: AnswerWait,
    /// The bytes that were sent and that the subject has to read before the next fence.
    pub(super) unread: usize,
    pub(super) stop: Stop,
    /// The events that came while a datagram waited for space in the receive buffer, in order.
    pub(super) queued: VecDeque<SubjectEvent>,
    pub(super) copies: Copies,
}

/// The shortest time to wait before an instance is sent another fence.
const MIN_FENCE_INTERVAL: Duration = Duration::from_millis(100);
/// The time to wait before an instance is sent another fence if it has swallowed several and will
/// probably swallow more. One slow answer must not make each of these waits longer.
const FENCE_INTERVAL_AGAIN: Duration = Duration::from_millis(5);
/// After this many swallowed fences, the next one is sent sooner.
const SWALLOWED: usize = 3;

/// How often to look whether a subject has bound its socket again.
const SOCKET_CHECK_INTERVAL: Duration = Duration::from_millis(5);

impl Session {
    /// Starts a subject, or attaches to one that runs, and waits until it reports a first event.
    ///
    /// # Errors
    ///
    /// If the subject cannot be started or does not report that event. It may misread the event.
    /// This is a set-up error.
    pub fn start(
        subject: &Subject,
        dialect: Dialect,
        kind: SocketKind,
        allocator: &mut AddressAllocator,
        fences: &mut Fences,
        settings: &SubjectSettings,
    ) -> Result<Self, StartError> {
        let Started {
            handle,
            link,
            allocated,
            start,
            fence,
            line,
            round_trip,
        } = startup::start(subject, dialect, kind, allocator, fences, settings)?;
        let mut session = Self {
            handle,
            link,
            _allocated: allocated,
            start,
            forms: vec![(dialect, fence.form(&line))],
            slowest_round_trip: round_trip,
            swallowed_fences: 0,
            dropped: 0,
            limit: settings.timeout,
            answer_wait: AnswerWait::FULL,
            unread: 0,
            stop: settings.stop.clone(),
            queued: VecDeque::new(),
            copies: Copies::default(),
        };
        session.copies.record_fence(&line);
        session.dropped = session.link.as_mut().map_or(0, Link::dropped);
        Ok(session)
    }

    /// Returns what the subject declares about itself.
    pub fn declared(&self) -> &Start {
        &self.start
    }

    /// Returns a sentence that names the subject's address, if that is no socket of this kind.
    pub(crate) fn wrong_socket(&self, kind: SocketKind) -> Option<String> {
        let address = self.link.as_ref()?.address();
        let is_here = match address {
            Address::Udp(_) => kind != SocketKind::Unix,
            Address::Unix(_) => kind == SocketKind::Unix,
        };
        (!is_here).then(|| {
            format!("the subject declares that it is bound to {address}, which is no {kind} socket")
        })
    }

    /// Sends datagrams and a fence, and collects reports until the fence comes back.
    pub fn exchange<'d>(
        &mut self,
        dialect: Dialect,
        datagrams: impl IntoIterator<Item = &'d [u8]>,
        fences: &mut Fences,
        mode: SendMode,
    ) -> Exchange {
        let begin = Instant::now();
        let mut observation = Observation::default();
        let mut sent = 0;
        let datagrams = datagrams.into_iter().inspect(|_| sent += 1);
        let result = self.send_and_observe(dialect, datagrams, fences, mode, &mut observation);
        let end = result.err().unwrap_or(ExchangeEnd::Fenced);
        // The kernel's drop counter is read only if reports are missing, because reading it takes
        // time.
        self.copies.record(&mut observation);
        let is_complete = observation.reports.len() >= sent && !observation.swallowed_fence;
        let dropped = if is_complete { 0 } else { self.newly_dropped() };
        Exchange {
            observation,
            end,
            duration: begin.elapsed(),
            dropped,
        }
    }

    /// Ends the subject, unless the session is attached to it: asks the subject to end, then kills
    /// its process group.
    pub fn stop(self) {
        self.handle.stop();
    }

    /// Returns the number of datagrams that the kernel has dropped since the last call.
    pub fn newly_dropped(&mut self) -> u64 {
        let dropped = self.link.as_mut().map_or(0, Link::dropped);
        let newly = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        newly
    }

    /// Returns how many bytes, by [`footprint`], may be in flight without an answer.
    pub(super) fn burst(&self) -> usize {
        self.link.as_ref().map_or(usize::MAX, Link::burst)
    }

    /// Sends a fence and collects reports until the subject reports the fence. Until then, sends
    /// more fences: a subject that reports a later one does not hang, but has swallowed the first.
    pub(super) fn fence(
        &mut self,
        dialect: Dialect,
        fences: &mut Fences,
        observation: &mut Observation,
    ) -> Result<(), ExchangeEnd> {
        let begin = Instant::now();
        let wait = self.max_answer_wait();
        let backoff = self.backoff();
        let check_interval = STOP_CHECK_INTERVAL.min(backoff.shortest());
        let mut barrier = Barrier::new(backoff, begin + wait);
        let fence = fences.next_fence();
        self.send(&fence.datagram(dialect), observation)?;
        barrier.record_sent(fence, begin);
        loop {
            if self.stop.is_requested() {
                return Err(ExchangeEnd::Interrupted);
            }
            let now = Instant::now();
            // Checked even while reports flood in.
            if barrier.is_overdue(now) {
                return Err(ExchangeEnd::TimedOut(wait));
            }
            match self.next_event((now + check_interval).min(barrier.deadline())) {
                Some(SubjectEvent::Line(raw)) => {
                    match barrier.receive(&raw, fences, Instant::now()) {
                        Some(returned) => {
                            let position = returned.position;
                            self.record_round_trip(returned.round_trip);
                            self.copies.record_fence(&raw);
                            self.record_fence(dialect, returned.fence, raw, observation);
                            if position == Position::Newest {
                                if !barrier.has_first_returned() {
                                    observation.swallowed_fence = true;
                                    self.swallowed_fences += 1;
                                }
                                self.unread = 0;
                                return Ok(());
                            }
                        }
                        None => {
                            let content = self.content_of(&raw, fences);
                            observation.record(raw, content, Arrival::InTime);
                        }
                    }
                }
                Some(SubjectEvent::LongLine) => observation.record_oversized(),
                Some(SubjectEvent::Writable) => {}
                Some(event @ (SubjectEvent::Closed | SubjectEvent::Exited(_))) => {
                    return Err(self.end_by(event, observation));
                }
                None if self.link.as_mut().is_some_and(Link::is_refused) => {
                    if let Some(death) = self.await_death_or_socket() {
                        return Err(self.end_by_death(death, observation));
                    }
                }
                None if barrier.is_due(Instant::now()) => {
                    let fence = fences.next_fence();
                    if self.try_send(&fence.datagram(dialect)).is_ok() {
                        barrier.record_sent(fence, Instant::now());
                    }
                }
                None => {}
            }
        }
    }

    /// Returns how long to wait for a fence before this instance is sent another.
    const fn backoff(&self) -> Backoff {
        if self.swallowed_fences < SWALLOWED {
            Backoff::RoundTrips {
                slowest: self.slowest_round_trip,
                minimum: MIN_FENCE_INTERVAL,
            }
        } else {
            Backoff::Doubling {
                first: FENCE_INTERVAL_AGAIN,
            }
        }
    }

    /// Returns whether the subject read this fence like the first one of its dialect.
    pub(super) fn is_usual(&mut self, dialect: Dialect, fence: &Fence, raw: &[u8]) -> bool {
        let form = fence.form(raw);
        match self.forms.iter().find(|(known, _)| *known == dialect) {
            Some((_, usual)) => *usual == form,
            None => {
                self.forms.push((dialect, form));
                true
            }
        }
    }

    /// Changes how long the session waits for answers.
    pub(crate) const fn set_answer_wait(&mut self, wait: AnswerWait) {
        self.answer_wait = wait;
    }

    /// Returns whether the subject has repeated a report after later reports.
    pub(crate) const fn repeats_late(&self) -> bool {
        self.copies.is_found()
    }

    /// Returns the content of a line that does not report the awaited fence.
    pub(super) fn content_of(&mut self, raw: &[u8], fences: &Fences) -> ReportContent {
        let content = ReportContent::of(fences.mark_any(raw));
        if content == ReportContent::OldFence {
            self.copies.check_fence(raw);
        }
        content
    }

    /// Records how long an answer took; later waits depend on the slowest answer.
    pub(super) fn record_round_trip(&mut self, round_trip: Duration) {
        self.slowest_round_trip = self.slowest_round_trip.max(round_trip);
    }

    /// Waits for the next event until the deadline.
    pub(super) fn next_event(&mut self, deadline: Instant) -> Option<SubjectEvent> {
        self.queued
            .pop_front()
            .or_else(|| self.handle.wait(deadline, None))
    }

    /// Sends a datagram if that is possible at once.
    pub(super) fn try_send(&mut self, datagram: &[u8]) -> Result<(), Undelivered> {
        let Some(link) = &mut self.link else {
            return self.handle.send(datagram).map_err(|error| match error {
                #[cfg(unix)]
                InputError::Full => Undelivered::Blocked,
                InputError::Closed => Undelivered::Dead(Death::ClosedInput),
            });
        };
        link.try_send(datagram).map_err(|error| match error {
            SendError::Blocked => Undelivered::Blocked,
            SendError::Refused => Undelivered::Refused,
            error => Undelivered::Never(error.to_string()),
        })
    }

    /// Returns how long to wait for an answer: a multiple of the slowest so far, within bounds, and
    /// more for long datagrams.
    pub(super) fn max_answer_wait(&self) -> Duration {
        self.answer_wait
            .until_answer(self.slowest_round_trip, self.unread)
            .min(self.limit)
    }

    /// Returns the end of an exchange during which the subject ended or closed its output.
    pub(super) fn end_by(
        &mut self,
        event: SubjectEvent,
        observation: &mut Observation,
    ) -> ExchangeEnd {
        match event {
            SubjectEvent::Exited(exit) => self.end_by_death(Death::Exited(exit), observation),
            SubjectEvent::Closed
            | SubjectEvent::Line(_)
            | SubjectEvent::LongLine
            | SubjectEvent::Writable => self.end_by_death(self.handle.closed(), observation),
        }
    }

    /// Waits a moment for a subject whose socket is gone to end or to bind the socket again.
    /// Returns `None` if the subject has bound the socket, and otherwise how it died. Queues what
    /// the subject reports meanwhile.
    pub(super) fn await_death_or_socket(&mut self) -> Option<Death> {
        let deadline = Instant::now() + EXIT_GRACE;
        while Instant::now() < deadline {
            if self.link.as_ref().is_some_and(Link::is_bound_again) {
                return None;
            }
            let until = (Instant::now() + SOCKET_CHECK_INTERVAL).min(deadline);
            match self.handle.wait(until, None) {
                Some(SubjectEvent::Exited(exit)) => return Some(Death::Exited(exit)),
                // Drops further events: the subject floods its output, and is about to be killed.
                Some(event) if self.queued.len() < MAX_REPORTS => self.queued.push_back(event),
                Some(_) | None => {}
            }
        }
        Some(Death::Refused)
    }

    /// Returns the end of an exchange during which the subject died. If only a pipe was closed so
    /// far, waits a moment for the exit status, which explains more.
    pub(super) fn end_by_death(
        &mut self,
        mut death: Death,
        observation: &mut Observation,
    ) -> ExchangeEnd {
        let mut record = |raw: Vec<u8>| {
            observation.record(raw, ReportContent::of(Mark::None), Arrival::InTime);
        };
        let deadline = Instant::now() + EXIT_GRACE;
        while !matches!(death, Death::Exited(_) | Death::Refused) && Instant::now() < deadline {
            match self.next_event(deadline) {
                Some(SubjectEvent::Exited(exit)) => death = Death::Exited(exit),
                Some(SubjectEvent::Line(raw)) => record(raw),
                Some(SubjectEvent::Closed | SubjectEvent::LongLine | SubjectEvent::Writable) => {}
                None => break,
            }
        }
        for event in self.queued.drain(..).chain(self.handle.kill()) {
            if let SubjectEvent::Line(raw) = event {
                record(raw);
            }
        }
        ExchangeEnd::Died {
            death,
            log: self.handle.log().lines(),
        }
    }

    fn send_and_observe<'d>(
        &mut self,
        dialect: Dialect,
        datagrams: impl Iterator<Item = &'d [u8]>,
        fences: &mut Fences,
        mode: SendMode,
        observation: &mut Observation,
    ) -> Result<(), ExchangeEnd> {
        self.collect_early(fences, observation)?;
        let burst = match mode {
            SendMode::Burst => self.burst(),
            SendMode::OneByOne => 0,
        };
        let mut in_flight = 0;
        for datagram in datagrams {
            if in_flight > 0 && in_flight + datagram.len() > burst {
                self.fence(dialect, fences, observation)?;
                in_flight = 0;
            }
            self.unread += datagram.len();
            self.send(datagram, observation)?;
            in_flight += footprint(datagram);
        }
        self.fence(dialect, fences, observation)
    }

    /// Collects the reports that arrived before anything was sent. Stops at a greatest number: if
    /// the subject floods its output, the time limit of the fence ends the exchange.
    pub(crate) fn collect_early(
        &mut self,
        fences: &Fences,
        observation: &mut Observation,
    ) -> Result<(), ExchangeEnd> {
        for _ in 0..MAX_REPORTS {
            match self.next_event(Instant::now()) {
                Some(SubjectEvent::Line(raw)) => {
                    let content = self.content_of(&raw, fences);
                    observation.record(raw, content, Arrival::Early);
                }
                Some(SubjectEvent::LongLine) => observation.record_oversized(),
                Some(SubjectEvent::Writable) => {}
                Some(event @ (SubjectEvent::Closed | SubjectEvent::Exited(_))) => {
                    return Err(self.end_by(event, observation));
                }
                None => break,
            }
        }
        Ok(())
    }

    /// Records how the subject read a fence, if it read the fence in another way than the first
    /// one.
    fn record_fence(
        &mut self,
        dialect: Dialect,
        fence: &Fence,
        raw: Vec<u8>,
        observation: &mut Observation,
    ) {
        if observation.misread_fence.is_none() && !self.is_usual(dialect, fence, &raw) {
            observation.misread_fence = Some(raw);
        }
    }

    /// Sends a datagram. If the receive buffer is full, waits for space and queues the subject's
    /// events meanwhile: some subjects read no datagram while nobody reads their reports.
    pub(super) fn send(
        &mut self,
        datagram: &[u8],
        observation: &mut Observation,
    ) -> Result<(), ExchangeEnd> {
        let wait = self.max_answer_wait();
        let deadline = Instant::now() + wait;
        loop {
            match self.try_send(datagram) {
                Ok(()) => return Ok(()),
                Err(Undelivered::Blocked) => {}
                Err(Undelivered::Refused) => {
                    if let Some(death) = self.await_death_or_socket() {
                        return Err(self.end_by_death(death, observation));
                    }
                }
                Err(Undelivered::Dead(death)) => return Err(self.end_by_death(death, observation)),
                Err(Undelivered::Never(message)) => return Err(ExchangeEnd::Unsendable(message)),
            }
            if self.stop.is_requested() {
                return Err(ExchangeEnd::Interrupted);
            }
            let now = Instant::now();
            if now >= deadline {
                return Err(ExchangeEnd::Blocked(wait));
            }
            let until = (now + STOP_CHECK_INTERVAL).min(deadline);
            match self.handle.wait(until, self.link.as_ref()) {
                None | Some(SubjectEvent::Writable) => {}
                Some(event @ (SubjectEvent::Closed | SubjectEvent::Exited(_))) => {
                    return Err(self.end_by(event, observation));
                }
                // Drops further events: the subject floods its output, and the time limit of the
                // fence ends the exchange.
                Some(_) if self.queued.len() >= MAX_REPORTS => {}
                Some(event) => self.queued.push_back(event),
            }
        }
    }
}

/// Why a datagram was not sent.
pub(super) enum Undelivered {
    /// The receive buffer is full now.
    Blocked,
    /// The subject's socket is not bound now.
    Refused,
    /// The subject seems to be dead.
    Dead(Death),
    /// This machine cannot send the datagram; holds the reason.
    Never(String),
}

/// Returns an upper bound of the bytes that a datagram takes in a receive buffer, with the overhead
/// of the kernel.
pub(super) const fn footprint(datagram: &[u8]) -> usize {
    datagram.len() + 1024
}
