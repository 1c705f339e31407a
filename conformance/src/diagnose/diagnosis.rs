use std::collections::HashMap;

use super::candidate::candidates;
use super::cause::Cause;
use super::claims::{Claim, claims};
use super::dictionary::Dictionary;
use super::finding::Finding;
use super::known::known;
use super::problem::Problem;
use super::search::Search;
use crate::dialect::Dialect;
use crate::fence::FenceTemplate;

/// The causes of what went wrong in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The causes, those that explain most results first.
    pub causes: Vec<Cause>,
    /// How many results no cause explains, warnings included.
    pub unexplained: usize,
    /// For each finding, the index of its cause.
    pub cause_of: HashMap<usize, usize>,
}

/// Searches the causes of what went wrong among the faults of a dictionary, while `go_on` returns
/// `true`. `fence` is the fence of the run. If the search was stopped, results whose cause was not
/// found by then are unexplained.
///
/// No model runs if nothing went wrong.
pub fn diagnose(
    findings: &[Finding<'_>],
    dictionary: &Dictionary,
    fence: &FenceTemplate,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Diagnosis {
    let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
    let mut claims = known(findings);
    for dialect in Dialect::ALL {
        let of_dialect = |finding: &&Finding<'_>| finding.vector.dialect == *dialect;
        let is_open = |finding: &Finding<'_>| finding.is_wrong() && finding.known.is_none();
        if findings.iter().filter(of_dialect).any(is_open) {
            claims.extend(of_dialect_claims(
                findings, *dialect, dictionary, fence, go_on,
            ));
        }
    }
    claims.sort_by_key(|claim| std::cmp::Reverse(claim.findings.len()));
    let mut diagnosis = Diagnosis::default();
    for claim in claims {
        let index = diagnosis.causes.len();
        diagnosis
            .cause_of
            .extend(claim.findings.into_iter().map(|finding| (finding, index)));
        diagnosis.causes.push(claim.cause);
    }
    diagnosis.unexplained = wrong - diagnosis.cause_of.len();
    diagnosis
}

fn of_dialect_claims(
    findings: &[Finding<'_>],
    dialect: Dialect,
    dictionary: &Dictionary,
    fence: &FenceTemplate,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Vec<Claim> {
    let problem = Problem::new(findings, dialect, fence);
    let search = Search {
        candidates: candidates(&problem, dictionary.of(dialect)),
        problem,
        go_on,
    };
    claims(&search, &search.run())
}
