use std::collections::{BTreeSet, HashMap};

use event_datagram_oracle::faults::FaultInstance;

use super::case_search::SmallestCase;
use super::cause::CauseFound;
use super::end_pattern::EndPattern;
use super::failure_kind::{FailureKind, SpecialBytes};
use super::fault_model::{FaultModel, Member};
use super::finding::Finding;
use super::group::{Cause, Group};
use crate::diagnose::{CaseModels, Finding as CaseResult, Prediction};
use crate::judge::Verdict;
use crate::vectors::Vector;

/// What was found so far: a group of cases for each cause.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    model: FaultModel,
    /// For each kind of failure that no fault explains: how often it was seen, and its group.
    unexplained: HashMap<FailureKind, Unexplained>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Unexplained {
    count: u64,
    group: Option<usize>,
}

/// Whether a cause was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    NewCause,
    KnownCause,
}

impl Groups {
    /// Returns the faults that were found.
    pub(super) fn model(&self) -> FaultModel {
        self.model.clone()
    }

    /// Returns the smallest case of each cause, and the last ones that its fault explained.
    pub(super) fn explained_cases(&self) -> Vec<CaseResult<'static>> {
        let groups = self.groups.iter();
        let cases = groups.flat_map(|group| {
            let last = group.last_explained.iter().cloned();
            last.chain([group.finding.result()])
        });
        cases.collect()
    }

    /// Keeps a case that one group explains alone.
    pub(super) fn remember(&mut self, groups: &[usize], result: CaseResult<'static>) {
        if let [group] = groups {
            let group = self.resolve(*group);
            self.groups[group].remember(result);
        }
    }

    /// Counts a case that these groups explain.
    pub(super) fn count(&mut self, groups: &[usize], is_known: bool) {
        let groups: BTreeSet<_> = groups.iter().map(|group| self.resolve(*group)).collect();
        for group in groups {
            self.groups[group].cases += 1;
            self.groups[group].is_known |= is_known;
        }
    }

    /// Returns the group to which the cases of a group belong.
    fn resolve(&self, mut index: usize) -> usize {
        while let Some(other) = self.groups[index].merged_into {
            index = other;
        }
        index
    }

    /// Returns whether a failure that no fault explains counts as one that was found before. Of
    /// each kind only the first, second, fourth, eighth… failure is shrunk. That bounds the number
    /// of searches, and still finds another cause with failures of the same kind later.
    pub(super) fn is_repetition(&mut self, kind: FailureKind, is_known: bool) -> bool {
        let unexplained = self.unexplained.entry(kind).or_default();
        unexplained.count += 1;
        let Some(group) = unexplained.group else {
            return false;
        };
        if unexplained.count.is_power_of_two() {
            return false;
        }
        self.count(&[group], is_known);
        true
    }

    /// Returns whether a case is left out because it fits the pattern of cases that end the subject
    /// for an unknown cause.
    pub(super) fn leaves_out(&mut self, vector: &Vector) -> bool {
        let mut patterns = self.patterns();
        patterns.any(|pattern| pattern.fits(vector) && pattern.leaves_out())
    }

    /// Records in the patterns that a sent case fits whether the case has ended the subject.
    pub(super) fn learn_end(&mut self, vector: &Vector, has_ended: bool) {
        for pattern in self.patterns().filter(|pattern| pattern.fits(vector)) {
            pattern.learn(has_ended);
        }
    }

    fn patterns(&mut self) -> impl Iterator<Item = &mut EndPattern> {
        self.groups
            .iter_mut()
            .filter_map(|group| match &mut group.cause {
                Cause::Unknown { pattern } => pattern.as_mut(),
                _ => None,
            })
    }

    /// If only one of the found faults fails a case, replaces it by a fault that explains both this
    /// case and the smallest case of the group. Returns the group if its fault was replaced.
    pub(super) fn refine(&mut self, models: &CaseModels, result: &CaseResult<'_>) -> Option<usize> {
        let touching = self.model.touching(models, &result.vector);
        let [member] = &touching[..] else {
            return None;
        };
        let (index, slug) = (member.group, member.instance.fault.slug);
        let mut others = self.model.instances();
        others.retain(|other| other.fault.slug != slug);
        let first = self.groups[index].finding.result();
        let suspects = models.suspects(std::slice::from_ref(result), &others);
        let faults: Vec<_> = (suspects.into_iter())
            .map(|suspect| suspect.instance)
            .filter(|fault| models.explains(&first, std::slice::from_ref(fault)))
            .collect();
        self.replace(models, index, faults)
    }

    /// Corrects the faults of groups after the subject has passed a case that one of them fails:
    /// keeps only those faults of the group with which a listener passes the case. If none is left,
    /// and the subject has passed too many such cases, the cause becomes unknown.
    pub(super) fn refine_by_pass(&mut self, models: &CaseModels, vector: &Vector) {
        let touching = self.model.touching(models, vector);
        let indices: Vec<_> = touching.iter().map(|member| member.group).collect();
        for index in &indices {
            let group = &mut self.groups[*index];
            let Cause::Faults(faults) = &group.cause else {
                continue;
            };
            let passes = |fault: &&FaultInstance| {
                models.predict(vector, std::slice::from_ref(fault)) == Prediction::Conforms
            };
            let faults: Vec<_> = faults.iter().filter(passes).cloned().collect();
            // Where several faults meet, one may hide another.
            group.contradicted_by += u64::from(faults.is_empty() && indices.len() == 1);
            if group.contradicted_by * CaseModels::MIN_SUPPORT > group.cases {
                self.forget_faults(models, *index);
            } else {
                self.replace(models, *index, faults);
            }
        }
    }

    /// Makes the cause of a group unknown.
    fn forget_faults(&mut self, models: &CaseModels, index: usize) {
        self.groups[index].cause = Cause::Unknown { pattern: None };
        let finding = &self.groups[index].finding;
        let kind = finding.kind();
        let special = SpecialBytes::of(&finding.vector);
        let alike = (0..self.groups.len()).find(|other| {
            let group = &self.groups[*other];
            *other != index && group.is_unknown() && group.is_alike(&kind, &special)
        });
        if let Some(other) = alike {
            self.merge(index, other);
        }
        self.unexplained.entry(kind).or_default().group = Some(index);
        self.merge_sharing(models);
    }

    /// Replaces the faults of a group, unless `faults` is empty. Returns the group if they were
    /// replaced.
    fn replace(
        &mut self,
        models: &CaseModels,
        index: usize,
        faults: Vec<FaultInstance>,
    ) -> Option<usize> {
        if faults.is_empty() {
            return None;
        }
        self.groups[index].cause = Cause::Faults(faults);
        self.update_model(models);
        Some(index)
    }

    /// Adds the smallest case that was found for a cause.
    pub(super) fn add(
        &mut self,
        models: &CaseModels,
        smallest: SmallestCase,
        is_known: bool,
    ) -> Added {
        let SmallestCase { finding, suspects } = smallest;
        if finding.verdict == Verdict::Flaky {
            return self.add_nondeterminism(finding, is_known);
        }
        let likely = suspects.first().map(|first| {
            let likely = suspects.iter().filter(|other| other.is_as_likely_as(first));
            let faults = likely.map(|suspect| suspect.instance.clone());
            faults.collect::<Vec<_>>()
        });
        if let Some(groups) = self.known_but_for_a_choice(models, &finding, likely.as_deref()) {
            self.count(&groups, is_known);
            return Added::KnownCause;
        }
        let kind = finding.kind();
        let (group, added) = match likely {
            Some(faults) => self.add_faults(models, finding, faults),
            None => self.add_unknown(models, finding),
        };
        if suspects.is_empty() {
            self.unexplained.entry(kind).or_default().group = Some(group);
        }
        self.count(&[group], is_known);
        self.merge_sharing(models);
        added
    }

    /// Searches `faults` for one that alone does not fail the case of a finding, and so is a choice
    /// that the requirements leave to listeners. Returns the groups whose faults fail the case
    /// together with it.
    fn known_but_for_a_choice(
        &self,
        models: &CaseModels,
        finding: &Finding,
        faults: Option<&[FaultInstance]>,
    ) -> Option<Vec<usize>> {
        let fails = |faults: &[FaultInstance]| {
            models.predict(&finding.vector, faults) != Prediction::Conforms
        };
        let mut faults = faults?.iter();
        let choice = faults.find(|fault| !fails(std::slice::from_ref(fault)))?;
        let groups = self
            .model
            .groups_failing(|member| fails(&models.with(std::slice::from_ref(member), choice)));
        Some(groups).filter(|groups| !groups.is_empty())
    }

    /// Returns what was found, in the order in which it was found.
    pub(super) fn found(&self) -> Vec<CauseFound> {
        let groups = self.groups.iter();
        let groups = groups.filter(|group| group.merged_into.is_none());
        groups.map(Group::found).collect()
    }

    /// Returns whether the subject was found to answer differently from run to run.
    pub(super) fn has_nondeterminism(&self) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|group| matches!(group.cause, Cause::Nondeterminism))
    }

    /// Counts a case that failed once, and did not again.
    pub(super) fn count_nondeterminism(&mut self) {
        for group in &mut self.groups {
            group.cases += u64::from(matches!(group.cause, Cause::Nondeterminism));
        }
    }

    fn add_nondeterminism(&mut self, finding: Finding, is_known: bool) -> Added {
        if self.has_nondeterminism() {
            self.count_nondeterminism();
            return Added::KnownCause;
        }
        let (group, added) = self.add_group(finding, Cause::Nondeterminism);
        self.count(&[group], is_known);
        added
    }

    fn add_faults(
        &mut self,
        models: &CaseModels,
        finding: Finding,
        faults: Vec<FaultInstance>,
    ) -> (usize, Added) {
        let same = self
            .groups
            .iter_mut()
            .enumerate()
            .find_map(|(index, group)| {
                let Cause::Faults(known) = &group.cause else {
                    return None;
                };
                let is_in_both = |fault: &&FaultInstance| {
                    let mut known = known.iter();
                    known.any(|other| other.fault.slug == fault.fault.slug)
                };
                let both: Vec<_> = faults.iter().filter(is_in_both).cloned().collect();
                let is_same = !both.is_empty() && group.merged_into.is_none();
                is_same.then_some((index, both))
            });
        // A fault that explains a few cases of an unknown cause is not that cause.
        let unknown = (self.groups.iter()).position(|group| {
            group.is_unknown()
                && (group.has_rare_bytes_of(&finding)
                    || self.contradicts(models, group, &finding, &faults))
        });
        let added = match (same, unknown) {
            (Some((index, both)), _) => {
                let group = &mut self.groups[index];
                group.cause = Cause::Faults(both);
                group.keep_smaller(finding);
                (index, Added::KnownCause)
            }
            (None, Some(index)) => {
                self.groups[index].keep_smaller(finding);
                return (index, Added::KnownCause);
            }
            (None, None) => self.add_group(finding, Cause::Faults(faults)),
        };
        self.update_model(models);
        self.merge_explained(models);
        added
    }

    /// Returns whether the smallest case of a group fails as a finding does, but the faults that
    /// explain the finding predict that it fails in another way.
    fn contradicts(
        &self,
        models: &CaseModels,
        group: &Group,
        finding: &Finding,
        faults: &[FaultInstance],
    ) -> bool {
        let smallest = &group.finding;
        let predicts_else = |fault: &FaultInstance| {
            let alone = std::slice::from_ref(fault);
            let known = models.with(&self.model.instances(), fault);
            models.predict(&smallest.vector, alone) != Prediction::Conforms
                && !models.explains(&smallest.result(), &known)
        };
        smallest.kind() == finding.kind() && faults.iter().all(predicts_else)
    }

    /// Merges the groups of unknown causes whose smallest cases the found faults explain after all.
    fn merge_explained(&mut self, models: &CaseModels) {
        for index in 0..self.groups.len() {
            let group = &self.groups[index];
            if !group.is_unknown() {
                continue;
            }
            if let Some(groups) = self.model.explain(models, &group.finding.result()) {
                self.merge(index, groups[0]);
            }
        }
    }

    /// Merges into each group of an unknown cause the groups whose smallest cases have its rare
    /// bytes, too. A group that has got a smaller case may have fewer rare bytes than before.
    fn merge_sharing(&mut self, models: &CaseModels) {
        while let Some((index, into)) = self.sharing_pair() {
            self.merge(index, into);
        }
        self.update_model(models);
    }

    /// Searches a group whose smallest case has the rare bytes of a group of an unknown cause.
    /// Returns both.
    fn sharing_pair(&self) -> Option<(usize, usize)> {
        let unknown = (0..self.groups.len()).filter(|into| self.groups[*into].is_unknown());
        unknown
            .flat_map(|into| (0..self.groups.len()).map(move |index| (index, into)))
            .find(|(index, into)| {
                let group = &self.groups[*index];
                index != into
                    && group.merged_into.is_none()
                    && self.groups[*into].has_rare_bytes_of(&group.finding)
            })
    }

    /// Moves the cases of a group to another group.
    fn merge(&mut self, index: usize, into: usize) {
        let merged = &mut self.groups[index];
        merged.merged_into = Some(into);
        let (cases, is_known) = (merged.cases, merged.is_known);
        let finding = merged.finding.clone();
        let group = &mut self.groups[into];
        group.cases += cases;
        group.is_known |= is_known;
        if group.is_unknown() {
            group.keep_smaller(finding);
        }
    }

    fn add_unknown(&mut self, models: &CaseModels, finding: Finding) -> (usize, Added) {
        let kind = finding.kind();
        let special = SpecialBytes::of(&finding.vector);
        let touching = self.model.touching(models, &finding.vector);
        let touching: Vec<_> = touching.iter().map(|member| member.group).collect();
        let sharing = |(index, group): (usize, &Group)| {
            let has_all = || special.has_rare_ones_of(&SpecialBytes::of(&group.finding.vector));
            let is_contradicted = || touching == [index] || has_all();
            group.has_rare_bytes_of(&finding) && (group.is_unknown() || is_contradicted())
        };
        if let Some(index) = self.groups.iter().enumerate().position(sharing) {
            // If the group had a known fault, that fault explains only a part of the cause.
            self.groups[index].cause = Cause::Unknown { pattern: None };
            self.groups[index].keep_smaller(finding);
            return (index, Added::KnownCause);
        }
        let is_same = |group: &Group| group.is_unknown() && group.is_alike(&kind, &special);
        let same = self.groups.iter().position(is_same);
        let varied = || {
            // The subject may differ a little from the model of a fault that was found.
            match touching[..] {
                [group] if self.groups[group].finding.kind() == kind => Some(group),
                _ => None,
            }
        };
        match same.or_else(varied) {
            Some(index) => {
                if let Cause::Unknown { .. } = self.groups[index].cause {
                    self.groups[index].keep_smaller(finding);
                }
                (index, Added::KnownCause)
            }
            None => {
                let pattern = EndPattern::of(&finding);
                self.add_group(finding, Cause::Unknown { pattern })
            }
        }
    }

    fn add_group(&mut self, finding: Finding, cause: Cause) -> (usize, Added) {
        self.groups.push(Group::new(finding, cause));
        (self.groups.len() - 1, Added::NewCause)
    }

    fn update_model(&mut self, models: &CaseModels) {
        let mut instances = Vec::new();
        let mut groups = HashMap::new();
        for (group, of) in self.groups.iter().enumerate() {
            if let (Cause::Faults(faults), None) = (&of.cause, of.merged_into) {
                instances = models.with(&instances, &faults[0]);
                groups.insert(faults[0].fault.slug, group);
            }
        }
        let member = |instance: FaultInstance| Member {
            group: groups[instance.fault.slug],
            instance,
        };
        self.model = FaultModel::new(instances.into_iter().map(member).collect());
    }
}
