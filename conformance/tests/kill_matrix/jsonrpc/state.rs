use std::mem;

use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "buffer-of-256",
        sentence: "Reads into 256 bytes.",
        inject: |listener| listener.buffer = 256,
    },
    Fault {
        name: "buffer-of-512",
        sentence: "Reads into 512 bytes.",
        inject: |listener| listener.buffer = 512,
    },
    Fault {
        name: "buffer-of-1024",
        sentence: "Reads into 1024 bytes, as every tutorial does.",
        inject: |listener| listener.buffer = 1024,
    },
    Fault {
        name: "buffer-of-1472",
        sentence: "Reads into 1472 bytes, what one Ethernet frame carries.",
        inject: |listener| listener.buffer = 1472,
    },
    Fault {
        name: "buffer-of-1500",
        sentence: "Reads into 1500 bytes, the MTU of Ethernet.",
        inject: |listener| listener.buffer = 1500,
    },
    Fault {
        name: "buffer-of-2048",
        sentence: "Reads into 2048 bytes.",
        inject: |listener| listener.buffer = 2048,
    },
    Fault {
        name: "buffer-of-4096",
        sentence: "Reads into 4096 bytes, a page.",
        inject: |listener| listener.buffer = 4096,
    },
    Fault {
        name: "buffer-of-8192",
        sentence: "Reads into 8192 bytes.",
        inject: |listener| listener.buffer = 8192,
    },
    Fault {
        name: "buffer-of-16384",
        sentence: "Reads into 16384 bytes, as text servers send at most.",
        inject: |listener| listener.buffer = 16384,
    },
    Fault {
        name: "buffer-of-32768",
        sentence: "Reads into 32768 bytes.",
        inject: |listener| listener.buffer = 32768,
    },
    Fault {
        name: "buffer-of-65000",
        sentence: "Reads into 65000 bytes, a round number.",
        inject: |listener| listener.buffer = 65000,
    },
    Fault {
        name: "buffer-of-65456",
        sentence: "Reads into 65457 bytes, and keeps the last one for a NUL.",
        inject: |listener| listener.buffer = 65456,
    },
    Fault {
        name: "writes-a-nul-behind-its-buffer",
        sentence: "`buffer[n] = 0` with n as large as the buffer of 1024 bytes: one byte too far.",
        inject: |listener| {
            listener.buffer = 1024;
            listener.datagrams(|datagram| {
                assert!(datagram.len() < 1024, "stack smashing detected");
                datagram.into()
            });
        },
    },
    Fault {
        name: "drops-what-fills-its-buffer",
        sentence: "Takes a datagram that fills its buffer of 256 bytes for one that was cut.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                if datagram.len() == 256 {
                    Vec::new()
                } else {
                    vec![datagram]
                }
            })
        },
    },
    Fault {
        name: "dies-of-oversized-datagrams",
        sentence: "Ends when a datagram is longer than the documentation allows.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                assert!(datagram.len() <= 65457, "message too long");
                datagram.into()
            });
        },
    },
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
        name: "keeps-bad-bytes",
        sentence: "Leaves what it cannot parse in its buffer and appends the next datagrams, until it clears all at the third.",
        inject: |listener| {
            let mut kept = Vec::new();
            let mut count = 0;
            listener.receive = Box::new(move |datagram| {
                kept.extend(datagram);
                count += 1;
                if Grammar::default().parse(&kept).is_err() && count < 3 {
                    return vec![kept.clone()];
                }
                count = 0;
                vec![mem::take(&mut kept)]
            });
        },
    },
    Fault {
        name: "waits-for-the-closing-brace",
        sentence: "Reads the socket as a stream of objects, whose braces it counts; it gives up after three reads.",
        inject: |listener| {
            let mut kept = Vec::new();
            let mut count = 0;
            listener.receive = Box::new(move |datagram| {
                kept.extend(datagram);
                count += 1;
                let braces = |brace: u8| kept.iter().filter(|byte| **byte == brace).count();
                if braces(b'{') > braces(b'}') && count < 3 {
                    return Vec::new();
                }
                count = 0;
                vec![mem::take(&mut kept)]
            });
        },
    },
    Fault {
        name: "keeps-what-stands-behind",
        sentence: "Puts what stands behind the first object in front of the next datagram.",
        inject: |listener| {
            let mut kept = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let whole = [mem::take(&mut kept), datagram].concat();
                match whole.find("}{") {
                    Some(at) => {
                        kept = whole[at + 1..].to_vec();
                        vec![whole[..=at].to_vec()]
                    }
                    None => vec![whole],
                }
            });
        },
    },
    Fault {
        name: "forgets-the-length",
        sentence: "Parses its buffer as long as the datagram before was, if that was longer: its end stands behind.",
        inject: |listener| {
            let mut last = Vec::new();
            listener.receive = Box::new(move |datagram| {
                let before = mem::replace(&mut last, datagram.clone());
                let left = before.get(datagram.len()..).unwrap_or_default();
                vec![[&datagram[..], left].concat()]
            });
        },
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
        name: "keeps-the-params-for-none",
        sentence: "Sets the parameters where there are some; an event without any has those of the one before.",
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
        name: "keeps-the-table-of-params",
        sentence: "Fills a table that it does not empty, and reads on while there are parameters of the event before.",
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
        name: "keeps-names-for-the-positional",
        sentence: "Gives the names of the last event to the values of an array.",
        inject: |listener| {
            let mut names = Vec::<Option<Vec<u8>>>::new();
            listener.reader.finish = Box::new(move |mut event| {
                for (param, name) in event.params.iter_mut().zip(&names) {
                    if param.name.is_none() {
                        param.name.clone_from(name);
                    }
                }
                names = event
                    .params
                    .iter()
                    .map(|param| param.name.clone())
                    .collect();
                Ok(event)
            });
        },
    },
    Fault {
        name: "keeps-the-value-for-null",
        sentence: "Leaves its variable alone where the value is null.",
        inject: |listener| {
            let mut last = Value::Json("null".into());
            listener.reader.store = Box::new(move |params, mut param| {
                if param.value == Value::Json("null".into()) {
                    param.value.clone_from(&last);
                }
                last.clone_from(&param.value);
                params.push(param);
            });
        },
    },
    Fault {
        name: "remembers-kinds",
        sentence: "Takes a string for a number where the event before had a number under that name.",
        inject: |listener| {
            let mut numbers = Vec::new();
            listener.reader.finish = Box::new(move |mut event| {
                let is_number =
                    |param: &&Param| matches!(&param.value, Value::Json(json) if json != "null");
                let names = event
                    .params
                    .iter()
                    .filter(is_number)
                    .map(|param| param.name.clone())
                    .collect();
                let before = mem::replace(&mut numbers, names);
                for param in &mut event.params {
                    if let Value::Bytes(bytes) = &param.value
                        && parse::is_number(bytes)
                        && before.contains(&param.name)
                    {
                        param.value = Value::Json(bytes.to_str_lossy().into_owned());
                    }
                }
                Ok(event)
            });
        },
    },
    Fault {
        name: "drops-repetitions",
        sentence: "Does not report an event that is like the last one.",
        inject: |listener| {
            let mut last = None;
            listener.report = Box::new(move |reading| {
                let event = reading.as_ref().ok().cloned();
                if event.is_some() && event == mem::replace(&mut last, event.clone()) {
                    Vec::new()
                } else {
                    vec![reading]
                }
            });
        },
    },
    Fault {
        name: "drops-every-other-event-of-a-name",
        sentence: "Toggles a flag when an event of the same name comes again.",
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
        name: "some-names-are-late",
        sentence: "Spreads events over two workers by the length of their names, and one is slower.",
        inject: |listener| {
            let mut late = Vec::new();
            listener.report = Box::new(move |reading| {
                if reading
                    .as_ref()
                    .is_ok_and(|event| event.name.len() % 2 == 1)
                {
                    return mem::replace(&mut late, vec![reading]);
                }
                let mut reports = vec![reading];
                reports.append(&mut late);
                reports
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
        name: "gives-up-after-ten-errors",
        sentence: "Ends after ten malformed datagrams in a row.",
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
        name: "stays-with-the-other-dialect",
        sentence: "Switches to text for one event when it has seen a datagram of it, and loses that.",
        inject: |listener| {
            let mut is_text = false;
            listener.receive = Box::new(move |datagram| {
                let was_text = mem::replace(
                    &mut is_text,
                    datagram.starts_with(b"E_") && datagram.contains_str("::"),
                );
                if was_text { Vec::new() } else { vec![datagram] }
            });
        },
    },
    Fault {
        name: "parameters-change-its-prototype",
        sentence: "Copies `__proto__` deeply: what it holds is a parameter of later events without any.",
        inject: |listener| {
            let mut inherited = false;
            listener.reader.params = Box::new(move |members| {
                let params = last(members, b"params").cloned();
                inherited |= matches!(&params, Some(Json::Object(params)) if params.iter().any(|(name, _)| name == b"__proto__"));
                params.or_else(|| {
                    inherited.then(|| {
                        Json::Object(vec![(b"ip".into(), Json::String(b"6.6.6.6".into()))])
                    })
                })
            });
        },
    },
    Fault {
        name: "answers-requests-and-waits",
        sentence: "Sends an answer to a request and waits for the next datagram to confirm it.",
        inject: |listener| {
            let mut waits = false;
            listener.receive = Box::new(move |datagram| {
                if mem::take(&mut waits) {
                    return Vec::new();
                }
                waits = datagram.starts_with(b"{\"id\":1,") || datagram.contains_str("\"id\":1,");
                vec![datagram]
            });
        },
    },
    Fault {
        name: "cuts-its-report-at-128-kib",
        sentence: "Formats its report into 128 KiB, twice what a datagram may have, and forgets what a report adds.",
        inject: |listener| {
            listener.write = Box::new(|reading| {
                let mut line = crate::listener::line(reading);
                line.truncate(128 << 10);
                line
            });
        },
    },
];
