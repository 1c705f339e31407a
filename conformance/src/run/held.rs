use super::behaviour::{Behaviour, Discoveries};
use super::outcome::Outcome;
use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::vectors::{Expectation, Vector};

/// Holds outcomes back, so that one vector can fail for each behaviour of the subject. A behaviour
/// may show only after the last vector, so all outcomes are held back from the first one that may
/// have to report a behaviour. Before that, only the newest outcome is held back.
#[derive(Default)]
pub(super) struct HeldOutcomes<'c> {
    held: Vec<Outcome<'c>>,
    /// The dialects in which a vector has failed because the subject shuffles parameters.
    shuffled: Vec<Dialect>,
}

impl<'c> HeldOutcomes<'c> {
    /// Adds an outcome, and returns the one that need not be held back any more, if there is one.
    pub(super) fn push(
        &mut self,
        mut outcome: Outcome<'c>,
        discoveries: &Discoveries,
    ) -> Option<Outcome<'c>> {
        let (dialect, shuffles) = (outcome.vector.dialect, Behaviour::ShufflesParameters);
        // The runner has investigated this behaviour before it sent the vector.
        if forbids(outcome.vector, shuffles)
            && outcome.verdict != Verdict::NotApplicable
            && discoveries.has(dialect, shuffles)
            && !self.shuffled.contains(&dialect)
        {
            self.shuffled.push(dialect);
            report(&mut outcome, shuffles);
        }
        self.held.push(outcome);
        let is_free = self.held.len() > 1 && !tests_order(self.held[0].vector);
        is_free.then(|| self.held.remove(0))
    }

    /// Makes a vector fail for each behaviour that was discovered, and returns the outcomes that
    /// were held back.
    pub(super) fn finish(mut self, discoveries: &Discoveries) -> Vec<Outcome<'c>> {
        for (dialect, behaviour) in discoveries.all() {
            if behaviour != Behaviour::ShufflesParameters
                && let Some(outcome) = self.reporter(dialect, behaviour)
            {
                report(outcome, behaviour);
            }
        }
        self.held
    }

    /// Returns the outcome that reports a behaviour: that of the first vector which tests the
    /// requirement. If there is none, the last vector reports a behaviour that needs no certain
    /// vector to show.
    fn reporter(&mut self, dialect: Dialect, behaviour: Behaviour) -> Option<&mut Outcome<'c>> {
        let applies = |outcome: &Outcome<'_>| {
            outcome.vector.dialect == dialect && outcome.verdict != Verdict::NotApplicable
        };
        let mut outcomes = self.held.iter();
        let first =
            outcomes.position(|outcome| applies(outcome) && forbids(outcome.vector, behaviour));
        let index = first.or_else(|| match behaviour {
            Behaviour::ReportsWithoutDatagram
            | Behaviour::RepeatsLate
            | Behaviour::ReportsAfterEnd => self.held.iter().rposition(applies),
            _ => None,
        });
        index.map(|index| &mut self.held[index])
    }
}

/// Returns whether a vector tests the requirement that forbids a behaviour, with datagrams that can
/// show the behaviour.
pub(super) fn forbids(vector: &Vector, behaviour: Behaviour) -> bool {
    match behaviour {
        Behaviour::ShufflesParameters => {
            matches!(&*vector.requirement, "T14" | "J2")
                && vector.steps.iter().any(|step| has_params(&step.expect))
        }
        _ => tests_order(vector),
    }
}

/// Returns whether a vector is a sequence whose datagrams must each be reported once, in order.
fn tests_order(vector: &Vector) -> bool {
    vector.requirement == "T19" && vector.steps.len() > 1
}

fn has_params(expected: &Expectation) -> bool {
    let mut alternatives = expected.alternatives().iter();
    alternatives.any(|one| matches!(one, Expectation::Event(event) if event.params.len() > 1))
}

/// Makes a vector fail because of a behaviour. The verdict does not depend on the vector's level,
/// because the requirement is a must.
fn report(outcome: &mut Outcome<'_>, behaviour: Behaviour) {
    if !matches!(outcome.verdict, Verdict::Crash | Verdict::Hang) {
        outcome.verdict = Verdict::Fail;
        outcome.why = behaviour.sentence().into();
        outcome.behaviour = Some(behaviour);
    }
}
