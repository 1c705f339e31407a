use event_datagram_conformance::diagnose::{Cause, CauseParameter, Dictionary, Finding, diagnose};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::vectors::Vector;
use event_datagram_oracle::faults::{self, FaultGroup, FaultInstance, Parameter};

/// A listener to diagnose.
pub(crate) struct Subject {
    /// The faults of the listener, in the order of injection.
    pub(crate) faults: Vec<FaultInstance>,
    /// The slugs of faults that the diagnosis must not know.
    pub(crate) unknown: Vec<String>,
}

/// A generator of listeners with faults.
pub(crate) struct Subjects<'v> {
    vectors: &'v [&'v Vector],
    /// The instances of each group of faults, in the order of injection.
    groups: Vec<Vec<FaultInstance>>,
    /// One of this many listeners is generated.
    step: usize,
    random: fastrand::Rng,
}

impl<'v> Subjects<'v> {
    pub(crate) fn new(dialect: Dialect, vectors: &'v [&'v Vector], step: usize) -> Self {
        let groups = groups(dialect).iter().map(|group| {
            let faults = group.faults.iter();
            faults.flat_map(FaultInstance::common).collect()
        });
        Self {
            vectors,
            groups: groups.collect(),
            step,
            random: fastrand::Rng::with_seed(1),
        }
    }

    /// Returns a listener for each fault.
    pub(crate) fn singles(&mut self) -> Vec<Subject> {
        let instances = self.groups.iter().flatten();
        instances
            .step_by(self.step)
            .map(|instance| Subject::new(vec![instance.clone()]))
            .collect()
    }

    /// Returns listeners with random pairs of faults.
    pub(crate) fn pairs(&mut self, count: usize) -> Vec<Subject> {
        self.random_sets(2, count)
    }

    /// Returns listeners with three random faults.
    pub(crate) fn triples(&mut self, count: usize) -> Vec<Subject> {
        self.random_sets(3, count)
    }

    /// Returns listeners with random pairs of faults of one group, which share a step of the
    /// listener.
    pub(crate) fn related_pairs(&mut self, count: usize) -> Vec<Subject> {
        let mut pairs = Vec::new();
        while pairs.len() < count / self.step {
            let group = self.random.usize(..self.groups.len());
            let group = self.groups[group].clone();
            pairs.extend(self.some(&group, 2));
        }
        pairs
    }

    /// Returns a listener for each fault. The diagnosis must not know the fault.
    pub(crate) fn unknown(&mut self) -> Vec<Subject> {
        let mut subjects = self.singles();
        for subject in &mut subjects {
            subject.unknown = self.class(&subject.faults[0]);
        }
        subjects
    }

    /// Returns a listener for each fault, with another random fault. The diagnosis must not know
    /// the first fault, but knows the other one.
    pub(crate) fn unknown_beside_known(&mut self) -> Vec<Subject> {
        let all = self.all();
        let mut subjects = Vec::new();
        for (at, instance) in all.iter().enumerate().step_by(self.step) {
            let unknown = self.class(instance);
            let other = loop {
                let other = self.random.usize(..all.len());
                if !unknown.iter().any(|slug| slug == all[other].fault.slug) {
                    break other;
                }
            };
            subjects.push(Subject {
                faults: vec![all[at.min(other)].clone(), all[at.max(other)].clone()],
                unknown,
            });
        }
        subjects
    }

    /// Returns the slugs of a fault and of all faults that the vectors do not distinguish from it.
    fn class(&self, instance: &FaultInstance) -> Vec<String> {
        let findings = findings(self.vectors, std::slice::from_ref(instance));
        let diagnosis = diagnose(
            &findings,
            &Dictionary::default(),
            &FenceTemplate::default(),
            &|| true,
        );
        let mut class = vec![instance.fault.slug.to_owned()];
        for cause in diagnosis.causes {
            class.push(cause.fault);
            class.extend(cause.also);
        }
        class
    }

    fn all(&self) -> Vec<FaultInstance> {
        self.groups.iter().flatten().cloned().collect()
    }

    fn random_sets(&mut self, size: usize, count: usize) -> Vec<Subject> {
        let all = self.all();
        let mut sets = Vec::new();
        while sets.len() < count / self.step {
            sets.extend(self.some(&all, size));
        }
        sets
    }

    /// Returns a listener with random instances of different faults. Returns `None` if two
    /// instances have the same fault, or if there are not enough instances.
    fn some(&mut self, instances: &[FaultInstance], count: usize) -> Option<Subject> {
        let mut chosen = self.random.choose_multiple(0..instances.len(), count);
        chosen.sort_unstable();
        let faults: Vec<_> = chosen.into_iter().map(|at| instances[at].clone()).collect();
        let mut pairs = faults.windows(2);
        let is_distinct = pairs.all(|pair| pair[0].fault.slug != pair[1].fault.slug);
        (faults.len() == count && is_distinct).then(|| Subject::new(faults))
    }
}

impl Subject {
    fn new(faults: Vec<FaultInstance>) -> Self {
        Self {
            faults,
            unknown: Vec::new(),
        }
    }
}

/// Returns the faults that a diagnosis names, in the order of injection. Returns `None` if the
/// parameter of one is a list of names, which causes have only in an escaped form.
pub(crate) fn instances(dialect: Dialect, causes: &[Cause]) -> Option<Vec<FaultInstance>> {
    let faults = groups(dialect).iter().flat_map(|group| group.faults);
    let named = faults.filter_map(|fault| {
        let cause = causes.iter().find(|cause| cause.fault == fault.slug)?;
        Some((fault, &cause.parameter))
    });
    let instances = named.map(|(fault, parameter)| {
        let parameter = match parameter {
            CauseParameter::None => Parameter::None,
            CauseParameter::Number(number) => Parameter::Number(*number),
            _ => return None,
        };
        Some(FaultInstance { fault, parameter })
    });
    instances.collect()
}

fn groups(dialect: Dialect) -> &'static [FaultGroup] {
    match dialect {
        Dialect::JsonRpc => faults::jsonrpc(),
        _ => faults::text(),
    }
}

/// Returns the findings of a listener with these faults for each vector.
pub(crate) fn findings<'v>(vectors: &[&'v Vector], faults: &[FaultInstance]) -> Vec<Finding<'v>> {
    let vectors = vectors.iter();
    vectors
        .map(|vector| Finding::of_model(vector, faults))
        .collect()
}
