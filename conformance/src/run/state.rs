use super::error::RunError;
use super::outcome::Outcome;
use super::supervisor::Supervisor;
use crate::contract::Line;
use crate::judge::Verdict;
use crate::observation::Observation;
use crate::vectors::{Step, Vector};

impl Supervisor<'_> {
    /// Sends the datagrams of a sequence that the subject read wrong to a fresh instance, the last
    /// one first, each with a fence of its own. If the instance reports the same events, the
    /// mistake does not depend on earlier datagrams, and the outcome is changed to say so.
    pub(super) fn judge_state(&mut self, outcome: &mut Outcome<'_>) -> Result<(), RunError> {
        if !may_show_state(outcome) {
            return Ok(());
        }
        let alone = match self.read_alone(outcome.vector) {
            Err(RunError::Gone(_)) => None,
            alone => alone?,
        };
        if alone.is_some_and(|alone| alone == events(&outcome.observation)) {
            outcome.verdict = Verdict::Info;
            outcome.why = format!(
                "no failure of state: alone, what is wrong here is read the same way: {}",
                outcome.why
            );
        }
        Ok(())
    }

    /// Returns the events that a fresh instance reports for the datagrams of a vector, in the order
    /// of the vector. Sends a repeated datagram once. Returns `None` if the instance died or fell
    /// silent.
    fn read_alone(&mut self, vector: &Vector) -> Result<Option<Vec<Line>>, RunError> {
        self.end_instance();
        self.ensure_running()?;
        let mut read: Vec<(&Step, Vec<Line>)> = Vec::new();
        for step in vector.steps.iter().rev() {
            if read.iter().any(|(other, _)| *other == step) {
                continue;
            }
            let alone = Vector {
                steps: vec![step.clone()],
                ..vector.clone()
            };
            let outcome = self.try_once(&alone, None)?;
            if matches!(outcome.verdict, Verdict::Crash | Verdict::Hang) {
                self.end_instance();
                return Ok(None);
            }
            read.push((step, events(&outcome.observation)));
        }
        let of = |step: &Step| read.iter().find(|(other, _)| *other == step);
        let lines = vector.steps.iter().filter_map(of);
        Ok(Some(lines.flat_map(|(_, lines)| lines.clone()).collect()))
    }
}

/// Returns whether the subject read a sequence wrong whose requirement forbids that earlier
/// datagrams change how later ones are read.
pub(super) fn may_show_state(outcome: &Outcome<'_>) -> bool {
    let (vector, observation) = (outcome.vector, &outcome.observation);
    matches!(outcome.verdict, Verdict::Fail | Verdict::Warn)
        && vector.steps.len() > 1
        && matches!(&*vector.requirement, "T18" | "T19" | "T20")
        && observation.misread_fence.is_none()
        && !observation.swallowed_fence
}

/// Returns the reported lines without rejections, which need not be reported.
fn events(observation: &Observation) -> Vec<Line> {
    let lines = observation
        .reports
        .iter()
        .filter_map(|report| report.line());
    let events = lines.filter(|line| !matches!(**line, Line::Rejection(_)));
    events.map(|line| line.into_owned()).collect()
}
