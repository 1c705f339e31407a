use std::ops::Range;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::clock::Clock;
use super::histogram::{empty_histogram, nanos};
use super::interference::Interference;
use super::mix::Mix;
use super::schedule::Schedule;
use super::timing::{LATE, POLL_INTERVAL};
use super::wire::{BlockedBy, Wire};
use crate::transport::{Batch, SendError};

/// Sends each datagram as soon as it is due, whatever becomes of those before it: an open loop.
/// Datagrams that are due already are sent together.
#[derive(Debug)]
pub struct Pacer<'p, C, W, S, H> {
    /// When each datagram is due.
    pub schedule: &'p Schedule,
    /// What is sent.
    pub mix: &'p Mix,
    /// The time.
    pub clock: C,
    /// What takes the datagrams.
    pub wire: &'p mut W,
    /// How long to wait while the wire takes nothing.
    pub timeout: Duration,
    /// Returns whether to stop.
    pub stop: S,
    /// Is called just before each call that sends.
    pub on_send: H,
}

/// A call that hands datagrams to the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendCall {
    /// The datagrams of the call. The kernel takes all of them, or the first few.
    pub numbers: Range<u64>,
    /// The time of the call, from the beginning of the trial.
    pub when: Duration,
}

/// The result of sending to a schedule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PaceResult {
    /// Datagrams that were due.
    pub sent: u64,
    /// Datagrams that the kernel took.
    pub accepted: u64,
    /// How often a full buffer made the sender wait.
    pub held_back: u64,
    /// How long it waited.
    pub blocked: Duration,
    /// Datagrams that were sent more than [`LATE`] after they were due, or not at all because a
    /// buffer was full.
    pub late: u64,
    /// Those of them that were late because the listener's buffer was full.
    pub late_by_backpressure: u64,
    /// The spans in which other datagrams were late: from the time when one was due until it was
    /// sent.
    pub interference: Interference,
    /// By how much each datagram was sent after it was due, in nanoseconds.
    pub lag: Histogram<u64>,
    /// When the last datagram was sent, from the beginning of the trial.
    pub elapsed: Duration,
    /// How sending ended.
    pub end: PaceEnd,
}

/// How sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaceEnd {
    /// All datagrams were sent.
    Done,
    /// The time of the schedule was over before all were sent: the sender, or the listener that it
    /// waited for, was too slow.
    OutOfTime,
    /// The pacer was told to stop.
    Stopped,
    /// Nobody listens any more.
    Refused,
    /// The listener's buffer was full, for this time.
    Stalled(Duration),
    /// This machine's own buffer or network queue was full, for this time.
    SenderBlocked(Duration),
    /// A datagram cannot be sent, for this reason.
    Unsendable(String),
}

/// How long a late sender may still catch up after the end of the schedule.
const CATCH_UP: Duration = Duration::from_millis(500);

/// The most datagrams in a call.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 1 << 18;

