use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use std::{io, thread};

use hdrhistogram::Histogram;

use super::absence::watch;
use super::ledger::Tally;
use super::machine::{Effort, Processors, Usage};
use super::mix::Mix;
use super::observer::{Observer, Seen};
use super::pace::{PaceEnd, Paced, SystemClock, pace};
use super::schedule::Schedule;
use super::settle::Settling;
use super::sheet::Sheet;
use super::tag::Tag;
use super::timeline::Timeline;
use crate::fence::Fences;
use crate::subject::Stop;
use crate::transport::{Address, Bulk, Method, Port};
use crate::vectors::Dialect;

/// One test: so many datagrams by a schedule, and what became of each.
#[derive(Clone, Debug)]
pub struct Trial<'t> {
    /// When they are sent.
    pub schedule: Schedule,
    /// What is sent.
    pub mix: &'t Mix,
    /// How they are known again.
    pub tag: &'t Tag,
    /// In which dialect.
    pub dialect: Dialect,
    /// Where to.
    pub address: &'t Address,
    /// How they are handed to the kernel.
    pub method: Method,
    /// The longest to wait for anything.
    pub limit: Duration,
    /// Tells it to end.
    pub stop: Stop,
}

/// What a trial came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Of sending.
    pub paced: Paced,
    /// Of what was reported.
    pub tally: Tally,
    /// Reports without a number: rejections, events that lost it, and what the listener says of other things.
    pub unnumbered: u64,
    /// What the kernel dropped on its way to the listener's socket, where it tells.
    pub dropped: Option<u64>,
    /// Those that were lost while the machine was elsewhere, or up to 50 ms after: that may be why.
    pub lost_while_away: u64,
    /// How long it was.
    pub away: Duration,
    /// From the time a datagram should have been sent until its report, in nanoseconds.
    pub latency: Histogram<u64>,
    /// From the time it was handed to the kernel.
    pub raw_latency: Histogram<u64>,
    /// What happened when.
    pub timeline: Timeline,
    /// How busy the machine was while it sent.
    pub usage: Usage,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// All was sent, and nothing more was to be expected.
    Finished,
    /// The listener died.
    Died(String),
    /// The listener took nothing more, or did not report what came last.
    Stalled(String),
    /// This machine's own buffer or network took nothing more.
    Jammed(String),
    /// A datagram could not be sent, through no fault of the listener.
    Unsendable(String),
    /// Somebody wanted it to stop.
    Interrupted,
}

/// How long to watch at a stretch, before looking at other things.
pub(super) const SLICE: Duration = Duration::from_millis(20);
/// How long to listen on, behind the fence, to a listener that reports out of order.
pub(super) const AFTERWARDS: Duration = Duration::from_millis(200);
/// The longest that who interrupts has to wait.
const IMPATIENCE: Duration = Duration::from_secs(1);
/// From making the plan to its beginning.
const RUN_UP: Duration = Duration::from_millis(5);

impl Outcome {
    /// Datagrams that the kernel took and nobody reported.
    pub fn lost(&self) -> u64 {
        self.paced.accepted.saturating_sub(self.tally.delivered)
    }
}

