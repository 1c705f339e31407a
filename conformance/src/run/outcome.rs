use std::time::Duration;

use super::Outcome;
use crate::judge::{Answering, Judgment, Strictness, Verdict, grade, judge, take_late};
use crate::observation::Observation;
use crate::subject::{Exchange, ExchangeEnd};
use crate::transport::SocketKind;
use crate::vectors::{Step, Vector};

/// Makes outcomes of what one subject does.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    pub(super) socket: SocketKind,
    pub(super) instance: usize,
    pub(super) answering: Answering,
}

impl Judge {
    /// Judges what came of sending a vector.
    pub(super) fn judged<'c>(self, vector: &'c Vector, exchange: Exchange) -> Outcome<'c> {
        let Exchange {
            observation,
            end: ending,
            duration,
            dropped,
            ..
        } = exchange;
        let mut outcome = self.outcome(vector, Verdict::Pass, String::new());
        outcome.duration = duration;
        outcome.observation = observation;
        match ending {
            ExchangeEnd::Fenced if dropped > 0 => {
                let why = format!(
                    "the kernel dropped {dropped} of its datagrams even one at a time: the listener's receive buffer is \
                     too small for them"
                );
                (outcome.verdict, outcome.why) = grade(vector, Judgment::Departs { why });
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
            ending => {
                outcome.verdict = Verdict::Hang;
                outcome.why = silence(&ending).unwrap_or_default();
            }
        }
        outcome
    }

    /// Makes one with this verdict, and nothing observed.
    pub(super) fn outcome<'c>(
        self,
        vector: &'c Vector,
        verdict: Verdict,
        why: String,
    ) -> Outcome<'c> {
        Outcome {
            vector,
            socket: self.socket,
            verdict,
            why,
            observation: Observation::default(),
            log: Vec::new(),
            duration: Duration::ZERO,
            decides: true,
            instance: self.instance,
        }
    }
}

/// Blames the last vector that went well for what the subject did then.
pub(crate) fn ends_behind(last: &mut Outcome<'_>, ending: ExchangeEnd) {
    let then = match ending {
        ExchangeEnd::Died { death, log } => {
            last.verdict = Verdict::Crash;
            last.log = log;
            death.to_string()
        }
        ending => {
            last.verdict = Verdict::Hang;
            silence(&ending).unwrap_or_default()
        }
    };
    last.why = format!("it went on at first, but then {then}");
}

/// Says in what way a subject fell silent.
fn silence(ending: &ExchangeEnd) -> Option<String> {
    match ending {
        ExchangeEnd::Blocked(wait) => Some(format!(
            "it took nothing more within {wait:.1?}: it has stopped reading"
        )),
        ExchangeEnd::TimedOut(wait) => Some(format!(
            "the good event that followed was not reported within {wait:.1?}"
        )),
        _ => None,
    }
}

/// Takes reports out of an observation that the vector before asked for and did not get: that one is to blame for them,
/// and not this one. Where it got them, they are here for another reason: left in a buffer, say.
pub(super) fn blame_for_late(
    before: &mut Outcome<'_>,
    steps: &[Step],
    observation: &mut Observation,
) {
    if !before.verdict.is_failure(Strictness::Should) {
        return;
    }
    let asked = (&before.vector.steps[..], &before.observation);
    let late = take_late(asked, steps, observation);
    if !late.is_empty() {
        before.why = "it was reported late, behind the good event that followed (T19)".into();
        before.observation.reports = late;
    }
}
