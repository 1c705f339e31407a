use event_datagram::EventBuf;

use crate::contract::Line;
use crate::observation::Report;
use crate::vectors::Expectation;

/// Whether a subject must answer each datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answering {
    /// At most one line per datagram: silence is a rejection.
    MayBeSilent,
    /// Exactly one line per datagram.
    Always,
}

/// Returns the index of the first alternative that a report fits, and parses its line only where
/// the bytes alone do not show that.
pub(super) fn reading_of_report(expected: &Expectation, report: &Report) -> Option<usize> {
    let alternatives = expected.alternatives();
    let is_plainly = |one: &Expectation| match one {
        Expectation::Event(event) => report.is_plainly(event),
        Expectation::Survive => report.is_plainly_about_a_datagram(),
        _ => false,
    };
    // Every line fits `survive`, but the bytes alone do not show whether it fits an alternative
    // before `survive`. So the comparison of bytes ends at a `survive` that is one of several
    // alternatives.
    let is_certain = |one: &&Expectation| alternatives.len() == 1 || **one != Expectation::Survive;
    let mut certain = alternatives.iter().take_while(is_certain);
    certain.position(is_plainly).or_else(|| {
        let line = report.line()?;
        reading_of_line(expected, &line)
    })
}

/// Returns the index of the first alternative that a line fits.
pub(super) fn reading_of_line(expected: &Expectation, line: &Line) -> Option<usize> {
    let mut alternatives = expected.alternatives().iter();
    alternatives.position(|one| fits(one, line))
}

/// Returns the index of the first alternative that a missing report fits.
pub(super) fn reading_of_silence(expected: &Expectation, answering: Answering) -> Option<usize> {
    let is_rejection =
        |one: &Expectation| matches!(one, Expectation::Reject | Expectation::Survive);
    match answering {
        Answering::MayBeSilent => expected.alternatives().iter().position(is_rejection),
        Answering::Always => None,
    }
}

/// Returns whether a line reports an expected event.
pub(super) fn is_expected_event(expected: &Expectation, line: &Line) -> bool {
    matches!(line, Line::Event(_)) && {
        let mut alternatives = expected.alternatives().iter();
        alternatives.any(|one| matches!(one, Expectation::Event(_)) && fits(one, line))
    }
}

/// Returns the index of the alternative that is closest to a line which fits none. If the line
/// reports an event, that is the event with the most equal parts, the last one of several.
/// Otherwise, it is the first alternative.
pub fn nearest(expected: &Expectation, line: Option<&Line>) -> Option<usize> {
    let alternatives = expected.alternatives();
    let agreements = alternatives
        .iter()
        .enumerate()
        .filter_map(|(index, one)| match (one, line) {
            (Expectation::Event(expected), Some(Line::Event(event))) => {
                Some((index, agreement(expected, event)))
            }
            _ => None,
        });
    let closest = agreements.max_by_key(|(_, agreement)| *agreement);
    closest
        .map(|(index, _)| index)
        .or((!alternatives.is_empty()).then_some(0))
}

/// Returns whether a line fits an expectation that has no alternatives.
fn fits(expected: &Expectation, line: &Line) -> bool {
    match (expected, line) {
        (Expectation::Event(expected), Line::Event(event)) => expected == event,
        (Expectation::Reject, Line::Rejection(_)) => true,
        (Expectation::Survive, Line::Event(_) | Line::Rejection(_) | Line::Malformed(_)) => true,
        _ => false,
    }
}

/// Returns the number of parts that are equal in both events: the name, each parameter, and the
/// number of parameters.
pub(super) fn agreement(expected: &EventBuf, event: &EventBuf) -> usize {
    let params = expected.params.iter().zip(&event.params);
    let same = params.filter(|(expected, param)| expected == param).count();
    let same_count = usize::from(expected.params.len() == event.params.len());
    usize::from(expected.name == event.name) + same_count + same
}

#[cfg(test)]
mod tests {
    use event_datagram::ParamBuf;

    use super::*;

    #[test]
    fn an_event_is_nearer_the_more_of_its_parts_agree() {
        let event = |name: &str, params: &[(&str, &str)]| {
            let params = params
                .iter()
                .map(|(name, value)| ParamBuf::named(*name, *value));
            EventBuf::new(name, params.collect::<Vec<_>>())
        };
        let expected = event("E_A", &[("a", "1"), ("b", "2")]);
        let agrees = |name, params: &[(&str, &str)]| agreement(&expected, &event(name, params));
        assert_eq!(agrees("E_A", &[("a", "1"), ("b", "2")]), 4);
        assert_eq!(agrees("E_B", &[("a", "1"), ("b", "2")]), 3);
        assert_eq!(agrees("E_A", &[("a", "1"), ("b", "3")]), 3);
        assert_eq!(agrees("E_A", &[("a", "1")]), 2);
        assert_eq!(agrees("E_B", &[("b", "2")]), 0);
    }

    #[test]
    fn of_equally_near_events_the_last_is_taken() {
        let event = |name: &str| Expectation::Event(EventBuf::new(name, []));
        let several = Expectation::AnyOf(vec![Expectation::Reject, event("E_A"), event("E_B")]);
        let line = Line::Event(EventBuf::new("E_C", []));
        assert_eq!(nearest(&several, Some(&line)), Some(2));
        assert_eq!(nearest(&several, None), Some(0));
        assert_eq!(nearest(&Expectation::AnyOf(Vec::new()), Some(&line)), None);
    }
}
