use super::behaviour::Behaviour;
use super::outcome::Outcome;
use crate::judge::{Answering, Judgment, Verdict, grade, judge, remove_copies, restore_order};
use crate::subject::{Exchange, ExchangeEnd};
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// Turns exchanges with one instance of the subject into outcomes.
#[derive(Clone, Copy)]
pub(super) struct Assessor {
    pub(super) socket: SocketKind,
    pub(super) instance: usize,
    pub(super) answering: Answering,
    /// Whether the subject shuffles parameters, so that their order is ignored.
    pub(super) shuffles_parameters: bool,
    /// Whether the subject may repeat earlier reports.
    pub(super) repeats_late: bool,
}

impl Assessor {
    /// Returns the outcome of the vector that this exchange has sent.
    pub(super) fn assess<'c>(self, vector: &'c Vector, exchange: Exchange) -> Outcome<'c> {
        let Exchange {
            observation,
            end,
            duration,
            dropped,
            ..
        } = exchange;
        let mut outcome = self.outcome(vector, Verdict::Pass, String::new());
        outcome.duration = duration;
        outcome.observation = observation;
        if self.repeats_late {
            remove_copies(&vector.steps, &mut outcome.observation);
        }
        if self.shuffles_parameters {
            restore_order(&vector.steps, &mut outcome.observation);
        }
        match end {
            ExchangeEnd::Fenced if dropped > 0 => {
                let behaviour = Behaviour::OverflowsReceiveBuffer;
                let why = behaviour.sentence().into();
                (outcome.verdict, outcome.why) = grade(vector, Judgment::Departs { why });
                outcome.behaviour = Some(behaviour);
            }
            ExchangeEnd::Fenced => {
                let judgment = judge(&vector.steps, &outcome.observation, self.answering);
                (outcome.verdict, outcome.why) = grade(vector, judgment);
            }
            ExchangeEnd::Died { death, log } => {
                outcome.verdict = Verdict::Crash;
                outcome.why = death.to_string();
                outcome.log = log;
            }
            end => {
                outcome.verdict = Verdict::Hang;
                outcome.why = end.silence().unwrap_or_default();
            }
        }
        outcome
    }

    /// Returns an outcome with this verdict and an empty observation.
    pub(super) fn outcome<'c>(
        self,
        vector: &'c Vector,
        verdict: Verdict,
        why: String,
    ) -> Outcome<'c> {
        Outcome {
            instance: self.instance,
            ..Outcome::unobserved(vector, self.socket, verdict, why)
        }
    }
}
