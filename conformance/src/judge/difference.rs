use event_datagram::{EventBuf, ParamBuf, ValueBuf};

use super::fit::nearest;
use crate::contract::Line;
use crate::escape::{cut, escaped, quoted};
use crate::vectors::Expectation;

/// Explains in a sentence how a report differs from what was expected.
pub(super) fn explain(expected: &Expectation, line: &Line) -> String {
    match (expected, line) {
        (Expectation::Event(expected), Line::Event(event)) => between(expected, event),
        (Expectation::Event(_), Line::Rejection(why)) => {
            format!("it was rejected: {}", printable(why.as_bytes()))
        }
        (Expectation::Reject, Line::Event(_)) => {
            "it was read as an event, and had to be rejected".into()
        }
        (Expectation::AnyOf(several), Line::Event(event)) => {
            // The difference from the nearest reading says most.
            let nearest = nearest(expected, Some(line)).map(|index| &several[index]);
            let why = match nearest {
                Some(Expectation::Event(expected)) => between(expected, event),
                _ => "it had to be rejected".into(),
            };
            format!("none of the listed readings; compared with the nearest: {why}")
        }
        (Expectation::AnyOf(_), Line::Rejection(why)) => {
            format!("it was rejected: {}", printable(why.as_bytes()))
        }
        _ => "it is not what was expected".into(),
    }
}

/// Returns what a subject said in a form that is fit to print, cut to a line or two.
pub(super) fn printable(said: &[u8]) -> String {
    cut(&escaped(said), 160)
}

/// Explains the first difference between two events.
fn between(expected: &EventBuf, event: &EventBuf) -> String {
    if expected.name != event.name {
        return format!(
            "the event's name is {}, not {}",
            shortened(&event.name),
            shortened(&expected.name)
        );
    }
    let pairs = expected.params.iter().zip(&event.params).enumerate();
    let counts = (expected.params.len(), event.params.len());
    match pairs
        .into_iter()
        .find(|(_, (expected, param))| expected != param)
    {
        Some((index, (expected, param))) => {
            let count = if counts.0 == counts.1 {
                String::new()
            } else {
                format!("; {} came, not {}", parameters(counts.1), counts.0)
            };
            format!(
                "parameter {} {}{count}",
                index + 1,
                param_difference(expected, param)
            )
        }
        None if counts.1 < counts.0 => {
            let lost = &expected.params[counts.1];
            format!(
                "{} came, not {}: {} is lost",
                parameters(counts.1),
                counts.0,
                shown(lost)
            )
        }
        None if counts.1 > counts.0 => {
            let extra = &event.params[counts.0];
            format!(
                "{} came, not {}: {} was never sent",
                parameters(counts.1),
                counts.0,
                shown(extra)
            )
        }
        None => "it is the event that was expected, in the wrong place".into(),
    }
}

fn param_difference(expected: &ParamBuf, param: &ParamBuf) -> String {
    if expected.name != param.name {
        let name =
            |name: &Option<Vec<u8>>| name.as_deref().map_or_else(|| "none".into(), shortened);
        return format!(
            "has the name {}, not {}",
            name(&param.name),
            name(&expected.name)
        );
    }
    let (came, wanted) = (value(param), value(expected));
    format!("has the value {came}, not {wanted}")
}

fn value(param: &ParamBuf) -> String {
    match &param.value {
        ValueBuf::Bytes(bytes) => shortened(bytes),
        ValueBuf::Integer(integer) => format!("{integer} (a number)"),
        _ => "null".into(),
    }
}

fn shown(param: &ParamBuf) -> String {
    match &param.name {
        Some(name) => format!("{}={}", shortened(name), value(param)),
        None => value(param),
    }
}

fn shortened(bytes: &[u8]) -> String {
    const LENGTH: usize = 60;
    if bytes.len() <= LENGTH {
        quoted(bytes)
    } else {
        format!("{}… ({} bytes)", quoted(&bytes[..LENGTH]), bytes.len())
    }
}

fn parameters(count: usize) -> String {
    format!("{count} parameter{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, params: &[(&str, &str)]) -> EventBuf {
        let param = |(name, value): &(&str, &str)| match *name {
            "" => ParamBuf::unnamed(*value),
            name => ParamBuf::named(name, *value),
        };
        EventBuf::new(name, params.iter().map(param).collect::<Vec<_>>())
    }

    #[track_caller]
    fn says(expected: EventBuf, came: EventBuf, sentence: &str) {
        let (expected, came) = (Expectation::Event(expected), Line::Event(came));
        assert_eq!(explain(&expected, &came), sentence);
    }

    #[test]
    fn the_first_difference_of_two_events_is_told() {
        let expected = || event("E_A", &[("ip", "::1"), ("", "b")]);
        says(
            expected(),
            event("E_B", &[]),
            r#"the event's name is "E_B", not "E_A""#,
        );
        says(
            expected(),
            event("E_A", &[("ip", "::1"), ("", "c")]),
            r#"parameter 2 has the value "c", not "b""#,
        );
        says(
            expected(),
            event("E_A", &[("", "ip::::1"), ("", "b")]),
            r#"parameter 1 has the name none, not "ip""#,
        );
        says(
            expected(),
            event("E_A", &[("ip", "1")]),
            r#"parameter 1 has the value "1", not "::1"; 1 parameter came, not 2"#,
        );
        says(
            expected(),
            event("E_A", &[("ip", "::1")]),
            r#"1 parameter came, not 2: "b" is lost"#,
        );
        says(
            event("E_A", &[]),
            expected(),
            r#"2 parameters came, not 0: "ip"="::1" was never sent"#,
        );
        says(
            expected(),
            expected(),
            "it is the event that was expected, in the wrong place",
        );
        let null = EventBuf::new("E_A", [ParamBuf::unnamed(ValueBuf::Null)]);
        let five = EventBuf::new("E_A", [ParamBuf::unnamed(5)]);
        says(
            null,
            five,
            "parameter 1 has the value 5 (a number), not null",
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
            r#"none of the listed readings; compared with the nearest: parameter 1 has the value "a", not "a::b""#
        );
        assert_eq!(
            near(event("E_A", &[("a", "b"), ("c", "x")])),
            r#"none of the listed readings; compared with the nearest: parameter 2 has the value "x", not "d""#
        );
        assert_eq!(
            explain(&readings(&[]), &Line::Event(event("E_A", &[]))),
            "none of the listed readings; compared with the nearest: it had to be rejected"
        );
        let rejected = Line::Rejection("no\nname".into());
        assert_eq!(explain(&several, &rejected), r"it was rejected: no\nname");
    }

    #[test]
    fn what_is_no_event_is_told_apart() {
        let expected = Expectation::Event(event("E_A", &[]));
        let rejected = Line::Rejection("why".into());
        assert_eq!(explain(&expected, &rejected), "it was rejected: why");
        assert_eq!(
            explain(&Expectation::Reject, &Line::Event(event("E_A", &[]))),
            "it was read as an event, and had to be rejected"
        );
        let malformed = Line::Malformed("no JSON".into());
        assert_eq!(
            explain(&expected, &malformed),
            "it is not what was expected"
        );
    }

    #[test]
    fn what_is_long_is_cut() {
        let whole = "a".repeat(60);
        assert_eq!(shortened(whole.as_bytes()), format!("\"{whole}\""));
        let long = "a".repeat(61);
        assert_eq!(
            shortened(long.as_bytes()),
            format!("\"{whole}\"… (61 bytes)")
        );
    }
}
