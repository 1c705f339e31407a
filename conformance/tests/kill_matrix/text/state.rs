use std::mem;

use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "ends-at-an-empty-datagram",
        story: "`while ((n = recv(…)) > 0)`: takes an empty datagram for the end of file.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                if datagram.is_empty() {
                    std::process::exit(0);
                }
                datagram.into()
            });
        },
    },
    Bug {
        name: "ends-at-two-empty-datagrams",
        story: "Forgives one empty datagram, and takes a second for the end of file.",
        plant: |listener| ends_at_empty(listener, 2),
    },
    Bug {
        name: "ends-at-ten-empty-datagrams",
        story: "Tries again ten times when it has read nothing.",
        plant: |listener| ends_at_empty(listener, 10),
    },
    Bug {
        name: "gives-up-after-ten-errors",
        story: "Ends after ten malformed datagrams in a row: something must be wrong.",
        plant: |listener| {
            let mut errors = 0;
            listener.report = Box::new(move |reading| {
                errors = if reading.is_err() { errors + 1 } else { 0 };
                assert!(errors < 10, "too many errors");
                vec![reading]
            });
        },
    },
    Bug {
        name: "dies-of-what-it-rejects",
        story: "Does not catch the error of its own parser.",
        plant: |listener| {
            listener.report = Box::new(|reading| vec![Ok(reading.expect("no event"))])
        },
    },
    Bug {
        name: "waits-for-the-end-mark",
        story: "Reads the socket as a stream, up to an empty line.",
        plant: |listener| {
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
    Bug {
        name: "waits-for-the-line-feed",
        story: "Reads the socket through a reader of lines, which keeps what has no line feed yet.",
        plant: |listener| {
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
    Bug {
        name: "waits-for-arguments",
        story: "Takes a datagram of one line for the first part of an event.",
        plant: |listener| {
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
    Bug {
        name: "waits-for-the-closing-quote",
        story: "Puts the next datagram to an event whose last quote is open.",
        plant: |listener| {
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
    Bug {
        name: "keeps-bad-bytes",
        story: "Leaves what it cannot parse in its buffer and appends the next datagrams, until it clears all at the third.",
        plant: |listener| {
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
    Bug {
        name: "skips-an-event-after-a-bad-one",
        story: "Passes over one datagram after a malformed one, to get in step again.",
        plant: |listener| {
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
    Bug {
        name: "forgets-the-length",
        story: "Parses its buffer as long as the datagram before was, if that was longer: its end comes again.",
        plant: |listener| {
            let mut last = Vec::new();
            listener.receive = Box::new(move |datagram| {
                vec![over(&datagram, &mem::replace(&mut last, datagram.clone()))]
            });
        },
    },
    Bug {
        name: "reads-up-to-the-end-mark-in-its-buffer",
        story: "Parses its buffer up to the first empty line, whatever `recv` returned.",
        plant: |listener| {
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
    Bug {
        name: "clears-its-buffer-up-to-nul",
        story: "Clears its buffer with `memset(buffer, 0, strlen(buffer))`, which leaves what stands behind a NUL.",
        plant: |listener| {
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
    Bug {
        name: "keeps-the-table-of-arguments",
        story: "Fills a table that it does not empty, and reads on while there are arguments of the event before.",
        plant: |listener| {
            let mut table = Vec::<Param>::new();
            listener.reader.finish = Box::new(move |mut event| {
                let before = mem::replace(&mut table, event.params.clone());
                event.params.extend(before.into_iter().skip(table.len()));
                Ok(event)
            });
        },
    },
    Bug {
        name: "keeps-the-arguments-for-none",
        story: "Sets the list of arguments when it has read some; an event without any has those of the one before.",
        plant: |listener| {
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
    Bug {
        name: "an-event-without-arguments-closes-its-table",
        story: "Takes an event without arguments for the end of all, and reads none from the next.",
        plant: |listener| {
            let mut is_closed = false;
            listener.reader.finish = Box::new(move |mut event| {
                if mem::replace(&mut is_closed, event.params.is_empty()) {
                    event.params.clear();
                }
                Ok(event)
            });
        },
    },
    Bug {
        name: "keeps-the-name-for-the-unnamed",
        story: "Sets the name where there is one, and leaves it for values without.",
        plant: |listener| {
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
    Bug {
        name: "keeps-the-value-for-the-empty",
        story: "`sscanf(line, \"%[^:]::%[^\\n]\", name, value)`, which leaves value alone where there is nothing.",
        plant: |listener| {
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
    Bug {
        name: "drops-repetitions",
        story: "Does not report an event that is like the last one.",
        plant: |listener| drops_repetitions(listener, |event, last| event == last),
    },
    Bug {
        name: "drops-events-with-the-last-arguments",
        story: "Compares the arguments alone with those of the last event.",
        plant: |listener| drops_repetitions(listener, |event, last| event.params == last.params),
    },
    Bug {
        name: "drops-every-other-event-of-a-name",
        story: "Toggles a flag when the same event comes again, to report its begin and not its end.",
        plant: |listener| {
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
    Bug {
        name: "reports-everything-twice",
        story: "Has its handler registered twice.",
        plant: |listener| listener.report = Box::new(|reading| vec![reading.clone(), reading]),
    },
    Bug {
        name: "large-events-are-late",
        story: "Hands large events to a second worker, which is done after the next one.",
        plant: |listener| {
            is_late(listener, |event| {
                event.params.iter().any(
                    |param| matches!(&param.value, Value::Bytes(value) if value.len() > 32_000),
                )
            })
        },
    },
    Bug {
        name: "some-names-are-late",
        story: "Spreads events over two workers by the length of their names, and one is slower.",
        plant: |listener| is_late(listener, |event| event.name.len() % 2 == 1),
    },
    Bug {
        name: "keeps-half-a-character",
        story: "Decodes with an incremental decoder, which keeps the begin of a character for the next datagram.",
        plant: |listener| {
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
    Bug {
        name: "keeps-a-backslash",
        story: "Keeps the state of its unescaping over the end of a datagram.",
        plant: |listener| {
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
    Bug {
        name: "keeps-an-open-quote",
        story: "Keeps the state `in quotes` over the end of a datagram, and takes no line feed of the next for a line end.",
        plant: |listener| {
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
    Bug {
        name: "stays-with-the-other-dialect",
        story: "Switches to JSON-RPC for good when it has seen the first datagram of it.",
        plant: |listener| {
            let mut is_json = false;
            listener.receive = Box::new(move |datagram| {
                is_json |= datagram.starts_with(b"{");
                if is_json { Vec::new() } else { vec![datagram] }
            });
        },
    },
    Bug {
        name: "arguments-change-its-prototype",
        story: "`params[name] = value` with `__proto__` for a name: the next event inherits the value.",
        plant: |listener| {
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
    Bug {
        name: "stops-at-bytes-that-are-not-utf8",
        story: "Leaves its loop when a datagram cannot be decoded, and ends as if all were well.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                if str::from_utf8(datagram).is_err() {
                    std::process::exit(0);
                }
                datagram.into()
            });
        },
    },
];

/// Ends after so many empty datagrams in a row.
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

/// Whether a quoted value begins that no quote closes.
fn has_open_quote(datagram: &[u8]) -> bool {
    let open = datagram.rfind("::\"");
    open.is_some_and(|at| !datagram[at + 3..].contains(&b'"'))
}

/// What a buffer holds into which a datagram was read over another.
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

/// Reports some events only behind the next one.
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
