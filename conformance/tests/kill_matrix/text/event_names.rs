use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "trims-event-names",
        sentence: "Trims the first line, and finds a name of blanks empty.",
        inject: |listener| {
            listener.reader.finish = Box::new(|event| match event.name.trim() {
                b"" => Err("the event has no name".into()),
                name => Ok(Event {
                    name: name.into(),
                    params: event.params,
                }),
            });
        },
    },
    Fault {
        name: "cuts-event-names-at-blanks",
        sentence: "Takes the first word of the first line, as in an HTTP request.",
        inject: |listener| {
            listener.event_names(|name| name.fields().next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "asks-for-event-names-with-e",
        sentence: "Rejects names that do not begin with `E_`, which is only recommended.",
        inject: |listener| listener.rejects_names(|name| !name.starts_with(b"E_")),
    },
    Fault {
        name: "asks-for-event-names-of-word-characters",
        sentence: "Matches names with `^\\w+$`.",
        inject: |listener| {
            listener.rejects_names(|name| {
                !name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            })
        },
    },
    Fault {
        name: "asks-for-event-names-in-ascii",
        sentence: "Rejects names with bytes above 0x7f.",
        inject: |listener| listener.rejects_names(|name| !name.is_ascii()),
    },
    Fault {
        name: "asks-for-event-names-of-several-bytes",
        sentence: "Looks at the second byte of the name before it knows that there is one.",
        inject: |listener| listener.rejects_names(|name| name.len() < 2),
    },
    Fault {
        name: "upper-case-event-names",
        sentence: "Looks events up in upper case, and reports what it looked up.",
        inject: |listener| listener.event_names(<[u8]>::to_ascii_uppercase),
    },
    Fault {
        name: "cuts-event-names-at-63",
        sentence: "Keeps names in 64 bytes, one of them for a NUL: `strncpy`.",
        inject: |listener| listener.event_names(|name| name[..name.len().min(63)].into()),
    },
    Fault {
        name: "cuts-event-names-at-255",
        sentence: "Keeps names in 256 bytes, one of them for a NUL.",
        inject: |listener| listener.event_names(|name| name[..name.len().min(255)].into()),
    },
    Fault {
        name: "cuts-event-names-at-nul",
        sentence: "Keeps names in C strings, which end at the first NUL.",
        inject: |listener| listener.event_names(until_nul),
    },
    Fault {
        name: "splits-event-names-at-separators",
        sentence: "Splits every line at `::` before it looks which is the first.",
        inject: |listener| {
            listener.event_names(|name| name.split_str("::").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "unquotes-event-names",
        sentence: "Strips quotes from names, as from values.",
        inject: |listener| listener.event_names(|name| name.trim_with(|c| c == '"').into()),
    },
    Fault {
        name: "event-names-go-on-in-quotes",
        sentence: "Splits into lines with a reader of CSV, where a quote carries a line on.",
        inject: |listener| {
            listener.reader.head = Box::new(|datagram| match closing(datagram) {
                Some(close) if datagram.get(close + 1).is_some() => {
                    Ok((unquote(&datagram[1..close]), close + 2))
                }
                _ => head(datagram),
            });
        },
    },
    Fault {
        name: "drops-byte-order-marks-in-front",
        sentence: "Decodes as `utf-8-sig`, or with the browser's TextDecoder, which drop U+FEFF at the start.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .strip_prefix(b"\xef\xbb\xbf")
                    .unwrap_or(datagram)
                    .into()
            })
        },
    },
    Fault {
        name: "event-names-become-numbers",
        sentence: "Turns what looks like a number into one, also in the first line.",
        inject: |listener| {
            listener.event_names(|name| {
                as_integer(name).map_or_else(|| name.into(), |number| number.to_string().into())
            })
        },
    },
    Fault {
        name: "escapes-event-names-for-a-shell",
        sentence: "Runs names through `escapeshellcmd` and reports them so.",
        inject: |listener| {
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
    Fault {
        name: "strips-backslashes-from-event-names",
        sentence: "Runs names through `stripslashes`.",
        inject: |listener| listener.event_names(|name| name.replace("\\", "")),
    },
    Fault {
        name: "loses-the-event-proto",
        sentence: "Files events in a JavaScript object under their names, where `__proto__` is not a key.",
        inject: |listener| listener.rejects_names(|name| name == b"__proto__"),
    },
    Fault {
        name: "finds-inherited-handlers",
        sentence: "Looks for the handler of an event with `handlers[name]`, and finds `constructor`.",
        inject: |listener| listener.rejects_names(|name| INHERITED.contains(&name)),
    },
    Fault {
        name: "takes-event-names-for-commands",
        sentence: "Ends when it is sent `quit`, `exit`, `STOP`, `EOF` or a lone dot: left over from trying it out.",
        inject: |listener| {
            listener.reader.finish = Box::new(|event| match &event.name[..] {
                b"quit" | b"exit" | b"STOP" | b"EOF" | b"." => std::process::exit(0),
                _ => Ok(event),
            });
        },
    },
    Fault {
        name: "takes-the-word-jsonrpc-for-the-dialect",
        sentence: "Tells the dialects apart by looking for `jsonrpc` anywhere in the bytes.",
        inject: |listener| listener.ignores(|datagram| datagram.contains_str("jsonrpc")),
    },
    Fault {
        name: "removes-the-event-name-everywhere",
        sentence: "Gets rid of the first line with `text.replace(name, '')`, which knows no first.",
        inject: |listener| {
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