impl<C, W, S, H> Pacer<'_, C, W, S, H>
where
    C: Clock,
    W: Wire,
    S: Fn() -> bool,
    H: FnMut(SendCall),
{
    /// Sends the whole schedule, unless something ends it early.
    pub fn run(mut self) -> PaceResult {
        let longest = self.mix.sizes().max().unwrap_or_default();
        let mut batch = Batch::new(BATCH, BATCH_BYTES.max(longest));
        let mut result = PaceResult::new();
        let mut backpressure = BlockedTime::default();
        let mut due = self.schedule.at(0);
        let latest = self.latest();
        // The clock stands at zero until the trial begins, when the first datagram may be due.
        self.clock.sleep_until(Duration::ZERO);
        while result.accepted < self.schedule.len() {
            if (self.stop)() {
                result.end = PaceEnd::Stopped;
                break;
            }
            let now = self.clock.now();
            if now > latest {
                result.end = PaceEnd::OutOfTime;
                break;
            }
            if due > now {
                self.clock.sleep_until(due.min(now + POLL_INTERVAL));
                continue;
            }
            batch.clear();
            let mut next = result.accepted;
            while next < self.schedule.len() && due <= now && self.mix.push(next, &mut batch) {
                next += 1;
                due = self.schedule.at(next);
            }
            result.sent = next;
            if let Err(end) = self.send_batch(&batch, &mut result, &mut backpressure) {
                result.end = end;
                break;
            }
        }
        result.elapsed = self.clock.now();
        if result.end == PaceEnd::OutOfTime {
            // What is left was not sent.
            result.sent = result.accepted;
            result.count_unsent(self.schedule.len(), self.schedule, &mut backpressure);
        } else if result.end != PaceEnd::Done {
            while result.sent < self.schedule.len()
                && self.schedule.at(result.sent) <= result.elapsed
            {
                result.sent += 1;
            }
        }
        if backpressure.is_blocked {
            // Datagrams that wait for a full buffer are late, even if they are never sent.
            result.count_unsent(result.sent, self.schedule, &mut backpressure);
        }
        result
    }

    /// Returns the time at which sending ends, even if datagrams are left.
    fn latest(&self) -> Duration {
        self.schedule.duration() + CATCH_UP
    }

    /// Sends the datagrams of a batch, of which the first is the next that was not accepted.
    fn send_batch(
        &mut self,
        batch: &Batch,
        result: &mut PaceResult,
        backpressure: &mut BlockedTime,
    ) -> Result<(), PaceEnd> {
        let mut from = 0;
        let mut blocked_since = None;
        let latest = self.latest();
        while from < batch.len() {
            let now = self.clock.now();
            if from > 0 && blocked_since.is_none() && now > latest {
                return Err(PaceEnd::OutOfTime);
            }
            let left = (batch.len() - from) as u64;
            (self.on_send)(SendCall {
                numbers: result.accepted..result.accepted + left,
                when: now,
            });
            match self.wire.send(batch, from) {
                Ok(taken) => {
                    if let Some(since) = blocked_since.take() {
                        result.blocked += now - since;
                        backpressure.add(now - since);
                    }
                    for number in (result.accepted..).take(taken) {
                        let due = self.schedule.at(number);
                        let lag = now.saturating_sub(due);
                        result.lag.saturating_record(nanos(lag));
                        result.count(due, now, backpressure);
                    }
                    from += taken;
                    result.accepted += taken as u64;
                }
                Err(SendError::Blocked) => {
                    backpressure.by = self.wire.blocked_by();
                    if blocked_since.is_none() {
                        result.held_back += 1;
                    }
                    let since = *blocked_since.get_or_insert(now);
                    let waited = now - since;
                    let is_timed_out = waited >= self.timeout;
                    if is_timed_out || (self.stop)() {
                        result.blocked += waited;
                        backpressure.add(waited);
                        backpressure.is_blocked = true;
                        return Err(match backpressure.by {
                            _ if !is_timed_out => PaceEnd::Stopped,
                            BlockedBy::Listener => PaceEnd::Stalled(self.timeout),
                            BlockedBy::Sender => PaceEnd::SenderBlocked(self.timeout),
                        });
                    }
                    self.wire
                        .wait_until_writable(POLL_INTERVAL.min(self.timeout - waited));
                }
                Err(SendError::Refused) => return Err(PaceEnd::Refused),
                Err(error) => return Err(PaceEnd::Unsendable(error.to_string())),
            }
        }
        Ok(())
    }
}

impl PaceResult {
    fn new() -> Self {
        Self {
            sent: 0,
            accepted: 0,
            held_back: 0,
            blocked: Duration::ZERO,
            late: 0,
            late_by_backpressure: 0,
            interference: Interference::default(),
            lag: empty_histogram(),
            elapsed: Duration::ZERO,
            end: PaceEnd::Done,
        }
    }

    /// Counts the datagrams before `end` that were not accepted as late.
    fn count_unsent(&mut self, end: u64, schedule: &Schedule, backpressure: &mut BlockedTime) {
        for number in self.accepted..end {
            self.count(schedule.at(number), self.elapsed, backpressure);
        }
    }

    /// Counts a datagram if it is late, by the cause of the delay.
    fn count(&mut self, due: Duration, sent: Duration, backpressure: &mut BlockedTime) {
        let lag = sent.saturating_sub(due);
        // Time with which the sender has caught up delays no further datagram.
        backpressure.blocked_lag = backpressure.blocked_lag.min(lag);
        if lag <= LATE {
            return;
        }
        self.late += 1;
        if backpressure.blocked_lag > lag / 2 {
            self.late_by_backpressure += 1;
        } else {
            self.interference.add(due..sent);
        }
    }
}

/// How full buffers slow the sender down.
struct BlockedTime {
    /// The part of the current lag that was spent waiting for receive-buffer space of the listener.
    blocked_lag: Duration,
    /// Whose buffer was full last.
    by: BlockedBy,
    /// Whether a buffer was full at the end.
    is_blocked: bool,
}

impl Default for BlockedTime {
    fn default() -> Self {
        Self {
            blocked_lag: Duration::ZERO,
            by: BlockedBy::Sender,
            is_blocked: false,
        }
    }
}

