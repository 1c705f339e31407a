use std::mem;

use bstr::ByteSlice as _;

use super::bytes::until_nul;
use super::inject::always;
use super::reader::{Reader, head};
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "waits-for-the-end-mark",
        sentence: "reads the socket as a stream: joins datagrams until they end in an empty line",
        requirement: "T2",
        injection: always(|listener| joins_until(listener, |begun| begun.ends_with(b"\n\n"))),
    },
    Fault {
        slug: "waits-for-the-line-feed",
        sentence: "reads the socket as a stream of lines: joins datagrams until they end in LF",
        requirement: "T20",
        injection: always(|listener| joins_until(listener, |begun| begun.ends_with(b"\n"))),
    },
    Fault {
        slug: "waits-for-arguments",
        sentence: "joins the next datagram to one of a single line",
        requirement: "T2",
        injection: always(|listener| {
            joins_next(listener, |datagram| {
                let end = datagram.find_byte(b'\n');
                end.is_some_and(|end| end > 0 && end + 1 == datagram.len())
            });
        }),
    },
    Fault {
        slug: "waits-for-the-closing-quote",
        sentence: "joins the next datagram to one whose last quoted value is not closed",
        requirement: "T20",
        injection: always(|listener| joins_next(listener, has_open_quote)),
    },
    Fault {
        slug: "keeps-bad-bytes",
        sentence: "keeps a malformed datagram in its buffer and joins the next ones to it, up to the third",
        requirement: "T20",
        injection: always(|listener| {
            let mut kept = Vec::new();
            let mut count = 0;
            listener.receive.flat_map(move |datagram| {
                kept.extend(datagram);
                count += 1;
                if head(&kept).is_err() && count < 3 {
                    return vec![kept.clone()];
                }
                count = 0;
                vec![mem::take(&mut kept)]
            });
        }),
    },
    Fault {
        slug: "keeps-bad-bytes-until-they-parse",
        sentence: "keeps a malformed datagram in its buffer and joins the next ones to it until they make an event",
        requirement: "T20",
        injection: always(|listener| {
            let mut kept = Vec::new();
            listener.receive.flat_map(move |datagram| {
                let begin = kept.len();
                kept.extend(datagram);
                // The bytes before are not searched again, because their event's name has no end
                // or is empty.
                let is_event = kept[begin..].contains(&b'\n') && !kept.starts_with(b"\n");
                if is_event {
                    vec![mem::take(&mut kept)]
                } else {
                    Vec::new()
                }
            });
        }),
    },
    Fault {
        slug: "skips-an-event-after-a-bad-one",
        sentence: "drops the datagram behind a malformed one",
        requirement: "T20",
        injection: always(|listener| {
            let mut skips = false;
            listener.report.link(move |reading, next| {
                if mem::replace(&mut skips, reading.is_err()) {
                    Vec::new()
                } else {
                    next(reading)
                }
            });
        }),
    },
    Fault {
        slug: "forgets-the-length",
        sentence: "ignores the received length: reads the end of a longer datagram before as part of the next one",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.receive.flat_map(move |datagram| {
                let before = mem::replace(&mut last, datagram.clone());
                vec![over(&datagram, &before)]
            });
        }),
    },
    Fault {
        slug: "reads-up-to-the-end-mark-in-its-buffer",
        sentence: "ignores the received length: reads up to an empty line, also into what a datagram before left",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.receive.flat_map(move |datagram| {
                let before = mem::replace(&mut last, datagram.clone());
                let is_whole = datagram.ends_with(b"\n\n") || datagram.is_empty();
                vec![if is_whole {
                    datagram
                } else {
                    over(&datagram, &before)
                }]
            });
        }),
    },
    Fault {
        slug: "clears-its-buffer-up-to-nul",
        sentence: "clears its buffer up to the first NUL only, as `memset(buffer, 0, strlen(buffer))` does",
        requirement: "T20",
        injection: always(|listener| {
            let mut buffer = Vec::<u8>::new();
            listener.receive.flat_map(move |datagram| {
                let nul = buffer.find_byte(0).unwrap_or(buffer.len());
                let left = buffer.get(datagram.len().max(nul)..).unwrap_or_default();
                let left = until_nul(left.trim_start_with(|c| c == '\0'));
                let whole = [&datagram[..], &left[..]].concat();
                buffer = datagram;
                vec![whole]
            });
        }),
    },
    Fault {
        slug: "keeps-the-table-of-arguments",
        sentence: "reports the parameters of the event before that stand behind the last parameter of an event",
        requirement: "T20",
        injection: always(|listener| {
            let mut table = Vec::<Param>::new();
            listener.reader.finish.link(move |mut event, next| {
                let before = mem::replace(&mut table, event.params.clone());
                event.params.extend(before.into_iter().skip(table.len()));
                next(event)
            });
        }),
    },
    Fault {
        slug: "keeps-the-arguments-for-none",
        sentence: "reports the parameters of the event before for an event without parameters",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Vec::new();
            listener.reader.finish.link(move |mut event, next| {
                if event.params.is_empty() {
                    event.params.clone_from(&last);
                }
                last.clone_from(&event.params);
                next(event)
            });
        }),
    },
    Fault {
        slug: "an-event-without-arguments-closes-its-table",
        sentence: "reports no parameters of the event behind one without parameters",
        requirement: "T20",
        injection: always(|listener| {
            let mut is_closed = false;
            listener.reader.finish.link(move |mut event, next| {
                if mem::replace(&mut is_closed, event.params.is_empty()) {
                    event.params.clear();
                }
                next(event)
            });
        }),
    },
    Fault {
        slug: "keeps-the-name-for-the-unnamed",
        sentence: "reports the name of the parameter before for a parameter without a name",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = None;
            listener.reader.store.link(move |params, mut param, next| {
                if param.name.is_none() {
                    param.name.clone_from(&last);
                }
                last.clone_from(&param.name);
                next(params, param);
            });
        }),
    },
    Fault {
        slug: "keeps-the-value-for-the-empty",
        sentence: "reports the value before for an empty one, as `sscanf(line, \"%[^:]::%[^\\n]\", name, value)` leaves it",
        requirement: "T20",
        injection: always(|listener| {
            let mut last = Value::Bytes(Vec::new());
            listener.reader.store.link(move |params, mut param, next| {
                if param.name.is_some() && param.value.is_empty() {
                    param.value.clone_from(&last);
                }
                last.clone_from(&param.value);
                next(params, param);
            });
        }),
    },
    Fault {
        slug: "keeps-half-a-character",
        sentence: "keeps a character that is cut at the end of a datagram, and puts it in front of the next datagram",
        requirement: "T20",
        injection: always(|listener| {
            let mut kept = Vec::new();
            listener.receive.flat_map(move |datagram| {
                kept.extend(datagram);
                let whole = match str::from_utf8(&kept) {
                    Err(error) if error.error_len().is_none() => error.valid_up_to(),
                    _ => kept.len(),
                };
                let left = kept.split_off(whole);
                vec![mem::replace(&mut kept, left)]
            });
        }),
    },
    Fault {
        slug: "keeps-a-backslash",
        sentence: "takes the first quote of a datagram for escaped where the datagram before ends in a backslash",
        requirement: "T20",
        injection: always(|listener| {
            let mut is_escaped = false;
            listener.receive.flat_map(move |datagram| {
                let escapes = datagram.trim_end_with(|c| c == '\n').ends_with(b"\\");
                vec![if mem::replace(&mut is_escaped, escapes) {
                    datagram.replacen("\"", "\\\"", 1)
                } else {
                    datagram
                }]
            });
        }),
    },
    Fault {
        slug: "keeps-an-open-quote",
        sentence: "takes a datagram for a quoted text where the datagram before leaves a quote open",
        requirement: "T20",
        injection: always(|listener| {
            let mut is_open = false;
            listener.receive.flat_map(move |datagram| {
                let opens = has_open_quote(&datagram);
                vec![if mem::replace(&mut is_open, opens) {
                    datagram.replace("\n", " ")
                } else {
                    datagram
                }]
            });
        }),
    },
    Fault {
        slug: "stays-with-the-other-dialect",
        sentence: "reads JSON-RPC alone from the first datagram on that begins with `{`",
        requirement: "T20",
        injection: always(|listener| {
            let mut is_json = false;
            listener.receive.flat_map(move |datagram| {
                is_json |= datagram.starts_with(b"{");
                if is_json { Vec::new() } else { vec![datagram] }
            });
        }),
    },
    Fault {
        slug: "arguments-change-its-prototype",
        sentence: "reports a parameter `__proto__` for the next event without parameters, as objects of JavaScript inherit it",
        requirement: "T20",
        injection: always(|listener| {
            let mut inherited = None;
            listener.reader.finish.link(move |mut event, next| {
                let is_proto = |param: &&Param| param.name.as_deref() == Some(b"__proto__");
                let proto = event.params.iter().find(is_proto).cloned();
                let before = mem::replace(&mut inherited, proto);
                if event.params.is_empty() {
                    event.params.extend(before);
                }
                next(event)
            });
        }),
    },
];

