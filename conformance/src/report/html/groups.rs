use std::collections::HashSet;

use serde::Serialize;

use super::vector_details::{Group, VectorDetails};
use crate::diagnose::Diagnosis;
use crate::judge::{Strictness, Verdict};
use crate::report::header::{Titles, requirement_order};

/// A group of vectors below a heading.
#[derive(Debug, Serialize)]
pub(super) struct CaseGroup<'r> {
    /// `None` if the diagnosis names no cause, so that the page has no headings.
    heading: Option<&'r str>,
    /// Whether the vectors have only remarks, so that the group is folded.
    are_remarks: bool,
    /// The number of results of the vectors.
    results: usize,
    requirements: Vec<RequirementGroup<'r>>,
}

/// Consecutive vectors of one requirement.
#[derive(Debug, Serialize)]
pub(super) struct RequirementGroup<'r> {
    id: &'r str,
    title: &'r str,
    /// Whether the first vector is unfolded.
    opens_first: bool,
    cases: &'r [VectorDetails],
}

/// Sorts cases by group, by requirement, and then by the gravity of the verdict. The example of a
/// cause comes first, and its requirement is the first one of the group.
pub(super) fn sort(cases: &mut [VectorDetails], diagnosis: &Diagnosis) {
    for case in cases.iter_mut() {
        case.group = match diagnosis.cause_of.get(&case.result) {
            Some(cause) => Group::Cause(*cause),
            None if case.verdict == Verdict::Fixed => Group::Remark,
            None if case.verdict.is_failure(Strictness::Should) => Group::Unexplained,
            None => Group::Remark,
        };
    }
    let is_example = |case: &VectorDetails| match case.group {
        Group::Cause(cause) => case.id == diagnosis.causes[cause].example,
        _ => false,
    };
    let of_examples: HashSet<_> = cases
        .iter()
        .filter(|case| is_example(case))
        .map(|case| (case.group, case.requirement.clone()))
        .collect();
    let key = |case: &VectorDetails| {
        (
            case.group,
            !of_examples.contains(&(case.group, case.requirement.clone())),
            requirement_order(&case.requirement),
            !is_example(case),
            case.verdict,
            case.dialect,
        )
    };
    cases.sort_by(|one, other| {
        let by_key = key(one).cmp(&key(other));
        by_key.then_with(|| one.id.cmp(&other.id))
    });
    let mut seen = HashSet::new();
    for case in cases {
        case.is_link_target = seen.insert(case.id.clone());
    }
}

/// Splits the sorted cases of one group by requirement.
fn by_requirement<'r>(
    cases: &'r [VectorDetails],
    titles: &Titles<'r>,
) -> Vec<RequirementGroup<'r>> {
    let chunks = cases.chunk_by(|one, other| one.requirement == other.requirement);
    let groups = chunks.enumerate().map(|(index, cases)| RequirementGroup {
        id: &cases[0].requirement,
        title: titles.of(&cases[0].requirement),
        opens_first: index == 0 && cases[0].group != Group::Remark,
        cases,
    });
    groups.collect()
}

/// Returns the groups of sorted cases.
pub(super) fn groups<'r>(
    cases: &'r [VectorDetails],
    diagnosis: &'r Diagnosis,
    titles: &Titles<'r>,
) -> Vec<CaseGroup<'r>> {
    let has_causes = !diagnosis.causes.is_empty();
    let chunks = cases.chunk_by(|one, other| one.group == other.group);
    let groups = chunks.map(|cases| {
        let are_remarks = cases[0].group == Group::Remark;
        let heading = match cases[0].group {
            Group::Cause(cause) => &diagnosis.causes[cause].sentence[..],
            Group::Unexplained => "Unexplained results",
            Group::Remark => "Remarks",
        };
        CaseGroup {
            heading: (has_causes || are_remarks).then_some(heading),
            are_remarks,
            results: cases.iter().map(|case| case.sockets.len()).sum(),
            requirements: by_requirement(cases, titles),
        }
    });
    groups.collect()
}
