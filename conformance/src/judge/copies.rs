use super::fit::reading_of_report;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::vectors::Step;

/// Removes the reports that are copies of earlier ones, for a subject that repeats reports.
///
/// A report that is byte for byte equal to an earlier one is kept if it belongs to the longest
/// sequence of reports that fit the datagrams in order. New reports have precedence.
pub fn remove_copies(steps: &[Step], observation: &mut Observation) {
    let reports = &mut observation.reports;
    reports.retain(|report| report.content != ReportContent::OldFence);
    let mut fitting = longest_fit(steps, reports).into_iter();
    reports.retain(|report| {
        let fits = fitting.next() == Some(true);
        fits || report.arrival != Arrival::Repeated
    });
}

/// Returns for each report whether it belongs to the longest sequence of reports that fit the
/// datagrams in order. Time and memory grow with the product of the numbers of reports and
/// datagrams.
fn longest_fit(steps: &[Step], reports: &[Report]) -> Vec<bool> {
    let weights: Vec<Vec<usize>> = reports
        .iter()
        .map(|report| {
            // A new report is certainly no copy.
            let weight = match report.arrival {
                Arrival::Repeated => 1,
                Arrival::Early | Arrival::InTime => 1 + steps.len(),
            };
            let reading = |step: &Step| reading_of_report(&step.expect, report);
            let weights = steps.iter().map(|step| reading(step).map_or(0, |_| weight));
            weights.collect()
        })
        .collect();
    // The weight of the longest sequence from a report and a datagram on.
    let mut best = vec![vec![0; steps.len() + 1]; reports.len() + 1];
    for report in (0..reports.len()).rev() {
        for step in (0..steps.len()).rev() {
            let together = weights[report][step] + best[report + 1][step + 1];
            let apart = best[report + 1][step].max(best[report][step + 1]);
            best[report][step] = together.max(apart);
        }
    }
    let mut step = 0;
    let belongs = (0..reports.len()).map(|report| {
        while step < steps.len() && best[report][step + 1] == best[report][step] {
            step += 1;
        }
        let belongs = step < steps.len()
            && weights[report][step] > 0
            && best[report][step] == best[report + 1][step + 1] + weights[report][step];
        step += usize::from(belongs);
        belongs
    });
    belongs.collect()
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;
    use crate::contract::Line;
    use crate::vectors::Expectation;

    #[test]
    fn a_copy_is_kept_only_if_a_datagram_expects_it() {
        let event = |name: &str| EventBuf::new(name, []);
        let steps = ["E_A", "E_B"].map(|name| Step {
            datagram: Vec::new(),
            expect: Expectation::Event(event(name)),
        });
        let report = |name: &str, arrival| Report {
            arrival,
            ..Report::parsed(name.into(), Line::Event(event(name)))
        };
        let mut observation = Observation::default();
        observation.reports = vec![
            report("E_OLD", Arrival::Repeated),
            report("E_B", Arrival::Repeated),
            report("E_A", Arrival::Repeated),
            report("E_A", Arrival::Repeated),
            report("E_NEW", Arrival::InTime),
            report("E_B", Arrival::Repeated),
            report("E_A", Arrival::Repeated),
        ];
        remove_copies(&steps, &mut observation);
        let names = observation.reports.iter().map(|report| &report.raw[..]);
        assert_eq!(names.collect::<Vec<_>>(), [&b"E_A"[..], b"E_NEW", b"E_B"]);
    }
}
