use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use super::machine::Processors;

/// When a machine did not do what it should: a hypervisor kept processors for others, or it sent later than it was meant to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    /// By their beginnings; none touches another.
    spans: Vec<Range<Duration>>,
}

/// For how long an absence may show in what is lost: what has gathered meanwhile has to be worked off. A guess: who has little
/// time to spare takes longer.
const AFTERMATH: Duration = Duration::from_millis(50);

impl Absences {
    /// Notes one. It becomes one with those that it touches.
    pub fn note(&mut self, span: Range<Duration>) {
        let from = self.spans.partition_point(|known| known.end < span.start);
        let to = self.spans.partition_point(|known| known.start <= span.end);
        let touched = &self.spans[from..to];
        let start = touched
            .first()
            .map_or(span.start, |known| known.start.min(span.start));
        let end = touched
            .last()
            .map_or(span.end, |known| known.end.max(span.end));
        self.spans.splice(from..to, [start..end]);
    }

    /// Gives them in order.
    pub fn spans(&self) -> &[Range<Duration>] {
        &self.spans
    }

    /// Gives how long they took.
    pub fn total(&self) -> Duration {
        let lengths = self.spans.iter().map(|span| span.end - span.start);
        lengths.sum()
    }

    /// Tells whether one may be why what was due then was lost: it had begun, and was over for 50 ms at most.
    pub fn explain(&self, due: Duration) -> bool {
        let begun = self.spans.partition_point(|span| span.start <= due);
        self.spans[..begun]
            .last()
            .is_some_and(|span| due <= span.end + AFTERMATH)
    }
}

/// How often to ask: kernels count stolen time in steps as long.
const STEP: Duration = Duration::from_millis(10);
/// So much of all processors' time in a step is worth a word: of a machine with many of them, one is always away for a moment.
const WORTH: u32 = 10;

/// What a hypervisor kept for others.
#[derive(Clone, Debug, Default)]
pub(super) struct Stolen {
    /// When.
    pub(super) absences: Absences,
    /// How long, of the processor that was away longest each time.
    pub(super) total: Duration,
}

/// Watches what a hypervisor keeps for others, until told to end. Times are from the beginning of the test.
pub(super) fn watch(begin: Instant, is_over: impl Fn() -> bool) -> Stolen {
    let since_begin = || Instant::now().saturating_duration_since(begin);
    let steps = std::iter::from_fn(|| {
        if is_over() {
            return None;
        }
        thread::sleep(STEP);
        Some((since_begin(), Processors::now()?))
    });
    match Processors::now() {
        Some(before) => add_up(before, steps),
        None => Stolen::default(),
    }
}

/// Takes what the kernel tells from time to time. It tells of stolen time when a processor comes back: then that has been away
/// for as long before.
fn add_up(mut before: Processors, steps: impl Iterator<Item = (Duration, Processors)>) -> Stolen {
    let mut stolen = Stolen::default();
    let mut since = Duration::ZERO;
    for (now, processors) in steps {
        let (longest, mean) = processors.stolen_since(&before);
        if !longest.is_zero() && mean * WORTH >= now - since {
            stolen.absences.note(since.saturating_sub(longest)..now);
            stolen.total += longest;
        }
        (before, since) = (processors, now);
    }
    stolen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    proptest! {
        #[test]
        fn whatever_is_noted_is_in_one_of_them_and_nothing_else_is(
            noted in prop::collection::vec((0..100_u64, 0..20_u64), 0..20),
        ) {
            let mut absences = Absences::default();
            for (start, length) in &noted {
                absences.note(millis(*start)..millis(start + length));
            }
            for pair in absences.spans().windows(2) {
                prop_assert!(pair[0].end < pair[1].start, "{:?}", absences);
            }
            for half in 0..400_u64 {
                let time = Duration::from_micros(half * 500);
                let was_noted = |aftermath| noted.iter().any(|(start, length)| {
                    millis(*start) <= time && time <= millis(start + length) + aftermath
                });
                let is_known = absences.spans().iter().any(|span| span.start <= time && time <= span.end);
                prop_assert_eq!(is_known, was_noted(Duration::ZERO), "at {:?} of {:?}", time, absences);
                prop_assert_eq!(absences.explain(time), was_noted(AFTERMATH), "at {:?} of {:?}", time, absences);
            }
        }
    }

    /// What was stolen of each processor so far, in ticks of 10 ms.
    fn processors(ticks: &[u64]) -> Processors {
        let line = |(number, ticks)| format!("cpu{number} 0 0 0 0 0 0 0 {ticks} 0 0\n");
        let lines: String = ticks.iter().enumerate().map(line).collect();
        let all: u64 = ticks.iter().sum();
        Processors::read(&format!("cpu  0 0 0 0 0 0 0 {all} 0 0\n{lines}")).expect("it is whole")
    }

    #[test]
    fn a_processor_that_comes_back_has_been_away_before() {
        let steps = [
            (10, [0, 0]),
            (20, [0, 0]),
            (30, [1, 2]),
            (40, [1, 2]),
            (95, [1, 2]),
        ];
        let steps = steps.map(|(at, ticks)| (millis(at), processors(&ticks)));
        let stolen = add_up(processors(&[0, 0]), steps.into_iter());
        assert_eq!(stolen.absences.spans(), [millis(0)..millis(30)]);
        assert_eq!(stolen.total, millis(20));
        assert_eq!(stolen.absences.total(), millis(30));
    }

    #[test]
    fn one_of_many_processors_is_always_away_for_a_moment() {
        let of = |count: usize| {
            let mut ticks = vec![0; count];
            let before = processors(&ticks);
            ticks[0] = 1;
            add_up(before, [(millis(10), processors(&ticks))].into_iter()).total
        };
        assert_eq!((of(4), of(64)), (millis(10), Duration::ZERO));
    }
}
