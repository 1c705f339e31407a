//! Writes the JSON line of the reporting contract for what a listener read.

use super::event::{Param, Reading, Value};

/// Returns the line of the contract for a reading.
pub(super) fn line(reading: &Reading) -> Vec<u8> {
    line_with(reading, write_quoted)
}

/// Writes a string with its quotes.
type WriteString = fn(&str, &mut Vec<u8>);

/// Returns the line for a reading, with strings written by `write`.
pub(super) fn line_with(reading: &Reading, write: WriteString) -> Vec<u8> {
    let mut line = Vec::new();
    match reading {
        Err(why) => {
            line.extend(b"{\"error\":");
            write_quoted(why, &mut line);
            line.push(b'}');
        }
        Ok(event) => {
            line.push(b'{');
            write_member("event", &event.name, write, &mut line);
            line.extend(b",\"params\":[");
            for (index, param) in event.params.iter().enumerate() {
                line.extend(if index == 0 { &b"{"[..] } else { b",{" });
                write_param(param, write, &mut line);
                line.push(b'}');
            }
            line.extend(b"]}");
        }
    }
    line
}

/// Writes a JSON string.
fn write_quoted(text: &str, line: &mut Vec<u8>) {
    serde_json::to_writer(line, text).expect("a string is always JSON");
}

fn write_param(param: &Param, write: WriteString, line: &mut Vec<u8>) {
    if let Some(name) = &param.name {
        write_member("name", name, write, line);
        line.push(b',');
    }
    match &param.value {
        Value::Bytes(bytes) => write_member("value", bytes, write, line),
        Value::Json(json) => {
            line.extend(b"\"value\":");
            line.extend(json.as_bytes());
        }
    }
}

fn write_member(key: &str, bytes: &[u8], write: WriteString, line: &mut Vec<u8>) {
    line.push(b'"');
    line.extend(key.as_bytes());
    match str::from_utf8(bytes) {
        Ok(text) => {
            line.extend(b"\":");
            write(text, line);
        }
        Err(_) => {
            line.extend(b"_hex\":\"");
            line.extend(hex::encode(bytes).as_bytes());
            line.push(b'"');
        }
    }
}
