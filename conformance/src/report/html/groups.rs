use std::collections::HashSet;

use serde::Serialize;

use super::vector_details::{Group, VectorDetails};
use crate::diagnose::Diagnosis;
use crate::judge::{Strictness, Verdict};
use crate::report::header::requirement_order;

/// Vectors that stand below a heading of their own.
#[derive(Debug, Serialize)]
pub(super) struct CaseGroup<'r> {
    /// `None` if the diagnosis names no cause: the page has no headings then.
    heading: Option<&'r str>,
    /// Whether the first one is unfolded.
    opens_first: bool,
    cases: &'r [VectorDetails],
}

/// Orders cases by their groups, each with the example of its cause first, then by the gravity of
/// verdicts and by requirement.
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
    let key = |case: &VectorDetails| {
        (
            case.group,
            !is_example(case),
            case.verdict,
            case.dialect,
            requirement_order(&case.requirement),
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

/// Returns the groups of sorted cases.
pub(super) fn groups<'r>(
    cases: &'r [VectorDetails],
    diagnosis: &'r Diagnosis,
) -> Vec<CaseGroup<'r>> {
    let has_causes = !diagnosis.causes.is_empty();
    let chunks = cases.chunk_by(|one, other| one.group == other.group);
    let groups = chunks.enumerate().map(|(index, cases)| {
        let heading = match cases[0].group {
            Group::Cause(cause) => &diagnosis.causes[cause].sentence[..],
            Group::Unexplained => "Unexplained results",
            Group::Remark => "Remarks",
        };
        CaseGroup {
            heading: has_causes.then_some(heading),
            opens_first: index == 0 || cases[0].group != Group::Remark,
            cases,
        }
    });
    groups.collect()
}
