use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "asks-for-names-of-word-characters",
        sentence: "Matches arguments with `^(\\w+)::(.*)$`; what does not fit is a value without name.",
        inject: |listener| {
            asks_for_names(listener, |name| {
                name.iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            })
        },
    },
    Fault {
        name: "asks-for-names-that-begin-with-a-letter",
        sentence: "Matches names with `[A-Za-z][\\w.-]*`, as program identifiers.",
        inject: |listener| asks_for_names(listener, |name| name[0].is_ascii_alphabetic()),
    },
    Fault {
        name: "lower-case-names",
        sentence: "Folds names to lower case, as those of SIP headers.",
        inject: |listener| listener.names(<[u8]>::to_ascii_lowercase),
    },
    Fault {
        name: "trims-names",
        sentence: "Trims what stands in front of the separator.",
        inject: |listener| listener.names(|name| name.trim().into()),
    },
    Fault {
        name: "takes-the-last-word-for-the-name",
        sentence: "Matches `(\\S+)::`, which begins behind the last blank.",
        inject: |listener| listener.names(|name| name.fields().last().unwrap_or_default().into()),
    },
    Fault {
        name: "takes-dots-for-paths",
        sentence: "Files `sip.code` as the member `code` of an object `sip`.",
        inject: |listener| {
            listener.names(|name| name.rsplit_str(".").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "cuts-names-at-commas",
        sentence: "Takes what a comma parts in front of the separator for a list, and its first entry for the name.",
        inject: |listener| {
            listener.names(|name| name.split_str(",").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "expands-brackets-in-names",
        sentence: "Reads names as PHP reads those of a web form: `user[id]` is an entry of `user`.",
        inject: |listener| {
            listener.names(|name| name.split_str("[").next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "decodes-percent-in-names",
        sentence: "Runs names through `urldecode`.",
        inject: |listener| listener.names(percent_decoded),
    },
    Fault {
        name: "cuts-names-at-nul",
        sentence: "Keeps names in C strings, which end at the first NUL.",
        inject: |listener| listener.names(until_nul),
    },
    Fault {
        name: "cuts-names-at-255",
        sentence: "Keeps names in 256 bytes, one of them for a NUL.",
        inject: |listener| listener.names(|name| name[..name.len().min(255)].into()),
    },
    Fault {
        name: "unquotes-names",
        sentence: "Strips quotes from names, as from values.",
        inject: |listener| listener.names(|name| name.trim_with(|c| c == '"').into()),
    },
    Fault {
        name: "strips-backslashes-from-names",
        sentence: "Runs names through `stripslashes`.",
        inject: |listener| listener.names(|name| name.replace("\\", "")),
    },
    Fault {
        name: "decodes-names-lossily",
        sentence: "Decodes names with a replacement character for what is not UTF-8.",
        inject: |listener| listener.names(|name| name.to_str_lossy().into_owned().into()),
    },
    Fault {
        name: "drops-what-is-not-ascii-from-names",
        sentence: "Keeps the bytes of a name for which `isascii` holds.",
        inject: |listener| {
            listener.names(|name| name.iter().copied().filter(u8::is_ascii).collect())
        },
    },
    Fault {
        name: "strips-colons-from-names",
        sentence: "Strips colons off both ends of the name.",
        inject: |listener| listener.names(|name| name.trim_with(|c| c == ':').into()),
    },
    Fault {
        name: "passes-over-an-argument-named-like-the-event",
        sentence: "Takes an argument with the event's own name for its head line come again.",
        inject: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event
                    .params
                    .retain(|param| param.name.as_ref() != Some(&event.name));
                Ok(event)
            });
        },
    },
    Fault {
        name: "removes-the-name-from-its-value",
        sentence: "Takes the name off the line with `line.replace(name, '')`, wherever it stands.",
        inject: |listener| {
            listener.params(|mut params| {
                for param in &mut params {
                    if let Param {
                        name: Some(name),
                        value: Value::Bytes(value),
                    } = param
                    {
                        *value = value.replace(&name[..], "");
                    }
                }
                params
            });
        },
    },
    Fault {
        name: "arguments-overwrite-the-report",
        sentence: "Puts event, name and value into one object beside the arguments: `{event: …, ...params}`.",
        inject: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                let overwrites = |param: &Param| param.name.as_deref() == Some(b"event");
                if let Some(Param {
                    value: Value::Bytes(value),
                    ..
                }) = event.params.iter().rfind(|param| overwrites(param))
                {
                    event.name.clone_from(value);
                }
                Ok(event)
            });
        },
    },
    Fault {
        name: "arguments-are-taken-for-the-reports-own",
        sentence: "Unpacks an argument named `param` or `value` as if it were its own record of an argument.",
        inject: |listener| without(listener, &[b"param", b"params", b"name", b"value"]),
    },
    Fault {
        name: "loses-the-argument-proto",
        sentence: "Keeps arguments in a JavaScript object, where `__proto__` is not a key.",
        inject: |listener| without(listener, &[b"__proto__"]),
    },
    Fault {
        name: "finds-inherited-arguments",
        sentence: "Asks `name in seen` of a JavaScript object, and finds `constructor` and `toString` there already.",
        inject: |listener| without(listener, INHERITED),
    },
    Fault {
        name: "sets-the-length-of-its-list",
        sentence: "Keeps arguments as properties of an array, whose `length` cuts it.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match &param {
                Param {
                    name: Some(name), ..
                } if name == b"length" => params.clear(),
                _ => params.push(param),
            });
        },
    },
    Fault {
        name: "passes-arguments-as-keywords",
        sentence: "Calls `handle(**params)`, and an argument named `self` or `cls` raises a TypeError.",
        inject: |listener| rejects_names(listener, &[b"self", b"cls"]),
    },
    Fault {
        name: "sets-attributes-of-an-object",
        sentence: "Calls `setattr(event, name, value)`, which for `__class__` raises a TypeError.",
        inject: |listener| rejects_names(listener, &[b"__class__", b"__dict__"]),
    },
    Fault {
        name: "exports-names-to-its-environment",
        sentence: "Sets an environment variable for each argument and runs a program that is then not found in `PATH`.",
        inject: |listener| {
            listener.reader.finish = Box::new(|event| {
                let is_lost = |param: &Param| match (&param.name, &param.value) {
                    (Some(name), Value::Bytes(path)) if name == b"PATH" => {
                        !path.to_path_lossy().exists()
                    }
                    _ => false,
                };
                if event.params.iter().any(is_lost) {
                    Err("handler: not found".into())
                } else {
                    Ok(event)
                }
            });
        },
    },
    Fault {
        name: "a-quote-anywhere-carries-the-line-on",
        sentence: "Splits into lines with a state that every quote toggles, also inside a name.",
        inject: |listener| {
            listener.reader.line_end = Box::new(|rest| {
                let mut quoted = false;
                let ends = |byte: &u8| {
                    quoted ^= *byte == b'"';
                    *byte == b'\n' && !quoted
                };
                rest.iter().position(ends).unwrap_or(rest.len())
            });
            listener.reader.separator = Box::new(|rest| {
                let (end, begin) = separator(rest)?;
                (rest[..end].iter().filter(|byte| **byte == b'"').count() % 2 == 0)
                    .then_some((end, begin))
            });
        },
    },
    Fault {
        name: "an-apostrophe-anywhere-carries-the-line-on",
        sentence: "Splits with `shlex`, for which an apostrophe quotes as well, and has to be closed.",
        inject: |listener| {
            listener.reader.finish = Box::new(|event| {
                let is_open =
                    |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\'').count() % 2 == 1;
                let opens = |param: &Param| {
                    param.name.as_deref().is_some_and(is_open)
                        || matches!(&param.value, Value::Bytes(value) if !value.contains(&b'\n') && is_open(value))
                };
                if event.params.iter().any(opens) {
                    Err("no closing quotation".into())
                } else {
                    Ok(event)
                }
            });
        },
    },
];

/// Reads lines with other names as unnamed values.
fn asks_for_names(listener: &mut Listener<Reader>, is_name: fn(&[u8]) -> bool) {
    listener.reader.separator =
        Box::new(move |rest| separator(rest).filter(|(end, _)| is_name(&rest[..*end])));
}

/// Drops parameters with these names.
fn without(listener: &mut Listener<Reader>, lost: &'static [&'static [u8]]) {
    listener.reader.store = Box::new(|params, param| {
        if !param
            .name
            .as_deref()
            .is_some_and(|name| lost.contains(&name))
        {
            params.push(param);
        }
    });
}

/// Rejects events with such parameters.
fn rejects_names(listener: &mut Listener<Reader>, rejected: &'static [&'static [u8]]) {
    listener.reader.finish = Box::new(|event| {
        let names = event
            .params
            .iter()
            .filter_map(|param| param.name.as_deref());
        if names.into_iter().any(|name| rejected.contains(&name)) {
            Err("TypeError".into())
        } else {
            Ok(event)
        }
    });
}