impl BlockedTime {
    /// Adds a time in which the buffer was full.
    fn add(&mut self, time: Duration) {
        if self.by == BlockedBy::Listener {
            self.blocked_lag += time;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;
    use crate::dialect::Dialect;
    use crate::load::mix::default_events;
    use crate::load::schedule::Shape;
    use crate::load::tag::Tag;

    /// A clock that moves only when somebody sleeps or waits.
    #[derive(Clone, Default)]
    struct SimulatedClock(Rc<Cell<Duration>>);

    impl Clock for SimulatedClock {
        fn now(&mut self) -> Duration {
            self.0.get()
        }

        fn sleep_until(&mut self, time: Duration) {
            self.0.set(self.0.get().max(time));
        }
    }

    /// A receive buffer that is read at a rate.
    struct Queue {
        tag: Tag,
        clock: SimulatedClock,
        rate: f64,
        /// The most datagrams that wait to be read.
        capacity: usize,
        /// The most datagrams that a call takes.
        at_once: usize,
        received: Vec<(u64, Duration)>,
        refuses_at: Option<u64>,
        blocked_by: BlockedBy,
    }

    impl Queue {
        fn new(tag: &Tag, clock: &SimulatedClock, rate: f64, capacity: usize) -> Self {
            Self {
                tag: tag.clone(),
                clock: clock.clone(),
                rate,
                capacity,
                at_once: 64,
                received: Vec::new(),
                refuses_at: None,
                blocked_by: BlockedBy::Listener,
            }
        }

        fn waiting(&self) -> usize {
            let done = (self.clock.0.get().as_secs_f64() * self.rate) as usize;
            self.received.len().saturating_sub(done)
        }
    }

    impl Wire for Queue {
        fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
            let free = self.capacity.saturating_sub(self.waiting());
            let taken = (batch.len() - from).min(free).min(self.at_once);
            if self
                .refuses_at
                .is_some_and(|at| self.received.len() as u64 >= at)
            {
                return Err(SendError::Refused);
            }
            if taken == 0 {
                return Err(SendError::Blocked);
            }
            for index in from..from + taken {
                let number = self
                    .tag
                    .number_in(batch.datagram(index))
                    .expect("each datagram has a number");
                self.received.push((number, self.clock.0.get()));
            }
            Ok(taken)
        }

        fn wait_until_writable(&mut self, time: Duration) {
            if self.rate == 0.0 {
                self.clock.0.set(self.clock.0.get() + time);
                return;
            }
            // By then one more of those that wait was read.
            let done = self.received.len() - self.waiting() + 1;
            let then = Duration::from_secs_f64(done as f64 / self.rate) + Duration::from_nanos(1);
            let now = self.clock.0.get();
            self.clock.0.set(then.clamp(now, now + time));
        }

        fn blocked_by(&self) -> BlockedBy {
            self.blocked_by
        }
    }

    struct Setup {
        tag: Tag,
        clock: SimulatedClock,
        mix: Mix,
    }

    impl Setup {
        fn new() -> Self {
            let tag = Tag::random();
            let mix = Mix::new(Dialect::Text, &default_events(Dialect::Text), &[], &tag);
            Self {
                mix: mix.expect("the events can be encoded"),
                clock: SimulatedClock::default(),
                tag,
            }
        }

        fn run(&self, schedule: &Schedule, wire: &mut Queue) -> (PaceResult, Vec<SendCall>) {
            let mut calls = Vec::new();
            let pacer = Pacer {
                schedule,
                mix: &self.mix,
                clock: self.clock.clone(),
                wire,
                timeout: Duration::from_secs(10),
                stop: || false,
                on_send: |call| calls.push(call),
            };
            let result = pacer.run();
            (result, calls)
        }
    }

    fn schedule(rate: f64, millis: u64) -> Schedule {
        Schedule::new(Shape::Constant(rate), Duration::from_millis(millis))
            .expect("the schedule is not empty")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_datagram_is_sent_once_in_order_and_never_early(
            rate in 100.0..1e5,
            takes in 100.0..1e5,
            capacity in 1..300_usize,
            at_once in 1..70_usize,
        ) {
            let setup = Setup::new();
            let schedule = schedule(rate, 200);
            let mut wire = Queue::new(&setup.tag, &setup.clock, takes, capacity);
            wire.at_once = at_once;
            let (result, calls) = setup.run(&schedule, &mut wire);
            let is_done = result.accepted == schedule.len();
            let end = if is_done { PaceEnd::Done } else { PaceEnd::OutOfTime };
            prop_assert_eq!(&result.end, &end);
            prop_assert_eq!(result.sent, result.accepted);
            prop_assert_eq!(result.lag.len(), result.accepted);
            let numbers: Vec<_> = wire.received.iter().map(|(number, _)| *number).collect();
            prop_assert_eq!(numbers, (0..result.accepted).collect::<Vec<_>>());
            let mut late = 0;
            for (number, when) in &wire.received {
                let due = schedule.at(*number);
                prop_assert!(*when >= due);
                late += u64::from(*when - due > LATE);
                // The calls tell when each was sent.
                let at = calls.partition_point(|call| call.numbers.start <= *number) - 1;
                prop_assert_eq!(calls[at].when, *when);
            }
            let unsent = (result.accepted..schedule.len())
                .filter(|number| result.elapsed - schedule.at(*number) > LATE);
            prop_assert_eq!(result.late, late + unsent.count() as u64);
        }
    }

    #[test]
    fn a_wire_that_never_blocks_causes_no_lag() {
        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 1e9, usize::MAX);
        let (result, calls) = setup.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(
            (result.held_back, result.late, result.blocked),
            (0, 0, Duration::ZERO)
        );
        assert_eq!(calls.len(), 1000);
        assert_eq!(result.lag.max(), 0);
    }

