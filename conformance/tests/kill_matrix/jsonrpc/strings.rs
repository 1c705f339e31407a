use bstr::ByteSlice as _;
use unicode_normalization::UnicodeNormalization as _;

use super::parse::{pair, short_escape, unescape, unescape_with};
use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "never-unescapes",
        story: "Cuts strings out of the datagram and leaves their escapes in.",
        plant: |listener| listener.reader.grammar.unescape = |content| Ok(content.into()),
    },
    Bug {
        name: "unescapes-quotes-alone",
        story: "Turns `\\\"` into a quote and knows no other escape, as in the text dialect.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| Ok(content.replace("\\\"", "\""))
        },
    },
    Bug {
        name: "unescapes-twice",
        story: "Unescapes a value that its parser has unescaped already.",
        plant: |listener| {
            listener.reader.grammar.unescape =
                |content| unescape(content).map(|text| unescape(&text).unwrap_or(text))
        },
    },
    Bug {
        name: "unescapes-by-replacing",
        story: "Replaces `\\n`, `\\r`, `\\t`, `\\\"` one after the other and `\\\\` last: a backslash and an n become a line feed.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                let once = content
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\t", "\t");
                unescape(&once)
            };
        },
    },
    Bug {
        name: "takes-any-escape",
        story: "Takes an unknown letter behind a backslash for itself.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).or(Some(letter)),
                    pair,
                )
            };
        },
    },
    Bug {
        name: "takes-escapes-of-javascript",
        story: "Evaluates the datagram as JavaScript: `\\x41`, `\\'`, `\\0` and `\\u{41}` are escapes.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                let json = content
                    .replace("\\x41", "A")
                    .replace("\\'", "'")
                    .replace("\\0", "\\u0000")
                    .replace("\\u{41}", "A");
                unescape(&json.replace("\\\n", ""))
            };
        },
    },
    Bug {
        name: "knows-no-short-escapes-but-three",
        story: "Knows `\\\"`, `\\\\` and `\\n`, which were in its examples.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).filter(|_| b"\"\\n".contains(&letter)),
                    pair,
                )
            };
        },
    },
    Bug {
        name: "does-not-know-the-escaped-solidus",
        story: "Rejects `\\/`, which no OpenSIPS writes and many libraries do.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).filter(|_| letter != b'/'),
                    pair,
                )
            };
        },
    },
    Bug {
        name: "asks-for-escapes-in-lower-case",
        story: "Reads the digits of `\\u` in lower case only, as servers write them.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                let is_upper = |digits: &[u8]| digits.iter().take(4).any(u8::is_ascii_uppercase);
                let pieces = content.replace("\\\\", "..");
                if pieces.split_str("\\u").skip(1).any(is_upper) {
                    Err("a bad digit".into())
                } else {
                    unescape(content)
                }
            };
        },
    },
    Bug {
        name: "reads-escapes-with-strtoul",
        story: "Reads what stands behind `\\u` with `strtoul`, which takes fewer digits and a sign.",
        plant: |listener| {
            listener.reader.grammar.unescape =
                |content| unescape(&content.replace("\\u+041", "A").replace("\\u41", "A"));
        },
    },
    Bug {
        name: "escapes-become-bytes",
        story: "Keeps the low byte of `\\u`: `(char)code`.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                let mut text = Vec::new();
                let mut rest = content;
                while let Some(at) = rest.find("\\u") {
                    if rest[..at].ends_with(b"\\") || rest.len() < at + 6 {
                        break;
                    }
                    text.extend(&rest[..at]);
                    let code = u16::from_str_radix(&rest[at + 2..at + 6].to_str_lossy(), 16)
                        .map_err(|error| error.to_string())?;
                    text.push(code as u8);
                    rest = &rest[at + 6..];
                }
                text.extend(rest);
                if text == content {
                    unescape(content)
                } else {
                    Ok(text)
                }
            };
        },
    },
    Bug {
        name: "surrogates-become-characters",
        story: "Writes each half of a pair as three bytes of its own.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(content, short_escape, |code, _| {
                    let bytes = [
                        0xe0 | (code >> 12) as u8,
                        0x80 | (code >> 6 & 0x3f) as u8,
                        0x80 | (code & 0x3f) as u8,
                    ];
                    Some((bytes.to_vec(), false))
                })
            };
        },
    },
    Bug {
        name: "surrogates-become-replacements",
        story: "Writes a replacement character for each half of a pair.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(content, short_escape, |_, _| {
                    Some(("\u{fffd}".into(), false))
                })
            };
        },
    },
    Bug {
        name: "dies-of-lone-surrogates",
        story: "Reads half of a pair, and dies of writing it in UTF-8.",
        plant: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(content, short_escape, |code, next| {
                    Some(pair(code, next).expect("surrogates not allowed"))
                })
            };
        },
    },
    Bug {
        name: "an-escaped-quote-closes",
        story: "Finds strings with the pattern `\"([^\"]*)\"`.",
        plant: |listener| listener.datagrams(|datagram| datagram.replace("\\\"", "\"")),
    },
    Bug {
        name: "unescapes-before-it-parses",
        story: "Unescapes `\\u` in the whole datagram and parses then: an escaped quote closes a string.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\\u0022", "\"")
                    .replace("\\u005c", "\\")
                    .replace("\\u005C", "\\")
            })
        },
    },
    Bug {
        name: "cuts-values-at-nul",
        story: "Keeps values in C strings, which end at the first NUL.",
        plant: |listener| {
            listener.strings(|text| text.split_str("\0").next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "trims-values",
        story: "Trims every value.",
        plant: |listener| listener.strings(|text| text.trim_with(char::is_whitespace).into()),
    },
    Bug {
        name: "strips-quotes",
        story: "Strips quotes off values, as in the text dialect.",
        plant: |listener| listener.strings(|text| text.trim_with(|c| c == '"').into()),
    },
    Bug {
        name: "strips-tags",
        story: "Runs values through `strip_tags`.",
        plant: |listener| {
            listener.strings(|text| {
                let mut pieces = text.split_str("<");
                let mut left = pieces.next().unwrap_or_default().to_vec();
                pieces.for_each(|piece| {
                    left.extend(piece.splitn_str(2, ">").nth(1).unwrap_or_default())
                });
                left
            });
        },
    },
    Bug {
        name: "makes-line-feeds-of-cr-lf",
        story: "Normalises the line ends of values.",
        plant: |listener| listener.strings(|text| text.replace("\r\n", "\n").replace("\r", "\n")),
    },
    Bug {
        name: "drops-control-characters",
        story: "Keeps what `isprint` holds for, to protect its log.",
        plant: |listener| {
            listener.strings(|text| {
                text.iter()
                    .copied()
                    .filter(|byte| *byte >= b' ' && *byte != 0x7f)
                    .collect()
            })
        },
    },
    Bug {
        name: "decodes-percent-and-entities",
        story: "Decodes values for a web page.",
        plant: |listener| {
            listener.strings(|text| {
                text.replace("%41", "A")
                    .replace("&amp;", "&")
                    .replace("%s", "")
                    .replace("%2", "")
            })
        },
    },
    Bug {
        name: "composes-letters",
        story: "Normalises values to NFC, so that they compare.",
        plant: |listener| {
            listener.strings(|text| {
                str::from_utf8(text).map_or_else(
                    |_| text.into(),
                    |text| text.nfc().collect::<String>().into(),
                )
            })
        },
    },
    Bug {
        name: "drops-what-cannot-be-seen",
        story: "Removes byte order marks and other characters without width, and noncharacters.",
        plant: |listener| {
            listener.strings(|text| {
                let seen = |c: &char| !matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{fdd0}'..='\u{fdef}') && u32::from(*c) & 0xfffe != 0xfffe;
                text.utf8_chunks().flat_map(|chunk| [chunk.valid().chars().filter(seen).collect::<String>().into(), chunk.invalid().to_vec()].concat()).collect()
            });
        },
    },
    Bug {
        name: "parses-values-again",
        story: "Tries `JSON.parse` on every string and keeps what it gives.",
        plant: |listener| {
            listener.reader.value = Box::new(|json| match json {
                Json::String(text) => match serde_json::from_slice::<serde_json::Value>(&text) {
                    Ok(json) if !json.is_string() => Ok(Value::Json(json.to_string())),
                    _ => Ok(Value::Bytes(text)),
                },
                json => value(json),
            });
        },
    },
    Bug {
        name: "logs-values-as-lines",
        story: "Prints each value as it is into the same output, for people.",
        plant: |listener| {
            listener.write = Box::new(|reading| {
                let mut lines = Vec::new();
                for param in reading.iter().flat_map(|event| &event.params) {
                    if let Value::Bytes(value) = &param.value
                        && !value.starts_with(b"t")
                    {
                        lines.extend([&b"value: "[..], value, b"\n"].concat());
                    }
                }
                lines.extend(crate::listener::line(reading));
                lines
            });
        },
    },
    Bug {
        name: "rejects-what-is-not-utf8",
        story: "Decodes strictly, and rejects the datagram where that fails.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| {
                if str::from_utf8(&datagram).is_ok() {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            })
        },
    },
    Bug {
        name: "dies-of-what-is-not-utf8",
        story: "Decodes strictly, and does not expect that to fail.",
        plant: |listener| {
            listener
                .datagrams(|datagram| str::from_utf8(datagram).expect("invalid start byte").into())
        },
    },
    Bug {
        name: "replaces-what-is-not-utf8",
        story: "Decodes with a replacement character for what is not UTF-8.",
        plant: |listener| {
            listener.datagrams(|datagram| datagram.to_str_lossy().into_owned().into())
        },
    },
    Bug {
        name: "drops-what-is-not-utf8",
        story: "Decodes with `errors='ignore'`, also between tokens.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .utf8_chunks()
                    .flat_map(|chunk| chunk.valid().bytes())
                    .collect()
            })
        },
    },
    Bug {
        name: "reads-latin-1",
        story: "Decodes as ISO-8859-1 and writes UTF-8.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect::<String>()
                    .into()
            })
        },
    },
    Bug {
        name: "decodes-overlong-quotes",
        story: "Decodes UTF-8 by hand, so that the bytes c0 a2 are a quote.",
        plant: |listener| listener.datagrams(|datagram| datagram.replace(b"\xc0\xa2", "\"")),
    },
];
