use event_datagram_oracle::faults::{FaultInstance, Parameter};
use serde::{Deserialize, Serialize};

/// One fault that explains results of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// The slug of the fault.
    pub fault: String,
    /// What the subject does, with the parameter.
    pub sentence: String,
    /// The requirement that the fault breaks.
    pub requirement: String,
    /// The parameter of the fault.
    pub parameter: CauseParameter,
    /// How many results the cause explains, warnings included.
    pub explains: usize,
    /// The id of the smallest vector that shows the cause alone.
    pub example: String,
    /// The slugs of other faults that explain the same results.
    pub also: Vec<String>,
}

/// The parameter that the diagnosis found for a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CauseParameter {
    /// The fault has no parameter.
    None,
    /// A limit or a period.
    Number(usize),
    /// Names of events or of parameters.
    Names(Vec<String>),
}

impl Cause {
    /// Returns whether the cause is this fault, or one that the results do not distinguish from it.
    pub fn may_be(&self, slug: &str) -> bool {
        self.fault == slug || self.also.iter().any(|other| other == slug)
    }
}

impl CauseParameter {
    pub(super) fn of(instance: &FaultInstance) -> Self {
        match &instance.parameter {
            Parameter::None => Self::None,
            Parameter::Number(number) => Self::Number(*number),
            Parameter::Names(names) => {
                let names = names.iter();
                Self::Names(names.map(|name| crate::escape::escaped(name)).collect())
            }
        }
    }
}
