use event_datagram_oracle::faults::FaultInstance;

use super::failure_kind::FailureKind;
use super::fault_model::FaultModel;
use super::finding::Finding;
use crate::diagnose::{CaseModels, Finding as CaseResult, Prediction, Suspect};

/// Decides whether a simpler case fails for the same cause as the first case of a search.
#[derive(Debug)]
pub(super) struct CauseKeeper<'m> {
    models: &'m CaseModels,
    /// The faults that were found before.
    known: FaultModel,
    /// Cases that these faults explain. They must still explain them together with a suspected
    /// fault.
    explained: Vec<CaseResult<'static>>,
    first: CaseResult<'static>,
    kind: FailureKind,
    /// The faults each of which explains every case that was kept. If there are none, the kind of
    /// the failure decides.
    suspects: Vec<FaultInstance>,
    /// Whether a case may also be kept because a fault explains it that the first case would show.
    may_find_suspects: bool,
    /// What the subject did with the tried cases, and with cases before the search.
    evidence: Vec<CaseResult<'static>>,
}

/// What a simpler case says about the cause of the first one.
#[derive(Debug)]
pub(super) enum Simpler {
    /// It fails for the same cause.
    SameCause,
    /// It passes, or fails for another cause.
    OtherCause,
    /// These groups explain it, and no known fault explains the first case. So the first case has
    /// one of their causes, and shows it in a way that the models do not predict.
    Explained(Vec<usize>),
}

/// The most results that are kept, of those that passed and of those that failed.
const MAX_EVIDENCE: usize = 300;

impl<'m> CauseKeeper<'m> {
    /// Creates a keeper of the cause of a finding. `found` are cases of the causes that were found
    /// before, and `evidence` is what the subject did with other cases.
    pub(super) fn new(
        models: &'m CaseModels,
        known: FaultModel,
        mut found: Vec<CaseResult<'static>>,
        first: &Finding,
        evidence: Vec<CaseResult<'static>>,
    ) -> Self {
        let instances = known.instances();
        found.retain(|result| models.explains(result, &instances));
        let mut keeper = Self {
            models,
            known,
            explained: found,
            first: first.result(),
            kind: first.kind(),
            suspects: Vec::new(),
            may_find_suspects: true,
            evidence,
        };
        let suspects = keeper.suspects_of(&keeper.first).into_iter();
        keeper.suspects = suspects.map(|suspect| suspect.instance).collect();
        keeper
    }

    /// Compares the failure of a simpler case with that of the first. If the cause is the same,
    /// only cases with this cause are kept from now on.
    pub(super) fn compare(&mut self, finding: &Finding) -> Simpler {
        let result = finding.result();
        if let Some(groups) = self.known.explain(self.models, &result) {
            return match self.suspects[..] {
                [] => Simpler::Explained(groups),
                _ => Simpler::OtherCause,
            };
        }
        match self.keeps(finding, &result) {
            true => Simpler::SameCause,
            false => Simpler::OtherCause,
        }
    }

    fn keeps(&mut self, finding: &Finding, result: &CaseResult<'static>) -> bool {
        if !self.suspects.is_empty() {
            let explaining: Vec<_> = (self.suspects.iter())
                .filter(|suspect| self.explains(suspect, result))
                .cloned()
                .collect();
            if !explaining.is_empty() {
                self.suspects = explaining;
                return true;
            }
            return false;
        }
        if self.may_find_suspects {
            // The evidence is compared only at the end, because comparing it for each try takes too
            // long.
            let alone = std::slice::from_ref(result);
            let suspects = self.models.suspects(alone, &self.known.instances());
            let shows = |suspect: &FaultInstance| {
                let alone = std::slice::from_ref(suspect);
                self.models.predict(&self.first.vector, alone) != Prediction::Conforms
                    && self.is_consistent(suspect)
            };
            let suspects = suspects.into_iter().map(|suspect| suspect.instance);
            let suspects = suspects.filter(shows);
            self.suspects = suspects.collect();
            if !self.suspects.is_empty() {
                return true;
            }
        }
        finding.kind() == self.kind
    }

    /// Adds what the subject did with a case to the evidence.
    pub(super) fn learn(&mut self, result: CaseResult<'static>) {
        let is_alike = |other: &&CaseResult<'_>| other.is_wrong() == result.is_wrong();
        if self.evidence.iter().filter(is_alike).count() < MAX_EVIDENCE {
            self.evidence.push(result);
        }
    }

    /// Returns the faults that explain the smallest case and that no tried case contradicts, the
    /// most likely first.
    pub(super) fn suspects(&self, smallest: &Finding) -> Vec<Suspect> {
        let is_kept = |suspect: &Suspect| {
            self.suspects.is_empty()
                || (self.suspects.iter()).any(|kept| kept.fault.slug == suspect.instance.fault.slug)
        };
        let mut suspects = self.suspects_of(&smallest.result());
        suspects.retain(is_kept);
        suspects
    }

    /// Returns whether suspected faults decide which cases are kept.
    pub(super) fn has_suspects(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// Makes the kind of the failure decide from now on. Returns whether suspected faults decided
    /// until now.
    pub(super) fn forget_suspects(&mut self) -> bool {
        self.may_find_suspects = false;
        !std::mem::take(&mut self.suspects).is_empty()
    }

    fn suspects_of(&self, result: &CaseResult<'static>) -> Vec<Suspect> {
        let mut results = vec![result.clone()];
        results.extend(self.evidence.iter().cloned());
        for (number, result) in results.iter_mut().enumerate() {
            result.vector.to_mut().id = format!("case-{number}");
        }
        let mut suspects = self.models.suspects(&results, &self.known.instances());
        suspects.retain(|suspect| self.is_consistent(&suspect.instance));
        suspects
    }

    /// Returns whether the known faults together with this one still explain the cases that the
    /// known faults explain. A few exceptions are allowed, because one fault may hide another.
    fn is_consistent(&self, suspect: &FaultInstance) -> bool {
        let explained = self.explained.iter();
        let lost = explained.filter(|result| !self.explains(suspect, result));
        lost.count() as u64 * CaseModels::MIN_SUPPORT <= self.explained.len() as u64
    }

    fn explains(&self, suspect: &FaultInstance, result: &CaseResult<'_>) -> bool {
        let faults = self.models.with(&self.known.instances(), suspect);
        self.models.explains(result, &faults)
    }
}
