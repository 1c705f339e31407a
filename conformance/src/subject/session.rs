use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::body::Body;
use super::command::Subject;
use super::death::Death;
use super::news::News;
use super::observation::{MAX_REPORTS, Observation, Says};
use super::place::{Place, Places, SocketKind};
use super::startup::{self, Settings, StartError, Started, hex_line};
use super::stop::Stop;
use super::streams::InputError;
use crate::contract::Start;
use crate::fence::{Backoff, Barrier, Fence, FenceForm, Fences, Mark, Position};
use crate::transport::{Address, Link, SendError};
use crate::vectors::Dialect;

/// A running subject, and the conversation with it.
#[derive(Debug)]
pub struct Session {
    pub(super) body: Body,
    pub(super) link: Option<Link>,
    /// Kept as long as the subject, to be removed with it.
    _place: Option<Place>,
    start: Start,
    /// What it makes of the fences of each dialect that it has been sent.
    forms: Vec<(Dialect, FenceForm)>,
    pub(super) slowest: Duration,
    dropped: u64,
    limit: Duration,
    pub(super) stop: Stop,
    /// What was heard while something was to be said, in order.
    pub(super) unread: VecDeque<News>,
}

/// What came of sending some datagrams and a fence.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// What the subject reported.
    pub observation: Observation,
    /// How it ended.
    pub ending: Ending,
    /// From the first datagram to the end.
    pub duration: Duration,
    /// How many datagrams the kernel dropped meanwhile; the subject cannot be blamed for those.
    pub dropped: u64,
}

impl Exchange {
    /// Gives one of which nothing is known but how it ended.
    pub fn broken_off(ending: Ending) -> Self {
        Self {
            observation: Observation::default(),
            ending,
            duration: Duration::ZERO,
            dropped: 0,
        }
    }
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The fence came back.
    Fenced,
    /// It did not, within this time.
    TimedOut(Duration),
    /// The subject took nothing more: there was no room for a datagram, for this time.
    NoRoom(Duration),
    /// The subject died.
    Died {
        /// How.
        death: Death,
        /// What it wrote for people: the first lines and the last.
        log: Vec<String>,
    },
    /// A datagram could not be sent, through no fault of the subject.
    Unsendable(String),
    /// The run was stopped.
    Interrupted,
}

/// How long to wait at a stretch, before looking whether to stop or whether the socket was refused.
pub(super) const SLICE: Duration = Duration::from_millis(50);
/// The shortest time to wait before the subject is sent another fence.
const MIN_FENCE_INTERVAL: Duration = Duration::from_millis(100);
/// How much longer than the slowest answer so far an answer may take.
const PATIENCE: u32 = 50;
/// The least time to wait for an answer: machines stumble.
const LEAST_WAIT: Duration = Duration::from_secs(2);

impl Session {
    /// Starts a subject, or finds the one that runs, and lets it report a first event.
    ///
    /// # Errors
    ///
    /// If it cannot be started or does not report that event, however it reads it: a set-up error.
    pub fn start(
        subject: &Subject,
        dialect: Dialect,
        kind: SocketKind,
        places: &mut Places,
        fences: &mut Fences,
        settings: &Settings,
    ) -> Result<Self, StartError> {
        let Started {
            body,
            link,
            place,
            start,
            first: (fence, line),
            round_trip,
        } = startup::start(subject, dialect, kind, places, fences, settings)?;
        let mut session = Self {
            body,
            link,
            _place: place,
            start,
            forms: vec![(dialect, fence.form(&line))],
            slowest: round_trip,
            dropped: 0,
            limit: settings.limit,
            stop: settings.stop.clone(),
            unread: VecDeque::new(),
        };
        session.dropped = session.link.as_mut().map_or(0, Link::dropped);
        Ok(session)
    }

    /// Gives what the subject told about itself.
    pub fn declared(&self) -> &Start {
        &self.start
    }

    /// Tells where the subject is, if not on a socket of this kind.
    pub(crate) fn elsewhere(&self, kind: SocketKind) -> Option<String> {
        let address = self.link.as_ref()?.address();
        let is_here = match address {
            Address::Udp(_) => kind != SocketKind::Unix,
            Address::Unix(_) => kind == SocketKind::Unix,
        };
        (!is_here).then(|| {
            format!("the subject declares that it is bound to {address}, which is no {kind} socket")
        })
    }

