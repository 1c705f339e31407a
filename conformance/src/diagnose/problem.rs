use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};

use event_datagram_oracle::faults::FaultInstance;

use super::finding::Finding;
use super::parallel::in_parallel;
use super::simulation::{SEED, Simulated, Simulator, reported};
use super::trace::Trace;
use crate::dialect::Dialect;
use crate::fence::FenceTemplate;
use crate::judge::Verdict;
use crate::observation::Report;
use crate::vectors::{Expectation, Vector};

/// What the search has to explain: how a subject treated each vector of a dialect.
pub(super) struct Problem<'f> {
    /// The vectors: the small ones, by size, and then the large ones, by the number of their
    /// parameters. Models tend to be slower on later vectors.
    pub(super) seen: Vec<Seen<'f>>,
    /// How many vectors are small.
    pub(super) small: usize,
    /// The fence of the run.
    pub(super) fence: &'f FenceTemplate,
    simulator: Simulator,
    /// How the correct listener treats each vector.
    correct: Vec<Simulated>,
    /// For each vector, what models did with it, by the hash of what they wrote.
    judged: Vec<Mutex<HashMap<u64, Simulated>>>,
    hasher: RandomState,
}

/// How a subject treated a vector, in the same way over all sockets.
pub(super) struct Seen<'f> {
    pub(super) vector: &'f Vector,
    pub(super) observed: Observed,
    /// The trace in which digits are ignored, because they may be a part of a tag. Computed on
    /// demand, because few models report a part of a tag.
    tagged: OnceLock<Trace>,
    /// The indices of the findings.
    pub(super) findings: Vec<usize>,
    /// The reports, if they were wrong.
    reports: &'f [Report],
    /// The line that reports the fence, if it was misread.
    misread_fence: Option<&'f [u8]>,
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
                        tagged: OnceLock::new(),
                        findings: vec![number],
                        reports: &finding.reports,
                        misread_fence: finding.misread_fence.as_deref(),
                    });
                }
            }
        }
        let is_large = |seen: &Seen<'_>| size(seen.vector) > MAX_SMALL;
        seen.sort_by_key(|seen| {
            let params = is_large(seen).then(|| param_count(seen.vector));
            (params, size(seen.vector))
        });
        let mut problem = Self {
            small: seen.partition_point(|seen| !is_large(seen)),
            judged: seen.iter().map(|_| Mutex::default()).collect(),
            seen,
            fence,
            simulator: Simulator::new(dialect, fence, SEED),
            correct: Vec::new(),
            hasher: RandomState::default(),
        };
        let all: Vec<_> = (0..problem.seen.len()).collect();
        problem.correct = in_parallel(&all, |at| problem.simulate(*at, []));
        problem
    }

    /// Returns how the correct listener treats a vector.
    pub(super) fn correct(&self, at: usize) -> Simulated {
        self.correct[at]
    }

    /// Returns how a fresh listener with these faults treats a vector.
    pub(super) fn simulate<'i>(
        &self,
        at: usize,
        faults: impl IntoIterator<Item = &'i FaultInstance>,
    ) -> Simulated {
        let vector = self.seen[at].vector;
        let output = self.simulator.output(vector, faults);
        let hash = self.hasher.hash_one(&output);
        let judged = || {
            self.judged[at]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        // Most faults change nothing for most vectors. Equal output is not parsed and judged again.
        if let Some(simulated) = judged().get(&hash) {
            return *simulated;
        }
        let simulated = Simulated::of(&self.simulator, vector, output);
        judged().insert(hash, simulated);
        simulated
    }

    /// Returns the indices of the vectors that the subject read wrong.
    pub(super) fn wrong(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.seen.len()).filter(|at| matches!(self.seen[*at].observed, Observed::Wrong(_)))
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
            (Trace::Tagged(_), Trace::Answered(_)) => simulated == self.tagged(),
            _ => simulated == trace,
        }
    }

    fn tagged(&self) -> Trace {
        let tagged = || Trace::tagged(self.reports, self.misread_fence);
        *self.tagged.get_or_init(tagged)
    }

    /// Returns the total length of the names and values that the subject reported, counted as for
    /// models.
    pub(super) fn reported(&self) -> usize {
        reported(self.reports)
    }

    /// Returns a score for what a model did with this vector: positive if it explains the subject,
    /// negative if it contradicts the subject.
    pub(super) fn score(&self, simulated: Simulated) -> i64 {
        self.score_if(self.agrees(simulated))
    }

    /// Returns the best score that a model can have.
    pub(super) fn best_score(&self) -> i64 {
        self.score_if(true)
    }

    /// Returns the score of a model that does or does not do what the subject did.
    fn score_if(&self, agrees: bool) -> i64 {
        let weight = i64::try_from(self.findings.len()).unwrap_or(i64::MAX);
        let score = match (self.observed, agrees) {
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

/// Returns the number of parameters in all events that a vector may expect.
fn param_count(vector: &Vector) -> usize {
    let expected = vector
        .steps
        .iter()
        .flat_map(|step| step.expect.alternatives());
    let counts = expected.map(|expected| match expected {
        Expectation::Event(event) => event.params.len(),
        _ => 0,
    });
    counts.sum()
}

/// Returns the total length of the datagrams of a vector.
pub(super) fn size(vector: &Vector) -> usize {
    vector.steps.iter().map(|step| step.datagram.len()).sum()
}
