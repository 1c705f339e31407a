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
}

/// How often to ask: kernels count stolen time in steps as long.
const STEP: Duration = Duration::from_millis(10);

/// Watches what a hypervisor keeps for others, until told to end. Times are from the beginning of the test.
///
/// The kernel tells of it when a processor comes back: then it has been away for as long before.
pub(super) fn watch(begin: Instant, is_over: impl Fn() -> bool) -> Absences {
    let mut absences = Absences::default();
    let Some(mut before) = Processors::now() else {
        return absences;
    };
    let mut since = Duration::ZERO;
    while !is_over() {
        thread::sleep(STEP);
        let now = Instant::now().saturating_duration_since(begin);
        let Some(processors) = Processors::now() else {
            break;
        };
        let stolen = processors.stolen_since(before);
        if !stolen.is_zero() {
            absences.note(since.saturating_sub(stolen)..now);
        }
        (before, since) = (processors, now);
    }
    absences
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_noted_is_in_one_of_them_and_nothing_else_is(
            noted in prop::collection::vec((0..100_u64, 0..20_u64), 0..20),
        ) {
            let mut absences = Absences::default();
            for (start, length) in &noted {
                let start = Duration::from_millis(*start);
                absences.note(start..start + Duration::from_millis(*length));
            }
            for pair in absences.spans().windows(2) {
                prop_assert!(pair[0].end < pair[1].start, "{:?}", absences);
            }
            for half in 0..250_u64 {
                let time = Duration::from_micros(half * 500);
                let is_in = |start: Duration, end| start <= time && time <= end;
                let was_noted = noted.iter().any(|(start, length)| {
                    is_in(Duration::from_millis(*start), Duration::from_millis(start + length))
                });
                let is_known = absences.spans().iter().any(|span| is_in(span.start, span.end));
                prop_assert_eq!(is_known, was_noted, "at {:?} of {:?}", time, absences);
            }
        }
    }
}
