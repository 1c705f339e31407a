use super::inject::Inject;
use super::jsonrpc::reader::Reader as JsonRpcReader;
use super::parameter::ParameterKind;
use super::text::reader::Reader as TextReader;

/// One thing that a listener does wrong.
#[derive(Debug)]
pub struct Fault {
    /// The name of the fault, which never changes.
    pub slug: &'static str,
    /// What the listener does, for its author, as a phrase that begins with a verb. `{}` stands for
    /// the parameter.
    pub sentence: &'static str,
    /// The requirement that the fault breaks.
    pub requirement: &'static str,
    pub(super) injection: Injection,
}

/// Faults of one kind.
#[derive(Debug)]
pub struct FaultGroup {
    /// What the faults have in common.
    pub title: &'static str,
    /// The faults, in the order in which they are injected.
    pub faults: &'static [Fault],
}

impl Fault {
    /// Returns the kind of parameter that the fault needs.
    pub fn parameter(&self) -> ParameterKind {
        match &self.injection {
            Injection::Text(inject) => inject.parameter(),
            Injection::JsonRpc(inject) => inject.parameter(),
        }
    }
}

/// A change to a listener of one dialect.
#[derive(Debug)]
pub(super) enum Injection {
    Text(Inject<TextReader>),
    JsonRpc(Inject<JsonRpcReader>),
}
