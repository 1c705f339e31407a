//! Decoders and an encoder that use `sonic-rs`: one decoder builds its tree of values, the other
//! one fills types that borrow from the datagram.
//!
//! `sonic-rs` checks UTF-8, so it rejects strings of other bytes. Its tree keeps all parameters, in
//! their order.

use event_datagram::{EventBuf, Value};
use sonic_rs::{JsonContainerTrait, JsonNumberTrait, Value as Json, ValueRef};

use super::json_part::JsonPart;
use super::notification::Notification;
use super::typed_notification::TypedNotification;

/// Parses any JSON into a tree, and calls `on_part` for each part of the event. Returns `None` if
/// the datagram is no event.
pub fn read_tree(datagram: &[u8], mut on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
    let tree: Json = sonic_rs::from_slice(datagram).ok()?;
    for (member, json) in tree.as_object()? {
        match (member, json.as_ref()) {
            ("method", ValueRef::String(method)) => on_part(JsonPart::Method(method)),
            ("params", ValueRef::Object(params)) => {
                for (name, json) in params {
                    on_part(JsonPart::Name(name));
                    on_part(JsonPart::Value(value(json)?));
                }
            }
            ("params", ValueRef::Array(params)) => {
                for json in params {
                    on_part(JsonPart::Value(value(json)?));
                }
            }
            ("method" | "params", _) => return None,
            _ => {}
        }
    }
    Some(())
}

fn value(json: &Json) -> Option<Value<'_>> {
    match json.as_ref() {
        ValueRef::String(text) => Some(Value::from(text)),
        ValueRef::Number(number) => number.as_i64().map(Value::Integer),
        ValueRef::Null => Some(Value::Null),
        _ => None,
    }
}

/// Parses into types that borrow from the datagram, and calls `on_part` for each part of the event.
/// Returns `None` if the datagram is no event.
pub fn read_typed(datagram: &[u8], on_part: impl FnMut(JsonPart<'_>)) -> Option<()> {
    let typed: TypedNotification<'_> = sonic_rs::from_slice(datagram).ok()?;
    typed.for_each_part(on_part);
    Some(())
}

/// Encodes an event like OpenSIPS 3.4 to 4.0. Returns `None` if it is not UTF-8.
pub fn write(event: &EventBuf, datagram: &mut Vec<u8>) -> Option<()> {
    sonic_rs::to_writer(datagram, &Notification::new(event)?).ok()
}
