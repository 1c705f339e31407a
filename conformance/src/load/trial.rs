use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use std::{io, thread};

use hdrhistogram::Histogram;

use super::clock::SystemClock;
use super::drain::{Drain, Drained};
use super::ledger::Tally;
use super::machine::{ProcessorTimes, ThreadTimer, Usage};
use super::mix::Mix;
use super::observer::{Observer, ObserverEvent};
use super::pace::{PaceEnd, PaceResult, Pacer, SendCall};
use super::schedule::Schedule;
use super::steal_time::{self, StealTime};
use super::tag::Tag;
use super::timeline::Timeline;
use super::timing::POLL_INTERVAL;
use super::trial_end::TrialEnd;
use super::trial_state::TrialState;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::subject::Stop;
use crate::transport::{Address, Bulk, Method, Port};

/// A trial: datagrams sent by a schedule, and what became of each.
#[derive(Clone, Debug)]
pub struct Trial<'t> {
    /// When datagrams are due.
    pub schedule: Schedule,
    /// What is sent.
    pub mix: &'t Mix,
    /// The tag by which datagrams of this trial are recognised in reports.
    pub tag: &'t Tag,
    /// The dialect of the fences.
    pub dialect: Dialect,
    /// Where datagrams are sent to.
    pub address: &'t Address,
    /// How datagrams are handed to the kernel.
    pub method: Method,
    /// The longest wait, for a full buffer or for the fence.
    pub timeout: Duration,
    /// Ends the trial early.
    pub stop: Stop,
}

/// The result of a trial.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrialResult {
    /// How it ended.
    pub end: TrialEnd,
    /// The result of sending.
    pub pace: PaceResult,
    /// Counts of what was reported.
    pub tally: Tally,
    /// Reports without a number: rejections, events that lost it, and what else the listener
    /// reports.
    pub unnumbered: u64,
    /// Datagrams that the kernel dropped on their way to the listener's socket, where it counts
    /// them.
    pub dropped: Option<u64>,
    /// Datagrams that were lost during interference or up to 50 ms after it, which may be the
    /// reason.
    pub lost_during_interference: u64,
    /// How long interference took.
    pub interference: Duration,
    /// From the time when a datagram was due until its report, in nanoseconds.
    pub latency: Histogram<u64>,
    /// From the time when it was handed to the kernel.
    pub raw_latency: Histogram<u64>,
    /// Counts and latencies over time.
    pub timeline: Timeline,
    /// How busy the machine was while it sent.
    pub usage: Usage,
}

/// The time from the start of a trial until the first datagram is due: threads start meanwhile.
const RUN_UP: Duration = Duration::from_millis(5);

impl TrialResult {
    /// Returns how many datagrams the kernel took and nobody reported.
    pub fn lost(&self) -> u64 {
        self.pace.accepted.saturating_sub(self.tally.delivered)
    }
}

/// When a trial starts.
struct TrialStart {
    /// The processors' times before the first datagram.
    processors: Option<ProcessorTimes>,
    /// When the first datagram is due.
    begin: Instant,
}

impl TrialStart {
    fn now() -> Self {
        // Reading the times may take longer than the run-up, so it comes first.
        let processors = ProcessorTimes::now();
        Self {
            processors,
            begin: Instant::now() + RUN_UP,
        }
    }
}

/// What happened while a trial sent.
struct Sent {
    pace: PaceResult,
    death: Option<TrialEnd>,
    usage: Usage,
    steal_time: StealTime,
}

