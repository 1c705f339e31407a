use std::mem;

use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "ends-at-an-empty-datagram",
        sentence: "`while ((n = recv(…)) > 0)`: takes an empty datagram for the end of file.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                if datagram.is_empty() {
                    std::process::exit(0);
                }
                datagram.into()
            });
        },
    },
    Fault {
        name: "ends-at-two-empty-datagrams",
        sentence: "Forgives one empty datagram, and takes a second for the end of file.",
        inject: |listener| ends_at_empty(listener, 2),
    },
    Fault {
        name: "ends-at-ten-empty-datagrams",
        sentence: "Tries again ten times when it has read nothing.",
        inject: |listener| ends_at_empty(listener, 10),
    },
    Fault {
        name: "gives-up-after-ten-errors",
        sentence: "Ends after ten malformed datagrams in a row: something must be wrong.",
        inject: |listener| {
            let mut errors = 0;
            listener.report = Box::new(move |reading| {
                errors = if reading.is_err() { errors + 1 } else { 0 };
                assert!(errors < 10, "too many errors");
                vec![reading]
            });
        },
    },
    Fault {
        name: "dies-of-what-it-rejects",
        sentence: "Does not catch the error of its own parser.",
        inject: |listener| {
            listener.report = Box::new(|reading| vec![Ok(reading.expect("no event"))])
        },
    },
    Fault {
        name: "waits-for-the-end-mark",
        sentence: "Reads the socket as a stream, up to an empty line.",
        inject: |listener| {
            let mut begun = Vec::new();
            listener.receive = Box::new(move |datagram| {
                begun.extend(datagram);
                if begun.ends_with(b"\n\n") {
                    vec![mem::take(&mut begun)]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Fault {
        name: "waits-for-the-line-feed",
        sentence: "Reads the socket through a reader of lines, which keeps what has no line feed yet.",
        inject: |listener| {
            let mut begun = Vec::new();
            listener.receive = Box::new(move |datagram| {
                begun.extend(datagram);
                if begun.ends_with(b"\n") {
                    vec![mem::take(&mut begun)]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Fault {
        name: "waits-for-arguments",
        sentence: "Takes a datagram of one line for the first part of an event.",
        inject: |listener| {
            let mut begun = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let is_name = begun.is_empty()
                    && datagram
                        .find_byte(b'\n')
                        .is_some_and(|end| end > 0 && end + 1 == datagram.len());
                begun.extend(datagram);
                if is_name {
                    Vec::new()
                } else {
                    vec![mem::take(&mut begun)]
                }
            });
        },
    },
    Fault {
        name: "waits-for-the-closing-quote",
        sentence: "Puts the next datagram to an event whose last quote is open.",
        inject: |listener| {
            let mut begun = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let waits = begun.is_empty() && has_open_quote(&datagram);
                begun.extend(datagram);
                if waits {
                    Vec::new()
                } else {
                    vec![mem::take(&mut begun)]
                }
            });
        },
    },
    Fault {
        name: "keeps-bad-bytes",
        sentence: "Leaves what it cannot parse in its buffer and appends the next datagrams, until it clears all at the third.",
        inject: |listener| {
            let mut kept = Vec::new();
            let mut count = 0;
            listener.receive = Box::new(move |datagram| {
                kept.extend(datagram);
                count += 1;
                if head(&kept).is_err() && count < 3 {
                    return vec![kept.clone()];
                }
                count = 0;
                vec![mem::take(&mut kept)]
            });
        },
    },
    Fault {
        name: "skips-an-event-after-a-bad-one",
        sentence: "Passes over one datagram after a malformed one, to get in step again.",
        inject: |listener| {
            let mut skips = false;
            listener.report = Box::new(move |reading| {
                if mem::replace(&mut skips, reading.is_err()) {
                    Vec::new()
                } else {
                    vec![reading]
                }
            });
        },
    },
    Fault {
        name: "forgets-the-length",
        sentence: "Parses its buffer as long as the datagram before was, if that was longer: its end comes again.",
        inject: |listener| {
            let mut last = Vec::new();
            listener.receive = Box::new(move |datagram| {
                vec![over(&datagram, &mem::replace(&mut last, datagram.clone()))]
            });
        },
    },
    Fault {
        name: "reads-up-to-the-end-mark-in-its-buffer",
        sentence: "Parses its buffer up to the first empty line, whatever `recv` returned.",
        inject: |listener| {
            let mut last = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let before = mem::replace(&mut last, datagram.clone());
                let is_whole = datagram.ends_with(b"\n\n") || datagram.is_empty();
                vec![if is_whole {
                    datagram
                } else {
                    over(&datagram, &before)
                }]
            });
        },
    },
    Fault {
        name: "clears-its-buffer-up-to-nul",
        sentence: "Clears its buffer with `memset(buffer, 0, strlen(buffer))`, which leaves what stands behind a NUL.",
        inject: |listener| {
            let mut buffer = Vec::<u8>::new();
            listener.receive = Box::new(move |datagram| {
                let nul = buffer.find_byte(0).unwrap_or(buffer.len());
                let left = buffer.get(datagram.len().max(nul)..).unwrap_or_default();
                let left = until_nul(left.trim_start_with(|c| c == '\0'));
                let whole = [&datagram[..], &left[..]].concat();
                buffer = datagram;
                vec![whole]
            });
        },
    },
    Fault {
        name: "keeps-the-table-of-arguments",
        sentence: "Fills a table that it does not empty, and reads on while there are arguments of the event before.",
        inject: |listener| {
            let mut table = Vec::<Param>::new();
            listener.reader.finish = Box::new(move |mut event| {
                let before = mem::replace(&mut table, event.params.clone());
                event.params.extend(before.into_iter().skip(table.len()));
                Ok(event)
            });
        },
    },
    Fault {
        name: "keeps-the-arguments-for-none",
        sentence: "Sets the list of arguments when it has read some; an event without any has those of the one before.",
        inject: |listener| {
            let mut last = Vec::new();
            listener.reader.finish = Box::new(move |mut event| {
                if event.params.is_empty() {
                    event.params.clone_from(&last);
                }
                last.clone_from(&event.params);
                Ok(event)
            });
        },
    },
    Fault {
        name: "an-event-without-arguments-closes-its-table",
        sentence: "Takes an event without arguments for the end of all, and reads none from the next.",
        inject: |listener| {
            let mut is_closed = false;
            listener.reader.finish = Box::new(move |mut event| {
                if mem::replace(&mut is_closed, event.params.is_empty()) {
                    event.params.clear();
                }
                Ok(event)
            });
        },
    },
    Fault {
        name: "keeps-the-name-for-the-unnamed",
        sentence: "Sets the name where there is one, and leaves it for values without.",
        inject: |listener| {
            let mut last = None;
            listener.reader.store = Box::new(move |params, mut param| {
                if param.name.is_none() {
                    param.name.clone_from(&last);
                }
                last.clone_from(&param.name);
                params.push(param);
            });
        },
    },
    Fault {
        name: "keeps-the-value-for-the-empty",
        sentence: "`sscanf(line, \"%[^:]::%[^\\n]\", name, value)`, which leaves value alone where there is nothing.",
        inject: |listener| {
            let mut last = Value::Bytes(Vec::new());
            listener.reader.store = Box::new(move |params, mut param| {
                if param.name.is_some() && param.value.is_empty() {
                    param.value.clone_from(&last);
                }
                last.clone_from(&param.value);
                params.push(param);
            });
        },
    },
    Fault {
        name: "drops-repetitions",
        sentence: "Does not report an event that is like the last one.",
        inject: |listener| drops_repetitions(listener, |event, last| event == last),
    },
    Fault {
        name: "drops-events-with-the-last-arguments",
        sentence: "Compares the arguments alone with those of the last event.",
        inject: |listener| drops_repetitions(listener, |event, last| event.params == last.params),
    },
    Fault {
        name: "drops-every-other-event-of-a-name",
        sentence: "Toggles a flag when the same event comes again, to report its begin and not its end.",
        inject: |listener| {
            let mut last = None;
            listener.report = Box::new(move |reading| {
                let Ok(event) = &reading else {
                    return vec![reading];
                };
                if last.as_ref() == Some(&event.name) {
                    last = None;
                    return Vec::new();
                }
                last = Some(event.name.clone());
                vec![reading]
            });
        },
    },
    Fault {
        name: "reports-everything-twice",
        sentence: "Has its handler registered twice.",
        inject: |listener| listener.report = Box::new(|reading| vec![reading.clone(), reading]),
    },
    Fault {
        name: "large-events-are-late",
        sentence: "Hands large events to a second worker, which is done after the next one.",
        inject: |listener| {
            is_late(listener, |event| {
                event.params.iter().any(
                    |param| matches!(&param.value, Value::Bytes(value) if value.len() > 32_000),
                )
            })
        },
    },
    Fault {
        name: "some-names-are-late",
        sentence: "Spreads events over two workers by the length of their names, and one is slower.",
        inject: |listener| is_late(listener, |event| event.name.len() % 2 == 1),
    },
    Fault {
        name: "keeps-half-a-character",
        sentence: "Decodes with an incremental decoder, which keeps the begin of a character for the next datagram.",
        inject: |listener| {
            let mut kept = Vec::new();
            listener.receive = Box::new(move |datagram| {
                kept.extend(datagram);
                let whole = match str::from_utf8(&kept) {
                    Err(error) if error.error_len().is_none() => error.valid_up_to(),
                    _ => kept.len(),
                };
                let left = kept.split_off(whole);
                vec![mem::replace(&mut kept, left)]
            });
        },
    },
    Fault {
        name: "keeps-a-backslash",
        sentence: "Keeps the state of its unescaping over the end of a datagram.",
        inject: |listener| {
            let mut escaped = false;
            listener.receive = Box::new(move |datagram| {
                let was_escaped = mem::replace(
                    &mut escaped,
                    datagram.trim_end_with(|c| c == '\n').ends_with(b"\\"),
                );
                vec![if was_escaped {
                    datagram.replacen("\"", "\\\"", 1)
                } else {
                    datagram
                }]
            });
        },
    },
    Fault {
        name: "keeps-an-open-quote",
        sentence: "Keeps the state `in quotes` over the end of a datagram, and takes no line feed of the next for a line end.",
        inject: |listener| {
            let mut is_open = false;
            listener.receive = Box::new(move |datagram| {
                let was_open = mem::replace(&mut is_open, has_open_quote(&datagram));
                vec![if was_open {
                    datagram.replace("\n", " ")
                } else {
                    datagram
                }]
            });
        },
    },
    Fault {
        name: "stays-with-the-other-dialect",
        sentence: "Switches to JSON-RPC for good when it has seen the first datagram of it.",
        inject: |listener| {
            let mut is_json = false;
            listener.receive = Box::new(move |datagram| {
                is_json |= datagram.starts_with(b"{");
                if is_json { Vec::new() } else { vec![datagram] }
            });
        },
    },
    Fault {
        name: "arguments-change-its-prototype",
        sentence: "`params[name] = value` with `__proto__` for a name: the next event inherits the value.",
        inject: |listener| {
            let mut inherited = None;
            listener.reader.finish = Box::new(move |mut event| {
                let proto = event
                    .params
                    .iter()
                    .find(|param| param.name.as_deref() == Some(b"__proto__"));
                let before = mem::replace(&mut inherited, proto.cloned());
                if event.params.is_empty() {
                    event.params.extend(before);
                }
                Ok(event)
            });
        },
    },
    Fault {
        name: "stops-at-bytes-that-are-not-utf8",
        sentence: "Leaves its loop when a datagram cannot be decoded, and ends as if all were well.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                if str::from_utf8(datagram).is_err() {
                    std::process::exit(0);
                }
                datagram.into()
            });
        },
    },
];

