use event_datagram::{Event, EventBuf, ParamBuf, ValueBuf};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::event_line;

/// Returns the JSON value of the line that [`event_line`] returns.
pub fn event_to_json(event: &impl Event) -> Value {
    serde_json::from_slice(&event_line(event)).expect("it is JSON")
}

/// Parses an event in its usual form: no hex, and no optional members. Returns `None` for any other
/// line, which [`event_from_json`] may parse. This function is faster if there are many parameters.
pub(super) fn event_in_usual_form(line: &[u8]) -> Option<EventBuf> {
    let FromObject(UsualEvent { event, params }) = serde_json::from_slice(line).ok()?;
    let params: Vec<_> = params
        .into_iter()
        .map(|FromObject(UsualParam { name, value })| ParamBuf {
            name: name.map(String::into_bytes),
            value: match value {
                UsualValue::Text(text) => ValueBuf::Bytes(text.into_bytes()),
                UsualValue::Integer(integer) => ValueBuf::Integer(integer),
            },
        })
        .collect();
    Some(EventBuf::new(event, params))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsualEvent {
    event: String,
    params: Vec<FromObject<UsualParam>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsualParam {
    name: Option<String>,
    value: UsualValue,
}

/// A value that is deserialized only from an object. Derived implementations also accept a list of
/// the members' values.
struct FromObject<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FromObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(MapOnly(deserializer)).map(Self)
    }
}

struct MapOnly<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for MapOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

enum UsualValue {
    Text(String),
    Integer(i64),
}

impl<'de> Deserialize<'de> for UsualValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrInteger;

        impl Visitor<'_> for TextOrInteger {
            type Value = UsualValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or an integer")
            }

            fn visit_str<E>(self, text: &str) -> Result<UsualValue, E> {
                Ok(UsualValue::Text(text.into()))
            }

            fn visit_i64<E>(self, integer: i64) -> Result<UsualValue, E> {
                Ok(UsualValue::Integer(integer))
            }

            fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<UsualValue, E> {
                i64::try_from(integer)
                    .map(UsualValue::Integer)
                    .map_err(E::custom)
            }
        }

        deserializer.deserialize_any(TextOrInteger)
    }
}

/// Parses an event in the form of the contract, as [`event_line`] writes it.
///
/// If a member has both forms, the hex form counts. Unknown members are ignored.
///
/// # Errors
///
/// A message that says what is wrong and where, such as `params[2].value is a list`.
pub fn event_from_json(json: &Value) -> Result<EventBuf, String> {
    let object = json.as_object().ok_or("it is not a JSON object")?;
    let name = bytes_member(object, "event", "")?.ok_or("`event` is missing")?;
    let params = match object.get("params") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| param_from_json(index, item))
            .collect::<Result<_, _>>()?,
        Some(other) => return Err(format!("`params` is {}, not a list", type_name(other))),
    };
    Ok(EventBuf { name, params })
}

fn param_from_json(index: usize, json: &Value) -> Result<ParamBuf, String> {
    let place = format!("params[{index}].");
    let object = json
        .as_object()
        .ok_or_else(|| format!("params[{index}] is {}, not an object", type_name(json)))?;
    let name = bytes_member(object, "name", &place)?;
    let value = match object.get("value") {
        Some(Value::Number(number)) => {
            let integer = number.as_i64();
            ValueBuf::Integer(
                integer
                    .ok_or_else(|| format!("{place}value is {number}, no signed 64-bit integer"))?,
            )
        }
        value => match bytes_member(object, "value", &place)? {
            Some(bytes) => ValueBuf::Bytes(bytes),
            None if value.is_some() => ValueBuf::Null,
            None => return Err(format!("{place}value is missing")),
        },
    };
    Ok(ParamBuf { name, value })
}

/// Returns the bytes of a member in either form. Returns `None` if the member is missing or null.
fn bytes_member(
    object: &Map<String, Value>,
    member: &str,
    place: &str,
) -> Result<Option<Vec<u8>>, String> {
    let in_hex = format!("{member}_hex");
    match object.get(&in_hex) {
        None | Some(Value::Null) => {}
        Some(Value::String(digits)) => {
            let bytes = hex::decode(digits)
                .map_err(|error| format!("{place}{in_hex} is not hex: {error}"))?;
            return Ok(Some(bytes));
        }
        Some(other) => {
            return Err(format!(
                "{place}{in_hex} is {}, not a string",
                type_name(other)
            ));
        }
    }
    match object.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone().into_bytes())),
        Some(other) => Err(format!(
            "{place}{member} is {}, not a string",
            type_name(other)
        )),
    }
}

fn type_name(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
