use super::{Param, Reading, Value};

/// Returns the line of the contract for a reading.
pub(crate) fn line(reading: &Reading) -> Vec<u8> {
    line_with(reading, quoted)
}

/// Returns the line for a reading, with strings written by `quote`.
pub(crate) fn line_with(reading: &Reading, quote: fn(&str) -> String) -> Vec<u8> {
    let line = match reading {
        Err(why) => format!("{{\"error\":{}}}", quoted(why)),
        Ok(event) => {
            let mut line = format!("{{{},\"params\":[", member("event", &event.name, quote));
            for (index, param) in event.params.iter().enumerate() {
                line.push_str(if index == 0 { "{" } else { ",{" });
                write_param(param, quote, &mut line);
                line.push('}');
            }
            line.push_str("]}");
            line
        }
    };
    line.into_bytes()
}

/// Returns a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always JSON")
}

fn write_param(param: &Param, quote: fn(&str) -> String, line: &mut String) {
    if let Some(name) = &param.name {
        line.push_str(&member("name", name, quote));
        line.push(',');
    }
    match &param.value {
        Value::Bytes(bytes) => line.push_str(&member("value", bytes, quote)),
        Value::Json(json) => {
            line.push_str("\"value\":");
            line.push_str(json);
        }
    }
}

fn member(key: &str, bytes: &[u8], quote: fn(&str) -> String) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => format!("\"{key}\":{}", quote(text)),
        Err(_) => format!("\"{key}_hex\":\"{}\"", hex::encode(bytes)),
    }
}
