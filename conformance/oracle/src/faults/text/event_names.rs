use bstr::ByteSlice as _;

use super::bytes::until_nul;
use super::inject::{always, number, with_event_names, with_param_names};
use super::names::{INHERITED, is_word};
use super::numbers::as_integer;
use super::quotes::{closing, unquote};
use crate::faults::event::Event;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "trims-event-names",
        sentence: "trims the event's name, and rejects one of blanks only",
        requirement: "T12",
        injection: always(|listener| {
            listener.events(|event| match event.name.trim() {
                b"" => Err("the event has no name".into()),
                name => Ok(Event {
                    name: name.into(),
                    params: event.params,
                }),
            });
        }),
    },
    Fault {
        slug: "cuts-event-names-at-blanks",
        sentence: "ends the event's name at its first blank",
        requirement: "T1",
        injection: always(|listener| {
            listener.event_names(|name| name.fields().next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "asks-for-event-names-with-e",
        sentence: "rejects events whose name does not begin with `E_`",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| !name.starts_with(b"E_"))),
    },
    Fault {
        slug: "asks-for-event-names-of-word-characters",
        sentence: "rejects events whose name does not match `^\\w+$`",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| !is_word(name))),
    },
    Fault {
        slug: "asks-for-event-names-in-ascii",
        sentence: "rejects events whose name has bytes above 0x7f",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| !name.is_ascii())),
    },
    Fault {
        slug: "asks-for-event-names-of-several-bytes",
        sentence: "rejects events whose name has one byte only",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| name.len() < 2)),
    },
    Fault {
        slug: "reports-only",
        sentence: "reports only these events: {}",
        requirement: "T1",
        injection: with_event_names(|listener, names| {
            let names = names.to_vec();
            listener.report.map(move |mut readings| {
                readings.retain(|reading| match reading {
                    Ok(event) => names.contains(&event.name),
                    Err(_) => true,
                });
                readings
            });
        }),
    },
    Fault {
        slug: "asks-for-parameters",
        sentence: "rejects events without these parameters: {}",
        requirement: "T19",
        injection: with_param_names(|listener, names| {
            let names = names.to_vec();
            listener.events(move |event| {
                if event.has_params(&names) {
                    Ok(event)
                } else {
                    Err("a parameter is missing".into())
                }
            });
        }),
    },
    Fault {
        slug: "upper-case-event-names",
        sentence: "turns the event's name into upper case",
        requirement: "T1",
        injection: always(|listener| listener.event_names(<[u8]>::to_ascii_uppercase)),
    },
    Fault {
        slug: "cuts-event-names-at",
        sentence: "cuts the event's name to {} bytes, as `strncpy` into a small buffer does",
        requirement: "T1",
        injection: number(&[31, 63, 255], |listener, length| {
            listener.event_names(move |name| name[..name.len().min(length)].into());
        }),
    },
    Fault {
        slug: "cuts-event-names-at-nul",
        sentence: "ends the event's name at a NUL, as C strings do",
        requirement: "T12",
        injection: always(|listener| listener.event_names(until_nul)),
    },
    Fault {
        slug: "splits-event-names-at-separators",
        sentence: "ends the event's name at `::`",
        requirement: "T1",
        injection: always(|listener| {
            listener.event_names(|name| name.split_str("::").next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "unquotes-event-names",
        sentence: "strips quotes from the event's name",
        requirement: "T1",
        injection: always(|listener| {
            listener.event_names(|name| name.trim_with(|c| c == '"').into());
        }),
    },
    Fault {
        slug: "event-names-go-on-in-quotes",
        sentence: "reads the event's name as a quoted value where it begins with a quote, over several lines",
        requirement: "T1",
        injection: always(|listener| {
            listener
                .reader
                .head
                .link(|datagram, next| match closing(datagram) {
                    Some(close) if datagram.get(close + 1).is_some() => {
                        Ok((unquote(&datagram[1..close]), close + 2))
                    }
                    _ => next(datagram),
                });
        }),
    },
    Fault {
        slug: "drops-byte-order-marks-in-front",
        sentence: "drops U+FEFF at the start of a datagram, as `utf-8-sig` and the TextDecoder of browsers do",
        requirement: "T12",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let mark = b"\xef\xbb\xbf";
                datagram.strip_prefix(mark).unwrap_or(datagram).into()
            });
        }),
    },
    Fault {
        slug: "event-names-become-numbers",
        sentence: "turns an event's name of digits into a number",
        requirement: "T12",
        injection: always(|listener| {
            listener.event_names(|name| {
                as_integer(name).map_or_else(|| name.into(), |number| number.to_string().into())
            });
        }),
    },
    Fault {
        slug: "escapes-event-names-for-a-shell",
        sentence: "escapes the event's name for a shell, as `escapeshellcmd` does",
        requirement: "T12",
        injection: always(|listener| {
            listener.event_names(|name| {
                let escape = |byte: &u8| {
                    if b"#&;`|*?~<>^()[]{}$\\".contains(byte) {
                        vec![b'\\', *byte]
                    } else {
                        vec![*byte]
                    }
                };
                name.iter().flat_map(escape).collect()
            });
        }),
    },
    Fault {
        slug: "strips-backslashes-from-event-names",
        sentence: "removes backslashes from the event's name, as `stripslashes` does",
        requirement: "T12",
        injection: always(|listener| listener.event_names(|name| name.replace("\\", ""))),
    },
    Fault {
        slug: "loses-the-event-proto",
        sentence: "loses the event `__proto__`, as a JavaScript object does that has events for its keys",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| name == b"__proto__")),
    },
    Fault {
        slug: "finds-inherited-handlers",
        sentence: "looks up `handlers[name]` in a JavaScript object, which has `constructor` and `toString` of its own",
        requirement: "T1",
        injection: always(|listener| listener.rejects_names(|name| INHERITED.contains(&name))),
    },
    Fault {
        slug: "takes-event-names-for-commands",
        sentence: "exits at an event that is named `quit`, `exit`, `STOP`, `EOF` or `.`",
        requirement: "T20",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.finish.link(move |event, next| {
                if let b"quit" | b"exit" | b"STOP" | b"EOF" | b"." = &event.name[..] {
                    process.exit();
                }
                next(event)
            });
        }),
    },
    Fault {
        slug: "takes-the-word-jsonrpc-for-the-dialect",
        sentence: "drops datagrams that hold the word `jsonrpc`, as it takes them for the other dialect",
        requirement: "T4",
        injection: always(|listener| {
            listener.ignores(|datagram| datagram.contains_str("jsonrpc"));
        }),
    },
    Fault {
        slug: "removes-the-event-name-everywhere",
        sentence: "removes the event's name wherever it stands, as `text.replace(name, '')` does",
        requirement: "T12",
        injection: always(|listener| {
            listener.datagrams(|datagram| match datagram.find_byte(b'\n') {
                Some(end) if end > 0 => {
                    let (name, rest) = datagram.split_at(end);
                    [name, &rest.replace(name, "")].concat()
                }
                _ => datagram.into(),
            });
        }),
    },
];
