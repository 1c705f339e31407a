//! Writes the JSON line of the reporting contract for what a listener read.

use super::event::{Param, Reading, Value};

/// Returns the line of the contract for a reading.
pub(super) fn line(reading: &Reading) -> Vec<u8> {
    line_with(reading, quoted)
}

/// Returns the line for a reading, with strings written by `quote`.
pub(super) fn line_with(reading: &Reading, quote: fn(&str) -> String) -> Vec<u8> {
    let mut line = String::new();
    match reading {
        Err(why) => line.extend(["{\"error\":", &quoted(why), "}"]),
        Ok(event) => {
            line.push('{');
            write_member("event", &event.name, quote, &mut line);
            line.push_str(",\"params\":[");
            for (index, param) in event.params.iter().enumerate() {
                line.push_str(if index == 0 { "{" } else { ",{" });
                write_param(param, quote, &mut line);
                line.push('}');
            }
            line.push_str("]}");
        }
    }
    line.into_bytes()
}

/// Returns a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always JSON")
}

fn write_param(param: &Param, quote: fn(&str) -> String, line: &mut String) {
    if let Some(name) = &param.name {
        write_member("name", name, quote, line);
        line.push(',');
    }
    match &param.value {
        Value::Bytes(bytes) => write_member("value", bytes, quote, line),
        Value::Json(json) => line.extend(["\"value\":", json]),
    }
}

fn write_member(key: &str, bytes: &[u8], quote: fn(&str) -> String, line: &mut String) {
    match str::from_utf8(bytes) {
        Ok(text) => line.extend(["\"", key, "\":", &quote(text)]),
        Err(_) => line.extend(["\"", key, "_hex\":\"", &hex::encode(bytes), "\""]),
    }
}
