//! Peers with `serde_json`: its tree of values, and own types that borrow.

use std::borrow::Cow;
use std::fmt;

use event_datagram::{Event, EventBuf, ParamBuf, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;

/// Parses any JSON. Of parameters with the same name, the tree keeps only the last.
pub fn read_tree(datagram: &[u8]) -> Option<Json> {
    serde_json::from_slice(datagram).ok()
}

/// Calls `on_param` for each parameter of a tree.
pub fn for_each_param_of_tree(tree: &Json, mut on_param: impl FnMut(Option<&str>, &Json)) {
    match &tree["params"] {
        Json::Object(params) => params
            .iter()
            .for_each(|(name, value)| on_param(Some(name), value)),
        Json::Array(params) => params.iter().for_each(|value| on_param(None, value)),
        _ => {}
    }
}

/// Converts a tree into an event.
pub fn event_of_tree(tree: &Json) -> Option<EventBuf> {
    let mut params = Vec::new();
    for_each_param_of_tree(tree, |name, value| {
        let value = match value {
            Json::String(text) => Some(Value::from(text.as_str())),
            Json::Number(number) => number.as_i64().map(Value::Integer),
            Json::Null => Some(Value::Null),
            _ => None,
        };
        let name = name.map(|name| name.as_bytes().to_vec());
        params.push(value.map(|value| ParamBuf {
            name,
            value: value.into(),
        }));
    });
    Some(EventBuf::new(
        tree["method"].as_str()?,
        params.into_iter().collect::<Option<Vec<_>>>()?,
    ))
}

/// A notification as own types.
#[derive(Debug, serde::Deserialize)]
pub struct TypedNotification<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: TypedParams<'a>,
}

#[derive(Debug, Default)]
struct TypedParams<'a>(Vec<(Option<JsonString<'a>>, TypedValue<'a>)>);

/// A string that borrows if it can; as a key, serde never borrows a plain `Cow`.
#[derive(Debug, serde::Deserialize)]
struct JsonString<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Debug)]
enum TypedValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Null,
}

impl<'a> TypedNotification<'a> {
    /// Parses a datagram whose strings are UTF-8.
    pub fn read(datagram: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(datagram).ok()
    }

    /// Returns the event's name.
    pub fn name(&self) -> &str {
        &self.method
    }

    /// Calls `on_param` for each parameter.
    pub fn for_each_param(&self, mut on_param: impl FnMut(Option<&str>, Value<'_>)) {
        for (name, value) in &self.params.0 {
            let value = match value {
                TypedValue::Text(text) => Value::from(&**text),
                TypedValue::Integer(integer) => Value::Integer(*integer),
                TypedValue::Null => Value::Null,
            };
            on_param(name.as_ref().map(|name| &*name.0), value);
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for TypedParams<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ParamsVisitor;

        impl<'de> Visitor<'de> for ParamsVisitor {
            type Value = TypedParams<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or array")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut params = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    params.push((Some(name), value));
                }
                Ok(TypedParams(params))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut params = Vec::new();
                while let Some(value) = seq.next_element()? {
                    params.push((None, value));
                }
                Ok(TypedParams(params))
            }
        }

        deserializer.deserialize_any(ParamsVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for TypedValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = TypedValue<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, an integer or null")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(TypedValue::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TypedValue::Text(Cow::Owned(text.into())))
            }

            fn visit_i64<E>(self, integer: i64) -> Result<Self::Value, E> {
                Ok(TypedValue::Integer(integer))
            }

            fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<Self::Value, E> {
                i64::try_from(integer)
                    .map(TypedValue::Integer)
                    .map_err(E::custom)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(TypedValue::Null)
            }
        }

        deserializer.deserialize_any(ValueVisitor)
    }
}

/// A notification that serde serializes like OpenSIPS 3.4 to 4.0.
#[derive(serde::Serialize)]
pub struct Notification<'e> {
    jsonrpc: &'static str,
    method: &'e str,
    params: NotificationParams<'e>,
}

struct NotificationParams<'e>(&'e EventBuf);

impl<'e> Notification<'e> {
    /// Creates the notification of an event. Returns `None` if its name is not UTF-8.
    pub fn new(event: &'e EventBuf) -> Option<Self> {
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
