use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde::Deserialize;
use serde_json::Value;

use super::bytes::{ByteNotation, MAX_BYTES};
use super::vector::{Authority, Captured, Expectation, Level, Step, Vector};
use crate::dialect::Dialect;
use crate::escape::visible;

/// Parses the text of a vector file.
///
/// # Errors
///
/// Returns a message that says what is wrong, with the vector and the field, but without the name
/// of the file.
pub fn read(text: &str) -> Result<Vec<Vector>, String> {
    // Messages quote the text, so its invisible characters are escaped.
    parse(text).map_err(|message| visible(&message))
}

fn parse(text: &str) -> Result<Vec<Vector>, String> {
    let json = serde_json::from_str(text).map_err(|error| {
        format!("expected JSON in the format of corpus/vectors/schema.json: {error}")
    })?;
    let file: FileNotation = deserialize(&json)?;
    if !is_slug(&file.topic) {
        return Err(format!("topic: {SLUG}"));
    }
    if file.vectors.is_empty() {
        return Err("vectors: expected at least one".into());
    }
    let vectors = file.vectors.iter().enumerate();
    vectors
        .map(|(index, json)| {
            vector(&file, json).map_err(|error| match json.get("id").and_then(Value::as_str) {
                Some(id) => format!("vector `{id}`: {error}"),
                None => format!("vector number {}, which has no id: {error}", index + 1),
            })
        })
        .collect()
}

fn vector(file: &FileNotation, json: &Value) -> Result<Vector, String> {
    let entry: VectorNotation = deserialize(json)?;
    if !is_slug(&entry.id) {
        return Err(format!("id: {SLUG}"));
    }
    let steps = match (entry.datagram, entry.sequence, entry.expect) {
        (Some(datagram), None, ExpectedNotation::One(expectation)) => {
            vec![Step {
                datagram: datagram
                    .expand()
                    .map_err(|error| format!("datagram: {error}"))?,
                expect: expectation
                    .resolve()
                    .map_err(|error| format!("expect{error}"))?,
            }]
        }
        (None, Some(sequence), ExpectedNotation::Each(expectations)) => {
            if sequence.is_empty() {
                return Err("sequence: expected at least one datagram".into());
            }
            if sequence.len() != expectations.len() {
                let (datagrams, expectations) = (sequence.len(), expectations.len());
                return Err(format!(
                    "expect: {expectations} for {datagrams} datagrams; one each is needed"
                ));
            }
            let pairs = sequence.iter().zip(&expectations).enumerate();
            let steps = pairs.map(|(index, (datagram, expectation))| {
                Ok(Step {
                    datagram: datagram
                        .expand()
                        .map_err(|error| format!("sequence[{index}]: {error}"))?,
                    expect: expectation
                        .resolve()
                        .map_err(|error| format!("expect[{index}]{error}"))?,
                })
            });
            steps.collect::<Result<_, String>>()?
        }
        (Some(_), None, ExpectedNotation::Each(_)) => {
            return Err("expect: a list goes with `sequence`".into());
        }
        (None, Some(_), ExpectedNotation::One(_)) => {
            return Err("expect: with `sequence` it is a list, one item per datagram".into());
        }
        (Some(_), Some(_), _) => {
            return Err("sequence: it excludes `datagram`, which is there, too".into());
        }
        (None, None, _) => return Err("datagram: it is missing, and so is `sequence`".into()),
    };
    Ok(Vector {
        id: entry.id,
        topic: file.topic.clone(),
        dialect: file.dialect,
        requirement: visible(&entry.requirement),
        level: entry.level,
        authority: entry.authority,
        summary: visible(&entry.summary),
        steps,
        captured: entry.captured,
        notes: entry.notes.as_deref().map(visible),
        not_applicable: None,
    })
}

/// The message for ids and topics that are malformed.
pub(super) const SLUG: &str =
    "expected lower-case letters and digits with single hyphens between them";

/// Deserializes an object. Errors name the field.
pub(super) fn deserialize<'de, T: Deserialize<'de>>(json: &'de Value) -> Result<T, String> {
    // Derived implementations also accept lists of the right length.
    if !json.is_object() {
        return Err("expected an object".into());
    }
    serde_path_to_error::deserialize(json).map_err(|error| error.to_string())
}

