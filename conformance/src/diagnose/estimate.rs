//! Estimates the parameters of faults from the failures.

use std::collections::{BTreeMap, BTreeSet};

use event_datagram::EventBuf;
use event_datagram_oracle::faults::{Fault, FaultInstance, Parameter, ParameterKind};

use super::parallel::in_parallel;
use super::problem::{Observed, Problem, Seen};
use super::simulation::Simulated;
use crate::vectors::{Expectation, Step};

/// The most event names of an estimated parameter. A subject that reports more names is not
/// suspected of knowing only some.
const MAX_NAMES: usize = 64;
/// From how many vectors a number is estimated: at most so many of which the subject reported a
/// part, and so many of which it reported nothing.
const ESTIMATED_FROM: usize = 3;
/// The most estimated numbers of a fault that are kept as candidates.
const MAX_NUMBERS: usize = 6;

/// Returns instances of faults whose parameters fit the failures, each with the index of its fault
/// in the list.
pub(super) fn estimated(
    problem: &Problem<'_>,
    faults: &[&'static Fault],
) -> Vec<(usize, FaultInstance)> {
    let sample = Sample::new(problem);
    let parameters = in_parallel(faults, |fault| parameters(&sample, fault));
    let each = faults.iter().copied().zip(parameters).enumerate();
    let instances = each.flat_map(|(rank, (fault, parameters))| {
        let parameters = parameters.into_iter();
        parameters.map(move |parameter| (rank, FaultInstance { fault, parameter }))
    });
    instances.collect()
}

/// Returns the parameters of a fault that fit the failures.
fn parameters(sample: &Sample<'_>, fault: &'static Fault) -> Vec<Parameter> {
    match fault.parameter() {
        ParameterKind::None => Vec::new(),
        ParameterKind::Number(common) => {
            let numbers = sample.numbers(fault).into_iter();
            let others = numbers.filter(|number| !common.contains(number));
            others.map(Parameter::Number).collect()
        }
        ParameterKind::EventNames => event_names(sample.problem).into_iter().collect(),
        ParameterKind::ParamNames => param_names(sample.problem).into_iter().collect(),
    }
}

/// Returns the names of the events that the subject read correctly, with the fence, if they are
/// few.
fn event_names(problem: &Problem<'_>) -> Option<Parameter> {
    let names = read_right(problem).map(|event| event.name.clone());
    let mut names: BTreeSet<_> = names.collect();
    names.insert(problem.fence.event_name().into());
    (names.len() <= MAX_NAMES).then(|| Parameter::Names(names.into_iter().collect()))
}

/// Returns the names of the parameters that occur in the fence and in every event that the subject
/// read correctly, if there are such names.
fn param_names(problem: &Problem<'_>) -> Option<Parameter> {
    let mut names: Vec<Vec<u8>> = problem.fence.param_names().map(Into::into).collect();
    for event in read_right(problem) {
        names.retain(|name| {
            let mut params = event.params.iter();
            params.any(|param| param.name.as_ref() == Some(name))
        });
    }
    (!names.is_empty()).then_some(Parameter::Names(names))
}

/// Returns the events of the vectors that passed.
fn read_right<'p>(problem: &'p Problem<'_>) -> impl Iterator<Item = &'p EventBuf> {
    let right = problem
        .seen
        .iter()
        .filter(|seen| seen.observed == Observed::Right);
    let steps = right.flat_map(|seen| &seen.vector.steps);
    steps.filter_map(|step| match &step.expect {
        Expectation::Event(event) => Some(event),
        _ => None,
    })
}

/// The first vectors of which the subject reported less than expected.
struct Sample<'s> {
    problem: &'s Problem<'s>,
    /// The vectors of which the subject reported a part.
    cut: Vec<usize>,
    /// The vectors of which the subject reported nothing.
    lost: Vec<usize>,
}

impl<'s> Sample<'s> {
    fn new(problem: &'s Problem<'_>) -> Self {
        let mut sample = Self {
            problem,
            cut: Vec::new(),
            lost: Vec::new(),
        };
        for at in problem.wrong() {
            let reported = problem.seen[at].reported();
            let vectors = if reported == 0 {
                &mut sample.lost
            } else {
                &mut sample.cut
            };
            if reported < problem.correct(at).reported && vectors.len() < ESTIMATED_FROM {
                vectors.push(at);
            }
        }
        sample
    }

    /// Returns the numbers with which a fault does what the subject did with some of the vectors.
    fn numbers(&self, fault: &'static Fault) -> Vec<usize> {
        let mut fits = BTreeMap::<usize, usize>::new();
        for at in self.cut.iter().chain(&self.lost).copied() {
            let seen = &self.problem.seen[at];
            let mut numbers = lengths(seen);
            if seen.reported() > 0 {
                numbers.insert(self.by_size_of_report(at, fault));
            }
            for number in numbers {
                if seen.agrees(self.simulate(at, fault, number)) {
                    *fits.entry(number).or_default() += 1;
                }
            }
        }
        let mut numbers: Vec<_> = fits.into_iter().collect();
        numbers.sort_by_key(|(number, fits)| (std::cmp::Reverse(*fits), *number));
        let numbers = numbers.into_iter().map(|(number, _)| number);
        numbers.take(MAX_NUMBERS).collect()
    }

    /// Searches the number with which a model of the fault reports as much of a vector as the
    /// subject did. A binary search, because the report grows with the number.
    fn by_size_of_report(&self, at: usize, fault: &'static Fault) -> usize {
        let seen = &self.problem.seen[at];
        let (mut low, mut high) = (0, seen.vector.longest_datagram());
        if self.simulate(at, fault, low).reported >= seen.reported() {
            // Most faults do not limit this vector, and need no search.
            return low;
        }
        while low < high {
            let middle = low.midpoint(high);
            if self.simulate(at, fault, middle).reported < seen.reported() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn simulate(&self, at: usize, fault: &'static Fault, number: usize) -> Simulated {
        let parameter = Parameter::Number(number);
        self.problem
            .simulate(at, [&FaultInstance { fault, parameter }])
    }
}

/// Returns the lengths and counts in a vector, and those minus one: the limits that a fault may
/// have.
fn lengths(seen: &Seen<'_>) -> BTreeSet<usize> {
    let of_step = |step: &Step| {
        let mut lengths = vec![step.datagram.len()];
        if let Expectation::Event(event) = &step.expect {
            lengths.extend([event.params.len(), event.name.len()]);
            let names = event.params.iter().filter_map(|param| param.name.as_ref());
            lengths.extend(names.map(Vec::len).max());
            let values = event
                .params
                .iter()
                .filter_map(|param| param.as_param().value.as_bytes().map(|bytes| bytes.len()));
            lengths.extend(values.max());
        }
        lengths
    };
    seen.vector
        .steps
        .iter()
        .flat_map(of_step)
        .flat_map(|length| [length.saturating_sub(1), length])
        .collect()
}
