use bstr::ByteSlice as _;
use unicode_normalization::UnicodeNormalization as _;

use super::parse::{pair, short_escape, unescape, unescape_with};
use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "never-unescapes",
        sentence: "Cuts strings out of the datagram and leaves their escapes in.",
        inject: |listener| listener.reader.grammar.unescape = |content| Ok(content.into()),
    },
    Fault {
        name: "unescapes-quotes-alone",
        sentence: "Turns `\\\"` into a quote and knows no other escape, as in the text dialect.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| Ok(content.replace("\\\"", "\""))
        },
    },
    Fault {
        name: "unescapes-twice",
        sentence: "Unescapes a value that its parser has unescaped already.",
        inject: |listener| {
            listener.reader.grammar.unescape =
                |content| unescape(content).map(|text| unescape(&text).unwrap_or(text))
        },
    },
    Fault {
        name: "unescapes-by-replacing",
        sentence: "Replaces `\\n`, `\\r`, `\\t`, `\\\"` one after the other and `\\\\` last: a backslash and an n become a line feed.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                let once = content
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\t", "\t");
                unescape(&once)
            };
        },
    },
    Fault {
        name: "takes-any-escape",
        sentence: "Takes an unknown letter behind a backslash for itself.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).or(Some(letter)),
                    pair,
                )
            };
        },
    },
    Fault {
        name: "takes-escapes-of-javascript",
        sentence: "Evaluates the datagram as JavaScript: `\\x41`, `\\'`, `\\0` and `\\u{41}` are escapes.",
        inject: |listener| {
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
    Fault {
        name: "knows-no-short-escapes-but-three",
        sentence: "Knows `\\\"`, `\\\\` and `\\n`, which were in its examples.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).filter(|_| b"\"\\n".contains(&letter)),
                    pair,
                )
            };
        },
    },
    Fault {
        name: "does-not-know-the-escaped-solidus",
        sentence: "Rejects `\\/`, which no OpenSIPS writes and many libraries do.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(
                    content,
                    |letter| short_escape(letter).filter(|_| letter != b'/'),
                    pair,
                )
            };
        },
    },
    Fault {
        name: "asks-for-escapes-in-lower-case",
        sentence: "Reads the digits of `\\u` in lower case only, as servers write them.",
        inject: |listener| {
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
    Fault {
        name: "reads-escapes-with-strtoul",
        sentence: "Reads what stands behind `\\u` with `strtoul`, which takes fewer digits and a sign.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                let read = content.replace("\\u+041", "A").replace("\\u41", "A");
                unescape(&read.replace("\\u00zz", "\\u0000"))
            };
        },
    },
    Fault {
        name: "escapes-become-bytes",
        sentence: "Keeps the low byte of `\\u`: `(char)code`.",
        inject: |listener| {
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
    Fault {
        name: "surrogates-become-characters",
        sentence: "Writes each half of a pair as three bytes of its own.",
        inject: |listener| {
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
    Fault {
        name: "surrogates-become-replacements",
        sentence: "Writes a replacement character for each half of a pair.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(content, short_escape, |_, _| {
                    Some(("\u{fffd}".into(), false))
                })
            };
        },
    },
    Fault {
        name: "dies-of-lone-surrogates",
        sentence: "Reads half of a pair, and dies of writing it in UTF-8.",
        inject: |listener| {
            listener.reader.grammar.unescape = |content| {
                unescape_with(content, short_escape, |code, next| {
                    Some(pair(code, next).expect("surrogates not allowed"))
                })
            };
        },
    },
    Fault {
        name: "an-escaped-quote-closes",
        sentence: "Finds strings with the pattern `\"([^\"]*)\"`.",
        inject: |listener| listener.datagrams(|datagram| datagram.replace("\\\"", "\"")),
    },
    Fault {
        name: "unescapes-before-it-parses",
        sentence: "Unescapes `\\u` in the whole datagram and parses then: an escaped quote closes a string.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\\u0022", "\"")
                    .replace("\\u005c", "\\")
                    .replace("\\u005C", "\\")
            })
        },
    },
    Fault {
        name: "cuts-values-at-nul",
        sentence: "Keeps values in C strings, which end at the first NUL.",
        inject: |listener| {
            listener.strings(|text| text.split_str("\0").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "trims-values",
        sentence: "Trims every value.",
        inject: |listener| listener.strings(|text| text.trim_with(char::is_whitespace).into()),
    },
    Fault {
        name: "strips-quotes",
        sentence: "Strips quotes off values, as in the text dialect.",
        inject: |listener| listener.strings(|text| text.trim_with(|c| c == '"').into()),
    },
    Fault {
        name: "strips-tags",
        sentence: "Runs values through `strip_tags`.",
        inject: |listener| {
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
    Fault {
        name: "makes-line-feeds-of-cr-lf",
        sentence: "Normalises the line ends of values.",
        inject: |listener| listener.strings(|text| text.replace("\r\n", "\n").replace("\r", "\n")),
    },
    Fault {
        name: "drops-control-characters",
        sentence: "Keeps what `isprint` holds for, to protect its log.",
        inject: |listener| {
            listener.strings(|text| {
                text.iter()
                    .copied()
                    .filter(|byte| *byte >= b' ' && *byte != 0x7f)
                    .collect()
            })
        },
    },
    Fault {
        name: "decodes-percent-and-entities",
        sentence: "Decodes values for a web page.",
        inject: |listener| {
            listener.strings(|text| {
                text.replace("%41", "A")
                    .replace("&amp;", "&")
                    .replace("%s", "")
                    .replace("%2", "")
            })
        },
    },
    Fault {
        name: "composes-letters",
        sentence: "Normalises values to NFC, so that they compare.",
        inject: |listener| {
            listener.strings(|text| {
                str::from_utf8(text).map_or_else(
                    |_| text.into(),
                    |text| text.nfc().collect::<String>().into(),
                )
            })
        },
    },
    Fault {
        name: "drops-what-cannot-be-seen",
        sentence: "Removes byte order marks and other characters without width, and noncharacters.",
        inject: |listener| {
            listener.strings(|text| {
                let seen = |c: &char| !matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{fdd0}'..='\u{fdef}') && u32::from(*c) & 0xfffe != 0xfffe;
                text.utf8_chunks().flat_map(|chunk| [chunk.valid().chars().filter(seen).collect::<String>().into(), chunk.invalid().to_vec()].concat()).collect()
            });
        },
    },
    Fault {
        name: "parses-values-again",
        sentence: "Tries `JSON.parse` on every string and keeps what it gives.",
        inject: |listener| {
            listener.reader.value = Box::new(|json| match json {
                Json::String(text) => match serde_json::from_slice::<serde_json::Value>(&text) {
                    Ok(json) if !json.is_string() => Ok(Value::Json(json.to_string())),
                    _ => Ok(Value::Bytes(text)),
                },
                json => value(json),
            });
        },
    },
    Fault {
        name: "logs-values-as-lines",
        sentence: "Prints each value as it is into the same output, for people.",
        inject: |listener| {
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
    Fault {
        name: "rejects-what-is-not-utf8",
        sentence: "Decodes strictly, and rejects the datagram where that fails.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                if str::from_utf8(&datagram).is_ok() {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            })
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
        sentence: "Decodes with `errors='ignore'`, also between tokens.",
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
        name: "reads-latin-1",
        sentence: "Decodes as ISO-8859-1 and writes UTF-8.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect::<String>()
                    .into()
            })
        },
    },
    Fault {
        name: "decodes-overlong-quotes",
        sentence: "Decodes UTF-8 by hand, so that the bytes c0 a2 are a quote.",
        inject: |listener| listener.datagrams(|datagram| datagram.replace(b"\xc0\xa2", "\"")),
    },
];
