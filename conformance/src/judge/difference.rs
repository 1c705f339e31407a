use event_datagram::EventBuf;

use super::fit::nearest;
use super::params::{self, shortened};
use crate::contract::Line;
use crate::escape::{beginning, escaped};
use crate::vectors::Expectation;

/// Explains in a sentence how a report differs from what was expected.
pub(super) fn explain(expected: &Expectation, line: &Line) -> String {
    match (expected, line) {
        (_, Line::Malformed(why)) => {
            format!(
                "the report breaks the contract: {}",
                printable(why.as_bytes())
            )
        }
        (Expectation::Event(expected), Line::Event(event)) => between(expected, event),
        (Expectation::AnyOf(several), Line::Event(event)) => {
            // Explains the difference from the nearest reading, which is the most useful one.
            let nearest = nearest(expected, Some(line)).map(|index| &several[index]);
            let why = match nearest {
                Some(Expectation::Event(expected)) => between(expected, event),
                _ => "expected a rejection, found an event".into(),
            };
            format!("none of the listed readings; compared with the nearest: {why}")
        }
        _ => format!("expected {}, found {}", wanted(expected), found(line)),
    }
}

/// Returns what a line is, in words.
pub(super) fn found(line: &Line) -> String {
    match line {
        Line::Event(_) => "an event".into(),
        Line::Rejection(why) => format!("a rejection: {}", printable(why.as_bytes())),
        Line::Start(_) | Line::MalformedStart(_) => "a start line".into(),
        Line::Malformed(_) => "a line that breaks the contract".into(),
    }
}

/// Returns a subject's text with escapes, so that it can be printed, and cut to a line or two.
pub(super) fn printable(said: &[u8]) -> String {
    const LENGTH: usize = 160;
    if said.len() <= LENGTH {
        escaped(said)
    } else {
        let shown = escaped(beginning(said, LENGTH));
        format!("{shown}… ({} bytes)", said.len())
    }
}

fn wanted(expected: &Expectation) -> &'static str {
    match expected {
        Expectation::Event(_) | Expectation::AnyOf(_) => "an event",
        Expectation::Reject => "a rejection",
        Expectation::Survive => "a report",
    }
}

/// Explains the first difference between two events.
fn between(expected: &EventBuf, event: &EventBuf) -> String {
    match params::explain(&expected.params, &event.params) {
        Some(why) if expected.name == event.name => why,
        _ => format!(
            "expected the event name {}, found {}",
            shortened(&expected.name),
            shortened(&event.name)
        ),
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::ParamBuf;

    use super::*;

    fn event(name: &str, params: &[(&str, &str)]) -> EventBuf {
        let param = |(name, value): &(&str, &str)| match *name {
            "" => ParamBuf::unnamed(*value),
            name => ParamBuf::named(name, *value),
        };
        EventBuf::new(name, params.iter().map(param).collect::<Vec<_>>())
    }

    #[test]
    fn the_event_name_comes_before_the_parameters() {
        let says = |came| {
            explain(
                &Expectation::Event(event("E_A", &[("", "b")])),
                &Line::Event(came),
            )
        };
        assert_eq!(
            says(event("E_B", &[])),
            r#"expected the event name "E_A", found "E_B""#
        );
        assert_eq!(
            says(event("E_A", &[("", "c")])),
            r#"parameter 1: expected the value "b", found "c""#
        );
    }

    #[test]
    fn of_several_right_readings_the_nearest_is_compared() {
        let readings = |events: &[EventBuf]| {
            let events = events.iter().cloned().map(Expectation::Event);
            Expectation::AnyOf(events.chain([Expectation::Reject]).collect())
        };
        let one = event("E_A", &[("", "a::b")]);
        let other = event("E_A", &[("a", "b"), ("c", "d")]);
        let several = readings(&[one, other]);
        let near = |came| explain(&several, &Line::Event(came));
        assert_eq!(
            near(event("E_A", &[("", "a")])),
            r#"none of the listed readings; compared with the nearest: parameter 1: expected the value "a::b", found "a""#
        );
        assert_eq!(
            near(event("E_A", &[("a", "b"), ("c", "x")])),
            r#"none of the listed readings; compared with the nearest: parameter 2: expected the value "d", found "x""#
        );
        assert_eq!(
            explain(&readings(&[]), &Line::Event(event("E_A", &[]))),
            "none of the listed readings; compared with the nearest: expected a rejection, found an event"
        );
        let rejected = Line::Rejection("no\nname".into());
        assert_eq!(
            explain(&several, &rejected),
            r"expected an event, found a rejection: no\nname"
        );
    }

    #[test]
    fn lengths_are_those_of_bytes_and_not_of_escapes() {
        let why = printable(&[0x1b; 161]);
        assert_eq!(why, format!("{}… (161 bytes)", r"\u{1b}".repeat(160)));
    }

    #[test]
    fn lines_that_report_no_event_are_named() {
        let expected = Expectation::Event(event("E_A", &[]));
        let rejected = Line::Rejection("why".into());
        assert_eq!(
            explain(&expected, &rejected),
            "expected an event, found a rejection: why"
        );
        assert_eq!(
            explain(&Expectation::Reject, &Line::Event(event("E_A", &[]))),
            "expected a rejection, found an event"
        );
        let malformed = Line::Malformed("it is not JSON".into());
        for expected in [
            expected,
            Expectation::Reject,
            Expectation::AnyOf(Vec::new()),
        ] {
            assert_eq!(
                explain(&expected, &malformed),
                "the report breaks the contract: it is not JSON"
            );
        }
    }
}
