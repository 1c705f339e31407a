//! Models of faulty listeners that run one case, for a search that compares a subject with models
//! case by case.

use event_datagram_oracle::faults::{Fault, FaultInstance};

use super::candidate::{Candidate, candidates};
use super::dictionary::Dictionary;
use super::finding::Finding;
use super::parallel::in_parallel;
use super::problem::{Observed, Problem};
use super::simulation::{SEED, Simulator};
use crate::dialect::Dialect;
use crate::fence::FenceTemplate;
use crate::judge::Judgment;
use crate::vectors::Vector;

/// Runs models of faulty listeners of one dialect on single cases.
#[derive(Debug)]
pub(crate) struct CaseModels {
    dialect: Dialect,
    fence: FenceTemplate,
    faults: Vec<&'static Fault>,
    simulator: Simulator,
}

/// What a model does with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prediction {
    /// The model reads the case in one of the admissible ways.
    Conforms,
    /// The model reports something wrong, and then the fence as usual.
    Departs,
    /// The model ends, falls silent, or reports the fence wrong.
    Disrupts,
}

/// A fault that explains a case, and how it agrees with other cases.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    pub(crate) instance: FaultInstance,
    /// The number of cases that passed, though a listener with the fault fails them.
    contradicted_by: u64,
    /// The number of cases that failed exactly as a listener with the fault fails them.
    supported_by: u64,
}

impl CaseModels {
    /// For each case that contradicts a fault, this many cases must support it. Some contradict it
    /// by chance: state of the subject makes cases pass that would fail alone.
    pub(crate) const MIN_SUPPORT: u64 = 20;

    /// Returns the models of all faults of a dialect. The models get the same fences as the subject
    /// of a run.
    pub(crate) fn new(dialect: Dialect, fence: &FenceTemplate) -> Self {
        Self {
            dialect,
            fence: fence.clone(),
            faults: Dictionary::default().of(dialect).to_vec(),
            simulator: Simulator::new(dialect, fence, SEED),
        }
    }

    /// Returns all instances of the faults with common parameters.
    pub(crate) fn common(&self) -> Vec<FaultInstance> {
        let faults = self.faults.iter().copied();
        faults.flat_map(FaultInstance::common).collect()
    }

    /// Returns what a fresh listener with these faults does with a case.
    pub(crate) fn predict(&self, vector: &Vector, faults: &[FaultInstance]) -> Prediction {
        let Ok(output) = self.simulator.output(vector, faults) else {
            return Prediction::Disrupts;
        };
        let (observation, judgment) = self.simulator.judged(vector, output);
        if observation.swallowed_fence || observation.misread_fence.is_some() {
            return Prediction::Disrupts;
        }
        match judgment {
            Judgment::Conforms { .. } => Prediction::Conforms,
            Judgment::Departs { .. } => Prediction::Departs,
        }
    }

    /// Returns whether a fresh listener with these faults does with a case what the subject did
    /// wrong.
    pub(crate) fn explains(&self, finding: &Finding<'_>, faults: &[FaultInstance]) -> bool {
        let findings = std::slice::from_ref(finding);
        let problem = Problem::new(findings, self.dialect, &self.fence);
        problem.seen.first().is_some_and(|seen| {
            matches!(seen.observed, Observed::Wrong(_)) && seen.agrees(problem.simulate(0, faults))
        })
    }

    /// Returns each fault that explains the first of these findings together with the faults of
    /// `model`, and that the other findings do not contradict. Faults that agree with more findings
    /// come first.
    pub(crate) fn suspects(
        &self,
        findings: &[Finding<'_>],
        model: &[FaultInstance],
    ) -> Vec<Suspect> {
        let problem = Problem::new(findings, self.dialect, &self.fence);
        let first = problem.seen.iter();
        let Some(first) = first.clone().position(|seen| seen.findings.contains(&0)) else {
            return Vec::new();
        };
        let candidates = candidates(&problem, &self.faults);
        let suspects = in_parallel(&candidates, |candidate| {
            self.suspect(&problem, first, candidate, model)
        });
        let mut suspects: Vec<_> = suspects.into_iter().flatten().collect();
        suspects.sort_by_key(|suspect| {
            (
                suspect.contradicted_by,
                std::cmp::Reverse(suspect.supported_by),
            )
        });
        suspects
    }

    /// Returns these faults with another one, in the order of injection. The added instance
    /// replaces another instance of the same fault.
    pub(crate) fn with(&self, model: &[FaultInstance], one: &FaultInstance) -> Vec<FaultInstance> {
        let is_other = |other: &&FaultInstance| other.fault.slug != one.fault.slug;
        let mut faults: Vec<_> = model.iter().filter(is_other).cloned().collect();
        let rank = |instance: &FaultInstance| {
            let mut faults = self.faults.iter();
            faults.position(|fault| fault.slug == instance.fault.slug)
        };
        let at = faults.partition_point(|other| rank(other) < rank(one));
        faults.insert(at, one.clone());
        faults
    }

    fn suspect(
        &self,
        problem: &Problem<'_>,
        first: usize,
        candidate: &Candidate,
        model: &[FaultInstance],
    ) -> Option<Suspect> {
        let faults = self.with(model, &candidate.instance);
        let simulate = |at: usize| match model {
            [] => candidate.alone(problem, at),
            _ => problem.simulate(at, &faults),
        };
        let is_explained = |at: usize| problem.seen[at].agrees(simulate(at));
        if !is_explained(first) {
            return None;
        }
        let (mut contradicted_by, mut supported_by) = (0, 0);
        for at in 0..problem.seen.len() {
            match problem.seen[at].observed {
                Observed::Right | Observed::Either(_) => {
                    contradicted_by += u64::from(!is_explained(at))
                }
                Observed::Wrong(_) => supported_by += u64::from(is_explained(at)),
            }
        }
        (contradicted_by * Self::MIN_SUPPORT <= supported_by).then(|| Suspect {
            instance: candidate.instance.clone(),
            contradicted_by,
            supported_by,
        })
    }
}

impl Suspect {
    /// Returns whether the same numbers of cases support and contradict this fault and another.
    pub(crate) fn is_as_likely_as(&self, other: &Self) -> bool {
        (self.contradicted_by, self.supported_by) == (other.contradicted_by, other.supported_by)
    }
}
