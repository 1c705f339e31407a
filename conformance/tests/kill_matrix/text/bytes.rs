use bstr::ByteSlice as _;
use unicode_normalization::UnicodeNormalization as _;

use super::*;
use crate::listener::{line_with, quoted};

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "trims-values",
        sentence: "Trims every value.",
        inject: |listener| listener.values(|value| value.trim_ascii().into()),
    },
    Fault {
        name: "trims-values-by-unicode",
        sentence: "Trims every value with a function that knows the blanks of Unicode.",
        inject: |listener| listener.values(|value| value.trim_with(char::is_whitespace).into()),
    },
    Fault {
        name: "drops-byte-order-marks",
        sentence: "Trims with JavaScript's `trim()`, for which U+FEFF is a blank.",
        inject: |listener| listener.values(|value| value.trim_with(|c| c == '\u{feff}').into()),
    },
    Fault {
        name: "squeezes-blanks",
        sentence: "Splits values at blanks and joins them with one.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .split_str(" ")
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join(&b' ')
            })
        },
    },
    Fault {
        name: "expands-tabs",
        sentence: "Turns tabs into blanks, to print nice tables.",
        inject: |listener| listener.values(|value| value.replace("\t", "    ")),
    },
    Fault {
        name: "chomps-values",
        sentence: "Takes CR off the end of every value: `chomp` with `\\r\\n`.",
        inject: |listener| listener.values(|value| value.trim_end_with(|c| c == '\r').into()),
    },
    Fault {
        name: "drops-cr",
        sentence: "Removes every CR, wherever it stands.",
        inject: |listener| listener.values(|value| value.replace("\r", "")),
    },
    Fault {
        name: "lower-case-values",
        sentence: "Folds values to lower case, so that addresses compare.",
        inject: |listener| listener.values(<[u8]>::to_ascii_lowercase),
    },
    Fault {
        name: "folds-case-by-unicode",
        sentence: "Folds values with a function that knows all scripts: `ß` becomes `ss`.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .replace("ß", "ss")
                    .replace("ſ", "s")
                    .replace("İ", "i\u{307}")
            })
        },
    },
    Fault {
        name: "cuts-values-at-nul",
        sentence: "Keeps values in C strings, which end at the first NUL.",
        inject: |listener| listener.values(until_nul),
    },
    Fault {
        name: "strips-nul-at-the-end",
        sentence: "Takes NULs off the end of values, as padding.",
        inject: |listener| listener.values(|value| value.trim_end_with(|c| c == '\0').into()),
    },
    Fault {
        name: "cuts-datagrams-at-nul",
        sentence: "Handles what it received as a C string: `strlen(buffer)`.",
        inject: |listener| listener.datagrams(until_nul),
    },
    Fault {
        name: "passes-over-nul-lines",
        sentence: "Asks `line[0] == '\\0'` for the end of its input.",
        inject: |listener| {
            listener.reader.is_end = Box::new(|rest| is_end(rest) || rest.starts_with(b"\0"))
        },
    },
    Fault {
        name: "drops-control-characters",
        sentence: "Keeps what `isprint` holds for, and line feeds, to protect its log.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .iter()
                    .copied()
                    .filter(|byte| *byte >= b' ' && *byte != 0x7f || *byte == b'\n')
                    .collect()
            })
        },
    },
    Fault {
        name: "drops-separators-of-ascii",
        sentence: "Splits with the white space of its language, to which 0x1c to 0x1f belong.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .iter()
                    .copied()
                    .filter(|byte| !(0x1c..=0x1f).contains(byte))
                    .collect()
            })
        },
    },
    Fault {
        name: "ends-at-control-z",
        sentence: "Reads its input as a text file, which ends at Ctrl-Z.",
        inject: |listener| {
            listener.values(|value| value.split_str("\x1a").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "drops-colours",
        sentence: "Removes ANSI escape sequences, so that a terminal is safe.",
        inject: |listener| {
            listener.values(|value| {
                let mut pieces = value.split_str("\x1b[");
                let mut text = pieces.next().unwrap_or_default().to_vec();
                pieces.for_each(|piece| {
                    text.extend(piece.splitn_str(2, "m").nth(1).unwrap_or(piece))
                });
                text
            });
        },
    },
    Fault {
        name: "decodes-percent",
        sentence: "Runs values through `urldecode`, which leaves the plus alone in this library.",
        inject: |listener| listener.values(percent_decoded),
    },
    Fault {
        name: "turns-plus-into-blank",
        sentence: "Runs values through the `unquote_plus` of web forms.",
        inject: |listener| listener.values(|value| percent_decoded(&value.replace("+", " "))),
    },
    Fault {
        name: "decodes-entities",
        sentence: "Runs values through `html.unescape`.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&#65;", "A")
                    .replace("&amp;", "&")
            })
        },
    },
    Fault {
        name: "encodes-entities",
        sentence: "Escapes values for a web page before it reports them.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
            })
        },
    },
    Fault {
        name: "strips-tags",
        sentence: "Runs values through `strip_tags`.",
        inject: |listener| {
            listener.values(|value| {
                let mut pieces = value.split_str("<");
                let mut text = pieces.next().unwrap_or_default().to_vec();
                pieces.for_each(|piece| {
                    text.extend(piece.splitn_str(2, ">").nth(1).unwrap_or_default())
                });
                text
            });
        },
    },
    Fault {
        name: "decodes-base64",
        sentence: "Decodes values that end in `=`, since those of its own application are Base64.",
        inject: |listener| {
            listener.values(|value| {
                if value.len() % 4 == 0 && value.ends_with(b"=") {
                    base64(value)
                } else {
                    value.into()
                }
            })
        },
    },
    Fault {
        name: "prints-values-as-formats",
        sentence: "`printf(value)`.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .replace("%s", "(null)")
                    .replace("%n", "")
                    .replace("%d", "0")
            })
        },
    },
    Fault {
        name: "fills-in-templates",
        sentence: "Builds its report with a template engine, into which the values have been pasted before.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .replace("{{", "{")
                    .replace("}}", "}")
                    .replace("{name}", "")
                    .replace("${x}", "")
            })
        },
    },
    Fault {
        name: "parses-values-as-json",
        sentence: "Tries `JSON.parse` on every value and reports what it gives.",
        inject: |listener| {
            listener.reader.value =
                Box::new(
                    |value| match serde_json::from_slice::<serde_json::Value>(&value) {
                        Ok(json) => Value::Json(json.to_string()),
                        Err(_) => Value::Bytes(value),
                    },
                );
        },
    },
    Fault {
        name: "dies-of-nested-brackets",
        sentence: "Parses values that begin with a bracket with a parser that recurses, 1,000 calls deep at most.",
        inject: |listener| {
            listener.values(|value| {
                let depth = value.iter().take_while(|byte| **byte == b'[').count();
                assert!(depth < 1_000, "maximum recursion depth exceeded");
                value.into()
            });
        },
    },
    Fault {
        name: "passes-values-through-a-shell",
        sentence: "Runs `echo \"$value\"`, with the value pasted in.",
        inject: |listener| {
            listener.values(|value| {
                let mut text = Vec::new();
                let mut rest = value;
                while let Some(at) = rest.find_byte(b'$') {
                    text.extend(&rest[..at]);
                    let word = rest[at + 1..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                        .count();
                    rest = &rest[at + 1 + word..];
                }
                text.extend(rest);
                text.replace("`", "")
            });
        },
    },
    Fault {
        name: "escapes-values-for-sql",
        sentence: "Doubles apostrophes for its data base before it reports values.",
        inject: |listener| listener.values(|value| value.replace("'", "''")),
    },
    Fault {
        name: "uses-values-as-replacements",
        sentence: "Puts values in place with `preg_replace`, for which `\\1` and `$1` mean groups.",
        inject: |listener| {
            listener.values(|value| value.replace("\\1", "").replace("$1", "").replace("$&", ""))
        },
    },
    Fault {
        name: "cuts-comments",
        sentence: "Cuts lines at ` #`, as its reader of configuration files does.",
        inject: |listener| {
            listener.values(|value| value.split_str(" #").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "logs-values-as-lines",
        sentence: "Prints each value without name on a line of its own, for people, into the same output.",
        inject: |listener| {
            listener.write = Box::new(|reading| {
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
                lines.extend(listener::line(reading));
                lines
            });
        },
    },
    Fault {
        name: "composes-letters",
        sentence: "Normalises values to NFC, so that they compare.",
        inject: |listener| listener.values(|value| if_text(value, |text| text.nfc().collect())),
    },
    Fault {
        name: "replaces-compatibility-letters",
        sentence: "Normalises datagrams to NFKC: a ligature becomes two letters, and a wide colon a colon.",
        inject: |listener| {
            listener.datagrams(|datagram| if_text(datagram, |text| text.nfkc().collect()))
        },
    },
    Fault {
        name: "drops-what-cannot-be-seen",
        sentence: "Removes characters without width, which confuse those who search its log.",
        inject: |listener| {
            listener.values(|value| {
                change_chars(value, |c| {
                    (!matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}')).then_some(c)
                })
            });
        },
    },
    Fault {
        name: "drops-noncharacters",
        sentence: "Checks its text with a function that refuses U+FFFF and its like, and leaves them out.",
        inject: |listener| {
            listener.values(|value| {
                change_chars(value, |c| (u32::from(c) & 0xfffe != 0xfffe).then_some(c))
            })
        },
    },
    Fault {
        name: "takes-u-fffd-for-an-error",
        sentence: "Decodes lossily and rejects what holds a replacement character then.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| {
                if datagram.to_str_lossy().contains('\u{fffd}') {
                    return Err("not UTF-8".into());
                }
                head(datagram)
            });
        },
    },
    Fault {
        name: "rejects-what-is-not-utf8",
        sentence: "Decodes strictly, and rejects the datagram where that fails.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| {
                str::from_utf8(datagram).map_err(|error| error.to_string())?;
                head(datagram)
            });
        },
    },
    Fault {
        name: "dies-of-what-is-not-utf8",
        sentence: "Decodes strictly, and does not expect that to fail.",
        inject: |listener| {
            listener
                .datagrams(|datagram| str::from_utf8(datagram).expect("invalid start byte").into())
        },
    },
    Fault {
        name: "replaces-what-is-not-utf8",
        sentence: "Decodes with a replacement character for what is not UTF-8.",
        inject: |listener| {
            listener.datagrams(|datagram| datagram.to_str_lossy().into_owned().into())
        },
    },
    Fault {
        name: "drops-what-is-not-utf8",
        sentence: "Decodes with `errors='ignore'`.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .utf8_chunks()
                    .flat_map(|chunk| chunk.valid().bytes())
                    .collect()
            })
        },
    },
    Fault {
        name: "drops-what-is-not-ascii",
        sentence: "Compares `char` with blank, and a byte above 0x7f is negative.",
        inject: |listener| {
            listener.values(|value| value.iter().copied().filter(u8::is_ascii).collect())
        },
    },
    Fault {
        name: "reads-latin-1",
        sentence: "Decodes as ISO-8859-1 and writes UTF-8.",
        inject: |listener| {
            listener.values(|value| {
                value
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect::<String>()
                    .into()
            })
        },
    },
    Fault {
        name: "trusts-lead-bytes",
        sentence: "Steps over as many bytes as the first one of a character promises, line feeds and all.",
        inject: |listener| {
            listener.reader.line_end = Box::new(|rest| {
                let mut at = 0;
                while at < rest.len() && rest[at] != b'\n' {
                    at += match rest[at] {
                        0xc0..=0xdf => 2,
                        0xe0..=0xef => 3,
                        0xf0..=0xff => 4,
                        _ => 1,
                    };
                }
                at.min(rest.len())
            });
        },
    },
    Fault {
        name: "decodes-overlong-forms",
        sentence: "Decodes UTF-8 by hand, without asking whether a shorter form was there.",
        inject: |listener| listener.values(decoded_trustingly),
    },
    Fault {
        name: "decodes-in-chunks",
        sentence: "Decodes 4096 bytes at a time, and a character across the border becomes two replacements.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .chunks(4096)
                    .flat_map(|chunk| chunk.to_str_lossy().into_owned().into_bytes())
                    .collect()
            });
        },
    },
    Fault {
        name: "writes-quotes-as-they-are",
        sentence: "Puts its JSON together by hand, and forgets to escape quotes.",
        inject: |listener| {
            listener.write =
                Box::new(|reading| line_with(reading, |text| quoted(text).replace("\\\"", "\"")));
        },
    },
    Fault {
        name: "writes-backslashes-as-they-are",
        sentence: "Puts its JSON together by hand, and forgets to escape backslashes.",
        inject: |listener| {
            listener.write =
                Box::new(|reading| line_with(reading, |text| quoted(text).replace("\\\\", "\\")));
        },
    },
    Fault {
        name: "writes-control-characters-as-they-are",
        sentence: "Puts its JSON together by hand, and escapes quotes, backslashes, CR, LF and tabs only.",
        inject: |listener| {
            listener.write = Box::new(|reading| {
                line_with(reading, |text| {
                    let escaped = text
                        .replace('\\', "\\\\")
                        .replace('"', "\\\"")
                        .replace('\n', "\\n");
                    format!("\"{}\"", escaped.replace('\r', "\\r").replace('\t', "\\t"))
                })
            });
        },
    },
    Fault {
        name: "writes-long-escapes",
        sentence: "Writes `\\u%04x` for what is not ASCII, which gives five digits beyond U+FFFF.",
        inject: |listener| {
            listener.write = Box::new(|reading| {
                line_with(reading, |text| {
                    let escape = |c: char| {
                        if c.is_ascii() {
                            c.to_string()
                        } else {
                            format!("\\u{:04x}", u32::from(c))
                        }
                    };
                    quoted(text).chars().map(escape).collect()
                })
            });
        },
    },
];

fn if_text(bytes: &[u8], change: fn(&str) -> String) -> Vec<u8> {
    str::from_utf8(bytes).map_or_else(|_| bytes.into(), |text| change(text).into())
}

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

/// Decodes overlong UTF-8 by its lead bytes, and encodes the result correctly.
fn decoded_trustingly(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while let [lead, behind @ ..] = rest {
        let (length, bits) = match lead {
            0xc0..=0xdf => (1, lead & 0x1f),
            0xe0..=0xef => (2, lead & 0x0f),
            0xf0..=0xf7 => (3, lead & 0x07),
            _ => (0, *lead),
        };
        let is_whole = length > 0
            && behind.len() >= length
            && behind[..length].iter().all(|byte| byte & 0xc0 == 0x80);
        let code = behind
            .iter()
            .take(length)
            .fold(u32::from(bits), |code, byte| {
                code << 6 | u32::from(byte & 0x3f)
            });
        if is_whole {
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &behind[length..];
        } else {
            text.push(*lead);
            rest = behind;
        }
    }
    text
}
