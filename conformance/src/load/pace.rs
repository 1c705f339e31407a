use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::absence::Absences;
use super::mix::Mix;
use super::schedule::Schedule;
use crate::transport::{Batch, Bulk, SendError};

/// The time since a test began, and waiting for it: the system's, or a made-up one in tests.
pub trait Clock {
    /// Tells the time.
    fn now(&mut self) -> Duration;

    /// Waits until then. It may wake later.
    fn sleep_until(&mut self, time: Duration);
}

/// The time of this machine, from some moment on.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    begin: Instant,
}

impl SystemClock {
    /// Makes one that tells no time until then, and the time since then behind it.
    pub const fn begin_at(begin: Instant) -> Self {
        Self { begin }
    }
}

impl Clock for SystemClock {
    fn now(&mut self) -> Duration {
        Instant::now().saturating_duration_since(self.begin)
    }

    fn sleep_until(&mut self, time: Duration) {
        let left = (self.begin + time).saturating_duration_since(Instant::now());
        if !left.is_zero() {
            thread::sleep(left);
        }
    }
}

/// What takes datagrams: a socket, or a made-up one in tests.
pub trait Wire {
    /// Takes datagrams of a batch from this one on, at least one, and tells how many.
    ///
    /// # Errors
    ///
    /// If it takes none.
    fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError>;

    /// Waits for room, at most so long.
    fn wait_for_room(&mut self, time: Duration);

    /// Tells whether it was the listener's room that was wanting last, and not this machine's own.
    fn waits_for_listener(&self) -> bool;
}

impl Wire for Bulk {
    fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
        Self::send(self, batch, from)
    }

    fn wait_for_room(&mut self, time: Duration) {
        // If it cannot be waited for, the next try tells why.
        let _ = Self::wait_for_room(self, time);
    }

    fn waits_for_listener(&self) -> bool {
        Self::waits_for_listener(self)
    }
}

/// What became of sending to a schedule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Paced {
    /// Datagrams whose time came.
    pub sent: u64,
    /// Datagrams that the kernel took.
    pub accepted: u64,
    /// How often there was no room for the next one.
    pub held_back: u64,
    /// How long that was waited for.
    pub blocked: Duration,
    /// Datagrams that went more than [`LATE`] after their time, or for want of room not at all.
    pub late: u64,
    /// Those of them that were late because the listener had no room.
    pub late_for_room: u64,
    /// From when to when others went late: this machine's doing.
    pub absences: Absences,
    /// By how much each went after its time, in nanoseconds.
    pub lag: Histogram<u64>,
    /// When the last one went, from the beginning of the test.
    pub elapsed: Duration,
    /// How it ended.
    pub end: PaceEnd,
}

/// How sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaceEnd {
    /// All went.
    Done,
    /// Somebody wanted it to stop.
    Stopped,
    /// Nobody listens any more.
    Refused,
    /// The listener had no room, for this time.
    Stalled(Duration),
    /// This machine's own buffer or network had none, for this time.
    Jammed(Duration),
    /// A datagram could not be sent, for this reason.
    Unsendable(String),
}

/// A datagram that goes later than this was not sent by the schedule.
pub const LATE: Duration = Duration::from_millis(10);
/// Longer than anybody waits for a report.
pub(super) const LONGEST: Duration = Duration::from_secs(3600);
/// How many datagrams go at once at most.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 1 << 18;
/// How long to wait at a stretch, before looking whether to stop.
const SLICE: Duration = Duration::from_millis(20);

/// Makes an empty histogram of times in nanoseconds, exact to a thousandth.
pub fn histogram() -> Histogram<u64> {
    bounded(3)
}

/// Makes one of so many digits. What is longer than the longest counts as that.
pub(super) fn bounded(digits: u8) -> Histogram<u64> {
    Histogram::new_with_bounds(1, nanos(LONGEST), digits).expect("so many digits are possible")
}

/// Gives a time as histograms keep it.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}

