use memchr::memchr;

use crate::{Bytes, Event, Param, Unwritable, UnwritableReason, Value};

/// Checks whether the datagram, of any release, reads back as `event`.
pub(super) fn check<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    if holds_nul(&event.name()) {
        return Err(Unwritable::new(None, UnwritableReason::NulInEventName));
    }
    let mut named = None;
    for (index, param) in event.params().enumerate() {
        let named = *named.get_or_insert(param.name.is_some());
        if let Some(reason) = name_reason(&param, named).or_else(|| value_reason(&param.value)) {
            return Err(Unwritable::new(Some(index), reason));
        }
    }
    Ok(())
}

/// Returns the reason why a name does not read back. With `named`, the first parameter has a name,
/// so that an object is written.
fn name_reason(param: &Param<'_>, named: bool) -> Option<UnwritableReason> {
    match param.name {
        Some(_) if !named => Some(UnwritableReason::NameBehindUnnamed),
        Some(name) => holds_nul(&name).then_some(UnwritableReason::NulInName),
        None => named.then_some(UnwritableReason::UnnamedBehindNamed),
    }
}

fn value_reason(value: &Value<'_>) -> Option<UnwritableReason> {
    let content = value.as_bytes()?;
    holds_nul(&content).then_some(UnwritableReason::NulInValue)
}

fn holds_nul(content: &Bytes<'_>) -> bool {
    content.chunks().any(|chunk| memchr(0, &chunk).is_some())
}
