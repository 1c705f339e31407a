use std::time::{Duration, Instant};

use super::command::SubjectCommand;
use super::death::Death;
use super::output::{MAX_LINE, News};
use super::place::{Place, Places, SocketKind};
use super::process::{InputError, Process};
use super::startup::{self, Settings, StartError, Started, hex_line};
use super::stop::Stop;
use crate::contract::{Line, Start, parse_line};
use crate::fence::{Fence, FenceForm, Fences, Mark};
use crate::transport::{Link, SendError};

/// A running subject, and the conversation with it.
#[derive(Debug)]
pub struct Session {
    process: Process,
    link: Option<Link>,
    /// Kept as long as the subject, to be removed with it.
    _place: Option<Place>,
    start: Start,
    /// What it makes of fences.
    form: FenceForm,
    slowest: Duration,
    dropped: u64,
    limit: Duration,
    stop: Stop,
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

/// What a subject reported before the fence.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// The reports in order.
    pub reports: Vec<Report>,
    /// The line that carried the fence, if the subject read it otherwise than the first one.
    pub misread_fence: Option<Vec<u8>>,
    /// Whether the fence never came back, though a later one did.
    pub swallowed_fence: bool,
}

/// One report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The line as it was written.
    pub raw: Vec<u8>,
    /// What it says. `None` where it is about a fence from before.
    pub line: Option<Line>,
    /// Whether it came before anything was sent.
    pub early: bool,
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

/// Reports kept of one exchange, and their bytes. More are a flood, and no use to anybody.
const MAX_REPORTS: usize = 1_000;
const MAX_BYTES: usize = 2 * MAX_LINE;
/// How long to wait at a stretch, before looking whether to stop or whether the socket was refused.
const SLICE: Duration = Duration::from_millis(50);
/// The least time to wait before the subject is sent another fence.
const LEAST_NUDGE: Duration = Duration::from_millis(100);
/// How much longer than the slowest answer so far an answer may take.
const PATIENCE: u32 = 50;
/// The least time to wait for an answer: machines stumble.
const LEAST_WAIT: Duration = Duration::from_secs(2);

impl Session {
    /// Starts a subject and lets it report a first event.
    ///
    /// # Errors
    ///
    /// If it cannot be started or does not report that event, however it reads it: a set-up error.
    pub fn start(
        command: &SubjectCommand,
        kind: SocketKind,
        places: &mut Places,
        fences: &mut Fences,
        settings: &Settings,
    ) -> Result<Self, StartError> {
        let Started {
            process,
            link,
            place,
            start,
            first: (fence, line),
            round_trip,
        } = startup::start(command, kind, places, fences, settings)?;
        let mut session = Self {
            process,
            link,
            _place: place,
            start,
            form: fence.form(&line),
            slowest: round_trip,
            dropped: 0,
            limit: settings.limit,
            stop: settings.stop.clone(),
        };
        session.dropped = session.link.as_mut().map_or(0, Link::dropped);
        Ok(session)
    }

    /// Gives what the subject told about itself.
    pub fn declared(&self) -> &Start {
        &self.start
    }

