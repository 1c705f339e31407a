use std::cell::Cell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "never-unquotes",
        story: "Splits at line feeds alone, since no example shows a quoted value.",
        plant: |listener| listener.reader.closing = Box::new(|_| None),
    },
    Bug {
        name: "keeps-the-quotes",
        story: "Finds where a quoted value ends and reports it with its quotes.",
        plant: |listener| {
            listener.reader.unquote =
                Box::new(|content| [b"\"", &unquote(content)[..], b"\""].concat())
        },
    },
    Bug {
        name: "keeps-the-closing-quote",
        story: "Counts one byte too many between the quotes: `value[1:close + 1]`.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| [&unquote(content)[..], b"\""].concat())
        },
    },
    Bug {
        name: "every-leading-quote-quotes",
        story: "A value that begins with a quote ends at the next one, whatever stands behind that.",
        plant: |listener| {
            listener.reader.closing =
                Box::new(|rest| bare_quote(rest.strip_prefix(b"\"")?).map(|at| at + 1))
        },
    },
    Bug {
        name: "closes-at-the-first-quote",
        story: "Searches for the next quote without a look at the backslash in front.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                rest.strip_prefix(b"\"")?
                    .find_byte(b'"')
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close))
            });
        },
    },
    Bug {
        name: "closes-at-the-last-quote",
        story: "The greedy pattern `\"(.*)\"`, with a dot that takes line feeds.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                rest.strip_prefix(b"\"")?
                    .rfind_byte(b'"')
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close))
            });
        },
    },
    Bug {
        name: "closes-at-the-first-quote-that-ends-a-line",
        story: "Searches for a quote and a line feed, and passes over all quotes between: `find('\"\\n')`.",
        plant: |listener| {
            listener.reader.closing =
                Box::new(|rest| rest.strip_prefix(b"\"")?.find("\"\n").map(|at| at + 1))
        },
    },
    Bug {
        name: "counts-backslashes",
        story: "Takes a quote for escaped where an odd number of backslashes stands in front, as in C.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                let mut escaped = false;
                let closes = |byte: &u8| {
                    let closes = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    closes
                };
                content
                    .iter()
                    .position(closes)
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close))
            });
        },
    },
    Bug {
        name: "closes-at-apostrophes",
        story: "Finds the closing quote with the character class `[\"']`.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                rest.strip_prefix(b"\"")?
                    .find_byteset("\"'")
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close))
            });
        },
    },
    Bug {
        name: "apostrophes-quote",
        story: "Takes single quotes for quotes, too, over several lines.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| match rest.strip_prefix(b"'") {
                Some(content) => content
                    .find_byte(b'\'')
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close)),
                None => closing(rest),
            });
        },
    },
    Bug {
        name: "doubled-quotes-are-escapes",
        story: "Reads values with a parser of CSV, where two quotes stand for one.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let content = rest.strip_prefix(b"\"")?.replace("\"\"", "..");
                bare_quote(&content)
                    .map(|at| at + 1)
                    .filter(|close| ends(rest, *close))
            });
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\"\"", "\"")));
        },
    },
    Bug {
        name: "blanks-may-follow-the-closing-quote",
        story: "Passes over blanks and CR between the closing quote and the end of the line.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let close = bare_quote(rest.strip_prefix(b"\"")?)? + 1;
                line(&rest[close + 1..]).trim().is_empty().then_some(close)
            });
        },
    },
    Bug {
        name: "an-open-quote-takes-all",
        story: "A quote that is not closed goes on to the end of the datagram.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                closing(rest).or_else(|| {
                    bare_quote(content)
                        .is_none()
                        .then(|| rest.trim_end_with(|c| c == '\n').len())
                })
            });
        },
    },
    Bug {
        name: "an-open-quote-is-an-error",
        story: "Keeps to the letter of the grammar, in which a value that begins with a quote is quoted.",
        plant: |listener| {
            listener.reader.finish = Box::new(|event| {
                let is_open = |param: &Param| matches!(&param.value, Value::Bytes(value) if value.starts_with(b"\"") && bare_quote(&value[1..]).is_none());
                if event.params.iter().any(is_open) {
                    Err("unclosed quote".into())
                } else {
                    Ok(event)
                }
            });
        },
    },
    Bug {
        name: "a-quote-in-a-bare-value-is-an-error",
        story: "Keeps to the letter of the grammar, in which a bare value holds neither quotes nor CR.",
        plant: |listener| {
            listener.reader.bare = Box::new(|value| {
                if value.find_byteset("'\"\r").is_some() {
                    b"(syntax error)".to_vec()
                } else {
                    value.into()
                }
            });
        },
    },
    Bug {
        name: "an-open-quote-is-stripped",
        story: "Takes the quote off the front before it has seen that another closes it.",
        plant: |listener| {
            listener.reader.bare =
                Box::new(|value| value.strip_prefix(b"\"").unwrap_or(value).into())
        },
    },
    Bug {
        name: "strips-quotes-at-both-ends",
        story: "`strip('\"')`, which takes off as many as there are, at either end.",
        plant: |listener| listener.values(|value| value.trim_with(|c| c == '"').into()),
    },
    Bug {
        name: "a-quote-inside-quotes",
        story: "Toggles its state at every quote in a value, and drops the quotes.",
        plant: |listener| {
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
    Bug {
        name: "looks-for-the-quote-behind-blanks",
        story: "Trims a value before it looks whether it begins with a quote.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let blanks = rest
                    .iter()
                    .take_while(|byte| matches!(byte, b' ' | b'\t'))
                    .count();
                closing(&rest[blanks..]).map(|close| close + blanks)
            });
            listener.reader.unquote =
                Box::new(|content| unquote(content.trim_start_with(|c| " \t\"".contains(c))));
        },
    },
    Bug {
        name: "looks-for-the-quote-behind-the-last-separator",
        story: "Finds quoted values by the pattern `::\"`, also inside a value.",
        plant: |listener| {
            listener.reader.line_end = Box::new(|rest| match line(rest).find("::\"") {
                Some(at) => {
                    at + 2
                        + closing(&rest[at + 2..])
                            .map_or_else(|| line_end(&rest[at + 2..]), |close| close + 1)
                }
                None => line_end(rest),
            });
        },
    },
    Bug {
        name: "quotes-need-a-name",
        story: "Finds quoted values by the pattern `::\"`, which values without a name do not have.",
        plant: |listener| {
            let is_named = Rc::new(Cell::new(false));
            let seen = is_named.clone();
            listener.reader.separator = Box::new(move |rest| {
                seen.set(separator(rest).is_some());
                separator(rest)
            });
            listener.reader.closing =
                Box::new(move |rest| closing(rest).filter(|_| is_named.get()));
        },
    },
    Bug {
        name: "splits-at-empty-lines-first",
        story: "Takes the event up to the first empty line, and then looks for quotes.",
        plant: |listener| {
            listener.datagrams(|datagram| match datagram.find("\n\n") {
                Some(end) if datagram[..end].contains(&b'"') => datagram[..end + 2].into(),
                _ => datagram.into(),
            });
        },
    },
    Bug {
        name: "splits-lines-first",
        story: "Splits into lines, and joins with blanks those between two quotes.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\n", " ")))
        },
    },
    Bug {
        name: "lines-in-quotes-end-at-cr-lf",
        story: "Reads the lines of a quoted value with a function that strips CR LF.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\r\n", "\n")))
        },
    },
    Bug {
        name: "trims-lines-in-quotes",
        story: "Trims each line of a quoted value.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let lines: Vec<_> = content.split_str("\n").map(|line| line.trim()).collect();
                unquote(&lines.join(&b"\n"[..]))
            });
        },
    },
    Bug {
        name: "trims-quoted-values",
        story: "Trims what stood between quotes.",
        plant: |listener| listener.reader.unquote = Box::new(|content| unquote(content.trim())),
    },
    Bug {
        name: "empty-lines-in-quotes-are-lost",
        story: "Collects the lines of a quoted value with a loop that passes over empty ones.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let lines: Vec<_> = content
                    .split_str("\n")
                    .filter(|line| !line.is_empty())
                    .collect();
                unquote(&lines.join(&b"\n"[..]))
            });
        },
    },
    Bug {
        name: "arguments-in-quotes-count",
        story: "Finds arguments with a pattern over the whole datagram, `^(\\w+)::(.*)$`, and so those inside quotes.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let close = closing(rest)?;
                (!rest[..close]
                    .lines()
                    .skip(1)
                    .any(|line| line.contains_str("::")))
                .then_some(close)
            });
        },
    },
    Bug {
        name: "nul-ends-the-search-for-the-closing-quote",
        story: "`strchr(value, '\"')`, which sees nothing behind a NUL.",
        plant: |listener| {
            listener.reader.closing =
                Box::new(|rest| closing(rest).filter(|close| !rest[..*close].contains(&0)));
        },
    },
    Bug {
        name: "leaves-escapes-in",
        story: "Forgets to turn `\\\"` into a quote.",
        plant: |listener| listener.reader.unquote = Box::new(<[u8]>::to_vec),
    },
    Bug {
        name: "unescapes-once",
        story: "`replace('\\\\\"', '\"')` in JavaScript, which replaces the first one only.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| content.replacen("\\\"", "\"", 1))
        },
    },
    Bug {
        name: "unescapes-the-first-value",
        story: "Sets a flag when it has unescaped a value, and does not for the next.",
        plant: |listener| {
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
    Bug {
        name: "unescapes-every-backslash",
        story: "Takes a backslash for an escape of whatever stands behind it: `stripslashes`.",
        plant: |listener| listener.reader.unquote = Box::new(|content| unescaped(content, Some)),
    },
    Bug {
        name: "unescapes-as-json",
        story: "Hands the quoted text to a JSON parser, line feeds escaped, and takes it as it is where that fails.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| {
                let json = [b"\"", &content.replace("\n", "\\n")[..], b"\""].concat();
                serde_json::from_slice::<String>(&json)
                    .map_or_else(|_| unquote(content), String::into_bytes)
            });
        },
    },
    Bug {
        name: "unescapes-as-c",
        story: "Evaluates the quoted text as a string of C or Python: `\\n`, `\\t`, `\\\\`, `\\x41`, `\\101`.",
        plant: |listener| listener.reader.unquote = Box::new(c_string),
    },
    Bug {
        name: "unescapes-apostrophes",
        story: "Turns `\\'` into an apostrophe as well, as PHP writes it for SQL.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\\'", "'")))
        },
    },
    Bug {
        name: "drops-unknown-escapes",
        story: "Knows `\\\"` and `\\\\`, and leaves out a backslash before a letter that it does not know.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| {
                unescaped(content, |byte| {
                    (!byte.is_ascii_alphabetic()).then_some(byte)
                })
            });
        },
    },
    Bug {
        name: "a-backslash-in-quotes-continues-the-line",
        story: "Takes a backslash and a line feed between quotes for nothing, as C does.",
        plant: |listener| {
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\\\n", "")))
        },
    },
    Bug {
        name: "unescapes-bare-values",
        story: "Unescapes every value, quoted or not.",
        plant: |listener| listener.reader.bare = Box::new(unquote),
    },
    Bug {
        name: "unescapes-bare-values-as-c",
        story: "Evaluates every value as a string of C, quoted or not.",
        plant: |listener| listener.raw_values(c_string),
    },
    Bug {
        name: "starts-over-for-ever",
        story: "Steps back from a backslash at the end with `find` that gave -1, and searches from the start again.",
        plant: |listener| {
            listener.reader.closing = Box::new(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                // Not found is -1, the byte before it is that before the last line feed, and so the search begins anew.
                while bare_quote(content).is_none()
                    && content.trim_end_with(|c| c == '\n').ends_with(b"\\")
                {
                    std::hint::spin_loop();
                }
                closing(rest)
            });
        },
    },
];

/// Where the first quote without a backslash in front stands.
fn bare_quote(content: &[u8]) -> Option<usize> {
    content
        .find_iter("\"")
        .find(|at| *at == 0 || content[at - 1] != b'\\')
}

/// Whether a line or the datagram ends behind the quote at `close`.
fn ends(rest: &[u8], close: usize) -> bool {
    matches!(rest.get(close + 1), None | Some(b'\n'))
}

/// Replaces each backslash and the byte behind it by what that byte stands for.
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
