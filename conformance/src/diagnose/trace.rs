use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use event_datagram::{EventBuf, ValueBuf};

use crate::contract::{Line, event_line, parse_line};
use crate::fence::Fences;
use crate::judge::Verdict;
use crate::observation::Report;

/// What a subject did with a vector: a hash of the events that it reported, or that it ended or
/// hung. Two subjects with the same faults have the same trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Trace {
    /// The subject reported the fence; the number is a hash of the reports before.
    Answered(u64),
    /// Like `Answered`, but the reports contain a part of a fence's tag. Each fence has another
    /// tag, so the hash is that of the reports without digits.
    Tagged(u64),
    /// The subject's process ended.
    Died,
    /// The subject stopped answering.
    Hung,
}

impl Trace {
    /// Returns the trace of an observation with this verdict. Returns `None` for a flaky subject,
    /// which did different things at different times.
    pub(super) fn of(
        verdict: Verdict,
        reports: &[Report],
        misread_fence: Option<&[u8]>,
    ) -> Option<Self> {
        match verdict {
            Verdict::Crash => Some(Self::Died),
            Verdict::Hang => Some(Self::Hung),
            Verdict::Flaky => None,
            _ => Some(Self::answered(reports, misread_fence)),
        }
    }

    /// Returns the trace of the reports before the fence, and of the line that reports the fence if
    /// the subject misread it. Rejections are not part of the trace, because a subject need not
    /// report them; copies of fences are not, because they come sooner or later.
    pub(super) fn answered(reports: &[Report], misread_fence: Option<&[u8]>) -> Self {
        let hash = |event: &EventBuf, hasher: &mut DefaultHasher| event.hash(hasher);
        Self::Answered(hash_of(reports, misread_fence, hash))
    }

    /// Returns the trace for reports that hold a part of a tag.
    pub(super) fn tagged(reports: &[Report], misread_fence: Option<&[u8]>) -> Self {
        let hash = |event: &EventBuf, hasher: &mut DefaultHasher| {
            without_digits(&event_line(event)).hash(hasher);
        };
        Self::Tagged(hash_of(reports, misread_fence, hash))
    }
}

fn hash_of(
    reports: &[Report],
    misread_fence: Option<&[u8]>,
    hash: impl Fn(&EventBuf, &mut DefaultHasher),
) -> u64 {
    let mut hasher = DefaultHasher::new();
    for report in reports {
        match report.line().as_deref() {
            Some(Line::Event(event)) if !is_fence(event) => {
                0_u8.hash(&mut hasher);
                hash(event, &mut hasher);
            }
            // Whether the copy of a fence arrives at this vector or the next one is chance.
            Some(Line::Rejection(_) | Line::Event(_)) | None => {}
            Some(_) => 2_u8.hash(&mut hasher),
        }
    }
    if let Some(line) = misread_fence {
        let event = match parse_line(line) {
            Some(Line::Event(event)) => Some(without_digits(&event_line(&event))),
            _ => None,
        };
        (3_u8, event).hash(&mut hasher);
    }
    hasher.finish()
}

/// Returns whether an event is a fence: a value holds what looks like a tag.
fn is_fence(event: &EventBuf) -> bool {
    let is_tagged = |value: &ValueBuf| match value {
        ValueBuf::Bytes(bytes) => Fences::is_anyones(bytes),
        _ => false,
    };
    event.params.iter().any(|param| is_tagged(&param.value))
}

/// Replaces every digit, because digits may be a part of a tag, which differs from fence to fence.
fn without_digits(line: &[u8]) -> Vec<u8> {
    let mut blanked: Vec<_> = line
        .iter()
        .map(|byte| if byte.is_ascii_digit() { b'#' } else { *byte })
        .collect();
    blanked.dedup_by(|next, before| *next == b'#' && *before == b'#');
    blanked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(line: &str) -> Report {
        let parsed = parse_line(line.as_bytes()).expect("it is a report");
        Report::parsed(line.into(), parsed)
    }

    #[test]
    fn rejections_and_the_spelling_of_events_leave_no_trace() {
        let plain = [report(r#"{"event":"E_A","params":[]}"#)];
        let spelled = [
            report(r#"{"error":"no name"}"#),
            report(r#"{"params":[],"event":"E_\u0041"}"#),
        ];
        assert_eq!(
            Trace::answered(&plain, None),
            Trace::answered(&spelled, None)
        );
        let other = [report(r#"{"event":"E_B","params":[]}"#)];
        assert_ne!(Trace::answered(&plain, None), Trace::answered(&other, None));
        assert_ne!(Trace::answered(&plain, None), Trace::answered(&[], None));
    }

    #[test]
    fn copies_of_fences_leave_no_trace() {
        let fence = r#"{"event":"E_F","params":[{"name":"tag","value":"t123456789012345678"}]}"#;
        let event = r#"{"event":"E_A","params":[]}"#;
        let trace = |lines: &[&str]| {
            let reports: Vec<_> = lines.iter().map(|line| report(line)).collect();
            Trace::answered(&reports, None)
        };
        assert_eq!(trace(&[fence, event]), trace(&[event]));
        assert_eq!(trace(&[event, fence, fence]), trace(&[event]));
        assert_ne!(trace(&[event, event]), trace(&[event]));
    }

    #[test]
    fn fences_with_different_tags_have_the_same_trace() {
        let fence =
            |tag: &str| format!(r#"{{"event":"E_F","params":[{{"name":"tag","value":"{tag}"}}]}}"#);
        let (one, other) = (fence("t123456789012345678"), fence("t876543210987654321"));
        assert_eq!(
            Trace::answered(&[report(&one)], None),
            Trace::answered(&[report(&other)], None)
        );
        assert_eq!(
            Trace::answered(&[], Some(fence("t1234").as_bytes())),
            Trace::answered(&[], Some(fence("t99887766").as_bytes()))
        );
        assert_ne!(
            Trace::answered(&[], Some(one.as_bytes())),
            Trace::answered(&[], None)
        );
    }
}
