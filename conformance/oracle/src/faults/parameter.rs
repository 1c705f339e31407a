/// The parameter of a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parameter {
    /// The fault has no parameter.
    #[default]
    None,
    /// A limit or a period.
    Number(usize),
    /// Names of events or of parameters.
    Names(Vec<Vec<u8>>),
}

/// The kind of parameter that a fault needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// The fault needs no parameter.
    None,
    /// A number; holds common values.
    Number(&'static [usize]),
    /// Event names.
    EventNames,
    /// Names of parameters.
    ParamNames,
}
