use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use event_datagram_conformance::diagnose::{Dictionary, Finding, MAX_SEARCH_TIME, diagnose};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::observation::Observation;
use event_datagram_conformance::vectors::Vector;

/// What the parsers did with the vectors of a run, for the diagnosis.
#[derive(Debug)]
pub(crate) struct RunFindings {
    fence: FenceTemplate,
    findings: Mutex<Vec<Finding<'static>>>,
}

impl RunFindings {
    /// Creates an empty collection for a run with this fence.
    pub(crate) fn new(fence: FenceTemplate) -> Self {
        Self {
            fence,
            findings: Mutex::default(),
        }
    }

    /// Adds what a parser did with a vector.
    pub(crate) fn add(&self, vector: &Arc<Vector>, verdict: Verdict, observation: &Observation) {
        let is_pass = verdict == Verdict::Pass;
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        findings.push(Finding {
            vector: Cow::Owned(Vector::clone(vector)),
            verdict,
            reports: if is_pass {
                Vec::new()
            } else {
                observation.reports.clone()
            },
            misread_fence: observation.misread_fence.clone(),
            known: None,
        });
    }
}

/// Searches the causes of failures and warnings, and writes them. Writes nothing if there are no
/// failures and no warnings.
impl fmt::Display for RunFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        // Sorted, so that the order in which the tests ran does not change the diagnosis.
        findings.sort_by(|one, other| one.vector.id.cmp(&other.vector.id));
        let begin = Instant::now();
        let go_on = || begin.elapsed() < MAX_SEARCH_TIME;
        let diagnosis = diagnose(&findings, &Dictionary::default(), &self.fence, &go_on);
        let warnings = (findings.iter())
            .filter(|finding| finding.verdict == Verdict::Warn)
            .count();
        let Some(headline) = diagnosis.headline(warnings) else {
            return Ok(());
        };
        writeln!(f, "diagnosis  {headline}")?;
        let mut lines = diagnosis.lines().into_iter();
        lines.try_for_each(|line| writeln!(f, "  {line}"))
    }
}
