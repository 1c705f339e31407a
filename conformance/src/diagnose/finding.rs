use std::borrow::Cow;

use event_datagram_oracle::faults::{End, FaultInstance};

use super::simulation::Simulator;
use super::trace::Trace;
use crate::fence::FenceTemplate;
use crate::judge::{Verdict, grade};
use crate::observation::Report;
use crate::vectors::Vector;

/// The seed of the tags that simulated subjects get: other tags than the models of a diagnosis, as
/// with real subjects.
const SEED: u64 = 2;

/// What is known of how a subject treated a vector over one socket.
#[derive(Clone, Debug)]
pub struct Finding<'v> {
    /// The vector.
    pub vector: Cow<'v, Vector>,
    /// The verdict, before lists of known failures are applied.
    pub verdict: Verdict,
    /// What the subject reported. The diagnosis does not read the reports of a pass.
    pub reports: Vec<Report>,
    /// The line that reports the fence, if the subject misread the fence.
    pub misread_fence: Option<Vec<u8>>,
    /// The cause that the runner found out, if it did. The finding then needs no model.
    pub known: Option<KnownCause>,
}

/// A cause that the runner found out by itself: a behaviour of the subject that differs from run to
/// run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCause {
    /// The slug of the fault.
    pub fault: &'static str,
    /// What the subject does, as a phrase that begins with a verb.
    pub sentence: &'static str,
}

impl<'v> Finding<'v> {
    /// Returns the finding of a model with these faults that gets a fence, the vector, and a fence.
    ///
    /// # Panics
    ///
    /// If a fault is one of another dialect than the vector.
    pub fn of_model<'f>(
        vector: &'v Vector,
        faults: impl IntoIterator<Item = &'f FaultInstance>,
    ) -> Self {
        let mut finding = Self {
            vector: Cow::Borrowed(vector),
            verdict: Verdict::Crash,
            reports: Vec::new(),
            misread_fence: None,
            known: None,
        };
        let simulator = Simulator::new(vector.dialect, &FenceTemplate::default(), SEED);
        match simulator.output(vector, faults) {
            Ok(output) => {
                let (observation, judgment) = simulator.judged(vector, output);
                (finding.verdict, _) = grade(vector, judgment);
                finding.reports = observation.reports;
                finding.misread_fence = observation.misread_fence;
            }
            Err(End::Hang) => finding.verdict = Verdict::Hang,
            Err(End::Exit | End::Crash) => {}
        }
        finding
    }

    /// Returns whether another finding of the same vector is the same for the diagnosis.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.trace() == other.trace()
    }

    /// Returns whether another finding of the same vector is the same for the diagnosis if digits
    /// are ignored. Digits may be a part of a fence's tag, which differs from fence to fence.
    #[cfg(feature = "runner")]
    pub(crate) fn is_alike_but_for_digits(&self, other: &Self) -> bool {
        let tagged = |finding: &Self| match finding.trace() {
            Some(Trace::Answered(_)) => {
                let misread = finding.misread_fence.as_deref();
                Some(Trace::tagged(&finding.reports, misread))
            }
            trace => trace,
        };
        self.is_wrong() == other.is_wrong() && tagged(self) == tagged(other)
    }

    /// Returns the trace of the observation. Returns `None` if the trace is not known.
    pub(super) fn trace(&self) -> Option<Trace> {
        Trace::of(self.verdict, &self.reports, self.misread_fence.as_deref())
    }

    /// Returns whether the diagnosis has to explain the finding: the vector failed, or gave a
    /// warning.
    pub fn is_wrong(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::Crash | Verdict::Hang | Verdict::Flaky | Verdict::Fail | Verdict::Warn
        )
    }
}
