use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "asks-for-names-of-word-characters",
        story: "Matches arguments with `^(\\w+)::(.*)$`; what does not fit is a value without name.",
        plant: |listener| {
            asks_for_names(listener, |name| {
                name.iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            })
        },
    },
    Bug {
        name: "asks-for-names-that-begin-with-a-letter",
        story: "Matches names with `[A-Za-z][\\w.-]*`, as program identifiers.",
        plant: |listener| asks_for_names(listener, |name| name[0].is_ascii_alphabetic()),
    },
    Bug {
        name: "lower-case-names",
        story: "Folds names to lower case, as those of SIP headers.",
        plant: |listener| listener.names(<[u8]>::to_ascii_lowercase),
    },
    Bug {
        name: "trims-names",
        story: "Trims what stands in front of the separator.",
        plant: |listener| listener.names(|name| name.trim().into()),
    },
    Bug {
        name: "takes-the-last-word-for-the-name",
        story: "Matches `(\\S+)::`, which begins behind the last blank.",
        plant: |listener| listener.names(|name| name.fields().last().unwrap_or_default().into()),
    },
    Bug {
        name: "takes-dots-for-paths",
        story: "Files `sip.code` as the member `code` of an object `sip`.",
        plant: |listener| {
            listener.names(|name| name.rsplit_str(".").next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "cuts-names-at-commas",
        story: "Takes what a comma parts in front of the separator for a list, and its first entry for the name.",
        plant: |listener| {
            listener.names(|name| name.split_str(",").next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "expands-brackets-in-names",
        story: "Reads names as PHP reads those of a web form: `user[id]` is an entry of `user`.",
        plant: |listener| {
            listener.names(|name| name.split_str("[").next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "decodes-percent-in-names",
        story: "Runs names through `urldecode`.",
        plant: |listener| listener.names(percent_decoded),
    },
    Bug {
        name: "cuts-names-at-nul",
        story: "Keeps names in C strings, which end at the first NUL.",
        plant: |listener| listener.names(until_nul),
    },
    Bug {
        name: "cuts-names-at-255",
        story: "Keeps names in 256 bytes, one of them for a NUL.",
        plant: |listener| listener.names(|name| name[..name.len().min(255)].into()),
    },
    Bug {
        name: "unquotes-names",
        story: "Strips quotes from names, as from values.",
        plant: |listener| listener.names(|name| name.trim_with(|c| c == '"').into()),
    },
    Bug {
        name: "strips-backslashes-from-names",
        story: "Runs names through `stripslashes`.",
        plant: |listener| listener.names(|name| name.replace("\\", "")),
    },
    Bug {
        name: "decodes-names-lossily",
        story: "Decodes names with a replacement character for what is not UTF-8.",
        plant: |listener| listener.names(|name| name.to_str_lossy().into_owned().into()),
    },
    Bug {
        name: "drops-what-is-not-ascii-from-names",
        story: "Keeps the bytes of a name for which `isascii` holds.",
        plant: |listener| {
            listener.names(|name| name.iter().copied().filter(u8::is_ascii).collect())
        },
    },
    Bug {
        name: "strips-colons-from-names",
        story: "Strips colons off both ends of the name.",
        plant: |listener| listener.names(|name| name.trim_with(|c| c == ':').into()),
    },
    Bug {
        name: "passes-over-an-argument-named-like-the-event",
        story: "Takes an argument with the event's own name for its head line come again.",
        plant: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event
                    .params
                    .retain(|param| param.name.as_ref() != Some(&event.name));
                Ok(event)
            });
        },
    },
    Bug {
        name: "removes-the-name-from-its-value",
        story: "Takes the name off the line with `line.replace(name, '')`, wherever it stands.",
        plant: |listener| {
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
    Bug {
        name: "arguments-overwrite-the-report",
        story: "Puts event, name and value into one object beside the arguments: `{event: …, ...params}`.",
        plant: |listener| {
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
    Bug {
        name: "arguments-are-taken-for-the-reports-own",
        story: "Unpacks an argument named `param` or `value` as if it were its own record of an argument.",
        plant: |listener| without(listener, &[b"param", b"params", b"name", b"value"]),
    },
    Bug {
        name: "loses-the-argument-proto",
        story: "Keeps arguments in a JavaScript object, where `__proto__` is not a key.",
        plant: |listener| without(listener, &[b"__proto__"]),
    },
    Bug {
        name: "finds-inherited-arguments",
        story: "Asks `name in seen` of a JavaScript object, and finds `constructor` and `toString` there already.",
        plant: |listener| without(listener, INHERITED),
    },
    Bug {
        name: "sets-the-length-of-its-list",
        story: "Keeps arguments as properties of an array, whose `length` cuts it.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| match &param {
                Param {
                    name: Some(name), ..
                } if name == b"length" => params.clear(),
                _ => params.push(param),
            });
        },
    },
    Bug {
        name: "passes-arguments-as-keywords",
        story: "Calls `handle(**params)`, and an argument named `self` or `cls` raises a TypeError.",
        plant: |listener| rejects_names(listener, &[b"self", b"cls"]),
    },
    Bug {
        name: "sets-attributes-of-an-object",
        story: "Calls `setattr(event, name, value)`, which for `__class__` raises a TypeError.",
        plant: |listener| rejects_names(listener, &[b"__class__", b"__dict__"]),
    },
    Bug {
        name: "exports-names-to-its-environment",
        story: "Sets an environment variable for each argument and runs a program that is then not found in `PATH`.",
        plant: |listener| {
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
    Bug {
        name: "a-quote-anywhere-carries-the-line-on",
        story: "Splits into lines with a state that every quote toggles, also inside a name.",
        plant: |listener| {
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
    Bug {
        name: "an-apostrophe-anywhere-carries-the-line-on",
        story: "Splits with `shlex`, for which an apostrophe quotes as well, and has to be closed.",
        plant: |listener| {
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

/// Takes lines whose name is not as asked for as values without name.
fn asks_for_names(listener: &mut Listener<Reader>, is_name: fn(&[u8]) -> bool) {
    listener.reader.separator =
        Box::new(move |rest| separator(rest).filter(|(end, _)| is_name(&rest[..*end])));
}

/// Loses arguments with these names.
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

/// Rejects events with such arguments.
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
