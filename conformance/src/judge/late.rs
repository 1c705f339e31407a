use super::fit::is_expected_event;
use crate::contract::Line;
use crate::observation::{Observation, Report};
use crate::vectors::Step;

/// A vector that was sent before, and its observation.
#[derive(Clone, Copy, Debug)]
pub struct Predecessor<'a> {
    /// The datagrams of the vector.
    pub steps: &'a [Step],
    /// The observation.
    pub observation: &'a Observation,
}

/// Removes the reports of a predecessor that came late from the front of an observation, and
/// returns them.
///
/// The late reports are the first ones that the predecessor expects and that the first of `steps`
/// does not expect. No report is late if the predecessor got any report that it expects, or an
/// event for each datagram: the subject may read both vectors wrong, and the second one as the
/// first should be read.
pub fn take_late(
    predecessor: Predecessor<'_>,
    steps: &[Step],
    observation: &mut Observation,
) -> Vec<Report> {
    if predecessor.is_answered() {
        return Vec::new();
    }
    let before = predecessor.steps;
    let first = &steps[..steps.len().min(1)];
    let is_late = |report: &&Report| is_event_of(before, report) && !is_event_of(first, report);
    let count = observation.reports.iter().take_while(is_late).count();
    observation.reports.drain(..count).collect()
}

impl Predecessor<'_> {
    /// Returns whether the vector got a report that it expects, or an event for each datagram.
    fn is_answered(self) -> bool {
        let reports = || self.observation.reports.iter();
        let is_event = |report: &&Report| matches!(report.line().as_deref(), Some(Line::Event(_)));
        reports().any(|report| is_event_of(self.steps, report))
            || reports().filter(is_event).count() >= self.steps.len()
    }
}

/// Returns whether a report is an event that one of these datagrams expects.
fn is_event_of(steps: &[Step], report: &Report) -> bool {
    let line = report.line();
    line.is_some_and(|line| {
        let mut steps = steps.iter();
        steps.any(|step| is_expected_event(&step.expect, &line))
    })
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;
    use crate::vectors::Expectation;

    #[test]
    fn a_late_report_belongs_to_the_vector_that_expects_it() {
        let steps = |name: &str| {
            vec![Step {
                datagram: Vec::new(),
                expect: Expectation::Event(EventBuf::new(name, [])),
            }]
        };
        let observation = |reported: &[&str]| {
            let mut observation = Observation::default();
            let lines = reported
                .iter()
                .map(|name| Line::Event(EventBuf::new(*name, [])));
            observation
                .reports
                .extend(lines.map(|line| Report::parsed(Vec::new(), line)));
            observation
        };
        let (before, none) = (steps("E_A"), observation(&[]));
        let late = |got: &Observation, expected: &str, reported: &[&str]| {
            let mut observation = observation(reported);
            let predecessor = Predecessor {
                steps: &before,
                observation: got,
            };
            let taken = take_late(predecessor, &steps(expected), &mut observation);
            (taken.len(), observation.reports.len())
        };
        assert_eq!(late(&none, "E_B", &["E_A", "E_B"]), (1, 1));
        assert_eq!(late(&none, "E_B", &["E_A", "E_A"]), (2, 0));
        // Not late: a report behind others, a report that the current vector expects, and any
        // report if the predecessor got its own in time, right or wrong.
        assert_eq!(late(&none, "E_B", &["E_B", "E_A"]), (0, 2));
        assert_eq!(late(&none, "E_A", &["E_A"]), (0, 1));
        assert_eq!(late(&none, "E_B", &["E_X", "E_A"]), (0, 2));
        assert_eq!(late(&observation(&["E_A"]), "E_B", &["E_A"]), (0, 1));
        assert_eq!(late(&observation(&["E_X"]), "E_B", &["E_A"]), (0, 1));
    }
}
