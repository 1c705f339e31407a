//! With `serde_json`: into its tree of values, and into types of one's own that borrow.

use std::borrow::Cow;
use std::fmt;

use event_datagram::{Event, EventBuf, ParamBuf, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;

/// Reads any JSON. Of parameters with the same name, only the last is left.
pub fn read_tree(datagram: &[u8]) -> Option<Json> {
    serde_json::from_slice(datagram).ok()
}

/// Goes through the parameters of a tree.
pub fn each_of_tree(tree: &Json, mut each: impl FnMut(Option<&str>, &Json)) {
    match &tree["params"] {
        Json::Object(params) => params
            .iter()
            .for_each(|(name, value)| each(Some(name), value)),
        Json::Array(params) => params.iter().for_each(|value| each(None, value)),
        _ => {}
    }
}

/// Gives the event that a tree is.
pub fn event_of_tree(tree: &Json) -> Option<EventBuf> {
    let mut params = Vec::new();
    each_of_tree(tree, |name, value| {
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

/// A datagram as types of one's own.
#[derive(Debug, serde::Deserialize)]
pub struct Typed<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: TypedParams<'a>,
}

#[derive(Debug, Default)]
struct TypedParams<'a>(Vec<(Option<Text<'a>>, TypedValue<'a>)>);

/// A string that borrows where it can, also where serde would not let a `Cow` do so.
#[derive(Debug, serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Debug)]
enum TypedValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Null,
}

impl<'a> Typed<'a> {
    /// Reads a datagram whose strings are UTF-8.
    pub fn read(datagram: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(datagram).ok()
    }

    /// Gives the name.
    pub fn name(&self) -> &str {
        &self.method
    }

    /// Goes through the parameters.
    pub fn each(&self, mut each: impl FnMut(Option<&str>, Value<'_>)) {
        for (name, value) in &self.params.0 {
            let value = match value {
                TypedValue::Text(text) => Value::from(&**text),
                TypedValue::Integer(integer) => Value::Integer(*integer),
                TypedValue::Null => Value::Null,
            };
            each(name.as_ref().map(|name| &*name.0), value);
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for TypedParams<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Params;

        impl<'de> Visitor<'de> for Params {
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

        deserializer.deserialize_any(Params)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for TypedValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl<'de> Visitor<'de> for Scalar {
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

        deserializer.deserialize_any(Scalar)
    }
}

/// An event whose strings are UTF-8, as what serde writes like OpenSIPS 3.4 to 4.0.
#[derive(serde::Serialize)]
pub struct Message<'e> {
    jsonrpc: &'static str,
    method: &'e str,
    params: MessageParams<'e>,
}

struct MessageParams<'e>(&'e EventBuf);

impl<'e> Message<'e> {
    /// Makes a message of an event; `None` where a string is not UTF-8.
    pub fn new(event: &'e EventBuf) -> Option<Self> {
        Some(Self {
            jsonrpc: "2.0",
            method: str::from_utf8(&event.name).ok()?,
            params: MessageParams(event),
        })
    }
}

impl Serialize for MessageParams<'_> {
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
                map.serialize_entry(&utf8(name)?, &MessageValue(param.value))?;
            }
            return map.end();
        }
        let mut seq = serializer.serialize_seq(Some(event.params.len()))?;
        for param in event.params() {
            seq.serialize_element(&MessageValue(param.value))?;
        }
        seq.end()
    }
}

struct MessageValue<'e>(Value<'e>);

impl Serialize for MessageValue<'_> {
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