impl Trial<'_> {
    /// Sends by the schedule in a thread of its own, and reads reports meanwhile and until no more
    /// are to be expected.
    ///
    /// # Errors
    ///
    /// If the socket cannot be connected, or a thread cannot be started.
    pub fn run<O: Observer>(
        &self,
        observer: &mut O,
        fences: &mut Fences,
    ) -> io::Result<TrialResult> {
        let mut bulk = Bulk::connect(self.address, self.method)?;
        let dropped_before = Port::dropped_at(self.address);
        let start = TrialStart::now();
        let (calls, received) = channel();
        let mut state = TrialState::new(self.schedule, self.tag, start.begin, received);
        let Sent {
            pace,
            death,
            usage,
            steal_time,
        } = self.send(start, &mut bulk, observer, fences, &mut state, |call| {
            // The receiver is part of the state, which outlives this closure.
            let _ = calls.send(call);
        })?;

        state.close(pace.accepted);
        let mut drain = Drain {
            dialect: self.dialect,
            address: self.address,
            timeout: self.timeout,
            stop: &self.stop,
            observer,
            fences,
            state: &mut state,
            dropped_before,
        };
        let end = death.or_else(|| match &pace.end {
            PaceEnd::Refused => Some(drain.after_refusal()),
            PaceEnd::Unsendable(why) => Some(TrialEnd::Unsendable(why.clone())),
            PaceEnd::Stopped => Some(drain.after_interruption()),
            PaceEnd::Stalled(time) => {
                Some(TrialEnd::Stalled(format!("it took nothing for {time:?}")))
            }
            PaceEnd::SenderBlocked(time) => Some(TrialEnd::sender_blocked(*time)),
            PaceEnd::Done | PaceEnd::OutOfTime => None,
        });
        let drained = match &end {
            // What is on its way still counts.
            None | Some(TrialEnd::Stalled(_) | TrialEnd::SenderBlocked(_)) => {
                drain.run(&mut bulk, pace.accepted)
            }
            Some(_) => Drained {
                end: None,
                dropped: drain.dropped(),
            },
        };
        let end = end.or(drained.end).unwrap_or(TrialEnd::Finished);

        // This takes a while with many datagrams, so it begins only when no report waits for it.
        state.timeline.record_sent(&self.schedule, pace.accepted);
        for interference in [&pace.interference, &steal_time.interference] {
            state.timeline.mark_disturbed(interference);
        }
        let lost = (0..pace.accepted).filter(|number| !state.ledger.contains(*number));
        let is_explained = |number: &u64| {
            let due = self.schedule.at(*number);
            pace.interference.explains(due) || steal_time.interference.explains(due)
        };
        let lost_during_interference = lost.filter(is_explained).count() as u64;
        Ok(TrialResult {
            end,
            tally: state.ledger.tally(),
            unnumbered: state.unnumbered,
            dropped: drained.dropped,
            lost_during_interference,
            interference: pace.interference.total().max(steal_time.total),
            latency: state.latency,
            raw_latency: state.raw_latency,
            timeline: state.timeline,
            usage,
            pace,
        })
    }

    fn send(
        &self,
        TrialStart { processors, begin }: TrialStart,
        bulk: &mut Bulk,
        observer: &mut impl Observer,
        fences: &Fences,
        state: &mut TrialState<'_>,
        on_send: impl FnMut(SendCall) + Send,
    ) -> io::Result<Sent> {
        let timer = ThreadTimer::start();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            // Ends the threads in every case, also after an error or a panic.
            let _guard = SetOnDrop(&is_over);
            let sampling = thread::Builder::new().spawn_scoped(scope, || {
                steal_time::sample(begin, || is_over.load(Ordering::Relaxed))
            })?;
            let sending = thread::Builder::new().spawn_scoped(scope, || {
                let timer = ThreadTimer::start();
                let pacer = Pacer {
                    schedule: &self.schedule,
                    mix: self.mix,
                    clock: SystemClock::starting_at(begin),
                    wire: bulk,
                    timeout: self.timeout,
                    stop: || is_over.load(Ordering::Relaxed) || self.stop.is_requested(),
                    on_send,
                };
                (pacer.run(), timer.part())
            })?;
            let mut death = None;
            while !sending.is_finished() && death.is_none() {
                match observer.next_event(Instant::now() + POLL_INTERVAL) {
                    ObserverEvent::Report(report) => _ = state.record_report(&report, fences),
                    ObserverEvent::Died(how) => death = Some(TrialEnd::Died(how)),
                    ObserverEvent::Nothing => state.catch_up(),
                }
            }
            is_over.store(true, Ordering::Relaxed);
            let (pace, sender) = sending.join().expect("the sender does not panic");
            // Read now, because the trial mostly waits after this.
            let processors = processors
                .zip(ProcessorTimes::now())
                .and_then(|(before, after)| after.usage_since(&before));
            let usage = Usage {
                processors: processors.map(|usage| usage.busy),
                steal_time: processors.map(|usage| usage.steal_time),
                sender,
                reader: timer.part(),
            };
            let steal_time = sampling.join().expect("sampling does not panic");
            Ok(Sent {
                pace,
                death,
                usage,
                steal_time,
            })
        })
    }
}

