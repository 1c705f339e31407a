use std::borrow::Cow;

use super::failure_kind::FailureKind;
use crate::diagnose::Finding as CaseResult;
use crate::evidence::{Evidence, EvidenceLine, evidence_lines};
use crate::judge::Verdict;
use crate::observation::Observation;
use crate::run::Outcome;
use crate::transport::SocketKind;
use crate::vectors::{Level, Vector};

/// A case that fails, shrunk as far as possible.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// `crash`, `hang`, `fail`, `warn` where it departs from advice alone, or `flaky` where it did
    /// not fail again.
    pub verdict: Verdict,
    /// The reason for the verdict, in a sentence.
    pub why: String,
    /// The socket over which it was found.
    pub socket: SocketKind,
    /// The case and its expectations.
    pub vector: Vector,
    /// The subject's reports.
    pub observation: Observation,
    /// The subject's own log if it died: the first lines and the last.
    pub log: Vec<String>,
    /// The number of the case before shrinking, from 1; 0 for a case that was sent before those of
    /// the seed.
    pub case: u64,
    /// The datagrams of the case before shrinking.
    pub original: Vec<Vec<u8>>,
    /// The number of simpler cases that were tried.
    pub tries: u64,
    /// Why the search for a smaller case ended early, if it did.
    pub cut_short: Option<String>,
}

impl Finding {
    pub(super) fn new(outcome: Outcome<'_>, case: u64, original: Vec<Vec<u8>>) -> Self {
        let mut vector = outcome.vector.clone();
        if outcome.verdict == Verdict::Warn {
            vector.level = Level::Should;
        }
        Self {
            verdict: outcome.verdict,
            why: outcome.why,
            socket: outcome.socket,
            vector,
            observation: outcome.observation,
            log: outcome.log,
            case,
            original,
            tries: 0,
            cut_short: None,
        }
    }

    /// Converts the finding to the result that the diagnosis reads.
    pub(super) fn result(&self) -> CaseResult<'static> {
        case_result(&self.vector, self.verdict, &self.observation)
    }

    /// Returns what the failure has in common with others of its cause.
    pub(super) fn kind(&self) -> FailureKind {
        FailureKind::of(self.verdict, &self.why, &self.log)
    }

    /// Returns a key that orders cases by their size: fewer datagrams come first, then fewer bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        let bytes = self.datagrams().map(<[u8]>::len).sum();
        (self.vector.steps.len(), bytes)
    }

    /// Returns the datagrams of the case.
    pub fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        self.vector.steps.iter().map(|step| &step.datagram[..])
    }

    /// Returns the datagrams in hex with commas between them, as `evdg fuzz --replay` takes them.
    pub fn hex(&self) -> String {
        self.datagrams()
            .map(hex::encode)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Returns the evidence for the verdict, line by line. The last line holds `replay`, the
    /// command that runs the case again.
    pub fn evidence(&self, replay: String) -> Vec<EvidenceLine> {
        let observation = &self.observation;
        let evidence = Evidence::of(&self.vector, &self.why, observation, &self.log, replay);
        let mut lines = evidence_lines(&evidence);
        if self.original.len() == 1 && self.tries > 0 {
            let last = lines.len() - 1;
            let original = &self.original[0];
            lines.insert(last, EvidenceLine::datagram("at first", original));
        }
        lines
    }
}

/// Converts a case that was run to the result that the diagnosis reads.
pub(super) fn case_result(
    vector: &Vector,
    verdict: Verdict,
    observation: &Observation,
) -> CaseResult<'static> {
    CaseResult {
        vector: Cow::Owned(vector.clone()),
        verdict,
        reports: observation.reports.clone(),
        misread_fence: observation.misread_fence.clone(),
        known: None,
    }
}
