use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "end-mark-is-an-argument",
        story: "Splits the datagram into lines and takes every one but the first for an argument, the empty one at the end as well.",
        plant: |listener| listener.reader.is_end = Box::new(<[u8]>::is_empty),
    },
    Bug {
        name: "stops-at-empty-line",
        story: "Reads lines up to the first empty one, as in the head of an HTTP message.",
        plant: |listener| {
            listener.reader.is_end = Box::new(|rest| rest.is_empty() || rest.starts_with(b"\n"))
        },
    },
    Bug {
        name: "stops-at-blank-line",
        story: "Trims a line before it asks whether it is the empty one at the end.",
        plant: |listener| {
            listener.reader.is_end =
                Box::new(|rest| line_end(rest) + 1 >= rest.len() && line(rest).trim().is_empty())
        },
    },
    Bug {
        name: "passes-over-empty-lines",
        story: "Splits with `strtok`, which takes a run of line feeds for one.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_some() || !param.value.is_empty() {
                    params.push(param);
                }
            });
        },
    },
    Bug {
        name: "strips-line-feeds-at-the-end",
        story: "Takes all line feeds off the end before it splits: `rstrip('\\n')`.",
        plant: |listener| {
            listener.datagrams(|datagram| match datagram.trim_end_with(|c| c == '\n') {
                b"" => datagram.into(),
                trimmed => [trimmed, b"\n"].concat(),
            });
        },
    },
    Bug {
        name: "strips-datagram",
        story: "Trims the whole datagram, blanks and all, at both ends.",
        plant: |listener| listener.datagrams(|datagram| [datagram.trim(), b"\n"].concat()),
    },
    Bug {
        name: "drops-last-line",
        story: "Takes it for granted that the last line is the end mark: `lines[1:-1]`.",
        plant: |listener| {
            listener.reader.is_end = Box::new(|rest| line_end(rest) + 1 >= rest.len());
        },
    },
    Bug {
        name: "asks-for-end-mark",
        story: "Rejects an event without its empty line at the end as cut short.",
        plant: |listener| {
            listener.reader.head = Box::new(|datagram| {
                if !datagram.ends_with(b"\n\n") {
                    return Err("no end mark".into());
                }
                head(datagram)
            });
        },
    },
    Bug {
        name: "skips-line-feeds-in-front",
        story: "Passes over empty lines in front of the event, as HTTP servers do.",
        plant: |listener| {
            listener.datagrams(|datagram| datagram.trim_start_with(|c| c == '\n').into())
        },
    },
    Bug {
        name: "needs-no-line-feed",
        story: "`partition('\\n')` gives a name also where there is no line feed.",
        plant: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram.find_byte(b'\n') {
                None if !datagram.is_empty() => Ok((datagram.into(), datagram.len())),
                _ => head(datagram),
            });
        },
    },
    Bug {
        name: "takes-an-empty-name",
        story: "Never asks whether the name is empty.",
        plant: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram.first() {
                Some(b'\n') => Ok((Vec::new(), 1)),
                _ => head(datagram),
            });
        },
    },
    Bug {
        name: "reports-the-empty-datagram",
        story: "Splits an empty string into one empty line, and reports an event without a name.",
        plant: |listener| {
            listener.reader.head = Box::new(|datagram| match datagram {
                b"" => Ok((Vec::new(), 0)),
                _ => head(datagram),
            });
        },
    },
    Bug {
        name: "splits-lines-at-cr",
        story: "Opens the bytes as a text with universal newlines: CR LF and CR become LF.",
        plant: |listener| {
            listener.datagrams(|datagram| datagram.replace("\r\n", "\n").replace("\r", "\n"))
        },
    },
    Bug {
        name: "strips-cr-at-line-ends",
        story: "Takes CR LF for a line end, as `BufRead::lines` and `bufio.Scanner` do.",
        plant: |listener| listener.datagrams(|datagram| datagram.replace("\r\n", "\n")),
    },
    Bug {
        name: "splits-at-cr-lf-if-there-is-one",
        story: "Looks for a CR LF to tell what ends the lines of this sender, and then splits at that alone.",
        plant: |listener| {
            listener.datagrams(|datagram| match datagram.find("\r\n") {
                None => datagram.into(),
                Some(_) => datagram.replace("\n", " ").replace("\r ", "\n"),
            });
        },
    },
    Bug {
        name: "splits-lines-by-unicode",
        story: "`splitlines()` of a text: VT, FF, 0x1c to 0x1e, U+0085, U+2028 and U+2029 end lines as well.",
        plant: |listener| {
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
    Bug {
        name: "expands-literal-line-feeds",
        story: "Turns a backslash and an n into a line feed before it splits, because a test script sent them.",
        plant: |listener| listener.datagrams(|datagram| datagram.replace("\\n", "\n")),
    },
    Bug {
        name: "joins-folded-lines",
        story: "Takes a line that begins with a blank for the continuation of the one before, as in a SIP header.",
        plant: |listener| {
            listener.datagrams(|datagram| datagram.replace("\n ", " ").replace("\n\t", " "))
        },
    },
    Bug {
        name: "joins-lines-at-backslash",
        story: "Takes a backslash at the end of a line for its continuation, as in a shell script.",
        plant: |listener| listener.datagrams(|datagram| datagram.replace("\\\n", "")),
    },
    Bug {
        name: "splits-events-at-empty-lines",
        story: "Splits what it received at empty lines and reports each piece as an event.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| match datagram.strip_suffix(b"\n\n") {
                None => vec![datagram],
                Some(events) => events
                    .split_str("\n\n")
                    .map(|event| [event, b"\n"].concat())
                    .collect(),
            });
        },
    },
    Bug {
        name: "begins-an-event-at-each-e",
        story: "Takes every line that begins with `E_` for the name of a new event.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| {
                let marked = datagram.replace("\nE_", "\n\0E_");
                marked
                    .split_str("\n\0")
                    .map(|event| [event, b"\n"].concat())
                    .collect()
            });
        },
    },
    Bug {
        name: "passes-over-comments",
        story: "Drops lines that begin with a comment sign, as its reader of configuration files does.",
        plant: |listener| {
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
    Bug {
        name: "reads-sections",
        story: "Hands the lines to a reader of INI files, which takes a line in brackets for a section.",
        plant: |listener| {
            listener.params(|mut params| {
                let is_section = |value: &[u8]| value.starts_with(b"[") && value.ends_with(b"]");
                params.retain(|param| !matches!(param, Param { name: None, value: Value::Bytes(value) } if is_section(value)));
                params
            });
        },
    },
    Bug {
        name: "scans-words",
        story: "`sscanf(line, \"%[^:]::%s\", …)`: a value ends at its first blank.",
        plant: |listener| listener.values(|value| value.fields().next().unwrap_or_default().into()),
    },
    Bug {
        name: "repeats-the-last-event-for-an-empty-datagram",
        story: "Forgets that `recv` may return 0, and reads what is still in its buffer.",
        plant: |listener| {
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
