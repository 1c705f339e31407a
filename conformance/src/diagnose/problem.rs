use std::borrow::Cow;
use std::collections::HashMap;

use event_datagram_oracle::faults::FaultInstance;

use super::finding::Finding;
use super::parallel::in_parallel;
use super::simulation::{Output, Simulated, Simulator, reported};
use super::trace::Trace;
use crate::dialect::Dialect;
use crate::fence::FenceTemplate;
use crate::judge::Verdict;
use crate::observation::Report;
use crate::vectors::Vector;

/// What the search has to explain: how a subject treated each vector of a dialect.
pub(super) struct Problem<'f> {
    /// The vectors, the small ones first.
    pub(super) seen: Vec<Seen<'f>>,
    /// How many vectors are small.
    pub(super) small: usize,
    /// The fence of the run.
    pub(super) fence: &'f FenceTemplate,
    simulator: Simulator,
    /// How the correct listener treats each vector.
    correct: Vec<Correct>,
}

/// How the correct listener treats a vector.
struct Correct {
    output: Output,
    simulated: Simulated,
}

/// How a subject treated a vector, in the same way over all sockets.
pub(super) struct Seen<'f> {
    pub(super) vector: &'f Vector,
    pub(super) observed: Observed,
    /// The trace in which digits are ignored, because they may be a part of a tag.
    tagged: Trace,
    /// The indices of the findings.
    pub(super) findings: Vec<usize>,
    /// The reports, if they were wrong.
    reports: &'f [Report],
}

/// How a subject treated a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Observed {
    /// The subject took one of the admissible readings.
    Right,
    /// The subject did something wrong, with this trace.
    Wrong(Trace),
    /// The subject left this trace. A model that takes any admissible reading agrees with it, too.
    Either(Trace),
}

/// The greatest total length of the datagrams of a small vector. Models are fast on small vectors.
const MAX_SMALL: usize = 8 << 10;

impl<'f> Problem<'f> {
    pub(super) fn new(
        findings: &'f [Finding<'_>],
        dialect: Dialect,
        fence: &'f FenceTemplate,
    ) -> Self {
        let mut index = HashMap::<&str, usize>::new();
        let mut seen: Vec<Seen<'f>> = Vec::new();
        for (number, finding) in findings.iter().enumerate() {
            if finding.vector.dialect != dialect || finding.known.is_some() {
                continue;
            }
            // A model always does the same, so it cannot explain a finding without a trace.
            let Some(observed) = observed(finding) else {
                continue;
            };
            let vector: &'f Vector = match &finding.vector {
                Cow::Borrowed(vector) => vector,
                Cow::Owned(vector) => vector,
            };
            match index.get(&vector.id[..]).map(|at| &mut seen[*at]) {
                Some(known) if known.observed == observed => known.findings.push(number),
                // A model does the same over all sockets, so it cannot explain a different finding
                // over another socket.
                Some(_) => {}
                None => {
                    index.insert(&vector.id, seen.len());
                    seen.push(Seen {
                        vector,
                        observed,
                        tagged: Trace::tagged(&finding.reports, finding.misread_fence.as_deref()),
                        findings: vec![number],
                        reports: &finding.reports,
                    });
                }
            }
        }
        seen.sort_by_key(|seen| size(seen.vector));
        let simulator = Simulator::new(dialect, fence);
        let correct = in_parallel(&seen, |seen| Correct::new(&simulator, seen.vector));
        Self {
            small: seen.partition_point(|seen| size(seen.vector) <= MAX_SMALL),
            seen,
            fence,
            simulator,
            correct,
        }
    }

    /// Returns how the correct listener treats a vector.
    pub(super) fn correct(&self, at: usize) -> Simulated {
        self.correct[at].simulated
    }

    /// Returns how a fresh listener with these faults treats a vector.
    pub(super) fn simulate<'i>(
        &self,
        at: usize,
        faults: impl IntoIterator<Item = &'i FaultInstance>,
    ) -> Simulated {
        let (vector, correct) = (self.seen[at].vector, &self.correct[at]);
        match self.simulator.output(vector, faults) {
            // Most faults change nothing for most vectors. Equal output is not parsed and judged
            // again.
            Ok(output) if output == correct.output => correct.simulated,
            output => Simulated::of(&self.simulator, vector, output),
        }
    }

    /// Returns the indices of the vectors that the subject read wrong.
    pub(super) fn wrong(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.seen.len()).filter(|at| matches!(self.seen[*at].observed, Observed::Wrong(_)))
    }
}

impl Correct {
    fn new(simulator: &Simulator, vector: &Vector) -> Self {
        let output = simulator.output(vector, []);
        let output = output.expect("the correct listener reports every fence");
        Self {
            simulated: Simulated::of(simulator, vector, Ok(output.clone())),
            output,
        }
    }
}

impl Seen<'_> {
    /// Returns whether a model did what the subject did.
    pub(super) fn agrees(&self, simulated: Simulated) -> bool {
        match self.observed {
            Observed::Right => simulated.conforms,
            Observed::Wrong(trace) => !simulated.conforms && self.is_trace(simulated.trace, trace),
            Observed::Either(trace) => simulated.conforms || self.is_trace(simulated.trace, trace),
        }
    }

    /// Returns whether a model's trace equals the subject's.
    fn is_trace(&self, simulated: Trace, trace: Trace) -> bool {
        match (simulated, trace) {
            (Trace::Tagged(_), Trace::Answered(_)) => simulated == self.tagged,
            _ => simulated == trace,
        }
    }

    /// Returns the total length of the names and values that the subject reported, counted as for
    /// models.
    pub(super) fn reported(&self) -> usize {
        reported(self.reports)
    }

    /// Returns a score for what a model did with this vector: positive if it explains the subject,
    /// negative if it contradicts the subject.
    pub(super) fn score(&self, simulated: Simulated) -> i64 {
        let weight = i64::try_from(self.findings.len()).unwrap_or(i64::MAX);
        let score = match (self.observed, self.agrees(simulated)) {
            (Observed::Right | Observed::Either(_), true) => 0,
            (Observed::Right | Observed::Either(_), false) => -4,
            // Many faults can end a process, so its end proves little.
            (Observed::Wrong(Trace::Died | Trace::Hung), true) => 2,
            (Observed::Wrong(Trace::Answered(_) | Trace::Tagged(_)), true) => 4,
            (Observed::Wrong(_), false) => 0,
        };
        weight.saturating_mul(score)
    }
}

fn observed(finding: &Finding<'_>) -> Option<Observed> {
    match finding.verdict {
        Verdict::Pass => Some(Observed::Right),
        Verdict::Info => finding.trace().map(Observed::Either),
        _ if finding.is_wrong() => finding.trace().map(Observed::Wrong),
        _ => None,
    }
}

pub(super) fn size(vector: &Vector) -> usize {
    vector.steps.iter().map(|step| step.datagram.len()).sum()
}