impl Trial<'_> {
    /// Sends by the schedule in a thread of its own, and watches what is reported meanwhile and until all is there.
    ///
    /// # Errors
    ///
    /// If the socket cannot be connected, or there are no threads.
    pub fn run(&self, observer: &mut impl Observer, fences: &mut Fences) -> io::Result<Outcome> {
        let mut bulk = Bulk::connect(self.address, self.method)?;
        let dropped_before = Port::dropped_at(self.address);
        let processors = Processors::now();
        let effort = Effort::begin();
        let is_over = AtomicBool::new(false);
        let begin = Instant::now() + RUN_UP;
        let (attempts, attempted) = channel();
        let mut sheet = Sheet::new(self.schedule, self.tag, begin, attempted);

        let (death, paced, usage, stolen) = thread::scope(|scope| {
            // Whatever happens, nobody watches or sends for ever.
            let _over = Over(&is_over);
            let watching = thread::Builder::new()
                .spawn_scoped(scope, || watch(begin, || is_over.load(Ordering::Relaxed)))?;
            let sending = thread::Builder::new().spawn_scoped(scope, || {
                let effort = Effort::begin();
                let paced = pace(
                    &self.schedule,
                    self.mix,
                    &mut SystemClock::begin_at(begin),
                    &mut bulk,
                    self.limit,
                    || is_over.load(Ordering::Relaxed) || self.stop.is_requested(),
                    |numbers, when| {
                        // Nobody listens to it only when all is over.
                        let _ = attempts.send((numbers, when));
                    },
                );
                (paced, effort.part())
            })?;
            let mut death = None;
            while !sending.is_finished() && death.is_none() {
                match observer.next(Instant::now() + SLICE) {
                    Seen::Datagram(report) => {
                        sheet.hear(&report, fences);
                    }
                    Seen::Died(how) => death = Some(Ending::Died(how)),
                    Seen::Nothing => sheet.catch_up(),
                }
            }
            is_over.store(true, Ordering::Relaxed);
            let (paced, sender) = sending.join().expect("the sender does not panic");
            // What comes now is mostly waiting, and no measure of who was busy.
            let (processors, stolen) = processors
                .zip(Processors::now())
                .and_then(|(before, after)| after.since(&before))
                .unzip();
            let usage = Usage {
                processors,
                stolen,
                sender,
                reader: effort.part(),
            };
            let stolen = watching.join().expect("the watch does not panic");
            Ok::<_, io::Error>((death, paced, usage, stolen))
        })?;

        sheet.close(paced.accepted);
        let ending = death.or_else(|| match &paced.end {
            PaceEnd::Refused => Some(self.hear_out(observer, &mut sheet, fences)),
            PaceEnd::Unsendable(why) => Some(Ending::Unsendable(why.clone())),
            PaceEnd::Stopped => Some(self.interrupted(observer, &mut sheet, fences)),
            PaceEnd::Stalled(time) => {
                Some(Ending::Stalled(format!("it took nothing for {time:?}")))
            }
            PaceEnd::Jammed(time) => Some(Ending::Jammed(jam(*time))),
            PaceEnd::Done => None,
        });
        let mut settling = Settling {
            trial: self,
            accepted: paced.accepted,
            dropped_before,
            dropped: None,
            bulk: &mut bulk,
        };
        let settled = match &ending {
            // What is on its way still counts.
            None | Some(Ending::Stalled(_) | Ending::Jammed(_)) => {
                settling.settle(observer, &mut sheet, fences)
            }
            Some(_) => {
                settling.dropped = settling.dropped_by_now();
                None
            }
        };
        let dropped = settling.dropped;
        let ending = ending.or(settled).unwrap_or(Ending::Finished);
        // It takes a while with many datagrams: no report must wait for it.
        sheet.timeline.close(&self.schedule, paced.accepted);
        for absences in [&paced.absences, &stolen.absences] {
            sheet.timeline.disturb(absences);
        }
        let lost = (0..paced.accepted).filter(|number| !sheet.ledger.has(*number));
        let is_explained = |number: &u64| {
            let due = self.schedule.at(*number);
            paced.absences.explain(due) || stolen.absences.explain(due)
        };
        let lost_while_away = lost.filter(is_explained).count() as u64;
        Ok(Outcome {
            dropped,
            lost_while_away,
            away: paced.absences.total().max(stolen.total),
            ending,
            paced,
            tally: sheet.ledger.tally(),
            unnumbered: sheet.unnumbered,
            latency: sheet.latency,
            raw_latency: sheet.raw_latency,
            timeline: sheet.timeline,
            usage,
        })
    }

    /// Listens to what a listener that takes nothing more has yet to say of what it took, and finds out how it died.
    pub(super) fn hear_out(
        &self,
        observer: &mut impl Observer,
        sheet: &mut Sheet<'_>,
        fences: &Fences,
    ) -> Ending {
        if let Some(how) = self.hear_rest(observer, sheet, fences) {
            return Ending::Died(how);
        }
        if self.stop.is_requested() {
            return Ending::Interrupted;
        }
        let nobody = || format!("nobody listens on {} any more", self.address);
        Ending::Died(observer.find_dead().unwrap_or_else(nobody))
    }

    /// Listens to what is still on its way when somebody interrupts.
    pub(super) fn interrupted(
        &self,
        observer: &mut impl Observer,
        sheet: &mut Sheet<'_>,
        fences: &Fences,
    ) -> Ending {
        let died = self.hear_rest(observer, sheet, fences);
        died.map_or(Ending::Interrupted, Ending::Died)
    }

    /// Listens until nothing more is said for a while; not for long if somebody waits for the end. Gives how it died, if it did.
    fn hear_rest(
        &self,
        observer: &mut impl Observer,
        sheet: &mut Sheet<'_>,
        fences: &Fences,
    ) -> Option<String> {
        let begin = Instant::now();
        let mut last_heard = begin;
        loop {
            let now = Instant::now();
            let limit = match self.stop.is_requested() {
                true => self.limit.min(IMPATIENCE),
                false => self.limit,
            };
            if now - last_heard >= AFTERWARDS || now - begin >= limit {
                return None;
            }
            match observer.next(now + SLICE) {
                Seen::Datagram(report) => {
                    if sheet.hear(&report, fences) {
                        last_heard = Instant::now();
                    }
                }
                Seen::Died(how) => return Some(how),
                Seen::Nothing => {}
            }
        }
    }
}

