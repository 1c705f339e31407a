use bstr::ByteSlice as _;

use super::inject::always;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "logs-values-as-lines",
        sentence: "prints each value without a name on a line of its own, in front of the report",
        requirement: "T12",
        injection: always(|listener| {
            listener.write.link(|reading, next| {
                let mut lines = Vec::new();
                for param in reading.iter().flat_map(|event| &event.params) {
                    if let Param {
                        name: None,
                        value: Value::Bytes(value),
                    } = param
                    {
                        lines.extend([value, &b"\n"[..]].concat());
                    }
                }
                lines.extend(next(reading));
                lines
            });
        }),
    },
    Fault {
        slug: "writes-quotes-as-they-are",
        sentence: "writes its JSON by hand and does not escape quotes",
        requirement: "T12",
        injection: always(|listener| listener.write.map(|line| line.replace("\\\"", "\""))),
    },
    Fault {
        slug: "writes-backslashes-as-they-are",
        sentence: "writes its JSON by hand and does not escape backslashes",
        requirement: "T12",
        injection: always(|listener| listener.write.map(|line| line.replace("\\\\", "\\"))),
    },
    Fault {
        slug: "writes-control-characters-as-they-are",
        sentence: "writes its JSON by hand and escapes no control characters but LF, CR and tab",
        requirement: "T12",
        injection: always(|listener| listener.write.map(|line| unescaped_controls(&line))),
    },
    Fault {
        slug: "writes-long-escapes",
        sentence: "escapes characters by `\\u%04x`, which writes five digits beyond U+FFFF",
        requirement: "T12",
        injection: always(|listener| {
            listener.write.map(|line| {
                let mut escaped = Vec::new();
                for chunk in line.utf8_chunks() {
                    let escape = |c: char| match c {
                        c if c.is_ascii() => c.to_string(),
                        c => format!("\\u{:04x}", u32::from(c)),
                    };
                    let text: String = chunk.valid().chars().map(escape).collect();
                    escaped.extend(text.into_bytes());
                    escaped.extend(chunk.invalid());
                }
                escaped
            });
        }),
    },
];

/// Replaces the escapes of control characters in JSON by these characters, except for LF, CR and
/// tab.
fn unescaped_controls(line: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find_byte(b'\\') {
        unescaped.extend(&rest[..at]);
        rest = &rest[at..];
        let (control, length) = match rest {
            [_, b'b', ..] => (Some(0x08), 2),
            [_, b'f', ..] => (Some(0x0c), 2),
            [_, b'u', digits @ ..] => (control_character(digits), 6),
            _ => (None, 2),
        };
        match control {
            Some(control) => unescaped.push(control),
            None => unescaped.extend(&rest[..length.min(rest.len())]),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    unescaped.extend(rest);
    unescaped
}

/// Returns the control character whose code is the four hex digits at the start of the text.
fn control_character(digits: &[u8]) -> Option<u8> {
    let digits = str::from_utf8(digits.get(..4)?).ok()?;
    u8::from_str_radix(digits, 16)
        .ok()
        .filter(|code| *code < 0x20)
}
