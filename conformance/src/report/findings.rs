use std::borrow::Cow;
use std::collections::HashMap;

use super::Record;
use super::behaviour::reported_behaviour;
use crate::diagnose::{Diagnosis, Dictionary, Finding, KnownCause, diagnose};
use crate::dialect::Dialect;
use crate::evidence::{Evidence, Observed};
use crate::fence::FenceTemplate;
use crate::judge::Verdict;
use crate::vectors::Vector;

/// The findings of a run's results, for the diagnosis.
#[derive(Debug)]
pub struct Findings<'c> {
    vectors: HashMap<(Dialect, &'c str), &'c Vector>,
    findings: Vec<Finding<'c>>,
    /// The number of the result of each finding.
    results: Vec<usize>,
    count: usize,
}

impl<'c> Findings<'c> {
    /// Returns an empty collection for results of these vectors.
    pub fn new(vectors: impl IntoIterator<Item = &'c Vector>) -> Self {
        let vectors = vectors.into_iter();
        Self {
            vectors: vectors
                .map(|vector| ((vector.dialect, &vector.id[..]), vector))
                .collect(),
            findings: Vec::new(),
            results: Vec::new(),
            count: 0,
        }
    }

    /// Adds a result. The result of an unknown vector is counted, but is not used in the search.
    pub fn add(&mut self, record: &Record) {
        let number = self.count;
        self.count += 1;
        let Some(vector) = self.vectors.get(&(record.dialect, &record.id[..])) else {
            return;
        };
        if matches!(
            record.verdict,
            Verdict::NotApplicable | Verdict::Known | Verdict::Fixed
        ) {
            return;
        }
        let evidence = record.evidence.as_deref();
        self.results.push(number);
        self.findings.push(Finding {
            vector: Cow::Borrowed(vector),
            verdict: record.verdict,
            reports: evidence.map_or_else(Vec::new, |evidence| evidence.reports()),
            misread_fence: evidence
                .and_then(|evidence| evidence.misread_fence.as_ref())
                .map(Observed::bytes),
            known: evidence.and_then(known_cause),
        });
    }

    /// Searches the causes of failures and warnings, as long as `go_on` returns `true`. `fence` is
    /// the fence of the run. The keys of [`Diagnosis::cause_of`] are numbers of results, from 0.
    pub fn diagnose(&self, fence: &FenceTemplate, go_on: &(dyn Fn() -> bool + Sync)) -> Diagnosis {
        let mut diagnosis = diagnose(&self.findings, &Dictionary::default(), fence, go_on);
        let of_results = diagnosis.cause_of.iter();
        diagnosis.cause_of = of_results
            .map(|(finding, cause)| (self.results[*finding], *cause))
            .collect();
        diagnosis
    }
}

/// Returns the behaviour of the subject that differs from run to run, if the evidence is about one.
fn known_cause(evidence: &Evidence) -> Option<KnownCause> {
    let behaviour = reported_behaviour(evidence)?;
    Some(KnownCause {
        fault: behaviour.slug(),
        sentence: behaviour.phrase(),
    })
}
