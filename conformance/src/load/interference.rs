use std::ops::Range;
use std::time::Duration;

/// The spans of a trial in which this machine disturbed it: a hypervisor gave processors to others,
/// or datagrams were sent late though the listener had room. Times are from the start of the trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interference {
    /// In the order of their starts; no two touch.
    spans: Vec<Range<Duration>>,
}

/// How long after its end a span may still be the cause of a loss: the listener has to read the
/// datagrams that have queued up. This is an estimate; listeners with little spare time take
/// longer.
const AFTERMATH: Duration = Duration::from_millis(50);

impl Interference {
    /// Adds a span, merged with those that it touches.
    pub fn add(&mut self, span: Range<Duration>) {
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

    /// Returns the spans in order.
    pub fn spans(&self) -> &[Range<Duration>] {
        &self.spans
    }

    /// Returns the sum of all spans.
    pub fn total(&self) -> Duration {
        let lengths = self.spans.iter().map(|span| span.end - span.start);
        lengths.sum()
    }

    /// Returns whether a span may be why a datagram that was due then was lost: the span had begun,
    /// and had ended at most 50 ms before.
    pub fn explains(&self, due: Duration) -> bool {
        let begun = self.spans.partition_point(|span| span.start <= due);
        self.spans[..begun]
            .last()
            .is_some_and(|span| due <= span.end + AFTERMATH)
    }
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
        fn spans_hold_what_was_added_and_nothing_else(
            added in prop::collection::vec((0..100_u64, 0..20_u64), 0..20),
        ) {
            let mut interference = Interference::default();
            for (start, length) in &added {
                interference.add(millis(*start)..millis(start + length));
            }
            for pair in interference.spans().windows(2) {
                prop_assert!(pair[0].end < pair[1].start, "{:?}", interference);
            }
            for half in 0..400_u64 {
                let time = Duration::from_micros(half * 500);
                let was_added = |aftermath| added.iter().any(|(start, length)| {
                    millis(*start) <= time && time <= millis(start + length) + aftermath
                });
                let is_known = interference
                    .spans()
                    .iter()
                    .any(|span| span.start <= time && time <= span.end);
                prop_assert_eq!(is_known, was_added(Duration::ZERO), "at {:?}", time);
                prop_assert_eq!(interference.explains(time), was_added(AFTERMATH), "at {:?}", time);
            }
        }
    }
}
