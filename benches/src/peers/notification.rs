//! A notification that every writer with serde support can serialize.

use event_datagram::{Event, EventBuf, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A notification that serde serializes like OpenSIPS 3.4 to 4.0.
#[derive(serde::Serialize)]
pub(super) struct Notification<'e> {
    jsonrpc: &'static str,
    method: &'e str,
    params: NotificationParams<'e>,
}

struct NotificationParams<'e>(&'e EventBuf);

impl<'e> Notification<'e> {
    /// Creates the notification of an event. Returns `None` if its name is not UTF-8.
    pub(super) fn new(event: &'e EventBuf) -> Option<Self> {
        Some(Self {
            jsonrpc: "2.0",
            method: str::from_utf8(&event.name).ok()?,
            params: NotificationParams(event),
        })
    }
}

impl Serialize for NotificationParams<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(event) = self;
        if event
            .params
            .first()
            .is_none_or(|param| param.name.is_some())
        {
            let mut map = serializer.serialize_map(Some(event.params.len()))?;
            for param in event.params() {
                let name = param
                    .name
                    .and_then(|name| name.as_slice())
                    .unwrap_or_default();
                map.serialize_entry(&utf8(name)?, &NotificationValue(param.value))?;
            }
            return map.end();
        }
        let mut seq = serializer.serialize_seq(Some(event.params.len()))?;
        for param in event.params() {
            seq.serialize_element(&NotificationValue(param.value))?;
        }
        seq.end()
    }
}

struct NotificationValue<'e>(Value<'e>);

impl Serialize for NotificationValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bytes(bytes) => {
                serializer.serialize_str(utf8(bytes.as_slice().unwrap_or_default())?)
            }
            Value::Integer(integer) => serializer.serialize_i64(integer),
            _ => serializer.serialize_unit(),
        }
    }
}

fn utf8<E: serde::ser::Error>(bytes: &[u8]) -> Result<&str, E> {
    str::from_utf8(bytes).map_err(E::custom)
}
