use std::mem;

use event_datagram::{EventBuf, ParamBuf};

use super::fit::nearest;
use crate::contract::Line;
use crate::observation::{Observation, ReportContent};
use crate::vectors::{Expectation, Step};

/// Sorts the parameters of each reported event like those of the most similar expected event.
///
/// This is for a subject that reports parameters in an order that changes from event to event: the
/// order then says nothing about how the subject read the datagram, and the rest can still be
/// judged.
pub fn restore_order(steps: &[Step], observation: &mut Observation) {
    for (index, report) in observation.reports.iter_mut().enumerate() {
        let event = match report.line().map(|line| line.into_owned()) {
            Some(Line::Event(event)) if event.params.len() > 1 => event,
            _ => continue,
        };
        let events = || steps.iter().flat_map(|step| expected_events(&step.expect));
        let same = events().find(|expected| is_permutation(expected, &event));
        let expected = same.or_else(|| nearest_event(steps.get(index)?, &event));
        let event = sorted_like(expected, event);
        report.content = ReportContent::Line(Line::Event(event));
    }
}

fn expected_events(expected: &Expectation) -> impl Iterator<Item = &EventBuf> {
    expected.alternatives().iter().filter_map(|one| match one {
        Expectation::Event(event) => Some(event),
        _ => None,
    })
}

fn nearest_event<'a>(step: &'a Step, event: &EventBuf) -> Option<&'a EventBuf> {
    let index = nearest(&step.expect, Some(&Line::Event(event.clone())))?;
    match &step.expect.alternatives()[index] {
        Expectation::Event(event) => Some(event),
        _ => None,
    }
}

/// Returns whether two events are the same but for the order of their parameters.
fn is_permutation(expected: &EventBuf, event: &EventBuf) -> bool {
    let counts = (expected.params.len(), event.params.len());
    let mut left = event.params.clone();
    expected.name == event.name
        && counts.0 == counts.1
        && expected.params.iter().all(|param| {
            let at = left.iter().position(|one| one == param);
            at.map(|at| left.swap_remove(at)).is_some()
        })
}

/// Returns the event with its parameters in the expected order: first those that are expected, then
/// the rest, sorted.
fn sorted_like(expected: Option<&EventBuf>, mut event: EventBuf) -> EventBuf {
    let mut left = mem::take(&mut event.params);
    left.sort_by_cached_key(|param| format!("{param:?}"));
    for param in expected.iter().flat_map(|expected| &expected.params) {
        let is_same = |one: &ParamBuf| one == param;
        let is_namesake = |one: &ParamBuf| one.name == param.name;
        let found = left.iter().position(is_same);
        if let Some(at) = found.or_else(|| left.iter().position(is_namesake)) {
            event.params.push(left.remove(at));
        }
    }
    event.params.append(&mut left);
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Report;

    fn event(params: &[(&str, &str)]) -> EventBuf {
        let params = params
            .iter()
            .map(|(name, value)| ParamBuf::named(*name, *value));
        EventBuf::new("E_A", params.collect::<Vec<_>>())
    }

    fn restored(expected: Expectation, came: EventBuf) -> EventBuf {
        let steps = [Step {
            datagram: Vec::new(),
            expect: expected,
        }];
        let mut observation = Observation::default();
        let report = Report::parsed(Vec::new(), Line::Event(came));
        observation.reports.push(report);
        restore_order(&steps, &mut observation);
        match observation.reports[0].line().map(|line| line.into_owned()) {
            Some(Line::Event(event)) => event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn parameters_get_the_order_of_the_event_that_was_expected() {
        let expected = || event(&[("b", "1"), ("a", "2"), ("b", "3")]);
        let came = event(&[("a", "2"), ("b", "3"), ("b", "1")]);
        assert_eq!(
            restored(Expectation::Event(expected()), came.clone()),
            expected()
        );
        let several = Expectation::AnyOf(vec![
            Expectation::Event(event(&[("x", "")])),
            Expectation::Event(expected()),
        ]);
        assert_eq!(restored(several, came), expected());
    }

    #[test]
    fn an_event_that_is_wrong_has_one_order_too() {
        let expected = || Expectation::Event(event(&[("b", "1"), ("a", "2")]));
        let first = event(&[("x", "5"), ("a", "2"), ("b", "0")]);
        let second = event(&[("b", "0"), ("x", "5"), ("a", "2")]);
        let sorted = event(&[("b", "0"), ("a", "2"), ("x", "5")]);
        assert_eq!(restored(expected(), first.clone()), sorted);
        assert_eq!(restored(expected(), second), sorted);
        assert_eq!(
            restored(Expectation::Reject, first),
            event(&[("a", "2"), ("b", "0"), ("x", "5")])
        );
    }
}
