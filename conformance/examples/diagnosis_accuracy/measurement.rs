use std::fmt;
use std::time::{Duration, Instant};

use event_datagram_conformance::diagnose::{Cause, Diagnosis, Finding, diagnose};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::vectors::Vector;
use event_datagram_oracle::faults::FaultInstance;

/// What the diagnosis found of some subjects.
#[derive(Default)]
pub(crate) struct Measurement {
    subjects: usize,
    right: usize,
    wrong_causes: usize,
    took: Duration,
    slowest: Duration,
    /// What was found instead of the faults, a line a subject.
    pub(crate) failures: Vec<String>,
}

impl Measurement {
    /// Diagnoses simulated listeners with these sets of faults. `noise` is the part of the results
    /// that is replaced by those of another vector.
    pub(crate) fn of(vectors: &[&Vector], sets: &[Vec<FaultInstance>], noise: f64) -> Self {
        let mut measurement = Self::default();
        let mut random = fastrand::Rng::with_seed(2);
        for set in sets {
            let mut findings = findings(vectors, set);
            if noise > 0.0 {
                disturb(&mut findings, noise, &mut random);
            }
            let begin = Instant::now();
            let diagnosis = diagnose(&findings, &FenceTemplate::default(), &|| true);
            let took = begin.elapsed();
            measurement.took += took;
            measurement.slowest = measurement.slowest.max(took);
            measurement.add(vectors, set, &diagnosis, noise > 0.0);
        }
        measurement
    }

    /// Returns the part of subjects with the right diagnosis, in percent, rounded down.
    pub(crate) fn percent(&self) -> usize {
        self.right * 100 / self.subjects.max(1)
    }

    fn add(
        &mut self,
        vectors: &[&Vector],
        set: &[FaultInstance],
        diagnosis: &Diagnosis,
        is_noisy: bool,
    ) {
        self.subjects += 1;
        let is_wrong = |cause: &&Cause| !set.iter().any(|member| is_of_class(cause, member));
        let wrong = diagnosis.causes.iter().filter(is_wrong).count();
        self.wrong_causes += wrong;
        let missed = set.iter().enumerate().filter(|(at, member)| {
            let is_found = diagnosis
                .causes
                .iter()
                .any(|cause| is_of_class(cause, member));
            !is_found && !is_masked(vectors, set, *at)
        });
        let missed: Vec<_> = missed.map(|(_, member)| member.name()).collect();
        if wrong == 0 && missed.is_empty() && (is_noisy || diagnosis.unexplained == 0) {
            self.right += 1;
            return;
        }
        let names: Vec<_> = set.iter().map(FaultInstance::name).collect();
        let found: Vec<_> = diagnosis
            .causes
            .iter()
            .map(|cause| format!("{} ({:?})", cause.fault, cause.parameter))
            .collect();
        self.failures.push(format!(
            "{}: found {}, missed {}, {} unexplained",
            names.join(" + "),
            found.join(" + "),
            missed.join(" + "),
            diagnosis.unexplained
        ));
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = self.took / u32::try_from(self.subjects.max(1)).unwrap_or(u32::MAX);
        write!(
            f,
            "{} of {} | {} | {:.0?}, at most {:.0?}",
            self.right, self.subjects, self.wrong_causes, mean, self.slowest
        )
    }
}

fn findings<'v>(vectors: &[&'v Vector], set: &[FaultInstance]) -> Vec<Finding<'v>> {
    let vectors = vectors.iter();
    vectors
        .map(|vector| Finding::of_model(vector, set))
        .collect()
}

/// Returns whether a cause is this fault, or reports the same on every vector.
fn is_of_class(cause: &Cause, instance: &FaultInstance) -> bool {
    cause.fault == instance.fault.slug || cause.also.iter().any(|slug| slug == instance.fault.slug)
}

/// Returns whether a set does the same without this member.
fn is_masked(vectors: &[&Vector], set: &[FaultInstance], member: usize) -> bool {
    let mut others = set.to_vec();
    others.remove(member);
    vectors.iter().all(|vector| {
        let (with, without) = (
            Finding::of_model(vector, set),
            Finding::of_model(vector, &others),
        );
        with.verdict == without.verdict
            && (with.verdict == Verdict::Pass || with.is_alike(&without))
    })
}

/// Replaces a part of the results by those of other vectors.
fn disturb(findings: &mut [Finding<'_>], part: f64, random: &mut fastrand::Rng) {
    for at in 0..findings.len() {
        if random.f64() < part {
            let other = random.usize(..findings.len());
            let (verdict, reports) = (findings[other].verdict, findings[other].reports.clone());
            findings[at].verdict = match verdict {
                Verdict::Pass | Verdict::Info => Verdict::Fail,
                verdict => verdict,
            };
            findings[at].reports = reports;
        }
    }
}
