use std::borrow::Cow;

use event_datagram_oracle::faults::{End, FaultInstance};

use super::simulation::Simulator;
use super::trace::Trace;
use crate::fence::FenceTemplate;
use crate::judge::{Answering, Verdict, grade, judge};
use crate::observation::Report;
use crate::vectors::Vector;

/// What a subject did with a vector over one socket, as far as it is known.
#[derive(Clone, Debug)]
pub struct Finding<'v> {
    /// The vector.
    pub vector: Cow<'v, Vector>,
    /// The verdict, before lists of known failures are applied.
    pub verdict: Verdict,
    /// What the subject reported. Not read where the verdict is a pass: that counts as one of the
    /// right ways.
    pub reports: Vec<Report>,
    /// The line that carried the fence, if the subject misread it.
    pub misread_fence: Option<Vec<u8>>,
    /// What the runner found out: this explains the finding, and no model is needed.
    pub known: Option<KnownCause>,
}

/// A cause that the runner found out by itself: what a subject does differently from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCause {
    /// The slug of the fault.
    pub fault: &'static str,
    /// What the subject does, as a phrase of which it is the subject.
    pub sentence: &'static str,
}

impl<'v> Finding<'v> {
    /// Returns what a listener with these faults does with a vector, between two of the usual
    /// fences.
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
        let simulator = Simulator::new(vector.dialect, &FenceTemplate::default());
        match simulator.output(vector, faults) {
            Ok(output) => {
                let observation = simulator.observation(output);
                let judgment = judge(&vector.steps, &observation, Answering::MayBeSilent);
                (finding.verdict, _) = grade(vector, judgment);
                finding.reports = observation.reports;
                finding.misread_fence = observation.misread_fence;
            }
            Err(End::Hang) => finding.verdict = Verdict::Hang,
            Err(End::Exit | End::Crash) => {}
        }
        finding
    }

    /// Returns whether the subject of another finding of the same vector did the same, as far as
    /// the diagnosis distinguishes it.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.trace() == other.trace()
    }

    /// Returns whether the subject of another finding of the same vector did the same but for
    /// digits, which may be a part of a fence's tag: that is always another.
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

    /// Returns the trace of what was observed. `None` if it is not known.
    pub(super) fn trace(&self) -> Option<Trace> {
        Trace::of(self.verdict, &self.reports, self.misread_fence.as_deref())
    }

    /// Returns whether the finding has to be explained: the vector failed, or gave a warning.
    pub fn is_wrong(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::Crash | Verdict::Hang | Verdict::Flaky | Verdict::Fail | Verdict::Warn
        )
    }
}
