use bstr::ByteSlice as _;

use super::characters::change_chars;
use super::inject::always;
use super::reader::{line, line_end};
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "end-mark-is-an-argument",
        sentence: "reports the empty line at the end as a parameter",
        requirement: "T2",
        injection: always(|listener| {
            let is_end = &mut listener.reader.is_end;
            is_end.link(|rest, next| next(rest) && rest != b"\n");
        }),
    },
    Fault {
        slug: "stops-at-empty-line",
        sentence: "stops at the first empty line",
        requirement: "T3",
        injection: always(|listener| {
            let is_end = &mut listener.reader.is_end;
            is_end.link(|rest, next| next(rest) || rest.starts_with(b"\n"));
        }),
    },
    Fault {
        slug: "stops-at-blank-line",
        sentence: "takes a last line of blanks for the empty one at the end",
        requirement: "T2",
        injection: always(|listener| {
            listener.reader.is_end.link(|rest, next| {
                next(rest) || (is_last_line(rest) && line(rest).trim().is_empty())
            });
        }),
    },
    Fault {
        slug: "stops-at-first-blank-line",
        sentence: "stops at the first line that is empty when trimmed, as `if not line.strip(): break` does",
        requirement: "T3",
        injection: always(|listener| {
            let is_end = &mut listener.reader.is_end;
            is_end.link(|rest, next| next(rest) || line(rest).trim().is_empty());
        }),
    },
    Fault {
        slug: "passes-over-empty-lines",
        sentence: "skips empty lines, as `strtok` does, which takes a run of line feeds for one",
        requirement: "T3",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if param.name.is_some() || !param.value.is_empty() {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "strips-line-feeds-at-the-end",
        sentence: "strips all line feeds at the end before it splits, as `rstrip('\\n')` does",
        requirement: "T3",
        injection: always(|listener| {
            listener.datagrams(|datagram| match datagram.trim_end_with(|c| c == '\n') {
                b"" => datagram.into(),
                trimmed => [trimmed, b"\n"].concat(),
            });
        }),
    },
    Fault {
        slug: "strips-datagram",
        sentence: "trims the whole datagram at both ends",
        requirement: "T11",
        injection: always(|listener| {
            listener.datagrams(|datagram| [datagram.trim(), b"\n"].concat());
        }),
    },
    Fault {
        slug: "drops-last-line",
        sentence: "drops the last line without looking whether it is empty, as `lines[1:-1]` does",
        requirement: "T2",
        injection: always(|listener| {
            let is_end = &mut listener.reader.is_end;
            is_end.link(|rest, next| next(rest) || is_last_line(rest));
        }),
    },
    Fault {
        slug: "asks-for-end-mark",
        sentence: "rejects an event without the empty line at the end",
        requirement: "T2",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| {
                if datagram.ends_with(b"\n\n") {
                    next(datagram)
                } else {
                    Err("no end mark".into())
                }
            });
        }),
    },
    Fault {
        slug: "skips-line-feeds-in-front",
        sentence: "skips empty lines before the event, as HTTP servers do",
        requirement: "T1",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.trim_start_with(|c| c == '\n').into());
        }),
    },
    Fault {
        slug: "needs-no-line-feed",
        sentence: "reports a datagram without line feed as an event, as `partition('\\n')[0]` does",
        requirement: "T1",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| {
                if !datagram.is_empty() && datagram.find_byte(b'\n').is_none() {
                    Ok((datagram.into(), datagram.len()))
                } else {
                    next(datagram)
                }
            });
        }),
    },
    Fault {
        slug: "takes-an-empty-name",
        sentence: "reports an event with an empty name",
        requirement: "T1",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| {
                if datagram.starts_with(b"\n") {
                    Ok((Vec::new(), 1))
                } else {
                    next(datagram)
                }
            });
        }),
    },
    Fault {
        slug: "reports-the-empty-datagram",
        sentence: "reports an empty datagram as an event with an empty name",
        requirement: "T18",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| match datagram {
                b"" => Ok((Vec::new(), 0)),
                _ => next(datagram),
            });
        }),
    },
    Fault {
        slug: "splits-lines-at-cr",
        sentence: "takes CR LF and CR for line ends, as universal newlines and `bytes.splitlines()` of Python do",
        requirement: "T11",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.replace("\r\n", "\n").replace("\r", "\n"));
        }),
    },
    Fault {
        slug: "strips-cr-at-line-ends",
        sentence: "takes CR LF for a line end, as `BufRead::lines` and `bufio.Scanner` do",
        requirement: "T11",
        injection: always(|listener| listener.datagrams(|datagram| datagram.replace("\r\n", "\n"))),
    },
    Fault {
        slug: "splits-at-cr-lf-if-there-is-one",
        sentence: "splits a datagram that holds a CR LF at CR LF only",
        requirement: "T11",
        injection: always(|listener| {
            listener.datagrams(|datagram| match datagram.find("\r\n") {
                None => datagram.into(),
                Some(_) => datagram.replace("\n", " ").replace("\r ", "\n"),
            });
        }),
    },
    Fault {
        slug: "splits-lines-by-unicode",
        sentence: "takes VT, FF, 0x1c to 0x1e, U+0085, U+2028 and U+2029 for line ends",
        requirement: "T12",
        injection: always(|listener| listener.datagrams(end_lines_by_unicode)),
    },
    Fault {
        slug: "splits-with-splitlines",
        sentence: "splits with Python's `str.splitlines()`, also at CR, VT, FF, 0x1c to 0x1e, U+0085, U+2028 and U+2029",
        requirement: "T12",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let datagram = datagram.replace("\r\n", "\n").replace("\r", "\n");
                end_lines_by_unicode(&datagram)
            });
        }),
    },
    Fault {
        slug: "expands-literal-line-feeds",
        sentence: "turns `\\n`, a backslash and an n, into a line feed before it splits",
        requirement: "T12",
        injection: always(|listener| listener.datagrams(|datagram| datagram.replace("\\n", "\n"))),
    },
    Fault {
        slug: "joins-folded-lines",
        sentence: "joins a line that begins with a blank to the one before, as in a SIP header",
        requirement: "T11",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.replace("\n ", " ").replace("\n\t", " "));
        }),
    },
    Fault {
        slug: "joins-lines-at-backslash",
        sentence: "joins the next line to one that ends in a backslash, as a shell does",
        requirement: "T12",
        injection: always(|listener| listener.datagrams(|datagram| datagram.replace("\\\n", ""))),
    },
    Fault {
        slug: "splits-events-at-empty-lines",
        sentence: "splits a datagram at empty lines, and reports each piece as an event",
        requirement: "T19",
        injection: always(|listener| {
            listener
                .receive
                .flat_map(|datagram| match datagram.strip_suffix(b"\n\n") {
                    None => vec![datagram],
                    Some(events) => events
                        .split_str("\n\n")
                        .map(|event| [event, b"\n"].concat())
                        .collect(),
                });
        }),
    },
    Fault {
        slug: "begins-an-event-at-each-e",
        sentence: "begins a new event at every line that starts with `E_`",
        requirement: "T19",
        injection: always(|listener| {
            listener.receive.flat_map(|datagram| {
                let marked = datagram.replace("\nE_", "\n\0E_");
                marked
                    .split_str("\n\0")
                    .map(|event| [event, b"\n"].concat())
                    .collect()
            });
        }),
    },
    Fault {
        slug: "passes-over-comments",
        sentence: "drops lines that begin with a comment sign: `#`, `;`, `//` or `--`",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                let is_comment = |value: &[u8]| {
                    ["#", ";", "//", "--"]
                        .iter()
                        .any(|sign| value.starts_with(sign.as_bytes()))
                };
                if !is_unnamed(&param, is_comment) {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "reads-sections",
        sentence: "drops lines in brackets, which it takes for the sections of an INI file",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                let is_section = |value: &[u8]| value.starts_with(b"[") && value.ends_with(b"]");
                params.retain(|param| !is_unnamed(param, is_section));
                params
            });
        }),
    },
    Fault {
        slug: "scans-words",
        sentence: "ends a value at its first blank, as `%s` of `sscanf` does",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| value.fields().next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "repeats-the-last-event-for-an-empty-datagram",
        sentence: "reads what its buffer still holds when an empty datagram arrives",
        requirement: "T18",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.receive.flat_map(move |datagram| {
                if !datagram.is_empty() {
                    last = datagram;
                }
                vec![last.clone()]
            });
        }),
    },
];

/// Returns whether the first line of the text is the last one.
fn is_last_line(rest: &[u8]) -> bool {
    line_end(rest) + 1 >= rest.len()
}

/// Replaces all characters that end lines in Unicode, except CR, by line feeds.
fn end_lines_by_unicode(text: &[u8]) -> Vec<u8> {
    change_chars(text, |c| match c {
        '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c => Some(c),
    })
}

/// Returns whether a parameter has no name, and `is_of_kind` accepts its value.
fn is_unnamed(param: &Param, is_of_kind: impl Fn(&[u8]) -> bool) -> bool {
    matches!(param, Param { name: None, value: Value::Bytes(value) } if is_of_kind(value))
}