/// Says that it is over when it goes.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) fn jam(time: Duration) -> String {
    format!("its send buffer, or the queue of its network device, took nothing for {time:?}")
}

pub(super) fn dropped_since(address: &Address, before: Option<u64>) -> Option<u64> {
    if matches!(address, Address::Unix(_)) {
        // It makes its sender wait instead.
        return Some(0);
    }
    Some(Port::dropped_at(address)?.saturating_sub(before?))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::fence::DEFAULT_NAME;
    use crate::load::mix::default_events;
    use crate::load::observer::Sink;
    use crate::load::schedule::Shape;
    use crate::load::settle::QUIET;
    use crate::transport::SocketKind;

    /// A listener that is made up: what it says of each datagram, and when nothing comes.
    struct MadeUp<S> {
        sink: Option<Sink>,
        /// Nobody sends there: a read waits.
        idle: Sink,
        says: S,
        /// What it has yet to say.
        unsaid: VecDeque<Vec<u8>>,
    }

    /// What it does.
    enum Act {
        Say(Vec<u8>),
        Nothing,
        /// It closes its socket, and says these things then, each after a while.
        Close(Vec<Vec<u8>>),
    }

    impl<S: FnMut(Option<&[u8]>) -> Act> MadeUp<S> {
        fn new(says: S) -> Self {
            let bind = || Sink::bind(SocketKind::Udp).expect("there is a port");
            Self {
                sink: Some(bind()),
                idle: bind(),
                says,
                unsaid: VecDeque::new(),
            }
        }
    }

    impl<S: FnMut(Option<&[u8]>) -> Act> Observer for MadeUp<S> {
        fn next(&mut self, deadline: Instant) -> Seen<'_> {
            let is_closed = self.sink.is_none();
            let seen = self.sink.as_mut().unwrap_or(&mut self.idle).next(deadline);
            let act = match &seen {
                Seen::Datagram(datagram) => (self.says)(Some(datagram)),
                _ if is_closed => self.unsaid.pop_front().map_or(Act::Nothing, Act::Say),
                _ => (self.says)(None),
            };
            match act {
                Act::Say(report) => return Seen::Datagram(report.into()),
                Act::Nothing => {}
                Act::Close(unsaid) => {
                    self.sink = None;
                    self.unsaid = unsaid.into();
                }
            }
            Seen::Nothing
        }

        fn find_dead(&mut self) -> Option<String> {
            self.sink.is_none().then(|| "it closed its socket".into())
        }
    }

    /// A trial of 100 datagrams, one a millisecond.
    fn outcome(says: impl FnMut(Option<&[u8]>) -> Act) -> Outcome {
        outcome_at(1000.0, Duration::from_millis(100), says)
    }

    fn outcome_at(
        rate: f64,
        duration: Duration,
        says: impl FnMut(Option<&[u8]>) -> Act,
    ) -> Outcome {
        let mut listener = MadeUp::new(says);
        let sink = listener.sink.as_ref().expect("it is bound");
        let address = sink.address().clone();
        let tag = Tag::random();
        let events = default_events(Dialect::Text);
        let mix = Mix::new(Dialect::Text, &events, &[], &tag).expect("they can be written");
        let schedule = Schedule::new(Shape::Constant(rate), duration);
        let trial = Trial {
            schedule: schedule.expect("it sends something"),
            mix: &mix,
            tag: &tag,
            dialect: Dialect::Text,
            address: &address,
            method: Method::Single,
            limit: Duration::from_secs(10),
            stop: Stop::default(),
        };
        let outcome = trial.run(&mut listener, &mut Fences::new(DEFAULT_NAME));
        outcome.expect("there is a socket")
    }

    #[test]
    fn a_listener_that_talks_of_other_things_is_no_hang() {
        for pause in [Duration::ZERO, QUIET * 2] {
            let (mut is_first, mut spoke) = (true, Instant::now());
            let outcome = outcome(|datagram| match datagram {
                Some(_) if std::mem::take(&mut is_first) => Act::Nothing,
                Some(datagram) => Act::Say(datagram.into()),
                None if spoke.elapsed() >= pause => {
                    spoke = Instant::now();
                    Act::Say(b"{\"event\":\"E_HEARTBEAT\",\"params\":[]}".into())
                }
                None => Act::Nothing,
            });
            assert_eq!(outcome.ending, Ending::Finished);
            assert_eq!((outcome.tally.delivered, outcome.lost()), (99, 1));
            assert!(outcome.unnumbered > 0);
        }
    }

    #[test]
    fn what_is_reported_after_the_socket_was_closed_counts() {
        let mut taken = Vec::new();
        let outcome = outcome(|datagram| {
            taken.extend(datagram.map(<[u8]>::to_vec));
            if taken.len() == 5 {
                Act::Close(std::mem::take(&mut taken))
            } else {
                Act::Nothing
            }
        });
        assert_eq!(outcome.ending, Ending::Died("it closed its socket".into()));
        assert_eq!(outcome.tally.delivered, 5);
    }

    /// A busy machine can only make the part smaller.
    #[test]
    fn what_is_done_when_all_was_sent_is_no_part_of_the_load() {
        let (mut count, mut is_first) = (0, true);
        let outcome = outcome(|datagram| match datagram {
            Some(datagram) => {
                count += 1;
                match std::mem::take(&mut is_first) {
                    true => Act::Nothing,
                    false => Act::Say(datagram.into()),
                }
            }
            None if count >= 100 => {
                let begin = Instant::now();
                while begin.elapsed() < SLICE {
                    std::hint::spin_loop();
                }
                Act::Nothing
            }
            None => Act::Nothing,
        });
        assert_eq!(outcome.ending, Ending::Finished);
        let reader = outcome.usage.reader;
        assert!(reader.is_none_or(|part| part < 0.3), "{reader:?}");
    }

    /// No machine sends so many within a millisecond.
    #[test]
    fn moments_in_which_the_machine_is_not_fast_enough_are_disturbed() {
        let says = |datagram: Option<&[u8]>| match datagram {
            Some(datagram) => Act::Say(datagram.into()),
            None => Act::Nothing,
        };
        let outcome = outcome_at(1e8, Duration::from_millis(1), says);
        assert_eq!(outcome.paced.accepted, 100_000);
        assert!(outcome.away > Duration::from_millis(10));
        // What is due first goes in time, what is due last does not.
        let last = outcome.timeline.slices().last();
        assert!(last.is_some_and(|slice| slice.disturbed));
    }
}
