use std::cell::Cell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "keeps-the-quotes",
        sentence: "Finds where a quoted value ends and reports it with its quotes.",
        inject: |listener| {
            listener.reader.unquote =
                Box::new(|content| [b"\"", &unquote(content)[..], b"\""].concat())
        },
    },
    Fault {
        name: "keeps-the-closing-quote",
        sentence: "Counts one byte too many between the quotes: `value[1:close + 1]`.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| [&unquote(content)[..], b"\""].concat())
        },
    },
    Fault {
        name: "an-open-quote-is-an-error",
        sentence: "Keeps to the letter of the grammar, in which a value that begins with a quote is quoted.",
        inject: |listener| {
            listener.reader.finish = Box::new(|event| {
                let opens_quote =
                    |value: &[u8]| value.starts_with(b"\"") && unescaped_quote(value).is_none();
                let is_open = |param: &Param| matches!(&param.value, Value::Bytes(value) if opens_quote(value));
                if event.params.iter().any(is_open) {
                    Err("unclosed quote".into())
                } else {
                    Ok(event)
                }
            });
        },
    },
    Fault {
        name: "a-quote-in-a-bare-value-is-an-error",
        sentence: "Keeps to the letter of the grammar, in which a bare value holds neither quotes nor CR.",
        inject: |listener| {
            listener.reader.bare = Box::new(|value| {
                if value.find_byteset("'\"\r").is_some() {
                    b"(syntax error)".to_vec()
                } else {
                    value.into()
                }
            });
        },
    },
    Fault {
        name: "an-open-quote-is-stripped",
        sentence: "Takes the quote off the front before it has seen that another closes it.",
        inject: |listener| {
            listener.reader.bare =
                Box::new(|value| value.strip_prefix(b"\"").unwrap_or(value).into())
        },
    },
    Fault {
        name: "strips-quotes-at-both-ends",
        sentence: "`strip('\"')`, which takes off as many as there are, at either end.",
        inject: |listener| listener.values(|value| value.trim_with(|c| c == '"').into()),
    },
    Fault {
        name: "a-quote-inside-quotes",
        sentence: "Toggles its state at every quote in a value, and drops the quotes.",
        inject: |listener| {
            listener.reader.line_end = Box::new(|rest| {
                let mut quoted = false;
                let ends = |byte: &u8| {
                    quoted ^= *byte == b'"';
                    *byte == b'\n' && !quoted
                };
                rest.iter().position(ends).unwrap_or(line_end(rest))
            });
            listener.reader.bare = Box::new(|value| value.replace("\"", ""));
        },
    },
    Fault {
        name: "splits-at-empty-lines-first",
        sentence: "Takes the event up to the first empty line, and then looks for quotes.",
        inject: |listener| {
            listener.datagrams(|datagram| match datagram.find("\n\n") {
                Some(end) if datagram[..end].contains(&b'"') => datagram[..end + 2].into(),
                _ => datagram.into(),
            });
        },
    },
    Fault {
        name: "splits-lines-first",
        sentence: "Splits into lines, and joins with blanks those between two quotes.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\n", " ")))
        },
    },
    Fault {
        name: "lines-in-quotes-end-at-cr-lf",
        sentence: "Reads the lines of a quoted value with a function that strips CR LF.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\r\n", "\n")))
        },
    },
    Fault {
        name: "trims-lines-in-quotes",
        sentence: "Trims each line of a quoted value.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let lines: Vec<_> = content.split_str("\n").map(|line| line.trim()).collect();
                unquote(&lines.join(&b"\n"[..]))
            });
        },
    },
    Fault {
        name: "trims-quoted-values",
        sentence: "Trims what stood between quotes.",
        inject: |listener| listener.reader.unquote = Box::new(|content| unquote(content.trim())),
    },
    Fault {
        name: "empty-lines-in-quotes-are-lost",
        sentence: "Collects the lines of a quoted value with a loop that passes over empty ones.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let lines: Vec<_> = content
                    .split_str("\n")
                    .filter(|line| !line.is_empty())
                    .collect();
                unquote(&lines.join(&b"\n"[..]))
            });
        },
    },
    Fault {
        name: "leaves-escapes-in",
        sentence: "Forgets to turn `\\\"` into a quote.",
        inject: |listener| listener.reader.unquote = Box::new(<[u8]>::to_vec),
    },
    Fault {
        name: "unescapes-once",
        sentence: "`replace('\\\\\"', '\"')` in JavaScript, which replaces the first one only.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| content.replacen("\\\"", "\"", 1))
        },
    },
    Fault {
        name: "unescapes-the-first-value",
        sentence: "Sets a flag when it has unescaped a value, and does not for the next.",
        inject: |listener| {
            let values = Rc::new(Cell::new(0));
            let seen = values.clone();
            listener.reader.unquote = Box::new(move |content| {
                seen.set(seen.get() + 1);
                if seen.get() == 1 {
                    unquote(content)
                } else {
                    content.into()
                }
            });
            listener.reader.finish = Box::new(move |event| {
                values.set(0);
                Ok(event)
            });
        },
    },
    Fault {
        name: "unescapes-every-backslash",
        sentence: "Takes a backslash for an escape of whatever stands behind it: `stripslashes`.",
        inject: |listener| listener.reader.unquote = Box::new(|content| unescaped(content, Some)),
    },
    Fault {
        name: "unescapes-as-json",
        sentence: "Hands the quoted text to a JSON parser, line feeds escaped, and takes it as it is where that fails.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let json = [b"\"", &content.replace("\n", "\\n")[..], b"\""].concat();
                serde_json::from_slice::<String>(&json)
                    .map_or_else(|_| unquote(content), String::into_bytes)
            });
        },
    },
    Fault {
        name: "unescapes-as-c",
        sentence: "Evaluates the quoted text as a string of C or Python: `\\n`, `\\t`, `\\\\`, `\\x41`, `\\101`.",
        inject: |listener| listener.reader.unquote = Box::new(c_string),
    },
    Fault {
        name: "unescapes-apostrophes",
        sentence: "Turns `\\'` into an apostrophe as well, as PHP writes it for SQL.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\\'", "'")))
        },
    },
    Fault {
        name: "drops-unknown-escapes",
        sentence: "Knows `\\\"` and `\\\\`, and leaves out a backslash before a letter that it does not know.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| {
                unescaped(content, |byte| {
                    (!byte.is_ascii_alphabetic()).then_some(byte)
                })
            });
        },
    },
    Fault {
        name: "a-backslash-in-quotes-continues-the-line",
        sentence: "Takes a backslash and a line feed between quotes for nothing, as C does.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\\\n", "")))
        },
    },
    Fault {
        name: "unescapes-bare-values",
        sentence: "Unescapes every value, quoted or not.",
        inject: |listener| listener.reader.bare = Box::new(unquote),
    },
    Fault {
        name: "unescapes-bare-values-as-c",
        sentence: "Evaluates every value as a string of C, quoted or not.",
        inject: |listener| listener.raw_values(c_string),
    },
];

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
