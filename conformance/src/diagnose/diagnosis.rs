use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::candidate::candidates;
use super::cause::Cause;
use super::claims::{Claim, claims};
use super::dictionary::Dictionary;
use super::fence_alone::remove_counting;
use super::finding::Finding;
use super::known::known;
use super::problem::Problem;
use super::search::Search;
use crate::dialect::Dialect;
use crate::fence::FenceTemplate;

/// How long the search of a diagnosis goes on. Callers of [`diagnose`] stop it by `go_on`. On
/// two idle cores, what follows the search takes up to three seconds, so a user waits for ten at
/// most.
pub const MAX_SEARCH_TIME: Duration = Duration::from_secs(7);

/// The causes of the failures and warnings of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The causes, those that explain most results first.
    pub causes: Vec<Cause>,
    /// For each cause, the sentences of other faults that explain the same results.
    pub alternatives: Vec<Vec<String>>,
    /// How many results no cause explains, warnings included.
    pub unexplained: usize,
    /// The requirements of these results, each with its count, the most frequent first.
    pub unexplained_requirements: Vec<(String, usize)>,
    /// For each finding, the index of its cause.
    pub cause_of: HashMap<usize, usize>,
    /// Whether the search was stopped before its end.
    pub is_stopped: bool,
}

/// Searches the causes of failures and warnings among the faults of a dictionary, as long as
/// `go_on` returns `true`. `fence` is the fence of the run. If the search is stopped, the results
/// whose cause is not found yet are unexplained.
///
/// If there are no failures and no warnings, no model runs.
pub fn diagnose(
    findings: &[Finding<'_>],
    dictionary: &Dictionary,
    fence: &FenceTemplate,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Diagnosis {
    let is_stopped = AtomicBool::new(false);
    let go_on = || {
        let goes_on = go_on();
        if !goes_on {
            is_stopped.store(true, Ordering::Relaxed);
        }
        goes_on
    };
    let known = known(findings).into_iter();
    let mut claims: Vec<_> = known.map(|claim| (claim, Vec::new())).collect();
    for dialect in Dialect::ALL {
        let of_dialect = |finding: &&Finding<'_>| finding.vector.dialect == *dialect;
        let is_open = |finding: &Finding<'_>| finding.is_wrong() && finding.known.is_none();
        if findings.iter().filter(of_dialect).any(is_open) {
            let of_dialect = of_dialect_claims(findings, *dialect, dictionary, fence, &go_on);
            claims.extend(of_dialect.into_iter().map(|claim| {
                let also = claim.cause.also.iter();
                let sentences = also.map(|slug| dictionary.sentence(*dialect, slug));
                let sentences = sentences.collect();
                (claim, sentences)
            }));
        }
    }
    claims.sort_by_key(|(claim, _)| std::cmp::Reverse(claim.findings.len()));
    let mut diagnosis = Diagnosis {
        is_stopped: is_stopped.load(Ordering::Relaxed),
        ..Diagnosis::default()
    };
    for (claim, alternatives) in claims {
        let index = diagnosis.causes.len();
        diagnosis
            .cause_of
            .extend(claim.findings.into_iter().map(|finding| (finding, index)));
        diagnosis.causes.push(claim.cause);
        diagnosis.alternatives.push(alternatives);
    }
    diagnosis.count_unexplained(findings);
    diagnosis
}

impl Diagnosis {
    fn count_unexplained(&mut self, findings: &[Finding<'_>]) {
        let mut counts = BTreeMap::<&str, usize>::new();
        for (index, finding) in findings.iter().enumerate() {
            if finding.is_wrong() && !self.cause_of.contains_key(&index) {
                *counts.entry(&finding.vector.requirement).or_default() += 1;
            }
        }
        let counts = counts.into_iter();
        self.unexplained_requirements = counts.map(|(id, count)| (id.into(), count)).collect();
        let requirements = &mut self.unexplained_requirements;
        requirements.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.unexplained = requirements.iter().map(|(_, count)| count).sum();
    }
}

fn of_dialect_claims(
    findings: &[Finding<'_>],
    dialect: Dialect,
    dictionary: &Dictionary,
    fence: &FenceTemplate,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Vec<Claim> {
    let problem = Problem::new(findings, dialect, fence);
    let mut candidates = candidates(&problem, dictionary.of(dialect));
    remove_counting(&mut candidates, &problem, dialect);
    let search = Search::new(problem, candidates, go_on);
    claims(&search, &search.run())
}
