use std::collections::VecDeque;

use event_datagram_oracle::faults::FaultInstance;

use super::cause::{CauseFound, FindingCause};
use super::end_pattern::EndPattern;
use super::failure_kind::{FailureKind, SpecialBytes};
use super::finding::Finding;
use crate::diagnose::Finding as CaseResult;
use crate::judge::Verdict;
use crate::vectors::digits;

/// The cases with one cause.
#[derive(Debug)]
pub(super) struct Group {
    /// The smallest case.
    pub(super) finding: Finding,
    pub(super) cause: Cause,
    /// The number of cases that failed for this cause.
    pub(super) cases: u64,
    /// The number of cases that the subject passed, although a listener with the faults fails them.
    pub(super) contradicted_by: u64,
    /// Whether a list of known failures names one of the cases.
    pub(super) is_known: bool,
    /// The last small cases that the fault explained.
    pub(super) last_explained: VecDeque<CaseResult<'static>>,
    /// The group with the same cause to which all cases of this one belong.
    pub(super) merged_into: Option<usize>,
}

/// What the cases of a group have in common.
#[derive(Debug)]
pub(super) enum Cause {
    /// The first of these faults; the others explain all cases of the group, too.
    Faults(Vec<FaultInstance>),
    /// A cause that is no known fault.
    Unknown {
        /// The pattern of the cases that end the subject for this cause.
        pattern: Option<EndPattern>,
    },
    /// The subject answers the same datagrams differently from run to run.
    Nondeterminism,
}

/// The number of explained cases that a group keeps, and the most bytes of each.
const MAX_EXPLAINED: usize = 8;
const MAX_EXPLAINED_LENGTH: usize = 256;

impl Group {
    pub(super) fn new(finding: Finding, cause: Cause) -> Self {
        Self {
            finding,
            cause,
            cases: 0,
            contradicted_by: 0,
            is_known: false,
            last_explained: VecDeque::new(),
            merged_into: None,
        }
    }

    /// Keeps a case that the fault explained, if it is small.
    pub(super) fn remember(&mut self, result: CaseResult<'static>) {
        let lengths = result.vector.steps.iter().map(|step| step.datagram.len());
        if lengths.sum::<usize>() <= MAX_EXPLAINED_LENGTH {
            self.last_explained.push_back(result);
            let surplus = self.last_explained.len().saturating_sub(MAX_EXPLAINED);
            self.last_explained.drain(..surplus);
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.cause, Cause::Unknown { .. }) && self.merged_into.is_none()
    }

    /// Returns whether the subject reports the case of a finding wrong, as it does the smallest
    /// case of the group, and the case has all rare bytes of that one. One mistake with a rare byte
    /// shows in many ways: in names, in values, at the ends of lines.
    pub(super) fn has_rare_bytes_of(&self, finding: &Finding) -> bool {
        let special = SpecialBytes::of(&self.finding.vector);
        self.merged_into.is_none()
            && !matches!(finding.verdict, Verdict::Crash | Verdict::Hang)
            && self.finding.verdict == finding.verdict
            && special.has_rare_ones_of(&SpecialBytes::of(&finding.vector))
    }

    /// Returns whether the smallest case has this kind of failure and these special bytes.
    pub(super) fn is_alike(&self, kind: &FailureKind, special: &SpecialBytes) -> bool {
        SpecialBytes::of(&self.finding.vector) == *special && self.finding.kind() == *kind
    }

    /// Keeps a finding as the smallest one if it is smaller and has no other rare bytes: the rare
    /// bytes define the group.
    pub(super) fn keep_smaller(&mut self, finding: Finding) {
        let special = SpecialBytes::of(&finding.vector);
        let is_simpler = special.needs_no_others_than(&SpecialBytes::of(&self.finding.vector));
        if is_simpler && finding.size() < self.finding.size() {
            self.finding = finding;
        }
    }

    pub(super) fn found(&self) -> CauseFound {
        let finding = &self.finding;
        let cause = match &self.cause {
            Cause::Faults(faults) => FindingCause {
                fault: Some(faults[0].fault.slug.into()),
                sentence: faults[0].sentence(),
                requirement: faults[0].fault.requirement.into(),
                also: also(faults),
            },
            Cause::Unknown { .. } => FindingCause {
                fault: None,
                sentence: finding.why.clone(),
                requirement: finding.vector.requirement.clone(),
                also: Vec::new(),
            },
            Cause::Nondeterminism => FindingCause {
                fault: None,
                sentence: "answers the same datagrams differently from run to run".into(),
                requirement: "T19".into(),
                also: Vec::new(),
            },
        };
        let mut finding = finding.clone();
        finding.vector.requirement.clone_from(&cause.requirement);
        finding.vector.id = format!("found-{}", digits(&finding.vector));
        CauseFound {
            cause,
            finding,
            cases: self.cases,
            is_known: self.is_known,
        }
    }
}

/// Returns the slugs of all faults but the first, each once.
fn also(faults: &[FaultInstance]) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for fault in &faults[1..] {
        let slug = fault.fault.slug;
        if slug != faults[0].fault.slug && !slugs.iter().any(|known| known == slug) {
            slugs.push(slug.into());
        }
    }
    slugs
}
