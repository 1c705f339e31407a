//! Constructors of fault injections for the listener of the JSON-RPC dialect, one for each kind of
//! parameter.

use super::reader::Reader;
use crate::faults::fault::Injection;
use crate::faults::inject::Inject;
use crate::faults::listener::Listener;

/// Returns the injection of a fault without a parameter.
pub(super) const fn always(inject: fn(&mut Listener<Reader>)) -> Injection {
    Injection::JsonRpc(Inject::Always(inject))
}

/// Returns the injection of a fault with a number, for which examples are given.
pub(super) const fn number(
    examples: &'static [usize],
    inject: fn(&mut Listener<Reader>, usize),
) -> Injection {
    Injection::JsonRpc(Inject::Number(examples, inject))
}

/// Returns the injection of a fault with event names.
pub(super) const fn with_event_names(inject: fn(&mut Listener<Reader>, &[Vec<u8>])) -> Injection {
    Injection::JsonRpc(Inject::EventNames(inject))
}

/// Returns the injection of a fault with names of parameters.
pub(super) const fn with_param_names(inject: fn(&mut Listener<Reader>, &[Vec<u8>])) -> Injection {
    Injection::JsonRpc(Inject::ParamNames(inject))
}
