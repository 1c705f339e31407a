use bstr::ByteSlice as _;

use super::inject::always;
use crate::faults::event::Value;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "decodes-percent",
        sentence: "decodes percent escapes such as `%41` in values",
        requirement: "T12",
        injection: always(|listener| listener.values(percent_decoded)),
    },
    Fault {
        slug: "turns-plus-into-blank",
        sentence: "decodes percent escapes in values and turns `+` into a blank, as `unquote_plus` of Python does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| percent_decoded(&value.replace("+", " ")));
        }),
    },
    Fault {
        slug: "decodes-entities",
        sentence: "decodes HTML entities such as `&amp;` in values",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                value
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&#65;", "A")
                    .replace("&amp;", "&")
            });
        }),
    },
    Fault {
        slug: "encodes-entities",
        sentence: "replaces `&`, `<` and `>` in values by HTML entities",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                value
                    .replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
            });
        }),
    },
    Fault {
        slug: "strips-tags",
        sentence: "removes what stands between `<` and `>` in values, as `strip_tags` of PHP does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let mut pieces = value.split_str("<");
                let mut text = pieces.next().unwrap_or_default().to_vec();
                for piece in pieces {
                    text.extend(piece.splitn_str(2, ">").nth(1).unwrap_or_default());
                }
                text
            });
        }),
    },
    Fault {
        slug: "decodes-base64",
        sentence: "decodes values that end in `=` as Base64",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                if value.len() % 4 == 0 && value.ends_with(b"=") {
                    base64(value)
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "prints-values-as-formats",
        sentence: "uses values as format strings, as `printf(value)` does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                value
                    .replace("%s", "(null)")
                    .replace("%n", "")
                    .replace("%d", "0")
            });
        }),
    },
    Fault {
        slug: "fills-in-templates",
        sentence: "expands placeholders such as `{name}` and `${x}` in values, as a template engine does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                value
                    .replace("{{", "{")
                    .replace("}}", "}")
                    .replace("{name}", "")
                    .replace("${x}", "")
            });
        }),
    },
    Fault {
        slug: "parses-values-as-json",
        sentence: "parses values as JSON and reports the result, as `JSON.parse(value)` in a `try` does",
        requirement: "T12",
        injection: always(|listener| {
            listener.reader.value.map(|value| match value {
                Value::Bytes(bytes) => match serde_json::from_slice::<serde_json::Value>(&bytes) {
                    Ok(json) => Value::Json(json.to_string()),
                    Err(_) => Value::Bytes(bytes),
                },
                json @ Value::Json(_) => json,
            });
        }),
    },
    Fault {
        slug: "dies-of-nested-brackets",
        sentence: "dies of a value of thousands of `[`, as a parser that calls itself for each bracket does",
        requirement: "T12",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.values(move |value| {
                let depth = value.iter().take_while(|byte| **byte == b'[').count();
                process.assert(depth < 1000);
                value.into()
            });
        }),
    },
    Fault {
        slug: "passes-values-through-a-shell",
        sentence: "expands `$` and backquotes in values, as a shell does of `echo \"$value\"` with the value pasted in",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let mut text = Vec::new();
                let mut rest = value;
                while let Some(at) = rest.find_byte(b'$') {
                    text.extend(&rest[..at]);
                    let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
                    let word = rest[at + 1..].iter().take_while(is_of_word).count();
                    rest = &rest[at + 1 + word..];
                }
                text.extend(rest);
                text.replace("`", "")
            });
        }),
    },
    Fault {
        slug: "escapes-values-for-sql",
        sentence: "doubles the apostrophes in values, as SQL escapes them",
        requirement: "T12",
        injection: always(|listener| listener.values(|value| value.replace("'", "''"))),
    },
    Fault {
        slug: "uses-values-as-replacements",
        sentence: "removes `\\1`, `$1` and `$&` from values, as a replacement by a pattern does, for which they are groups",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.replace("\\1", "").replace("$1", "").replace("$&", ""));
        }),
    },
    Fault {
        slug: "cuts-comments",
        sentence: "cuts values at ` #`, as a reader of configuration files does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.split_str(" #").next().unwrap_or_default().into());
        }),
    },
];

fn base64(text: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text
        .iter()
        .filter_map(|byte| DIGITS.iter().position(|digit| digit == byte))
    {
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// Decodes percent-encoded bytes such as `%41`. Other percent signs are kept.
pub(super) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut pieces = text.split_str("%");
    let mut decoded = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let byte = piece
            .get(..2)
            .and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        match byte {
            Some(byte) => decoded.extend([&[byte], &piece[2..]].concat()),
            None => decoded.extend([b"%", piece].concat()),
        }
    }
    decoded
}
