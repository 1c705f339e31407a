use std::fmt;
use std::time::{Duration, Instant};

use event_datagram_conformance::diagnose::{
    Cause, Diagnosis, Dictionary, Finding, MAX_SEARCH_TIME, diagnose,
};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::vectors::Vector;
use event_datagram_oracle::faults::FaultInstance;

use crate::subjects::{Subject, findings, instances};

/// The most ids of results without a cause that are printed for a listener.
const MAX_IDS: usize = 5;

/// The accuracy of the diagnosis for some listeners.
#[derive(Default)]
pub(crate) struct Measurement {
    subjects: usize,
    right: usize,
    wrong_causes: usize,
    slowest: Duration,
    /// What the diagnosis found instead of the faults, a line for each listener.
    pub(crate) others_found: Vec<String>,
}

impl Measurement {
    /// Diagnoses simulated listeners, each with the runner's limit of time. `noise` is the fraction
    /// of their results that is replaced by results of another vector.
    pub(crate) fn of(vectors: &[&Vector], subjects: &[Subject], noise: f64) -> Self {
        let mut measurement = Self::default();
        let mut random = fastrand::Rng::with_seed(2);
        for subject in subjects {
            let mut findings = findings(vectors, &subject.faults);
            disturb(&mut findings, noise, &mut random);
            let unknown: Vec<_> = subject.unknown.iter().map(String::as_str).collect();
            let dictionary = Dictionary::default().without(&unknown);
            let begin = Instant::now();
            let go_on = || begin.elapsed() < MAX_SEARCH_TIME;
            let diagnosis = diagnose(&findings, &dictionary, &FenceTemplate::default(), &go_on);
            measurement.slowest = measurement.slowest.max(begin.elapsed());
            measurement.add(vectors, subject, &findings, &diagnosis, noise > 0.0);
        }
        measurement
    }

    /// Returns the percentage of listeners with the right diagnosis, rounded down.
    pub(crate) fn percent(&self) -> usize {
        self.right * 100 / self.subjects.max(1)
    }

    fn add(
        &mut self,
        vectors: &[&Vector],
        subject: &Subject,
        findings: &[Finding<'_>],
        diagnosis: &Diagnosis,
        is_noisy: bool,
    ) {
        let set = &subject.faults;
        let is_found = |member: &FaultInstance| {
            let mut causes = diagnosis.causes.iter();
            causes.any(|cause| cause.may_be(member.fault.slug))
        };
        let missed = set
            .iter()
            .enumerate()
            .filter(|(at, member)| !is_found(member) && !is_masked(vectors, set, *at));
        let missed: Vec<_> = missed.map(|(_, member)| member).collect();
        let is_wrong = |cause: &&Cause| !set.iter().any(|member| cause.may_be(member.fault.slug));
        let wrong_causes = diagnosis.causes.iter().filter(is_wrong).count();
        let is_found = missed.is_empty();
        let explains_all = diagnosis.unexplained == 0;
        let is_unknown = !subject.unknown.is_empty();
        let is_right = if is_unknown {
            is_found || !explains_all
        } else {
            is_found && wrong_causes == 0 && (is_noisy || explains_all)
        };
        // Nothing distinguishes a fault that was removed from others that do the same.
        let is_equivalent =
            is_unknown && !is_right && does_the_same(vectors, set, &diagnosis.causes);
        self.subjects += 1;
        self.right += usize::from(is_right || is_equivalent);
        self.wrong_causes += if is_equivalent { 0 } else { wrong_causes };
        if is_right {
            return;
        }
        let names = |instances: &mut dyn Iterator<Item = &FaultInstance>| {
            let names: Vec<_> = instances.map(FaultInstance::name).collect();
            names.join(" + ")
        };
        let found: Vec<_> = diagnosis
            .causes
            .iter()
            .map(|cause| format!("{} ({:?})", cause.fault, cause.parameter))
            .collect();
        self.others_found.push(format!(
            "{}{}: found {}, missed {}, {} unexplained{}",
            if is_equivalent { "does the same: " } else { "" },
            names(&mut set.iter()),
            found.join(" + "),
            names(&mut missed.into_iter()),
            diagnosis.unexplained,
            unexplained_ids(findings, diagnosis)
        ));
    }
}

/// Returns the ids of the first results that have no cause, each after a space.
fn unexplained_ids(findings: &[Finding<'_>], diagnosis: &Diagnosis) -> String {
    let open = findings.iter().enumerate().filter(|(at, finding)| {
        finding.verdict != Verdict::Pass && !diagnosis.cause_of.contains_key(at)
    });
    let ids = open
        .take(MAX_IDS)
        .map(|(_, finding)| format!(" {}", finding.vector.id));
    ids.collect()
}

/// Writes the cells of the table: how many diagnoses were right, how many causes were wrong, and
/// the longest time.
impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subjects,
            right,
            wrong_causes,
            slowest,
            ..
        } = self;
        write!(
            f,
            "{subjects} | {right} | {wrong_causes} | {:.1} s",
            slowest.as_secs_f64()
        )
    }
}

/// Returns whether a set of faults fails the same vectors in the same way without this member. The
/// readings that a listener may choose are not compared, because they need no cause.
fn is_masked(vectors: &[&Vector], set: &[FaultInstance], member: usize) -> bool {
    let mut others = set.to_vec();
    others.remove(member);
    let with = findings(vectors, set);
    with.iter()
        .zip(findings(vectors, &others))
        .all(|(with, without)| {
            if with.is_wrong() {
                with.verdict == without.verdict && with.is_alike(&without)
            } else {
                !without.is_wrong()
            }
        })
}

/// Returns whether a listener with the faults that a diagnosis names does with every vector what
/// one with these faults does.
fn does_the_same(vectors: &[&Vector], faults: &[FaultInstance], causes: &[Cause]) -> bool {
    let dialect = vectors.first().map(|vector| vector.dialect);
    let Some(named) = dialect.and_then(|dialect| instances(dialect, causes)) else {
        return false;
    };
    let findings = findings(vectors, faults).into_iter();
    findings
        .zip(crate::subjects::findings(vectors, &named))
        .all(|(one, other)| one.verdict == other.verdict && one.is_alike(&other))
}

/// Replaces a fraction of the results by results of other vectors.
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
