use super::outcome::Outcome;
use crate::judge::{
    Answering, Judgment, Predecessor, Strictness, Verdict, grade, judge, take_late,
};
use crate::observation::{Arrival, Observation, Report};
use crate::subject::ExchangeEnd;
use crate::vectors::Step;

/// The reason for a failure if the report is right, but late.
const REPORTED_LATE: &str = "it was reported late, after the good event that followed (T19)";

/// Blames the last vector that passed if the subject ended or fell silent after it.
pub(crate) fn blame_for_end(last: &mut Outcome<'_>, end: ExchangeEnd) {
    let then = match end {
        ExchangeEnd::Died { death, log } => {
            last.verdict = Verdict::Crash;
            last.log = log;
            death.to_string()
        }
        end => {
            last.verdict = Verdict::Hang;
            end.silence().unwrap_or_default()
        }
    };
    last.why = went_on_at_first(&then);
}

/// Blames a vector for reports that came after its fence, but before the runner sent the next
/// vector.
pub(super) fn blame_for_early(before: &mut Outcome<'_>, early: Vec<Report>, answering: Answering) {
    if early.is_empty() || matches!(before.verdict, Verdict::Crash | Verdict::Hang) {
        return;
    }
    let late = early.into_iter().map(|report| Report {
        arrival: Arrival::InTime,
        ..report
    });
    before.observation.reports.extend(late);
    let judgment = judge(&before.vector.steps, &before.observation, answering);
    let why = match judgment {
        Judgment::Conforms { .. } => REPORTED_LATE.into(),
        Judgment::Departs { why } => format!("{why}; part of it was reported late (T19)"),
    };
    (before.verdict, before.why) = grade(before.vector, Judgment::Departs { why });
}

/// Blames a vector for its own reports that came late, among those of the next vector, and removes
/// them there. If the vector got its reports in time, the late ones have another cause, such as a
/// buffer that the subject did not clear.
pub(super) fn blame_for_late(
    before: &mut Outcome<'_>,
    steps: &[Step],
    observation: &mut Observation,
) {
    if !before.verdict.is_failure(Strictness::Should) {
        return;
    }
    let predecessor = Predecessor {
        steps: &before.vector.steps,
        observation: &before.observation,
    };
    let late = take_late(predecessor, steps, observation);
    if !late.is_empty() {
        before.why = REPORTED_LATE.into();
        before.observation.reports = late;
    }
}

/// Returns the reason for a failure if the subject ended or fell silent after it had answered.
pub(super) fn went_on_at_first(then: &str) -> String {
    format!("it answered this vector, but then {then}")
}
