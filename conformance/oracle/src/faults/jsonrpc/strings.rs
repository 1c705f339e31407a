use bstr::ByteSlice as _;
use unicode_normalization::UnicodeNormalization as _;

use super::super::report_line::line_with;
use super::inject::always;
use super::json::Json;
use crate::faults::event::Value;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "cuts-values-at-nul",
        sentence: "ends a value at its first NUL, as a C string does",
        requirement: "J3",
        injection: always(|listener| listener.strings(|text| until(text, 0))),
    },
    Fault {
        slug: "cuts-values-at-line-feeds",
        sentence: "ends a value at its first line feed",
        requirement: "J3",
        injection: always(|listener| listener.strings(|text| until(text, b'\n'))),
    },
    Fault {
        slug: "cuts-values-beyond-the-bmp",
        sentence: "ends a value at its first character of four bytes, as a column of MySQL's `utf8` does",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                let is_beyond = |byte: &u8| *byte >= 0xf0;
                text.split(is_beyond).next().unwrap_or_default().into()
            });
        }),
    },
    Fault {
        slug: "trims-values",
        sentence: "trims white space off values",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| text.trim_with(char::is_whitespace).into());
        }),
    },
    Fault {
        slug: "squeezes-blanks",
        sentence: "replaces white space in a value by one blank, as an unquoted `$value` of a shell does",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                let words: Vec<_> = text.fields_with(|c| c.is_ascii_whitespace()).collect();
                words.join(&b' ')
            });
        }),
    },
    Fault {
        slug: "strips-quotes",
        sentence: "strips quotes off both ends of a value, as in the text dialect",
        requirement: "J3",
        injection: always(|listener| listener.strings(|text| text.trim_with(|c| c == '"').into())),
    },
    Fault {
        slug: "strips-tags",
        sentence: "removes tags from values, as `strip_tags` of PHP does",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                let mut pieces = text.split_str("<");
                let mut left = pieces.next().unwrap_or_default().to_vec();
                pieces.for_each(|piece| {
                    left.extend(piece.splitn_str(2, ">").nth(1).unwrap_or_default());
                });
                left
            });
        }),
    },
    Fault {
        slug: "makes-line-feeds-of-cr-lf",
        sentence: "turns CR LF and CR in values into LF",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| text.replace("\r\n", "\n").replace("\r", "\n"));
        }),
    },
    Fault {
        slug: "drops-control-characters",
        sentence: "removes control characters from values",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                text.iter()
                    .copied()
                    .filter(|byte| *byte >= b' ' && *byte != 0x7f)
                    .collect()
            });
        }),
    },
    Fault {
        slug: "decodes-percent-and-entities",
        sentence: "decodes `%41` and `&amp;` in values",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                text.replace("%41", "A")
                    .replace("&amp;", "&")
                    .replace("%s", "")
                    .replace("%2", "")
            });
        }),
    },
    Fault {
        slug: "encodes-entities",
        sentence: "replaces `&`, `<`, `>` and quotes in values by entities, as for a web page",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                text.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;")
            });
        }),
    },
    Fault {
        slug: "composes-letters",
        sentence: "normalises values to NFC",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                str::from_utf8(text).map_or_else(
                    |_| text.into(),
                    |text| text.nfc().collect::<String>().into(),
                )
            });
        }),
    },
    Fault {
        slug: "drops-what-cannot-be-seen",
        sentence: "removes byte order marks, characters without width and noncharacters from values",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(|text| {
                text.utf8_chunks()
                    .flat_map(|chunk| {
                        let seen: String = chunk.valid().chars().filter(is_seen).collect();
                        [seen.as_bytes(), chunk.invalid()].concat()
                    })
                    .collect()
            });
        }),
    },
    Fault {
        slug: "parses-values-again",
        sentence: "parses a string as JSON once more and reports the result, if it is JSON",
        requirement: "J4",
        injection: always(|listener| {
            listener.reader.value.link(|json, next| {
                if let Json::String(text) = &json
                    && let Ok(again) = serde_json::from_slice::<serde_json::Value>(text)
                    && !again.is_string()
                {
                    return Ok(Value::Json(again.to_string()));
                }
                next(json)
            });
        }),
    },
    Fault {
        slug: "writes-quotes-as-they-are",
        sentence: "does not escape quotes in its reports",
        requirement: "J3",
        injection: always(|listener| {
            listener.write.link(|reading, _| {
                line_with(reading, |text, line| {
                    let quoted = text.replace('\\', "\\\\").replace('\n', "\\n");
                    line.extend(format!("\"{quoted}\"").as_bytes());
                })
            });
        }),
    },
    Fault {
        slug: "writes-strings-as-they-are",
        sentence: "escapes nothing in its reports, as `printf(\"{\\\"value\\\":\\\"%s\\\"}\")` does",
        requirement: "J3",
        injection: always(|listener| {
            listener.write.link(|reading, _| {
                line_with(reading, |text, line| {
                    line.extend(format!("\"{text}\"").as_bytes());
                })
            });
        }),
    },
    Fault {
        slug: "logs-values-as-lines",
        sentence: "prints each value as a line of its own to standard output",
        requirement: "J3",
        injection: always(|listener| {
            listener.write.link(|reading, next| {
                let mut lines = Vec::new();
                for param in reading.iter().flat_map(|event| &event.params) {
                    if let Value::Bytes(value) = &param.value
                        && !value.starts_with(b"t")
                    {
                        lines.extend([&b"value: "[..], value, b"\n"].concat());
                    }
                }
                lines.extend(next(reading));
                lines
            });
        }),
    },
];

/// Returns whether a character is visible.
fn is_seen(c: &char) -> bool {
    let is_hidden =
        matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{fdd0}'..='\u{fdef}');
    !is_hidden && u32::from(*c) & 0xfffe != 0xfffe
}

/// Returns the bytes before the first occurrence of a byte.
pub(super) fn until(bytes: &[u8], end: u8) -> Vec<u8> {
    bytes
        .split(|byte| *byte == end)
        .next()
        .unwrap_or_default()
        .into()
}
