use event_datagram::{EventBuf, ParamBuf};

use crate::contract::Line;
use crate::escape::{cut, escaped, quoted};
use crate::vectors::Expectation;

/// Says in a sentence in what a report departs from what was expected.
pub(super) fn explain(expected: &Expectation, line: &Line) -> String {
    match (expected, line) {
        (Expectation::Event(expected), Line::Event(event)) => between(expected, event),
        (Expectation::Event(_), Line::Rejection(why)) => {
            format!("it was rejected: {}", words(why.as_bytes()))
        }
        (Expectation::Reject, Line::Event(_)) => {
            "it was read as an event, and had to be rejected".into()
        }
        (Expectation::AnyOf(several), Line::Event(event)) => {
            // The reading that comes closest says most.
            let events = several.iter().filter_map(|one| match one {
                Expectation::Event(expected) => Some(expected),
                _ => None,
            });
            let closest = events.max_by_key(|expected| agreement(expected, event));
            let why = closest.map_or_else(
                || "it had to be rejected".into(),
                |expected| between(expected, event),
            );
            format!("none of the right readings; of the nearest: {why}")
        }
        (Expectation::AnyOf(_), Line::Rejection(why)) => {
            format!("it was rejected: {}", words(why.as_bytes()))
        }
        _ => "it is not what was expected".into(),
    }
}

/// Prints what a subject said, on a line or two.
pub(super) fn words(said: &[u8]) -> String {
    cut(&escaped(said), 160)
}

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
    match param.as_param().value.as_bytes() {
        Some(bytes) => shortened(&bytes.to_vec()),
        None => format!("{:?}", param.value),
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

/// Counts how much of an event is as expected.
fn agreement(expected: &EventBuf, event: &EventBuf) -> usize {
    let same_count = usize::from(expected.params.len() == event.params.len());
    let same = expected
        .params
        .iter()
        .zip(&event.params)
        .filter(|(expected, param)| expected == param)
        .count();
    usize::from(expected.name == event.name) + same_count + same
}
