//! A notification that every parser with serde support can deserialize.

use std::borrow::Cow;
use std::fmt;

use event_datagram::Value;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::json_part::JsonPart;

/// A notification whose strings borrow from the datagram, unless they contain escapes.
#[derive(Debug, serde::Deserialize)]
pub(super) struct TypedNotification<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: TypedParams<'a>,
}

#[derive(Debug, Default)]
struct TypedParams<'a>(Vec<(Option<JsonString<'a>>, TypedValue<'a>)>);

/// A string that borrows from the datagram, unless it contains escapes. A type of its own, because
/// serde never borrows a plain `Cow` that is a key.
#[derive(Debug, serde::Deserialize)]
struct JsonString<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Debug)]
enum TypedValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Null,
}

impl<'a> TypedNotification<'a> {
    /// Calls `on_part` for each part.
    pub(super) fn for_each_part(&self, mut on_part: impl FnMut(JsonPart<'_>)) {
        on_part(JsonPart::Method(&self.method));
        for (name, value) in &self.params.0 {
            if let Some(JsonString(name)) = name {
                on_part(JsonPart::Name(name));
            }
            on_part(JsonPart::Value(match value {
                TypedValue::Text(text) => Value::from(&**text),
                TypedValue::Integer(integer) => Value::Integer(*integer),
                TypedValue::Null => Value::Null,
            }));
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
