use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "end-mark-is-an-argument",
        sentence: "Splits the datagram into lines and takes every one but the first for an argument, the empty one at the end as well.",
        inject: |listener| listener.reader.is_end = Box::new(<[u8]>::is_empty),
    },
    Fault {
        name: "stops-at-empty-line",
        sentence: "Reads lines up to the first empty one, as in the head of an HTTP message.",
        inject: |listener| {
            listener.reader.is_end = Box::new(|rest| rest.is_empty() || rest.starts_with(b"\n"))
        },
    },
    Fault {
        name: "stops-at-blank-line",
        sentence: "Trims a line before it asks whether it is the empty one at the end.",
        inject: |listener| {
            listener.reader.is_end =
                Box::new(|rest| line_end(rest) + 1 >= rest.len() && line(rest).trim().is_empty())
        },
    },
    Fault {
        name: "passes-over-empty-lines",
        sentence: "Splits with `strtok`, which takes a run of line feeds for one.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_some() || !param.value.is_empty() {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "strips-line-feeds-at-the-end",
        sentence: "Takes all line feeds off the end before it splits: `rstrip('\\n')`.",
        inject: |listener| {
            listener.datagrams(|datagram| match datagram.trim_end_with(|c| c == '\n') {
                b"" => datagram.into(),
                trimmed => [trimmed, b"\n"].concat(),
            });
        },
    },
    Fault {
        name: "strips-datagram",
        sentence: "Trims the whole datagram, blanks and all, at both ends.",
        inject: |listener| listener.datagrams(|datagram| [datagram.trim(), b"\n"].concat()),
    },
    Fault {
        name: "drops-last-line",
        sentence: "Takes it for granted that the last line is the end mark: `lines[1:-1]`.",
        inject: |listener| {
            listener.reader.is_end = Box::new(|rest| line_end(rest) + 1 >= rest.len());
        },
    },
    Fault {
        name: "asks-for-end-mark",
        sentence: "Rejects an event without its empty line at the end as cut short.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| {
                if !datagram.ends_with(b"\n\n") {
                    return Err("no end mark".into());
                }
                head(datagram)
            });
        },
    },
    Fault {
        name: "skips-line-feeds-in-front",
        sentence: "Passes over empty lines in front of the event, as HTTP servers do.",
        inject: |listener| {
            listener.datagrams(|datagram| datagram.trim_start_with(|c| c == '\n').into())
        },
    },
    Fault {
        name: "needs-no-line-feed",
        sentence: "`partition('\\n')` gives a name also where there is no line feed.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram.find_byte(b'\n') {
                None if !datagram.is_empty() => Ok((datagram.into(), datagram.len())),
                _ => head(datagram),
            });
        },
    },
    Fault {
        name: "takes-an-empty-name",
        sentence: "Never asks whether the name is empty.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram.first() {
                Some(b'\n') => Ok((Vec::new(), 1)),
                _ => head(datagram),
            });
        },
    },
    Fault {
        name: "reports-the-empty-datagram",
        sentence: "Splits an empty string into one empty line, and reports an event without a name.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram {
                b"" => Ok((Vec::new(), 0)),
                _ => head(datagram),
            });
        },
    },
    Fault {
        name: "splits-lines-at-cr",
        sentence: "Opens the bytes as a text with universal newlines: CR LF and CR become LF.",
        inject: |listener| {
            listener.datagrams(|datagram| datagram.replace("\r\n", "\n").replace("\r", "\n"))
        },
    },
    Fault {
        name: "strips-cr-at-line-ends",
        sentence: "Takes CR LF for a line end, as `BufRead::lines` and `bufio.Scanner` do.",
        inject: |listener| listener.datagrams(|datagram| datagram.replace("\r\n", "\n")),
    },
    Fault {
        name: "splits-at-cr-lf-if-there-is-one",
        sentence: "Looks for a CR LF to tell what ends the lines of this sender, and then splits at that alone.",
        inject: |listener| {
            listener.datagrams(|datagram| match datagram.find("\r\n") {
                None => datagram.into(),
                Some(_) => datagram.replace("\n", " ").replace("\r ", "\n"),
            });
        },
    },
    Fault {
        name: "splits-lines-by-unicode",
        sentence: "`splitlines()` of a text: VT, FF, 0x1c to 0x1e, U+0085, U+2028 and U+2029 end lines as well.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                let is_end = |c| {
                    matches!(
                        c,
                        '\u{b}' | '\u{c}' | '\u{1c}'
                            ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
                    )
                };
                change_chars(datagram, |c| Some(if is_end(c) { '\n' } else { c }))
            });
        },
    },
    Fault {
        name: "expands-literal-line-feeds",
        sentence: "Turns a backslash and an n into a line feed before it splits, because a test script sent them.",
        inject: |listener| listener.datagrams(|datagram| datagram.replace("\\n", "\n")),
    },
    Fault {
        name: "joins-folded-lines",
        sentence: "Takes a line that begins with a blank for the continuation of the one before, as in a SIP header.",
        inject: |listener| {
            listener.datagrams(|datagram| datagram.replace("\n ", " ").replace("\n\t", " "))
        },
    },
    Fault {
        name: "joins-lines-at-backslash",
        sentence: "Takes a backslash at the end of a line for its continuation, as in a shell script.",
        inject: |listener| listener.datagrams(|datagram| datagram.replace("\\\n", "")),
    },
    Fault {
        name: "splits-events-at-empty-lines",
        sentence: "Splits what it received at empty lines and reports each piece as an event.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| match datagram.strip_suffix(b"\n\n") {
                None => vec![datagram],
                Some(events) => events
                    .split_str("\n\n")
                    .map(|event| [event, b"\n"].concat())
                    .collect(),
            });
        },
    },
    Fault {
        name: "begins-an-event-at-each-e",
        sentence: "Takes every line that begins with `E_` for the name of a new event.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                let marked = datagram.replace("\nE_", "\n\0E_");
                marked
                    .split_str("\n\0")
                    .map(|event| [event, b"\n"].concat())
                    .collect()
            });
        },
    },
    Fault {
        name: "passes-over-comments",
        sentence: "Drops lines that begin with a comment sign, as its reader of configuration files does.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                let is_comment = |value: &[u8]| {
                    ["#", ";", "//", "--"]
                        .iter()
                        .any(|sign| value.starts_with(sign.as_bytes()))
                };
                if !matches!(&param, Param { name: None, value: Value::Bytes(value) } if is_comment(value))
                {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "reads-sections",
        sentence: "Hands the lines to a reader of INI files, which takes a line in brackets for a section.",
        inject: |listener| {
            listener.params(|mut params| {
                let is_section = |value: &[u8]| value.starts_with(b"[") && value.ends_with(b"]");
                params.retain(|param| !matches!(param, Param { name: None, value: Value::Bytes(value) } if is_section(value)));
                params
            });
        },
    },
    Fault {
        name: "scans-words",
        sentence: "`sscanf(line, \"%[^:]::%s\", …)`: a value ends at its first blank.",
        inject: |listener| {
            listener.values(|value| value.fields().next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "repeats-the-last-event-for-an-empty-datagram",
        sentence: "Forgets that `recv` may return 0, and reads what is still in its buffer.",
        inject: |listener| {
            let mut last = Vec::new();
            listener.receive = Box::new(move |datagram| {
                if !datagram.is_empty() {
                    last = datagram;
                }
                vec![last.clone()]
            });
        },
    },
];