    #[test]
    fn a_listener_that_blocks_makes_the_sender_late() {
        let setup = Setup::new();
        // It reads half as fast as datagrams are due.
        let mut wire = Queue::new(&setup.tag, &setup.clock, 500.0, 10);
        let (result, _) = setup.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(result.end, PaceEnd::OutOfTime);
        assert!(result.held_back > 0 && result.blocked > Duration::from_millis(700));
        // All but those that were sent within 10 ms, and the ten that the buffer holds.
        assert!(result.late > 950, "{}", result.late);
        assert_eq!(result.late_by_backpressure, result.late);
        assert_eq!(result.interference, Interference::default());
    }

    #[test]
    fn a_sender_that_cannot_keep_its_schedule_ends_at_its_duration() {
        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 500.0, 10);
        let (result, _) = setup.run(&schedule(1000.0, 1000), &mut wire);
        let (least, most) = (Duration::from_millis(1500), Duration::from_millis(1520));
        assert!(
            (least..=most).contains(&result.elapsed),
            "{:?}",
            result.elapsed
        );
        // What is left was not sent.
        assert_eq!(result.sent, result.accepted);
        assert!((750..780).contains(&result.sent), "{}", result.sent);
    }

    #[test]
    fn a_sender_that_oversleeps_is_interference() {
        let setup = Setup::new();
        let schedule = schedule(1000.0, 1000);
        let mut wire = Queue::new(&setup.tag, &setup.clock, 1e9, usize::MAX);
        // The sender sleeps through the first half.
        let mut clock = setup.clock.clone();
        clock.sleep_until(Duration::from_millis(500));
        let (result, _) = setup.run(&schedule, &mut wire);
        assert_eq!(
            (result.late, result.late_by_backpressure, result.held_back),
            (490, 0, 0)
        );
        let span = Duration::ZERO..Duration::from_millis(500);
        assert_eq!(result.interference.spans(), [span]);
    }

    #[test]
    fn a_listener_that_stops_reading_stalls_the_sender() {
        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 0.0, 10);
        let (result, _) = setup.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(result.end, PaceEnd::Stalled(Duration::from_secs(10)));
        assert_eq!((result.sent, result.accepted), (100, 10));
        // Those that waited until the end count as late, too.
        assert_eq!((result.late, result.late_by_backpressure), (90, 90));
    }

    #[test]
    fn a_full_send_buffer_is_not_blamed_on_the_listener() {
        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 500.0, 10);
        wire.blocked_by = BlockedBy::Sender;
        let (result, _) = setup.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(result.end, PaceEnd::OutOfTime);
        assert!(result.held_back > 0 && result.late > 950, "{result:?}");
        assert_eq!(result.late_by_backpressure, 0);

        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 0.0, 10);
        wire.blocked_by = BlockedBy::Sender;
        let (result, _) = setup.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(result.end, PaceEnd::SenderBlocked(Duration::from_secs(10)));
        assert_eq!((result.late, result.late_by_backpressure), (90, 0));
    }

    #[test]
    fn a_refusal_ends_sending_and_what_was_due_is_known() {
        let setup = Setup::new();
        let mut wire = Queue::new(&setup.tag, &setup.clock, 1e9, usize::MAX);
        wire.refuses_at = Some(7);
        let (result, _) = setup.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(result.end, PaceEnd::Refused);
        assert_eq!((result.sent, result.accepted), (8, 7));
    }
}
