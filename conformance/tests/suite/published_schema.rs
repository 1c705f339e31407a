//! The JSON Schemas of reports.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

/// Returns the published schema of a kind of report, with nothing allowed that it does not name.
pub(crate) fn published_schema(kind: &str) -> Validator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let text = fs::read_to_string(folder.join(format!("{kind}.schema.json")));
    let text = text.expect("it is there");
    let mut schema = serde_json::from_str(&text).expect("it is JSON");
    close(&mut schema);
    jsonschema::validator_for(&schema).expect("it is a JSON Schema")
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(close);
            let is_type = object.get("type").is_some_and(|kind| kind == "object");
            if is_type && object.contains_key("properties") {
                object.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