/// Sends each datagram as soon as its time has come, however those before it fare. What is due already goes together.
///
/// `attempt` is told, just before each call, which datagrams it hands over at most, and when that is.
pub fn pace(
    schedule: &Schedule,
    mix: &Mix,
    clock: &mut impl Clock,
    wire: &mut impl Wire,
    limit: Duration,
    stop: impl Fn() -> bool,
    mut attempt: impl FnMut(Range<u64>, Duration),
) -> Paced {
    let longest = mix.sizes().max().unwrap_or_default();
    let mut batch = Batch::new(BATCH, BATCH_BYTES.max(longest));
    let mut paced = Paced {
        sent: 0,
        accepted: 0,
        held_back: 0,
        blocked: Duration::ZERO,
        late: 0,
        late_for_room: 0,
        absences: Absences::default(),
        lag: histogram(),
        elapsed: Duration::ZERO,
        end: PaceEnd::Done,
    };
    let mut due = schedule.at(0);
    let mut room = Room {
        limit,
        wanting: Duration::ZERO,
        is_of_listener: false,
        is_full: false,
    };
    // The clock stands still at nothing until then, when the first datagram may be due.
    clock.sleep_until(Duration::ZERO);
    while paced.accepted < schedule.len() {
        if stop() {
            paced.end = PaceEnd::Stopped;
            break;
        }
        let now = clock.now();
        if due > now {
            clock.sleep_until(due.min(now + SLICE));
            continue;
        }
        batch.clear();
        let first = paced.accepted;
        let mut next = first;
        while next < schedule.len() && due <= now && mix.push(next, &mut batch) {
            next += 1;
            due = schedule.at(next);
        }
        paced.sent = next;
        if let Err(end) = send_all(
            &mut paced,
            &mut room,
            (schedule, &batch, first),
            clock,
            wire,
            &stop,
            &mut attempt,
        ) {
            paced.end = end;
            break;
        }
    }
    paced.elapsed = clock.now();
    if paced.end != PaceEnd::Done {
        while paced.sent < schedule.len() && schedule.at(paced.sent) <= paced.elapsed {
            paced.sent += 1;
        }
    }
    if room.is_full {
        // What waits for room is late, though it never goes.
        for number in paced.accepted..paced.sent {
            paced.count(schedule.at(number), paced.elapsed, &mut room);
        }
    }
    paced
}

impl Paced {
    /// Counts a datagram that was due and went then.
    fn count(&mut self, due: Duration, went: Duration, room: &mut Room) {
        let lag = went.saturating_sub(due);
        // What has been made up for makes nothing late any more.
        room.wanting = room.wanting.min(lag);
        if lag <= LATE {
            return;
        }
        self.late += 1;
        if room.wanting > lag / 2 {
            self.late_for_room += 1;
        } else {
            self.absences.note(due..went);
        }
    }
}

/// What there is to know of waiting for room.
struct Room {
    /// The longest to wait for it.
    limit: Duration,
    /// How much of what the sender is late by it waited for the listener's.
    wanting: Duration,
    /// Whether it was the listener's that was wanting last.
    is_of_listener: bool,
    /// Whether there was none at the end.
    is_full: bool,
}

impl Room {
    /// Notes that there was none for so long.
    fn was_wanting(&mut self, time: Duration) {
        if self.is_of_listener {
            self.wanting += time;
        }
    }
}

