use std::cell::Cell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::inject::always;
use super::quotes::{end_outside_quotes, quote, unescaped_quote, unquote};
use super::reader::{Reader, line};
use super::shell;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "keeps-the-quotes",
        sentence: "reports a quoted value with its quotes",
        requirement: "T7",
        injection: always(|listener| {
            let unquote = &mut listener.reader.unquote;
            unquote.map(|value| [b"\"", &value[..], b"\""].concat());
        }),
    },
    Fault {
        slug: "keeps-the-closing-quote",
        sentence: "reports a quoted value with its closing quote, as `value[1:close + 1]` does",
        requirement: "T7",
        injection: always(|listener| {
            let unquote = &mut listener.reader.unquote;
            unquote.map(|value| [&value[..], b"\""].concat());
        }),
    },
    Fault {
        slug: "an-open-quote-is-an-error",
        sentence: "rejects an event with a value whose quote is not closed",
        requirement: "T8",
        injection: always(|listener| {
            listener.events(|event| {
                let opens_quote =
                    |value: &[u8]| value.starts_with(b"\"") && unescaped_quote(value).is_none();
                let is_open = |param: &Param| matches!(&param.value, Value::Bytes(value) if opens_quote(value));
                if event.params.iter().any(is_open) {
                    Err("unclosed quote".into())
                } else {
                    Ok(event)
                }
            });
        }),
    },
    Fault {
        slug: "a-quote-in-a-bare-value-is-an-error",
        sentence: "takes quotes, apostrophes and CR in a bare value for an error, by the letter of the grammar",
        requirement: "T11",
        injection: always(|listener| {
            listener.reader.bare.link(|value, next| {
                if value.find_byteset("'\"\r").is_some() {
                    b"(syntax error)".to_vec()
                } else {
                    next(value)
                }
            });
        }),
    },
    Fault {
        slug: "an-open-quote-is-stripped",
        sentence: "strips a quote at the start of a value that no quote closes",
        requirement: "T8",
        injection: always(|listener| {
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(value.strip_prefix(b"\"").unwrap_or(value)));
        }),
    },
    Fault {
        slug: "strips-a-pair-of-quotes",
        sentence: "strips the quotes of a bare value that begins and ends with one, whatever stands between",
        requirement: "T8",
        injection: always(|listener| {
            listener.reader.bare.link(|value, next| {
                let content = value.strip_prefix(b"\"");
                next(
                    content
                        .and_then(|content| content.strip_suffix(b"\""))
                        .unwrap_or(value),
                )
            });
        }),
    },
    Fault {
        slug: "strips-quotes-at-both-ends",
        sentence: "strips all quotes at both ends of a value, as `strip('\"')` does",
        requirement: "T8",
        injection: always(|listener| {
            listener.values(|value| value.trim_with(|c| c == '"').into());
        }),
    },
    Fault {
        slug: "ends-bare-values-at-quotes",
        sentence: "ends a bare value at its first quote, as `%[^\"]` of `sscanf` does",
        requirement: "T8",
        injection: always(|listener| {
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(value.split_str("\"").next().unwrap_or_default()));
        }),
    },
    Fault {
        slug: "a-quote-inside-quotes",
        sentence: "toggles its state at every quote in a bare value, and drops the quotes",
        requirement: "T8",
        injection: always(|listener| {
            listener
                .reader
                .line_end
                .link(|rest, next| end_outside_quotes(rest, next).unwrap_or_else(|| next(rest)));
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(&value.replace("\"", "")));
        }),
    },
    Fault {
        slug: "splits-like-a-shell",
        sentence: "splits what follows the event's name into words, as `shlex.split` does, which also unquotes them",
        requirement: "T11",
        injection: always(|listener| listener.datagrams(shell::one_word_a_line)),
    },
    Fault {
        slug: "splits-at-empty-lines-first",
        sentence: "ends a datagram at its first empty line where a quote stands before it, also between quotes",
        requirement: "T7",
        injection: always(|listener| {
            listener.datagrams(|datagram| match datagram.find("\n\n") {
                Some(end) if datagram[..end].contains(&b'"') => datagram[..end + 2].into(),
                _ => datagram.into(),
            });
        }),
    },
    Fault {
        slug: "splits-lines-first",
        sentence: "joins the lines of a quoted value with blanks",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| text.replace("\n", " "))),
    },
    Fault {
        slug: "keeps-the-first-quoted-line",
        sentence: "reports a quoted value up to its first line feed",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| line(text).into())),
    },
    Fault {
        slug: "lines-in-quotes-end-at-cr-lf",
        sentence: "turns CR LF in a quoted value into LF",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| text.replace("\r\n", "\n"))),
    },
    Fault {
        slug: "trims-lines-in-quotes",
        sentence: "trims each line of a quoted value",
        requirement: "T7",
        injection: always(|listener| {
            changes_content(listener, |text| {
                let lines: Vec<_> = text.split_str("\n").map(|line| line.trim()).collect();
                lines.join(&b"\n"[..])
            });
        }),
    },
    Fault {
        slug: "trims-quoted-values",
        sentence: "trims quoted values",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| text.trim().into())),
    },
    Fault {
        slug: "empty-lines-in-quotes-are-lost",
        sentence: "drops empty lines in a quoted value",
        requirement: "T7",
        injection: always(|listener| {
            changes_content(listener, |text| {
                let lines = text.split_str("\n").filter(|line| !line.is_empty());
                lines.collect::<Vec<_>>().join(&b"\n"[..])
            });
        }),
    },
    Fault {
        slug: "leaves-escapes-in",
        sentence: "leaves `\\\"` in a quoted value as it is",
        requirement: "T7",
        injection: always(|listener| listener.unescapes(<[u8]>::to_vec)),
    },
    Fault {
        slug: "unescapes-once",
        sentence: "unescapes the first `\\\"` of a value only, as `replace('\\\\\"', '\"')` of JavaScript does",
        requirement: "T7",
        injection: always(|listener| {
            listener.unescapes(|content| content.replacen("\\\"", "\"", 1));
        }),
    },
    Fault {
        slug: "unescapes-the-first-value",
        sentence: "unescapes the first quoted value of an event only",
        requirement: "T7",
        injection: always(|listener| {
            let values = Rc::new(Cell::new(0));
            let seen = values.clone();
            listener.reader.unquote.link(move |content, next| {
                seen.set(seen.get() + 1);
                if seen.get() == 1 {
                    next(content)
                } else {
                    next(&quote(content))
                }
            });
            listener.events(move |event| {
                values.set(0);
                Ok(event)
            });
        }),
    },
    Fault {
        slug: "unescapes-every-backslash",
        sentence: "takes any byte behind a backslash for an escaped one, as `stripslashes` does",
        requirement: "T7",
        injection: always(|listener| listener.unescapes(|content| unescaped(content, Some))),
    },
    Fault {
        slug: "unescapes-as-json",
        sentence: "unescapes a quoted value as JSON where it is a string of JSON",
        requirement: "T7",
        injection: always(|listener| {
            listener.unescapes(|content| {
                let json = [b"\"", &content.replace("\n", "\\n")[..], b"\""].concat();
                serde_json::from_slice::<String>(&json)
                    .map_or_else(|_| unquote(content), String::into_bytes)
            });
        }),
    },
    Fault {
        slug: "unescapes-as-c",
        sentence: "unescapes a quoted value as C or Python would: `\\n`, `\\t`, `\\\\`, `\\x41`, `\\101`",
        requirement: "T7",
        injection: always(|listener| listener.unescapes(c_string)),
    },
    Fault {
        slug: "unescapes-apostrophes",
        sentence: "turns `\\'` in a quoted value into an apostrophe",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| text.replace("\\'", "'"))),
    },
    Fault {
        slug: "drops-unknown-escapes",
        sentence: "unescapes `\\\\` in a quoted value, and drops a backslash before a letter together with the letter",
        requirement: "T7",
        injection: always(|listener| {
            listener.unescapes(|content| {
                unescaped(content, |byte| {
                    (!byte.is_ascii_alphabetic()).then_some(byte)
                })
            });
        }),
    },
    Fault {
        slug: "a-backslash-in-quotes-continues-the-line",
        sentence: "drops a backslash and the line feed behind it in a quoted value, as C does",
        requirement: "T7",
        injection: always(|listener| changes_content(listener, |text| text.replace("\\\n", ""))),
    },
    Fault {
        slug: "unescapes-bare-values",
        sentence: "unescapes `\\\"` in bare values, too",
        requirement: "T11",
        injection: always(|listener| {
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(&unquote(value)));
        }),
    },
    Fault {
        slug: "unescapes-bare-values-as-c",
        sentence: "unescapes every value as C would, bare ones, too",
        requirement: "T12",
        injection: always(|listener| listener.raw_values(c_string)),
    },
];