/// Makes the listener join datagrams until `is_complete` returns true for the result.
fn joins_until(listener: &mut Listener<Reader>, is_complete: fn(&[u8]) -> bool) {
    let mut begun = Vec::new();
    listener.receive.flat_map(move |datagram| {
        begun.extend(datagram);
        if is_complete(&begun) {
            vec![mem::take(&mut begun)]
        } else {
            Vec::new()
        }
    });
}

/// Makes the listener join a datagram for which `is_joined` returns true with the next one.
fn joins_next(listener: &mut Listener<Reader>, is_joined: fn(&[u8]) -> bool) {
    let mut begun = Vec::new();
    listener.receive.flat_map(move |datagram| {
        let waits = begun.is_empty() && is_joined(&datagram);
        begun.extend(datagram);
        if waits {
            Vec::new()
        } else {
            vec![mem::take(&mut begun)]
        }
    });
}

/// Returns whether no quote follows the last opening quote of a named value.
fn has_open_quote(datagram: &[u8]) -> bool {
    let open = datagram.rfind("::\"");
    open.is_some_and(|at| !datagram[at + 3..].contains(&b'"'))
}

/// Returns the content of a buffer after a datagram overwrote another.
fn over(datagram: &[u8], before: &[u8]) -> Vec<u8> {
    let left = before.get(datagram.len()..).unwrap_or_default();
    [datagram, left].concat()
}