    /// Sends datagrams back to back and a fence, and listens until the fence comes back.
    ///
    /// Where the kernel might drop some of them, or with `one_by_one`, fences go between them, too.
    pub fn exchange<'d>(
        &mut self,
        datagrams: impl IntoIterator<Item = &'d [u8]>,
        fences: &mut Fences,
        one_by_one: bool,
    ) -> Exchange {
        let begin = Instant::now();
        let mut observation = Observation::default();
        let mut sent = 0;
        let datagrams = datagrams.into_iter().inspect(|_| sent += 1);
        let talk = self.talk(datagrams, fences, one_by_one, &mut observation);
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

    /// Ends the subject: asks it first, then kills its whole process group.
    pub fn stop(self) {
        self.process.stop();
    }

    fn talk<'d>(
        &mut self,
        datagrams: impl Iterator<Item = &'d [u8]>,
        fences: &mut Fences,
        one_by_one: bool,
        observation: &mut Observation,
    ) -> Result<(), Ending> {
        // As much as was there; a flood ends when its time is up.
        for news in std::iter::from_fn(|| self.process.news())
            .take(MAX_REPORTS)
            .collect::<Vec<_>>()
        {
            match news {
                News::Line(raw) => {
                    let old_fence = fences.is_tagged(&raw);
                    observation.hear(raw, old_fence, true);
                }
                News::LongLine => observation.overhear(),
                other => return Err(self.death_by(other, observation)),
            }
        }
        let burst = if one_by_one {
            0
        } else {
            self.link.as_ref().map_or(usize::MAX, Link::burst)
        };
        let mut under_way = 0;
        for datagram in datagrams {
            if under_way > 0 && under_way + datagram.len() > burst {
                self.fence(fences, observation)?;
                under_way = 0;
            }
            self.send(datagram, observation)?;
            // Small datagrams take room, too: this is more than the kernel charges for their keeping.
            under_way += datagram.len() + 1024;
        }
        self.fence(fences, observation)
    }

    /// Sends a fence and listens until it comes back. While it does not, more are sent: a subject that reports a later
    /// one does not hang, but has swallowed the first.
    fn fence(&mut self, fences: &mut Fences, observation: &mut Observation) -> Result<(), Ending> {
        let begin = Instant::now();
        let wait = self.wait_for_answer();
        let mut first_came_back = false;
        let mut sent = vec![(fences.next_fence(), begin)];
        self.send(&sent[0].0.datagram(), observation)?;
        loop {
            if self.stop.is_requested() {
                return Err(Ending::Interrupted);
            }
            // Looked at even while reports flood in.
            if begin.elapsed() >= wait {
                return Err(Ending::TimedOut(wait));
            }
            let carries = |raw: &[u8], fence: &Fence| fences.mark(raw, fence) == Mark::This;
            match self
                .process
                .wait((Instant::now() + SLICE).min(begin + wait))
            {
                Some(News::Line(raw)) => {
                    match sent.iter().rposition(|(fence, _)| carries(&raw, fence)) {
                        Some(index) => {
                            first_came_back |= carries(&raw, &sent[0].0);
                            let (fence, when) = &sent[index];
                            self.slowest = self.slowest.max(when.elapsed());
                            self.recognise(fence, raw, observation);
                            if index + 1 == sent.len() {
                                observation.swallowed_fence |= !first_came_back;
                                return Ok(());
                            }
                        }
                        None => {
                            let old_fence = fences.is_tagged(&raw);
                            observation.hear(raw, old_fence, false);
                        }
                    }
                }
                Some(News::LongLine) => observation.overhear(),
                Some(other) => return Err(self.death_by(other, observation)),
                None if self.link.as_mut().is_some_and(Link::is_refused) => {
                    return Err(self.death(Death::Refused, observation));
                }
                None if sent[sent.len() - 1].1.elapsed() >= self.nudge() => {
                    let fence = fences.next_fence();
                    if self.try_send(&fence.datagram()) {
                        sent.push((fence, Instant::now()));
                    }
                }
                None => {}
            }
        }
    }

    /// Tells how long a subject may keep silent before it is sent another fence.
    fn nudge(&self) -> Duration {
        (self.slowest * 4).max(LEAST_NUDGE)
    }

    fn recognise(&self, fence: &Fence, raw: Vec<u8>, observation: &mut Observation) {
        if observation.misread_fence.is_none() && fence.form(&raw) != self.form {
            observation.misread_fence = Some(raw);
        }
    }

    /// Sends if that is possible at once.
    fn try_send(&mut self, datagram: &[u8]) -> bool {
        match &mut self.link {
            Some(link) => link.send(datagram, Instant::now(), || true).is_ok(),
            None => self.process.send(hex_line(datagram)).is_ok(),
        }
    }

    fn send(&mut self, datagram: &[u8], observation: &mut Observation) -> Result<(), Ending> {
        let wait = self.wait_for_answer();
        let Some(link) = &mut self.link else {
            return match self.process.send(hex_line(datagram)) {
                Ok(()) => Ok(()),
                Err(InputError::Full) => Err(Ending::NoRoom(wait)),
                Err(InputError::Closed) => Err(self.death(Death::ClosedInput, observation)),
            };
        };
        match link.send(datagram, Instant::now() + wait, || self.stop.is_requested()) {
            Ok(()) => Ok(()),
            Err(SendError::Refused) => Err(self.death(Death::Refused, observation)),
            Err(SendError::NoRoom) if self.stop.is_requested() => Err(Ending::Interrupted),
            Err(SendError::NoRoom) => Err(Ending::NoRoom(wait)),
            Err(error) => Err(Ending::Unsendable(error.to_string())),
        }
    }

    /// Tells how long to wait for an answer: by the slowest so far, within bounds.
    fn wait_for_answer(&self) -> Duration {
        (self.slowest * PATIENCE).max(LEAST_WAIT).min(self.limit)
    }

    fn death_by(&mut self, news: News, observation: &mut Observation) -> Ending {
        match news {
            News::Exited(exit) => self.death(Death::Exited(exit), observation),
            News::Closed | News::Line(_) | News::LongLine => {
                self.death(Death::ClosedOutput, observation)
            }
        }
    }

    /// Finds out how it died: an end says more than a closed pipe or socket, and may take a moment to show.
    fn death(&mut self, mut death: Death, observation: &mut Observation) -> Ending {
        let deadline = Instant::now() + Duration::from_millis(500);
        while !matches!(death, Death::Exited(_)) && Instant::now() < deadline {
            match self.process.wait(deadline) {
                Some(News::Exited(exit)) => death = Death::Exited(exit),
                Some(News::Line(raw)) => observation.hear(raw, false, false),
                Some(News::Closed | News::LongLine) => {}
                None => break,
            }
        }
        for news in self.process.kill() {
            if let News::Line(raw) = news {
                observation.hear(raw, false, false);
            }
        }
        Ending::Died {
            death,
            log: self.process.log_ends(),
        }
    }

    fn newly_dropped(&mut self) -> u64 {
        let dropped = self.link.as_mut().map_or(0, Link::dropped);
        let newly = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        newly
    }
}

impl Observation {
    fn hear(&mut self, raw: Vec<u8>, old_fence: bool, early: bool) {
        let bytes: usize = self.reports.iter().map(|report| report.raw.len()).sum();
        if self.reports.len() < MAX_REPORTS && bytes < MAX_BYTES {
            let line = if old_fence { None } else { parse_line(&raw) };
            self.reports.push(Report { raw, line, early });
        }
    }

    /// Takes note of a line that was too long to keep.
    fn overhear(&mut self) {
        let line = Line::Malformed(format!("it is longer than {MAX_LINE} bytes"));
        self.reports.push(Report {
            raw: b"{".to_vec(),
            line: Some(line),
            early: false,
        });
    }
}
