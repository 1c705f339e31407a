use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "trims-event-names",
        story: "Trims the first line, and finds a name of blanks empty.",
        plant: |listener| {
            listener.reader.finish = Box::new(|event| match event.name.trim() {
                b"" => Err("the event has no name".into()),
                name => Ok(Event {
                    name: name.into(),
                    params: event.params,
                }),
            });
        },
    },
    Bug {
        name: "cuts-event-names-at-blanks",
        story: "Takes the first word of the first line, as in an HTTP request.",
        plant: |listener| {
            listener.event_names(|name| name.fields().next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "asks-for-event-names-with-e",
        story: "Rejects names that do not begin with `E_`, which is only recommended.",
        plant: |listener| listener.rejects_names(|name| !name.starts_with(b"E_")),
    },
    Bug {
        name: "asks-for-event-names-of-word-characters",
        story: "Matches names with `^\\w+$`.",
        plant: |listener| {
            listener.rejects_names(|name| {
                !name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            })
        },
    },
    Bug {
        name: "asks-for-event-names-in-ascii",
        story: "Rejects names with bytes above 0x7f.",
        plant: |listener| listener.rejects_names(|name| !name.is_ascii()),
    },
    Bug {
        name: "asks-for-event-names-of-several-bytes",
        story: "Looks at the second byte of the name before it knows that there is one.",
        plant: |listener| listener.rejects_names(|name| name.len() < 2),
    },
    Bug {
        name: "upper-case-event-names",
        story: "Looks events up in upper case, and reports what it looked up.",
        plant: |listener| listener.event_names(<[u8]>::to_ascii_uppercase),
    },
    Bug {
        name: "cuts-event-names-at-63",
        story: "Keeps names in 64 bytes, one of them for a NUL: `strncpy`.",
        plant: |listener| listener.event_names(|name| name[..name.len().min(63)].into()),
    },
    Bug {
        name: "cuts-event-names-at-255",
        story: "Keeps names in 256 bytes, one of them for a NUL.",
        plant: |listener| listener.event_names(|name| name[..name.len().min(255)].into()),
    },
    Bug {
        name: "cuts-event-names-at-nul",
        story: "Keeps names in C strings, which end at the first NUL.",
        plant: |listener| listener.event_names(until_nul),
    },
    Bug {
        name: "splits-event-names-at-separators",
        story: "Splits every line at `::` before it looks which is the first.",
        plant: |listener| {
            listener.event_names(|name| name.split_str("::").next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "unquotes-event-names",
        story: "Strips quotes from names, as from values.",
        plant: |listener| listener.event_names(|name| name.trim_with(|c| c == '"').into()),
    },
    Bug {
        name: "event-names-go-on-in-quotes",
        story: "Splits into lines with a reader of CSV, where a quote carries a line on.",
        plant: |listener| {
            listener.reader.head = Box::new(|datagram| match closing(datagram) {
                Some(close) if datagram.get(close + 1).is_some() => {
                    Ok((unquote(&datagram[1..close]), close + 2))
                }
                _ => head(datagram),
            });
        },
    },
    Bug {
        name: "drops-byte-order-marks-in-front",
        story: "Decodes as `utf-8-sig`, or with the browser's TextDecoder, which drop U+FEFF at the start.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .strip_prefix(b"\xef\xbb\xbf")
                    .unwrap_or(datagram)
                    .into()
            })
        },
    },
    Bug {
        name: "event-names-become-numbers",
        story: "Turns what looks like a number into one, also in the first line.",
        plant: |listener| {
            listener.event_names(|name| {
                as_integer(name).map_or_else(|| name.into(), |number| number.to_string().into())
            })
        },
    },
    Bug {
        name: "escapes-event-names-for-a-shell",
        story: "Runs names through `escapeshellcmd` and reports them so.",
        plant: |listener| {
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
        },
    },
    Bug {
        name: "strips-backslashes-from-event-names",
        story: "Runs names through `stripslashes`.",
        plant: |listener| listener.event_names(|name| name.replace("\\", "")),
    },
    Bug {
        name: "loses-the-event-proto",
        story: "Files events in a JavaScript object under their names, where `__proto__` is not a key.",
        plant: |listener| listener.rejects_names(|name| name == b"__proto__"),
    },
    Bug {
        name: "finds-inherited-handlers",
        story: "Looks for the handler of an event with `handlers[name]`, and finds `constructor`.",
        plant: |listener| listener.rejects_names(|name| INHERITED.contains(&name)),
    },
    Bug {
        name: "takes-event-names-for-commands",
        story: "Ends when it is sent `quit`, `exit`, `STOP`, `EOF` or a lone dot: left over from trying it out.",
        plant: |listener| {
            listener.reader.finish = Box::new(|event| match &event.name[..] {
                b"quit" | b"exit" | b"STOP" | b"EOF" | b"." => std::process::exit(0),
                _ => Ok(event),
            });
        },
    },
    Bug {
        name: "takes-the-word-jsonrpc-for-the-dialect",
        story: "Tells the dialects apart by looking for `jsonrpc` anywhere in the bytes.",
        plant: |listener| listener.ignores(|datagram| datagram.contains_str("jsonrpc")),
    },
    Bug {
        name: "removes-the-event-name-everywhere",
        story: "Gets rid of the first line with `text.replace(name, '')`, which knows no first.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| match datagram.find_byte(b'\n') {
                Some(end) if end > 0 => {
                    let (name, rest) = datagram.split_at(end);
                    vec![[name, &rest.replace(name, "")[..]].concat()]
                }
                _ => vec![datagram],
            });
        },
    },
];