    /// Sends datagrams back to back and a fence, and listens until the fence comes back.
    ///
    /// Where the kernel might drop some of them, or with `one_by_one`, fences go between them, too.
    pub fn exchange<'d>(
        &mut self,
        dialect: Dialect,
        datagrams: impl IntoIterator<Item = &'d [u8]>,
        fences: &mut Fences,
        one_by_one: bool,
    ) -> Exchange {
        let begin = Instant::now();
        let mut observation = Observation::default();
        let mut sent = 0;
        let datagrams = datagrams.into_iter().inspect(|_| sent += 1);
        let talk = self.talk(dialect, datagrams, fences, one_by_one, &mut observation);
        let ending = talk.err().unwrap_or(Ending::Fenced);
        // Whatever was reported was not dropped: the kernel is asked where something may be missing.
        let all_there = observation.reports.len() >= sent && !observation.swallowed_fence;
        let dropped = if all_there { 0 } else { self.newly_dropped() };
        Exchange {
            observation,
            ending,
            duration: begin.elapsed(),
            dropped,
        }
    }

    /// Ends the subject, unless it is somebody else's: asks it first, then kills its whole process group.
    pub fn stop(self) {
        self.body.stop();
    }

    fn talk<'d>(
        &mut self,
        dialect: Dialect,
        datagrams: impl Iterator<Item = &'d [u8]>,
        fences: &mut Fences,
        one_by_one: bool,
        observation: &mut Observation,
    ) -> Result<(), Ending> {
        // As much as was there; a flood ends when its time is up.
        for _ in 0..MAX_REPORTS {
            match self.next_news(Instant::now()) {
                Some(News::Line(raw)) => {
                    let says = Says::of(fences.mark_any(&raw));
                    observation.hear(raw, says, true);
                }
                Some(News::LongLine) => observation.overhear(),
                Some(News::Room) => {}
                Some(other) => return Err(self.death_by(other, observation)),
                None => break,
            }
        }
        let burst = if one_by_one { 0 } else { self.burst() };
        let mut under_way = 0;
        for datagram in datagrams {
            if under_way > 0 && under_way + datagram.len() > burst {
                self.fence(dialect, fences, observation)?;
                under_way = 0;
            }
            self.send(datagram, observation)?;
            under_way += room_for(datagram);
        }
        self.fence(dialect, fences, observation)
    }

    /// Tells how many bytes, by [`room_for`], may be under way without an answer.
    pub(super) fn burst(&self) -> usize {
        self.link.as_ref().map_or(usize::MAX, Link::burst)
    }

    /// Sends a fence and listens until it comes back. While it does not, more are sent: a subject that reports a later
    /// one does not hang, but has swallowed the first.
    pub(super) fn fence(
        &mut self,
        dialect: Dialect,
        fences: &mut Fences,
        observation: &mut Observation,
    ) -> Result<(), Ending> {
        let begin = Instant::now();
        let wait = self.wait_for_answer();
        let backoff = Backoff::RoundTrips {
            slowest: self.slowest,
            minimum: MIN_FENCE_INTERVAL,
        };
        let mut barrier = Barrier::new(backoff, begin + wait);
        let fence = fences.next_fence();
        self.send(&fence.datagram(dialect), observation)?;
        barrier.record_sent(fence, begin);
        loop {
            if self.stop.is_requested() {
                return Err(Ending::Interrupted);
            }
            let now = Instant::now();
            // Checked even while reports flood in.
            if barrier.is_overdue(now) {
                return Err(Ending::TimedOut(wait));
            }
            match self.next_news((now + SLICE).min(barrier.deadline())) {
                Some(News::Line(raw)) => match barrier.receive(&raw, fences, Instant::now()) {
                    Some(returned) => {
                        let position = returned.position;
                        self.slowest = self.slowest.max(returned.round_trip);
                        self.recognise(dialect, returned.fence, raw, observation);
                        if position == Position::Newest {
                            observation.swallowed_fence |= !barrier.has_first_returned();
                            return Ok(());
                        }
                    }
                    None => {
                        let says = Says::of(fences.mark_any(&raw));
                        observation.hear(raw, says, false);
                    }
                },
                Some(News::LongLine) => observation.overhear(),
                Some(News::Room) => {}
                Some(other) => return Err(self.death_by(other, observation)),
                None if self.link.as_mut().is_some_and(Link::is_refused) => {
                    return Err(self.death(Death::Refused, observation));
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

    fn recognise(
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

    /// Tells whether the subject has read this fence like the first one of its dialect.
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

    pub(super) fn next_news(&mut self, deadline: Instant) -> Option<News> {
        self.unread
            .pop_front()
            .or_else(|| self.body.wait(deadline, None))
    }

    /// Sends if that is possible at once.
    pub(super) fn try_send(&mut self, datagram: &[u8]) -> Result<(), Unsent> {
        let Some(link) = &mut self.link else {
            return self
                .body
                .send(&hex_line(datagram))
                .map_err(|error| match error {
                    InputError::Full => Unsent::NoRoom,
                    InputError::Closed => Unsent::Dead(Death::ClosedInput),
                });
        };
        link.try_send(datagram).map_err(|error| match error {
            SendError::NoRoom => Unsent::NoRoom,
            SendError::Refused => Unsent::Dead(Death::Refused),
            error => Unsent::Never(error.to_string()),
        })
    }

    /// Sends, and waits for room if there is none. What the subject says meanwhile is kept: it may have to say it before
    /// it makes room.
    fn send(&mut self, datagram: &[u8], observation: &mut Observation) -> Result<(), Ending> {
        let wait = self.wait_for_answer();
        let deadline = Instant::now() + wait;
        loop {
            match self.try_send(datagram) {
                Ok(()) => return Ok(()),
                Err(Unsent::NoRoom) => {}
                Err(Unsent::Dead(death)) => return Err(self.death(death, observation)),
                Err(Unsent::Never(message)) => return Err(Ending::Unsendable(message)),
            }
            if self.stop.is_requested() {
                return Err(Ending::Interrupted);
            }
            let now = Instant::now();
            if now >= deadline {
                return Err(Ending::NoRoom(wait));
            }
            match self
                .body
                .wait((now + SLICE).min(deadline), self.link.as_ref())
            {
                None | Some(News::Room) => {}
                Some(news @ (News::Closed | News::Exited(_))) => {
                    return Err(self.death_by(news, observation));
                }
                // More are a flood: the fence's time will be up.
                Some(_) if self.unread.len() >= MAX_REPORTS => {}
                Some(news) => self.unread.push_back(news),
            }
        }
    }

    /// Tells how long to wait for an answer: by the slowest so far, within bounds.
    pub(super) fn wait_for_answer(&self) -> Duration {
        (self.slowest * PATIENCE).max(LEAST_WAIT).min(self.limit)
    }

    pub(super) fn death_by(&mut self, news: News, observation: &mut Observation) -> Ending {
        match news {
            News::Exited(exit) => self.death(Death::Exited(exit), observation),
            News::Closed | News::Line(_) | News::LongLine | News::Room => {
                self.death(self.body.closed(), observation)
            }
        }
    }

    /// Finds out how it died: an end says more than a closed pipe or socket, and may take a moment to show.
    pub(super) fn death(&mut self, mut death: Death, observation: &mut Observation) -> Ending {
        let hear = |raw: Vec<u8>, observation: &mut Observation| {
            let says = Says::of(Mark::None);
            observation.hear(raw, says, false);
        };
        let deadline = Instant::now() + Duration::from_millis(500);
        while !matches!(death, Death::Exited(_)) && Instant::now() < deadline {
            match self.next_news(deadline) {
                Some(News::Exited(exit)) => death = Death::Exited(exit),
                Some(News::Line(raw)) => hear(raw, observation),
                Some(News::Closed | News::LongLine | News::Room) => {}
                None => break,
            }
        }
        for news in self.body.kill() {
            if let News::Line(raw) = news {
                hear(raw, observation);
            }
        }
        Ending::Died {
            death,
            log: self.body.log_ends(),
        }
    }

    /// Counts the datagrams that the kernel has dropped since this was asked last.
    pub fn newly_dropped(&mut self) -> u64 {
        let dropped = self.link.as_mut().map_or(0, Link::dropped);
        let newly = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        newly
    }
}

/// Why a datagram was not sent.
pub(super) enum Unsent {
    /// There is no room for it now.
    NoRoom,
    /// The subject is dead, as far as can be seen.
    Dead(Death),
    /// It cannot be sent from here at all.
    Never(String),
}

/// How much room a datagram takes under way, in bytes. Small ones take some, too: this is more than the kernel charges
/// for their keeping.
pub(super) const fn room_for(datagram: &[u8]) -> usize {
    datagram.len() + 1024
}
