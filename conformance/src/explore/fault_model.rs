use std::sync::Arc;

use event_datagram_oracle::faults::FaultInstance;

use crate::diagnose::{CaseModels, Finding as CaseResult, Prediction};
use crate::vectors::Vector;

/// The faults that were found. Combined in one model, they predict what the subject does.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultModel(Arc<[Member]>);

/// A fault, and the group of findings whose cause it is.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) group: usize,
    pub(super) instance: FaultInstance,
}

/// The most faults of which all subsets are tried on a case.
const MAX_MEETING: usize = 4;

impl FaultModel {
    /// Creates a model of faults in the order of injection.
    pub(super) fn new(members: Vec<Member>) -> Self {
        Self(members.into())
    }

    /// Returns the faults in the order of injection.
    pub(super) fn instances(&self) -> Vec<FaultInstance> {
        let members = self.0.iter();
        members.map(|member| member.instance.clone()).collect()
    }

    /// Returns what the subject does with a case if it has these faults and no other.
    pub(super) fn predict(&self, models: &CaseModels, vector: &Vector) -> Prediction {
        match &self.0[..] {
            [] => Prediction::Conforms,
            _ => models.predict(vector, &self.instances()),
        }
    }

    /// Returns the groups whose faults explain a case, if they do.
    ///
    /// If several of the faults fail the same case, one of them may hide another in the subject,
    /// but not in the model. So any subset of them may explain the case. If no subset does, the
    /// case still counts as explained by all of them: a fault that was not found yet shows in cases
    /// that fewer faults fail.
    pub(super) fn explain(
        &self,
        models: &CaseModels,
        result: &CaseResult<'_>,
    ) -> Option<Vec<usize>> {
        if self.0.is_empty() {
            return None;
        }
        let touching = self.touching(models, &result.vector);
        let groups = |members: &[&Member]| members.iter().map(|member| member.group).collect();
        if models.explains(result, &self.instances()) {
            return Some(match &touching[..] {
                // No fault alone fails the case: only all of them together do.
                [] => groups(&self.0.iter().collect::<Vec<_>>()),
                touching => groups(touching),
            });
        }
        if touching.len() < 2 {
            return None;
        }
        let subsets = 1..1_usize << touching.len().min(MAX_MEETING);
        let explaining = subsets
            .map(|subset| {
                let members = touching.iter().enumerate();
                let chosen = members.filter(|(at, _)| subset >> at & 1 == 1);
                chosen.map(|(_, member)| *member).collect::<Vec<_>>()
            })
            .find(|members| {
                let instances: Vec<_> = (members.iter())
                    .map(|member| member.instance.clone())
                    .collect();
                models.explains(result, &instances)
            });
        Some(groups(&explaining.unwrap_or(touching)))
    }

    /// Returns the groups of the faults for which `fails` returns true.
    pub(super) fn groups_failing(&self, fails: impl Fn(&FaultInstance) -> bool) -> Vec<usize> {
        let members = self.0.iter();
        let failing = members.filter(|member| fails(&member.instance));
        failing.map(|member| member.group).collect()
    }

    /// Returns the faults each of which alone makes a listener fail a case.
    pub(super) fn touching(&self, models: &CaseModels, vector: &Vector) -> Vec<&Member> {
        let fails = |member: &&Member| {
            let alone = std::slice::from_ref(&member.instance);
            models.predict(vector, alone) != Prediction::Conforms
        };
        self.0.iter().filter(fails).collect()
    }
}