/// Sets a flag when it is dropped.
struct SetOnDrop<'f>(&'f AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::load::drain::QUIET;
    use crate::load::mix::default_events;
    use crate::load::schedule::Shape;
    use crate::load::sink::DatagramSink;
    use crate::transport::SocketKind;

    /// A listener in this process. A function chooses what it does with each datagram, and when
    /// none comes.
    struct TestListener<F> {
        /// `None` when it has closed its socket.
        sink: Option<DatagramSink>,
        /// Nobody sends there, so that reading waits.
        idle: DatagramSink,
        choose: F,
        /// Reports that it still makes after it has closed its socket.
        remaining: VecDeque<Vec<u8>>,
    }

    enum Action {
        Report(Vec<u8>),
        Nothing,
        /// Close the socket, and make these reports then, one after the other.
        Close(Vec<Vec<u8>>),
    }

    impl<F: FnMut(Option<&[u8]>) -> Action> TestListener<F> {
        fn new(choose: F) -> Self {
            let bind = || DatagramSink::bind(SocketKind::Udp).expect("there is a free port");
            Self {
                sink: Some(bind()),
                idle: bind(),
                choose,
                remaining: VecDeque::new(),
            }
        }
    }

    impl<F: FnMut(Option<&[u8]>) -> Action> Observer for TestListener<F> {
        fn next_event(&mut self, deadline: Instant) -> ObserverEvent<'_> {
            let is_closed = self.sink.is_none();
            let socket = self.sink.as_mut().unwrap_or(&mut self.idle);
            let action = match &socket.next_event(deadline) {
                ObserverEvent::Report(datagram) => (self.choose)(Some(datagram)),
                _ if is_closed => {
                    let next = self.remaining.pop_front();
                    next.map_or(Action::Nothing, Action::Report)
                }
                _ => (self.choose)(None),
            };
            match action {
                Action::Report(report) => return ObserverEvent::Report(report.into()),
                Action::Nothing => {}
                Action::Close(remaining) => {
                    self.sink = None;
                    self.remaining = remaining.into();
                }
            }
            ObserverEvent::Nothing
        }

        fn find_death(&mut self) -> Option<String> {
            self.sink.is_none().then(|| "it closed its socket".into())
        }
    }

    /// Runs a trial of 100 datagrams, one a millisecond.
    fn run(choose: impl FnMut(Option<&[u8]>) -> Action) -> TrialResult {
        run_at(1000.0, Duration::from_millis(100), |_| choose)
    }

    fn run_at<F: FnMut(Option<&[u8]>) -> Action>(
        rate: f64,
        duration: Duration,
        listener: impl FnOnce(&Tag) -> F,
    ) -> TrialResult {
        let tag = Tag::random();
        let mut listener = TestListener::new(listener(&tag));
        let sink = listener.sink.as_ref().expect("the socket is open");
        let address = sink.address().clone();
        let events = default_events(Dialect::Text);
        let mix = Mix::new(Dialect::Text, &events, &[], &tag).expect("the events can be encoded");
        let schedule = Schedule::new(Shape::Constant(rate), duration);
        let trial = Trial {
            schedule: schedule.expect("the schedule is not empty"),
            mix: &mix,
            tag: &tag,
            dialect: Dialect::Text,
            address: &address,
            method: Method::Single,
            timeout: Duration::from_secs(10),
            stop: Stop::default(),
        };
        let result = trial.run(&mut listener, &mut Fences::default());
        result.expect("the socket connects")
    }

    #[test]
    fn a_listener_that_reports_other_things_does_not_hang() {
        for pause in [Duration::ZERO, QUIET * 2] {
            let (mut is_first, mut last) = (true, Instant::now());
            let result = run(|datagram| match datagram {
                Some(_) if std::mem::take(&mut is_first) => Action::Nothing,
                Some(datagram) => Action::Report(datagram.into()),
                None if last.elapsed() >= pause => {
                    last = Instant::now();
                    Action::Report(b"{\"event\":\"E_HEARTBEAT\",\"params\":[]}".into())
                }
                None => Action::Nothing,
            });
            assert_eq!(result.end, TrialEnd::Finished);
            assert_eq!((result.tally.delivered, result.lost()), (99, 1));
            assert!(result.unnumbered > 0);
        }
    }

    #[test]
    fn reports_count_that_come_after_the_socket_was_closed() {
        let mut taken = Vec::new();
        let result = run(|datagram| {
            taken.extend(datagram.map(<[u8]>::to_vec));
            if taken.len() == 5 {
                Action::Close(std::mem::take(&mut taken))
            } else {
                Action::Nothing
            }
        });
        assert_eq!(result.end, TrialEnd::Died("it closed its socket".into()));
        assert_eq!(result.tally.delivered, 5);
    }

    /// The listener is busy only when it has received the fence, which is sent when the load is
    /// over.
    #[test]
    fn usage_does_not_include_what_is_done_after_sending() {
        let begin = Instant::now();
        let result = run_at(1000.0, Duration::from_millis(100), |tag| {
            let tag = tag.clone();
            move |datagram: Option<&[u8]>| {
                let Some(datagram) = datagram else {
                    return Action::Nothing;
                };
                if tag.number_in(datagram).is_none() {
                    // Four times as long as all before, so that it would be most of the trial.
                    let until = Instant::now() + begin.elapsed() * 4;
                    while Instant::now() < until {
                        std::hint::spin_loop();
                    }
                }
                Action::Report(datagram.into())
            }
        });
        assert_eq!(result.end, TrialEnd::Finished);
        assert_eq!(result.tally.delivered, 100);
        let reader = result.usage.reader;
        assert!(reader.is_none_or(|part| part < 0.5), "{reader:?}");
    }

    /// No machine sends 100,000 datagrams within a millisecond.
    #[test]
    fn a_machine_that_is_too_slow_for_the_rate_is_interference() {
        let result = run_at(1e8, Duration::from_millis(1), |_| {
            |datagram: Option<&[u8]>| match datagram {
                Some(datagram) => Action::Report(datagram.into()),
                None => Action::Nothing,
            }
        });
        assert!(result.pace.accepted > 0);
        assert!(result.interference > Duration::from_millis(10));
        // What is due first is sent in time, what is due last is not.
        let last = result.timeline.slices().last();
        assert!(last.is_some_and(|slice| slice.disturbed));
    }
}
