use super::behaviour::{Behaviour, Discoveries};
use super::outcome::Outcome;
use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::vectors::{Expectation, Vector};

/// Holds outcomes back from the first one that may have to report a behaviour of the subject: such
/// behaviour may show as late as behind the last vector. Before that, it holds back the last one.
#[derive(Default)]
pub(super) struct HeldOutcomes<'c>(Vec<Outcome<'c>>);

impl<'c> HeldOutcomes<'c> {
    /// Adds an outcome, and returns the one that need not be held back any longer.
    pub(super) fn push(&mut self, outcome: Outcome<'c>) -> Option<Outcome<'c>> {
        self.0.push(outcome);
        let is_free = self.0.len() > 1 && !may_report(self.0[0].vector);
        is_free.then(|| self.0.remove(0))
    }

    /// Lets a vector fail for each behaviour that was discovered, and returns what was held back.
    pub(super) fn finish(mut self, discoveries: &Discoveries) -> Vec<Outcome<'c>> {
        for (dialect, behaviour) in discoveries.all() {
            if let Some(outcome) = self.reporter(dialect, behaviour) {
                report(outcome, behaviour);
            }
        }
        self.0
    }

    /// Returns the outcome that reports a behaviour: that of the first vector which tests the
    /// requirement. What may show behind all vectors is reported by the last one where none does.
    fn reporter(&mut self, dialect: Dialect, behaviour: Behaviour) -> Option<&mut Outcome<'c>> {
        let applies = |outcome: &Outcome<'_>| {
            outcome.vector.dialect == dialect && outcome.verdict != Verdict::NotApplicable
        };
        let mut outcomes = self.0.iter();
        let first =
            outcomes.position(|outcome| applies(outcome) && forbids(outcome.vector, behaviour));
        let index = first.or_else(|| match behaviour {
            Behaviour::RepeatsLate | Behaviour::ReportsAfterEnd => self.0.iter().rposition(applies),
            _ => None,
        });
        index.map(|index| &mut self.0[index])
    }
}

/// Returns whether a vector tests the requirement that forbids a behaviour, by datagrams in which
/// that shows.
pub(super) fn forbids(vector: &Vector, behaviour: Behaviour) -> bool {
    match behaviour {
        Behaviour::ShufflesParameters => {
            matches!(&*vector.requirement, "T14" | "J2")
                && vector.steps.iter().any(|step| has_params(&step.expect))
        }
        _ => vector.requirement == "T19" && vector.steps.len() > 1,
    }
}

fn has_params(expected: &Expectation) -> bool {
    let mut alternatives = expected.alternatives().iter();
    alternatives.any(|one| matches!(one, Expectation::Event(event) if event.params.len() > 1))
}

fn may_report(vector: &Vector) -> bool {
    Behaviour::ALL.iter().any(|one| forbids(vector, *one))
}

/// Lets a vector fail because of a behaviour, which breaks a must whatever the vector's level is.
fn report(outcome: &mut Outcome<'_>, behaviour: Behaviour) {
    if !matches!(outcome.verdict, Verdict::Crash | Verdict::Hang) {
        outcome.verdict = Verdict::Fail;
        outcome.why = behaviour.sentence().into();
    }
}
