use serde_json::{Value, json};

use super::vector::Expectation;
use crate::contract::{event_from_json, event_to_json};

/// Returns an expectation as JSON in the form of vector files, with bytes in the form of the
/// contract.
pub(crate) fn expectation_to_json(expectation: &Expectation) -> Value {
    match expectation {
        Expectation::Event(event) => json!({ "event": event_to_json(event) }),
        Expectation::Reject => "reject".into(),
        Expectation::Survive => "survive".into(),
        Expectation::AnyOf(several) => {
            json!({ "any_of": several.iter().map(expectation_to_json).collect::<Vec<_>>() })
        }
    }
}

/// Parses an expectation in the form that [`expectation_to_json`] returns.
///
/// # Errors
///
/// If the JSON has another form. The message says what was expected.
pub(crate) fn expectation_from_json(json: &Value) -> Result<Expectation, String> {
    match json {
        Value::String(word) if word == "reject" => Ok(Expectation::Reject),
        Value::String(word) if word == "survive" => Ok(Expectation::Survive),
        Value::Object(object) if object.contains_key("event") => {
            event_from_json(&object["event"]).map(Expectation::Event)
        }
        Value::Object(object) => {
            let several = object.get("any_of").and_then(Value::as_array);
            let several = several.ok_or("expected `event` or `any_of`")?;
            let each = several.iter().map(expectation_from_json);
            each.collect::<Result<_, _>>().map(Expectation::AnyOf)
        }
        _ => Err("expected \"reject\", \"survive\" or an object".into()),
    }
}
