/// The parameter of a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parameter {
    /// The fault has none.
    #[default]
    None,
    /// A limit or a period.
    Number(usize),
    /// Names of events or of parameters.
    Names(Vec<Vec<u8>>),
}

/// What a fault needs for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Nothing.
    None,
    /// A number; these are common ones.
    Number(&'static [usize]),
    /// Event names.
    EventNames,
    /// Names of parameters.
    ParamNames,
}