/// Changes the text between two quotes before it is unescaped.
fn changes_content(listener: &mut Listener<Reader>, change: fn(&[u8]) -> Vec<u8>) {
    let unquote = &mut listener.reader.unquote;
    unquote.link(move |content, next| next(&change(content)));
}

/// Replaces each backslash and the byte behind it by the meaning of that byte.
fn unescaped(content: &[u8], meaning: fn(u8) -> Option<u8>) -> Vec<u8> {
    let mut bytes = content.iter();
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => text.extend(bytes.next().and_then(|byte| meaning(*byte))),
            byte => text.push(*byte),
        }
    }
    text
}

fn c_string(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find_byte(b'\\') {
        text.extend(&rest[..at]);
        rest = &rest[at + 1..];
        let octal = rest
            .iter()
            .take(3)
            .take_while(|byte| matches!(byte, b'0'..=b'7'))
            .count();
        let hexadecimal = rest
            .iter()
            .skip(1)
            .take(2)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let number = |digits: &[u8], radix| {
            u32::from_str_radix(&digits.to_str_lossy(), radix).expect("they are digits")
        };
        let (meaning, length) = match rest.first() {
            None => (b'\\', 0),
            Some(b'n') => (b'\n', 1),
            Some(b'r') => (b'\r', 1),
            Some(b't') => (b'\t', 1),
            Some(b'x') if hexadecimal > 0 => {
                (number(&rest[1..=hexadecimal], 16) as u8, 1 + hexadecimal)
            }
            Some(_) if octal > 0 => (number(&rest[..octal], 8) as u8, octal),
            Some(byte) => (*byte, 1),
        };
        text.push(meaning);
        rest = &rest[length..];
    }
    text.extend(rest);
    text
}