fn send_all(
    paced: &mut Paced,
    room: &mut Room,
    (schedule, batch, first): (&Schedule, &Batch, u64),
    clock: &mut impl Clock,
    wire: &mut impl Wire,
    stop: impl Fn() -> bool,
    mut attempt: impl FnMut(Range<u64>, Duration),
) -> Result<(), PaceEnd> {
    let mut from = 0;
    // Since when there is no room.
    let mut full_since = None;
    while from < batch.len() {
        let now = clock.now();
        attempt(first + from as u64..first + batch.len() as u64, now);
        match wire.send(batch, from) {
            Ok(taken) => {
                if let Some(since) = full_since.take() {
                    paced.blocked += now - since;
                    room.was_wanting(now - since);
                }
                for number in (first + from as u64..).take(taken) {
                    let due = schedule.at(number);
                    paced.lag.saturating_record(nanos(now.saturating_sub(due)));
                    paced.count(due, now, room);
                }
                from += taken;
                paced.accepted += taken as u64;
            }
            Err(SendError::NoRoom) => {
                room.is_of_listener = wire.waits_for_listener();
                if full_since.is_none() {
                    paced.held_back += 1;
                }
                let since = *full_since.get_or_insert(now);
                let waited = now - since;
                if waited >= room.limit || stop() {
                    paced.blocked += waited;
                    room.was_wanting(waited);
                    room.is_full = true;
                    return Err(match waited >= room.limit {
                        false => PaceEnd::Stopped,
                        true if room.is_of_listener => PaceEnd::Stalled(room.limit),
                        true => PaceEnd::Jammed(room.limit),
                    });
                }
                wire.wait_for_room(SLICE.min(room.limit - waited));
            }
            Err(SendError::Refused) => return Err(PaceEnd::Refused),
            Err(error) => return Err(PaceEnd::Unsendable(error.to_string())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;
    use crate::load::mix::default_events;
    use crate::load::schedule::Shape;
    use crate::load::tag::Tag;
    use crate::vectors::Dialect;

    /// Time that passes only where somebody waits, or sends.
    #[derive(Clone, Default)]
    struct MadeUp(Rc<Cell<Duration>>);

    impl Clock for MadeUp {
        fn now(&mut self) -> Duration {
            self.0.get()
        }

        fn sleep_until(&mut self, time: Duration) {
            self.0.set(self.0.get().max(time));
        }
    }

    /// Takes so many a second, and holds so many that it has not come to.
    struct Queue {
        tag: Tag,
        clock: MadeUp,
        rate: f64,
        room: usize,
        /// What it takes in one call.
        at_once: usize,
        got: Vec<(u64, Duration)>,
        refuses_at: Option<u64>,
        is_of_listener: bool,
    }

    impl Queue {
        fn new(tag: &Tag, clock: &MadeUp, rate: f64, room: usize) -> Self {
            Self {
                tag: tag.clone(),
                clock: clock.clone(),
                rate,
                room,
                at_once: 64,
                got: Vec::new(),
                refuses_at: None,
                is_of_listener: true,
            }
        }

        fn waiting(&self) -> usize {
            let done = (self.clock.0.get().as_secs_f64() * self.rate) as usize;
            self.got.len().saturating_sub(done)
        }
    }

    impl Wire for Queue {
        fn send(&mut self, batch: &Batch, from: usize) -> Result<usize, SendError> {
            let room = self.room.saturating_sub(self.waiting());
            let taken = (batch.len() - from).min(room).min(self.at_once);
            if self
                .refuses_at
                .is_some_and(|at| self.got.len() as u64 >= at)
            {
                return Err(SendError::Refused);
            }
            if taken == 0 {
                return Err(SendError::NoRoom);
            }
            for index in from..from + taken {
                let number = self
                    .tag
                    .number_in(batch.datagram(index))
                    .expect("each has one");
                self.got.push((number, self.clock.0.get()));
            }
            Ok(taken)
        }

        fn wait_for_room(&mut self, time: Duration) {
            if self.rate == 0.0 {
                self.clock.0.set(self.clock.0.get() + time);
                return;
            }
            // One more of those that wait is done with by then.
            let done = self.got.len() - self.waiting() + 1;
            let then = Duration::from_secs_f64(done as f64 / self.rate) + Duration::from_nanos(1);
            let now = self.clock.0.get();
            self.clock.0.set(then.clamp(now, now + time));
        }

        fn waits_for_listener(&self) -> bool {
            self.is_of_listener
        }
    }

    struct Bench {
        tag: Tag,
        clock: MadeUp,
        mix: Mix,
    }

    impl Bench {
        fn new() -> Self {
            let tag = Tag::random();
            let mix = Mix::new(Dialect::Text, &default_events(Dialect::Text), &[], &tag);
            Self {
                mix: mix.expect("they can be written"),
                clock: MadeUp::default(),
                tag,
            }
        }

        fn run(&self, schedule: &Schedule, wire: &mut Queue) -> (Paced, Vec<(u64, Duration)>) {
            let mut attempts = Vec::new();
            let paced = pace(
                schedule,
                &self.mix,
                &mut self.clock.clone(),
                wire,
                Duration::from_secs(10),
                || false,
                |numbers, when| attempts.push((numbers.start, when)),
            );
            (paced, attempts)
        }
    }

    fn schedule(rate: f64, millis: u64) -> Schedule {
        Schedule::new(Shape::Constant(rate), Duration::from_millis(millis))
            .expect("it sends something")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_datagram_goes_once_in_order_and_never_early(
            rate in 100.0..1e5,
            takes in 100.0..1e5,
            room in 1..300_usize,
            at_once in 1..70_usize,
        ) {
            let bench = Bench::new();
            let schedule = schedule(rate, 200);
            let mut wire = Queue { at_once, ..Queue::new(&bench.tag, &bench.clock, takes, room) };
            let (paced, attempts) = bench.run(&schedule, &mut wire);
            prop_assert_eq!(&paced.end, &PaceEnd::Done);
            prop_assert_eq!((paced.sent, paced.accepted), (schedule.len(), schedule.len()));
            prop_assert_eq!(paced.lag.len(), schedule.len());
            let numbers: Vec<_> = wire.got.iter().map(|(number, _)| *number).collect();
            prop_assert_eq!(numbers, (0..schedule.len()).collect::<Vec<_>>());
            let mut late = 0;
            for (number, when) in &wire.got {
                let due = schedule.at(*number);
                prop_assert!(*when >= due);
                late += u64::from(*when - due > LATE);
                // When it went is known from the attempts.
                let at = attempts.partition_point(|(first, _)| first <= number) - 1;
                prop_assert_eq!(attempts[at].1, *when);
            }
            prop_assert_eq!(paced.late, late);
        }
    }

    #[test]
    fn a_wire_with_room_is_never_behind() {
        let bench = Bench::new();
        let mut wire = Queue::new(&bench.tag, &bench.clock, 1e9, usize::MAX);
        let (paced, attempts) = bench.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(
            (paced.held_back, paced.late, paced.blocked),
            (0, 0, Duration::ZERO)
        );
        assert_eq!(attempts.len(), 1000);
        assert_eq!(paced.lag.max(), 0);
    }

    #[test]
    fn one_that_makes_wait_puts_the_sender_behind_and_that_is_told() {
        let bench = Bench::new();
        // It takes half of what is to be sent.
        let mut wire = Queue::new(&bench.tag, &bench.clock, 500.0, 10);
        let (paced, _) = bench.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(paced.end, PaceEnd::Done);
        assert!(paced.held_back > 0 && paced.blocked > Duration::from_millis(900));
        // All but those that went within 10 ms of their time, and the ten that there was room for.
        assert!(paced.late > 950, "{}", paced.late);
        assert_eq!(paced.late_for_room, paced.late);
        assert_eq!(paced.absences, Absences::default());
        assert!(
            paced.elapsed > Duration::from_millis(1950),
            "{:?}",
            paced.elapsed
        );
    }

    #[test]
    fn one_that_is_slow_itself_has_no_excuse() {
        let bench = Bench::new();
        let schedule = schedule(1000.0, 1000);
        let mut wire = Queue::new(&bench.tag, &bench.clock, 1e9, usize::MAX);
        // The sender sleeps through the first half.
        let mut clock = bench.clock.clone();
        clock.sleep_until(Duration::from_millis(500));
        let (paced, _) = bench.run(&schedule, &mut wire);
        assert_eq!(
            (paced.late, paced.late_for_room, paced.held_back),
            (490, 0, 0)
        );
        let absence = Duration::ZERO..Duration::from_millis(500);
        assert_eq!(paced.absences.spans(), [absence]);
    }

    #[test]
    fn a_reader_that_stops_stalls_it() {
        let bench = Bench::new();
        let mut wire = Queue::new(&bench.tag, &bench.clock, 0.0, 10);
        let (paced, _) = bench.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(paced.end, PaceEnd::Stalled(Duration::from_secs(10)));
        assert_eq!((paced.sent, paced.accepted), (100, 10));
        // What waited for room until the end was late for that.
        assert_eq!((paced.late, paced.late_for_room), (90, 90));
    }

    #[test]
    fn room_that_is_wanting_on_this_side_is_no_fault_of_the_listener() {
        let bench = Bench::new();
        let mut wire = Queue::new(&bench.tag, &bench.clock, 500.0, 10);
        wire.is_of_listener = false;
        let (paced, _) = bench.run(&schedule(1000.0, 1000), &mut wire);
        assert_eq!(paced.end, PaceEnd::Done);
        assert!(paced.held_back > 0 && paced.late > 950, "{paced:?}");
        assert_eq!(paced.late_for_room, 0);

        let bench = Bench::new();
        let mut wire = Queue::new(&bench.tag, &bench.clock, 0.0, 10);
        wire.is_of_listener = false;
        let (paced, _) = bench.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(paced.end, PaceEnd::Jammed(Duration::from_secs(10)));
        assert_eq!((paced.late, paced.late_for_room), (90, 0));
    }

    #[test]
    fn a_refusal_ends_it_and_what_was_due_is_known() {
        let bench = Bench::new();
        let mut wire = Queue::new(&bench.tag, &bench.clock, 1e9, usize::MAX);
        wire.refuses_at = Some(7);
        let (paced, _) = bench.run(&schedule(100.0, 1000), &mut wire);
        assert_eq!(paced.end, PaceEnd::Refused);
        assert_eq!((paced.sent, paced.accepted), (8, 7));
    }
}
