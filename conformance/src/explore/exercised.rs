use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use event_datagram_oracle::faults::FaultInstance;

use crate::diagnose::{CaseModels, Prediction};
use crate::vectors::{Expectation, Vector};

/// What the cases of a run exercised. A reader can judge by it how much it means that nothing was
/// found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Exercised {
    /// How many cases have a feature.
    pub features: BTreeMap<&'static str, u64>,
    /// How many datagrams are at most as long as the key, and longer than the key before it.
    pub sizes: BTreeMap<usize, u64>,
    /// The requirements whose breach some case would have shown.
    pub requirements: BTreeSet<&'static str>,
    /// How many faults of the diagnosis some case would have shown.
    pub faults_shown: usize,
    /// How many faults the diagnosis knows.
    pub faults: usize,
}

/// Finds out which faults the cases of a run would show.
#[derive(Debug)]
pub(super) struct FaultCoverage {
    begin: Instant,
    /// The time that was spent.
    spent: Duration,
    /// The faults that no case has shown.
    hidden: Vec<FaultInstance>,
    count: usize,
    requirements: BTreeSet<&'static str>,
}

/// The most time that is spent on running models, in percent of the time of the run.
const MAX_PERCENT: u32 = 5;
/// The longest case that the models run, in bytes. Longer cases take long, and show few faults that
/// shorter ones do not.
const MAX_LENGTH: usize = 4 << 10;

impl Exercised {
    /// Counts a case that was sent.
    pub(super) fn add(&mut self, vector: &Vector) {
        let mut features = BTreeSet::from([match vector.steps.len() {
            1 => "single datagrams",
            _ => "sequences",
        }]);
        for step in &vector.steps {
            let length = step.datagram.len();
            *self.sizes.entry(size_class(length)).or_default() += 1;
            features.insert(match step.expect {
                Expectation::Event(_) => "one reading",
                Expectation::AnyOf(_) => "several readings",
                Expectation::Reject => "malformed",
                Expectation::Survive => "to be survived",
            });
            features.extend(bytes_features(&step.datagram));
            for expectation in step.expect.alternatives() {
                if let Expectation::Event(event) = expectation {
                    features.extend(event_features(event));
                }
            }
        }
        for feature in features {
            *self.features.entry(feature).or_default() += 1;
        }
    }
}

/// Returns the features of a datagram's bytes.
fn bytes_features(datagram: &[u8]) -> impl Iterator<Item = &'static str> {
    let holds = |byte: u8| memchr::memchr(byte, datagram).is_some();
    let features = [
        ("no bytes", datagram.is_empty()),
        ("NUL bytes", holds(0)),
        ("carriage returns", holds(b'\r')),
        ("quotes", holds(b'"')),
        ("backslashes", holds(b'\\')),
        ("not UTF-8", str::from_utf8(datagram).is_err()),
        ("not ASCII", !datagram.is_ascii()),
    ];
    let features = features.into_iter().filter(|(_, has)| *has);
    features.map(|(feature, _)| feature)
}

/// Returns the features of an event.
fn event_features(event: &event_datagram::EventBuf) -> impl Iterator<Item = &'static str> {
    let params = &event.params;
    let names: Vec<_> = params
        .iter()
        .filter_map(|param| param.name.as_ref())
        .collect();
    let different: BTreeSet<_> = names.iter().collect();
    let features = [
        ("no parameters", params.is_empty()),
        ("parameters without name", names.len() < params.len()),
        ("repeated names", different.len() < names.len()),
        ("more than 16 parameters", params.len() > 16),
    ];
    let features = features.into_iter().filter(|(_, has)| *has);
    features.map(|(feature, _)| feature)
}

/// Returns the size of the class to which a length belongs: a power of four.
fn size_class(length: usize) -> usize {
    let mut class = 4;
    while class < length {
        class *= 4;
    }
    class
}

impl FaultCoverage {
    pub(super) fn new(models: &CaseModels) -> Self {
        let hidden = models.common();
        Self {
            begin: Instant::now(),
            spent: Duration::ZERO,
            count: hidden.len(),
            hidden,
            requirements: BTreeSet::new(),
        }
    }

    /// Runs the models of the faults that were not shown yet on a case, if there is time for it.
    pub(super) fn try_case(&mut self, models: &CaseModels, vector: &Vector) {
        let length: usize = vector.steps.iter().map(|step| step.datagram.len()).sum();
        let is_late = self.spent > self.begin.elapsed() / 100 * MAX_PERCENT;
        if is_late || length > MAX_LENGTH {
            return;
        }
        let begin = Instant::now();
        let requirements = &mut self.requirements;
        self.hidden.retain(|instance| {
            let alone = std::slice::from_ref(instance);
            let is_hidden = models.predict(vector, alone) == Prediction::Conforms;
            if !is_hidden {
                requirements.insert(instance.fault.requirement);
            }
            is_hidden
        });
        self.spent += begin.elapsed();
    }

    /// Copies the results into `exercised`.
    pub(super) fn report(&self, exercised: &mut Exercised) {
        exercised.requirements.clone_from(&self.requirements);
        exercised.faults = self.count;
        exercised.faults_shown = self.count - self.hidden.len();
    }
}
