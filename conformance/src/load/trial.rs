use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{io, thread};

use hdrhistogram::Histogram;

use super::handover::Handovers;
use super::ledger::{Entry, Ledger, Tally};
use super::machine::{Effort, Processors, Usage};
use super::mix::Mix;
use super::observer::{Observer, Seen};
use super::pace::{PaceEnd, Paced, SystemClock, histogram, nanos, pace};
use super::schedule::Schedule;
use super::tag::Tag;
use super::timeline::Timeline;
use crate::fence::{Fence, Fences, Mark};
use crate::subject::Stop;
use crate::transport::{Address, Batch, Bulk, Method, Port, SendError};
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
    /// Reports without a number: rejections, and events that lost it.
    pub unnumbered: u64,
    /// What the kernel dropped on its way to the listener's socket, where it tells.
    pub dropped: Option<u64>,
    /// From the time a datagram should have been sent until its report, in nanoseconds.
    pub latency: Histogram<u64>,
    /// From the time it was handed to the kernel.
    pub raw_latency: Histogram<u64>,
    /// What happened when.
    pub timeline: Timeline,
    /// How busy the machine was.
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
    /// A datagram could not be sent, through no fault of the listener.
    Unsendable(String),
    /// Somebody wanted it to stop.
    Interrupted,
}

/// How long to watch at a stretch, before looking at other things.
const SLICE: Duration = Duration::from_millis(20);
/// A listener that has said nothing for so long has reported what there was, or is stuck.
const QUIET: Duration = Duration::from_millis(50);
/// How long to listen on, behind the fence, to a listener that reports out of order.
const AFTERWARDS: Duration = Duration::from_millis(200);
/// How long to wait for a fence before sending another. Doubled each time.
const NUDGE: Duration = Duration::from_millis(200);
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
        let mut sheet = Sheet::new(self, begin, attempted);

        let (mut ending, (paced, sender)) = thread::scope(|scope| {
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
                    Seen::Datagram(report) => sheet.hear(&report, fences),
                    Seen::Died(how) => death = Some(Ending::Died(how)),
                    Seen::Nothing => sheet.catch_up(),
                }
            }
            is_over.store(true, Ordering::Relaxed);
            let sent = sending.join().expect("the sender does not panic");
            Ok::<_, io::Error>((death, sent))
        })?;

        sheet.close(paced.accepted);
        if ending.is_none() {
            ending = match &paced.end {
                PaceEnd::Refused => {
                    Some(Ending::Died(observer.find_dead().unwrap_or_else(|| {
                        format!("nobody listens on {} any more", self.address)
                    })))
                }
                PaceEnd::Unsendable(why) => Some(Ending::Unsendable(why.clone())),
                PaceEnd::Stopped => Some(Ending::Interrupted),
                PaceEnd::Stalled(time) => {
                    Some(Ending::Stalled(format!("it took nothing for {time:?}")))
                }
                PaceEnd::Done => None,
            };
        }
        let mut settling = Settling {
            trial: self,
            accepted: paced.accepted,
            dropped_before,
            dropped: None,
            bulk: &mut bulk,
        };
        let settled = match &ending {
            // What is on its way still counts.
            None | Some(Ending::Stalled(_)) => settling.settle(observer, &mut sheet, fences),
            Some(_) => {
                settling.dropped = settling.dropped_by_now();
                None
            }
        };
        let dropped = settling.dropped;
        let ending = ending.or(settled).unwrap_or(Ending::Finished);
        let reader = effort.part();
        let (processors, stolen) = processors
            .zip(Processors::now())
            .and_then(|(before, after)| after.since(before))
            .unzip();
        Ok(Outcome {
            dropped,
            ending,
            paced,
            tally: sheet.ledger.tally(),
            unnumbered: sheet.unnumbered,
            latency: sheet.latency,
            raw_latency: sheet.raw_latency,
            timeline: sheet.timeline,
            usage: Usage {
                processors,
                stolen,
                sender,
                reader,
            },
        })
    }
}

fn dropped_since(address: &Address, before: Option<u64>) -> Option<u64> {
    if matches!(address, Address::Unix(_)) {
        // It makes its sender wait instead.
        return Some(0);
    }
    Some(Port::dropped_at(address)?.saturating_sub(before?))
}

/// What is known of the datagrams of a trial.
struct Sheet<'t> {
    schedule: Schedule,
    tag: &'t Tag,
    begin: Instant,
    ledger: Ledger,
    unnumbered: u64,
    latency: Histogram<u64>,
    raw_latency: Histogram<u64>,
    timeline: Timeline,
    handovers: Handovers,
    /// What is handed to the kernel at most, and when.
    attempted: Receiver<(Range<u64>, Duration)>,
}

impl<'t> Sheet<'t> {
    fn new(trial: &Trial<'t>, begin: Instant, attempted: Receiver<(Range<u64>, Duration)>) -> Self {
        Self {
            schedule: trial.schedule,
            tag: trial.tag,
            begin,
            ledger: Ledger::new(trial.schedule.len()),
            unnumbered: 0,
            latency: histogram(),
            raw_latency: histogram(),
            timeline: Timeline::new(trial.schedule.duration()),
            handovers: Handovers::default(),
            attempted,
        }
    }

