use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use serde_json::{Map, Value, json};

/// Writes an event as the contract has it: `{"event":"E_TEST","params":[{"name":"ip","value":"::1"}]}`.
///
/// Bytes that are not UTF-8 stand in hex, under `event_hex`, `name_hex` or `value_hex`.
pub fn event_to_json(event: &EventBuf) -> Value {
    let mut object = Map::new();
    insert_bytes(&mut object, "event", &event.name);
    object.insert(
        "params".into(),
        event.params.iter().map(param_to_json).collect(),
    );
    Value::Object(object)
}

/// Reads an event that [`event_to_json`] wrote, or anybody else by the contract.
///
/// Where both forms of one member stand, the hex form counts. Members that the contract does not know are passed over.
///
/// # Errors
///
/// Says what is wrong and where, such as `params[2].value is a list`.
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
        Some(other) => return Err(format!("`params` is {}, not a list", kind(other))),
    };
    Ok(EventBuf { name, params })
}

fn insert_bytes(object: &mut Map<String, Value>, member: &str, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) => object.insert(member.into(), text.into()),
        Err(_) => object.insert(format!("{member}_hex"), hex::encode(bytes).into()),
    };
}

fn param_to_json(param: &ParamBuf) -> Value {
    let mut object = Map::new();
    if let Some(name) = &param.name {
        insert_bytes(&mut object, "name", name);
    }
    match &param.value {
        ValueBuf::Bytes(bytes) => insert_bytes(&mut object, "value", bytes),
        ValueBuf::Integer(integer) => {
            object.insert("value".into(), json!(integer));
        }
        _ => {
            object.insert("value".into(), Value::Null);
        }
    }
    Value::Object(object)
}

fn param_from_json(index: usize, json: &Value) -> Result<ParamBuf, String> {
    let place = format!("params[{index}].");
    let object = json
        .as_object()
        .ok_or_else(|| format!("params[{index}] is {}, not an object", kind(json)))?;
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

/// Gives the bytes of a member in either form, `None` where it is left out or null.
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
        Some(other) => return Err(format!("{place}{in_hex} is {}, not a string", kind(other))),
    }
    match object.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone().into_bytes())),
        Some(other) => Err(format!("{place}{member} is {}, not a string", kind(other))),
    }
}

fn kind(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