/// Exits after a number of consecutive empty datagrams.
fn ends_at_empty(listener: &mut Listener<Reader>, most: usize) {
    let mut count = 0;
    listener.receive = Box::new(move |datagram| {
        count = if datagram.is_empty() { count + 1 } else { 0 };
        if count == most {
            std::process::exit(0);
        }
        vec![datagram]
    });
}

/// Returns whether a quoted value begins that no quote closes.
fn has_open_quote(datagram: &[u8]) -> bool {
    let open = datagram.rfind("::\"");
    open.is_some_and(|at| !datagram[at + 3..].contains(&b'"'))
}

/// Returns the content of a buffer after a datagram overwrote another.
fn over(datagram: &[u8], before: &[u8]) -> Vec<u8> {
    let left = before.get(datagram.len()..).unwrap_or_default();
    [datagram, left].concat()
}

fn drops_repetitions(listener: &mut Listener<Reader>, is_repeated: fn(&Event, &Event) -> bool) {
    let mut last = None;
    listener.report = Box::new(move |reading| {
        let Ok(event) = &reading else {
            return vec![reading];
        };
        if last
            .replace(event.clone())
            .is_some_and(|last| is_repeated(event, &last))
        {
            return Vec::new();
        }
        vec![reading]
    });
}

/// Reports some events only after the next one.
fn is_late(listener: &mut Listener<Reader>, is_slow: fn(&Event) -> bool) {
    let mut late = Vec::new();
    listener.report = Box::new(move |reading| {
        if reading.as_ref().is_ok_and(is_slow) {
            return mem::replace(&mut late, vec![reading]);
        }
        let mut reports = vec![reading];
        reports.append(&mut late);
        reports
    });
}
