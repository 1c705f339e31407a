use super::outcome::Outcome;
use crate::judge::{Predecessor, Strictness, Verdict, take_late};
use crate::observation::Observation;
use crate::subject::ExchangeEnd;
use crate::vectors::Step;

/// Blames the last vector that went well for the end of the subject that followed.
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

/// Blames a vector for the crash of its instance at the next vector, `crashed`, which crashes no
/// fresh subject. `false` if the vector before was sent to another instance.
pub(super) fn blame_for_crash(before: &mut Outcome<'_>, crashed: &mut Outcome<'_>) -> bool {
    if crashed.verdict != Verdict::Crash || before.instance != crashed.instance {
        return false;
    }
    before.verdict = Verdict::Crash;
    before.why = went_on_at_first(&crashed.why);
    before.log = std::mem::take(&mut crashed.log);
    true
}

/// Blames a vector for reports that it asked for and that came late, among those of the next
/// vector, and removes them there. If the vector got its reports in time, the late ones have
/// another cause, such as a buffer that was not cleared.
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
        before.why = "it was reported late, behind the good event that followed (T19)".into();
        before.observation.reports = late;
    }
}

fn went_on_at_first(then: &str) -> String {
    format!("it went on at first, but then {then}")
}
