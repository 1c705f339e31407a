use event_datagram::{EventBuf, ParamBuf, Value};

/// A part of a notification. A reader passes the parts in their order; the name of a parameter
/// precedes its value.
#[derive(Clone, Copy, Debug)]
pub enum JsonPart<'a> {
    /// The event's name.
    Method(&'a str),
    /// The name of a parameter, if it has one.
    Name(&'a str),
    /// The value of a parameter.
    Value(Value<'a>),
}

/// Returns the event that consists of the parts that a reader passes. Returns `None` if the reader
/// returns `None`, or if there is no event name.
pub(super) fn event_of_parts(
    read: impl FnOnce(&mut dyn FnMut(JsonPart<'_>)) -> Option<()>,
) -> Option<EventBuf> {
    let (mut event_name, mut param_name, mut params) = (None, None, Vec::new());
    read(&mut |part| match part {
        JsonPart::Method(name) => event_name = Some(name.as_bytes().to_vec()),
        JsonPart::Name(name) => param_name = Some(name.as_bytes().to_vec()),
        JsonPart::Value(value) => params.push(ParamBuf {
            name: param_name.take(),
            value: value.into(),
        }),
    })?;
    Some(EventBuf::new(event_name?, params))
}