/// Returns whether a text can be an id or a topic: lower-case letters and digits with single
/// hyphens between them.
pub fn is_slug(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    id.split('-').all(word)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileNotation {
    #[serde(rename = "$schema")]
    _schema: String,
    topic: String,
    dialect: Dialect,
    #[serde(rename = "summary")]
    _summary: String,
    vectors: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorNotation {
    id: String,
    requirement: String,
    level: Level,
    authority: Authority,
    summary: String,
    datagram: Option<ByteNotation>,
    sequence: Option<Vec<ByteNotation>>,
    expect: ExpectedNotation,
    captured: Option<Captured>,
    notes: Option<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected an expectation, or a list of them for a sequence"
)]
enum ExpectedNotation {
    Each(Vec<ExpectNotation>),
    One(ExpectNotation),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ExpectNotation {
    Event(EventNotation),
    Reject,
    Survive,
    AnyOf(Vec<Self>),
}

impl ExpectNotation {
    fn resolve(&self) -> Result<Expectation, String> {
        match self {
            Self::Event(event) => event
                .resolve()
                .map(Expectation::Event)
                .map_err(|error| format!(".event{error}")),
            Self::Reject => Ok(Expectation::Reject),
            Self::Survive => Ok(Expectation::Survive),
            Self::AnyOf(several) if several.len() < 2 => {
                Err(".any_of: expected at least two".into())
            }
            Self::AnyOf(several) => {
                let each = several.iter().enumerate().map(|(index, one)| match one {
                    Self::Event(_) | Self::Reject => one
                        .resolve()
                        .map_err(|error| format!(".any_of[{index}]{error}")),
                    _ => Err(format!(".any_of[{index}]: expected an event or \"reject\"")),
                });
                each.collect::<Result<_, _>>().map(Expectation::AnyOf)
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventNotation {
    event: ByteNotation,
    params: Vec<ParamsNotation>,
}

impl EventNotation {
    fn resolve(&self) -> Result<EventBuf, String> {
        let name = self
            .event
            .expand()
            .map_err(|error| format!(".event: {error}"))?;
        let mut params = Vec::new();
        let mut size = 0_usize;
        for (index, notation) in self.params.iter().enumerate() {
            let (param, times) = match notation {
                ParamsNotation::One(param) => (param, 1),
                ParamsNotation::Repeat(RepeatNotation { repeat, times }) => (repeat, *times),
            };
            let param = param
                .resolve()
                .map_err(|error| format!(".params[{index}]{error}"))?;
            if times > MAX_PARAMS {
                return Err(format!(".params[{index}].times: {times} are too many"));
            }
            size = size.saturating_add(length(&param).saturating_mul(times));
            if size > MAX_BYTES {
                return Err(format!(
                    ".params[{index}]: more than {MAX_BYTES} bytes are too much"
                ));
            }
            params.extend(std::iter::repeat_n(param, times));
        }
        Ok(EventBuf { name, params })
    }
}

/// Returns the length of a parameter, in bytes.
fn length(param: &ParamBuf) -> usize {
    let value = match &param.value {
        ValueBuf::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    param.name.as_ref().map_or(0, Vec::len) + value
}

/// The most parameters of an event, which is more than a datagram can have.
const MAX_PARAMS: usize = 65_536;

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a parameter with a value, or {\"repeat\":…,\"times\":…}"
)]
enum ParamsNotation {
    One(ParamNotation),
    Repeat(RepeatNotation),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepeatNotation {
    repeat: ParamNotation,
    times: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParamNotation {
    name: Option<ByteNotation>,
    value: ValueNotation,
}

impl ParamNotation {
    fn resolve(&self) -> Result<ParamBuf, String> {
        let name = self.name.as_ref().map(ByteNotation::expand).transpose();
        let name = name.map_err(|error| format!(".name: {error}"))?;
        let value = self
            .value
            .resolve()
            .map_err(|error| format!(".value: {error}"))?;
        Ok(ParamBuf { name, value })
    }
}

/// A value in the notation of vector files. Its JSON type is its type on the wire.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a string or a list of parts, an integer of 64 bits, or null"
)]
enum ValueNotation {
    Bytes(ByteNotation),
    Integer(i64),
    Null,
}

impl ValueNotation {
    fn resolve(&self) -> Result<ValueBuf, String> {
        match self {
            Self::Bytes(bytes) => bytes.expand().map(ValueBuf::from),
            Self::Integer(integer) => Ok(ValueBuf::Integer(*integer)),
            Self::Null => Ok(ValueBuf::Null),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a file with one vector, which expects one parameter of this value.
    fn value(json: &str) -> Result<ValueBuf, String> {
        let vectors = read(&format!(
            r#"{{"$schema": "../schema.json", "topic": "t", "dialect": "jsonrpc", "summary": "s.", "vectors": [
                {{"id": "v", "requirement": "J4", "level": "must", "authority": "sender", "summary": "s.", "datagram": "d",
                "expect": {{"event": {{"event": "E_TEST", "params": [{{"name": "n", {json}}}]}}}}}}
            ]}}"#
        ))?;
        match &vectors[0].steps[0].expect {
            Expectation::Event(event) => Ok(event.params[0].value.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_type_of_a_value_is_its_type_on_the_wire() {
        for (json, expected) in [
            (r#""value": "7""#, ValueBuf::Bytes(b"7".to_vec())),
            (
                r#""value": ["7", {"hex": "ff"}]"#,
                ValueBuf::Bytes(b"7\xff".to_vec()),
            ),
            (r#""value": 7"#, ValueBuf::Integer(7)),
            (
                r#""value": -9223372036854775808"#,
                ValueBuf::Integer(i64::MIN),
            ),
            (r#""value": null"#, ValueBuf::Null),
            (r#""value": "null""#, ValueBuf::Bytes(b"null".to_vec())),
        ] {
            assert_eq!(value(json), Ok(expected), "{json}");
        }
    }

    #[test]
    fn values_that_no_event_has_are_refused() {
        for json in [
            r#""value": 1.5"#,
            r#""value": 9223372036854775808"#,
            r#""value": true"#,
            r#""value": {"a": 1}"#,
            r#""name": "m""#,
            r#""value_hex": "37""#,
        ] {
            assert!(value(json).is_err(), "{json}");
        }
    }

    /// Regression: one line required about 64 GB, because each of its numbers was within the
    /// limits, but their product was not.
    #[test]
    fn values_that_are_too_large_are_refused_before_they_are_built() {
        let large = r#"{"repeat": "a", "times": 1000000}"#;
        for (json, message) in [
            (format!(r#""value": [{large}, {large}]"#), "value: more"),
            (
                format!(r#""value": "v"}}, {{"repeat": {{"value": [{large}]}}, "times": 65536"#),
                "params[1]: more",
            ),
            (
                r#""value": [{"repeat": "", "times": 18446744073709551615}]"#.into(),
                "",
            ),
        ] {
            match value(&json) {
                Ok(value) => assert_eq!((value, message), (Vec::new().into(), "")),
                Err(error) => assert!(!message.is_empty() && error.contains(message), "{error}"),
            }
        }
    }
}
