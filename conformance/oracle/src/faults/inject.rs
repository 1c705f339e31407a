use super::listener::Listener;
use super::parameter::{Parameter, ParameterKind};

/// The function that injects a fault into a listener.
pub(super) enum Inject<R> {
    Always(fn(&mut Listener<R>)),
    /// Takes a number; holds examples of numbers, too.
    Number(&'static [usize], fn(&mut Listener<R>, usize)),
    /// Takes event names.
    EventNames(fn(&mut Listener<R>, &[Vec<u8>])),
    /// Takes names of parameters.
    ParamNames(fn(&mut Listener<R>, &[Vec<u8>])),
}

impl<R> Inject<R> {
    /// Injects the fault into a listener.
    ///
    /// # Panics
    ///
    /// If the parameter is not of the kind that the fault needs.
    pub(super) fn inject(&self, listener: &mut Listener<R>, parameter: &Parameter) {
        match (self, parameter) {
            (Self::Always(inject), Parameter::None) => inject(listener),
            (Self::Number(_, inject), Parameter::Number(number)) => inject(listener, *number),
            (Self::EventNames(inject) | Self::ParamNames(inject), Parameter::Names(names)) => {
                inject(listener, names);
            }
            (_, parameter) => panic!("the fault takes no such parameter: {parameter:?}"),
        }
    }

    /// Returns the kind of parameter that the fault needs.
    pub(super) fn parameter(&self) -> ParameterKind {
        match self {
            Self::Always(_) => ParameterKind::None,
            Self::Number(examples, _) => ParameterKind::Number(examples),
            Self::EventNames(_) => ParameterKind::EventNames,
            Self::ParamNames(_) => ParameterKind::ParamNames,
        }
    }
}

impl<R> std::fmt::Debug for Inject<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parameter().fmt(f)
    }
}