    /// Takes note of what the sender has done.
    fn catch_up(&mut self) {
        for (numbers, when) in self.attempted.try_iter() {
            self.handovers.note(&numbers, when, &self.ledger);
            self.ledger.hand_over(numbers.end);
        }
    }

    /// Takes note of how many were sent in the end.
    fn close(&mut self, accepted: u64) {
        self.catch_up();
        self.ledger.close(accepted);
        self.timeline.close(&self.schedule, accepted);
    }

    fn hear(&mut self, report: &[u8], fences: &Fences) {
        let now = Instant::now().saturating_duration_since(self.begin);
        let Some(number) = self.tag.number_in(report) else {
            // That of a fence may be late; it belongs to no datagram of the test.
            self.unnumbered += u64::from(!fences.is_tagged(report));
            return;
        };
        // Whatever was sent before it was reported is known by now.
        self.catch_up();
        if self.ledger.enter(number) != Entry::First {
            return;
        }
        let due = self.schedule.at(number);
        let latency = now.saturating_sub(due);
        self.latency.saturating_record(nanos(latency));
        self.timeline.deliver(due, latency);
        let sent = self.handovers.of(number);
        self.raw_latency
            .saturating_record(nanos(now.saturating_sub(sent)));
    }
}

/// The end of a trial, when all has been sent: waits until every datagram is accounted for, or no more is to be expected.
struct Settling<'t> {
    trial: &'t Trial<'t>,
    accepted: u64,
    dropped_before: Option<u64>,
    /// What was dropped of the datagrams of the trial.
    dropped: Option<u64>,
    bulk: &'t mut Bulk,
}

impl Settling<'_> {
    /// Gives how it ended, if not well.
    fn settle(
        &mut self,
        observer: &mut impl Observer,
        sheet: &mut Sheet<'_>,
        fences: &mut Fences,
    ) -> Option<Ending> {
        let deadline = Instant::now() + self.trial.limit;
        let mut last_heard = Instant::now();
        let mut sent: Vec<(Fence, Instant)> = Vec::new();
        let (mut returned, mut nudge) = (0, NUDGE);
        let (mut is_complete, mut is_fenced) = (false, false);
        let nobody = || format!("nobody listens on {} any more", self.trial.address);
        loop {
            is_complete |= sheet.ledger.tally().delivered == self.accepted;
            let now = Instant::now();
            if is_fenced && (is_complete || now - last_heard >= AFTERWARDS) {
                if returned == sent.len() {
                    // Of what was dropped, nothing was a fence.
                    self.dropped = self.dropped_by_now();
                }
                return None;
            }
            if self.trial.stop.is_requested() {
                return Some(Ending::Interrupted);
            }
            if !is_fenced && now >= deadline {
                let hangs = || {
                    let limit = self.trial.limit;
                    Ending::Stalled(format!("it did not report the last event within {limit:?}"))
                };
                return Some(observer.find_dead().map_or_else(hangs, Ending::Died));
            }
            let is_due = sent.last().is_none_or(|(_, when)| now - *when >= nudge);
            if !is_fenced && is_due && (is_complete || now - last_heard >= QUIET) {
                if sent.is_empty() {
                    self.dropped = self.dropped_by_now();
                } else {
                    nudge *= 2;
                }
                let fence = fences.next_fence();
                match send(self.bulk, &fence.datagram(self.trial.dialect)) {
                    Ok(()) => sent.push((fence, now)),
                    Err(SendError::Refused) => {
                        return Some(Ending::Died(observer.find_dead().unwrap_or_else(nobody)));
                    }
                    // It is tried again.
                    Err(_) => {}
                }
            }
            match observer.next(now + SLICE / 4) {
                Seen::Datagram(report) => {
                    last_heard = Instant::now();
                    let is_of =
                        |(fence, _): &(Fence, Instant)| fences.mark(&report, fence) == Mark::This;
                    match sent.iter().rposition(is_of) {
                        Some(index) => {
                            returned += 1;
                            is_fenced |= index + 1 == sent.len();
                        }
                        None => sheet.hear(&report, fences),
                    }
                }
                Seen::Died(how) => return Some(Ending::Died(how)),
                Seen::Nothing if sent.is_empty() => {
                    let dropped = self.dropped_by_now().unwrap_or_default();
                    is_complete = sheet.ledger.tally().delivered + dropped >= self.accepted;
                }
                Seen::Nothing => {}
            }
        }
    }

    fn dropped_by_now(&self) -> Option<u64> {
        dropped_since(self.trial.address, self.dropped_before)
    }
}

fn send(bulk: &mut Bulk, datagram: &[u8]) -> Result<(), SendError> {
    let mut batch = Batch::new(1, datagram.len());
    batch.push(datagram);
    bulk.send(&batch, 0).map(drop)
}
