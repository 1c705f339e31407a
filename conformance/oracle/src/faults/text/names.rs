use bstr::ByteSlice as _;

use super::bytes::until_nul;
use super::formats::percent_decoded;
use super::inject::{always, number};
use super::quotes::{end_outside_quotes, has_even_quotes};
use super::reader::Reader;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "asks-for-names-of-word-characters",
        sentence: "takes a line for a value without a name where it does not match `^(\\w+)::(.*)$`",
        requirement: "T4",
        injection: always(|listener| asks_for_names(listener, is_word)),
    },
    Fault {
        slug: "asks-for-names-that-begin-with-a-letter",
        sentence: "takes a line for a value without a name where its name does not begin with a letter",
        requirement: "T4",
        injection: always(|listener| {
            asks_for_names(listener, |name| {
                name.first().is_some_and(u8::is_ascii_alphabetic)
            });
        }),
    },
    Fault {
        slug: "lower-case-names",
        sentence: "turns names of parameters into lower case",
        requirement: "T4",
        injection: always(|listener| listener.names(<[u8]>::to_ascii_lowercase)),
    },
    Fault {
        slug: "trims-names",
        sentence: "trims names of parameters",
        requirement: "T12",
        injection: always(|listener| listener.names(|name| name.trim().into())),
    },
    Fault {
        slug: "takes-the-last-word-for-the-name",
        sentence: "begins a name behind its last blank, as the pattern `(\\S+)::` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.names(|name| name.fields().last().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "takes-dots-for-paths",
        sentence: "takes a name with dots for a path, and reports its last part",
        requirement: "T12",
        injection: always(|listener| {
            listener.names(|name| name.rsplit_str(".").next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "cuts-names-at-commas",
        sentence: "ends a name at its first comma",
        requirement: "T4",
        injection: always(|listener| {
            listener.names(|name| name.split_str(",").next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "expands-brackets-in-names",
        sentence: "takes `user[id]` for an entry of `user`, as PHP does in web forms",
        requirement: "T12",
        injection: always(|listener| {
            listener.names(|name| name.split_str("[").next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "decodes-percent-in-names",
        sentence: "decodes `%41` in names of parameters, as `urldecode` does",
        requirement: "T12",
        injection: always(|listener| listener.names(percent_decoded)),
    },
    Fault {
        slug: "cuts-names-at-nul",
        sentence: "ends a name at a NUL, as C strings do",
        requirement: "T12",
        injection: always(|listener| listener.names(until_nul)),
    },
    Fault {
        slug: "cuts-names-at",
        sentence: "cuts names of parameters to {} bytes, as `strncpy` into a small buffer does",
        requirement: "T4",
        injection: number(&[31, 63, 255], |listener, length| {
            listener.names(move |name| name[..name.len().min(length)].into());
        }),
    },
    Fault {
        slug: "unquotes-names",
        sentence: "strips quotes from names of parameters",
        requirement: "T6",
        injection: always(|listener| listener.names(|name| name.trim_with(|c| c == '"').into())),
    },
    Fault {
        slug: "strips-backslashes-from-names",
        sentence: "removes backslashes from names of parameters, as `stripslashes` does",
        requirement: "T12",
        injection: always(|listener| listener.names(|name| name.replace("\\", ""))),
    },
    Fault {
        slug: "decodes-names-lossily",
        sentence: "replaces what is not UTF-8 in names of parameters by U+FFFD",
        requirement: "T13",
        injection: always(|listener| {
            listener.names(|name| name.to_str_lossy().into_owned().into());
        }),
    },
    Fault {
        slug: "drops-what-is-not-ascii-from-names",
        sentence: "drops bytes above 0x7f from names of parameters",
        requirement: "T12",
        injection: always(|listener| {
            listener.names(|name| name.iter().copied().filter(u8::is_ascii).collect());
        }),
    },
    Fault {
        slug: "strips-colons-from-names",
        sentence: "strips colons off both ends of a name",
        requirement: "T4",
        injection: always(|listener| listener.names(|name| name.trim_with(|c| c == ':').into())),
    },
    Fault {
        slug: "passes-over-an-argument-named-like-the-event",
        sentence: "drops a parameter that has the event's name",
        requirement: "T4",
        injection: always(|listener| {
            listener.events(|mut event| {
                event
                    .params
                    .retain(|param| param.name.as_ref() != Some(&event.name));
                Ok(event)
            });
        }),
    },
    Fault {
        slug: "removes-the-name-from-its-value",
        sentence: "removes the name also from the value, as `line.replace(name, '')` does",
        requirement: "T12",
        injection: always(|listener| {
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
        }),
    },
    Fault {
        slug: "arguments-overwrite-the-report",
        sentence: "reports a parameter named `event` in place of the event's name, as `{event, ...params}` does",
        requirement: "T14",
        injection: always(|listener| {
            listener.events(|mut event| {
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
        }),
    },
    Fault {
        slug: "arguments-are-taken-for-the-reports-own",
        sentence: "loses parameters named `param`, `params`, `name` or `value`, which its report uses itself",
        requirement: "T14",
        injection: always(|listener| {
            without(listener, &[b"param", b"params", b"name", b"value"]);
        }),
    },
    Fault {
        slug: "loses-the-argument-proto",
        sentence: "loses a parameter named `__proto__`, which is no key of a JavaScript object",
        requirement: "T14",
        injection: always(|listener| without(listener, &[b"__proto__"])),
    },
    Fault {
        slug: "finds-inherited-arguments",
        sentence: "takes `constructor` and `toString` for duplicates, as `name in seen` of JavaScript does",
        requirement: "T14",
        injection: always(|listener| without(listener, INHERITED)),
    },
    Fault {
        slug: "sets-the-length-of-its-list",
        sentence: "sets the length of its JavaScript array by a parameter named `length`, and loses those before it",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if param.name.as_deref() == Some(b"length") {
                    params.clear();
                } else {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "passes-arguments-as-keywords",
        sentence: "rejects an event with a parameter named `self` or `cls`, as `handle(**params)` of Python does",
        requirement: "T14",
        injection: always(|listener| rejects_params_named(listener, &[b"self", b"cls"])),
    },
    Fault {
        slug: "sets-attributes-of-an-object",
        sentence: "rejects an event with a parameter named `__class__` or `__dict__`, as `setattr` of Python does",
        requirement: "T14",
        injection: always(|listener| {
            rejects_params_named(listener, &[b"__class__", b"__dict__"]);
        }),
    },
    Fault {
        slug: "exports-names-to-its-environment",
        sentence: "sets an environment variable for each parameter, and finds no program behind one named `PATH`",
        requirement: "T14",
        injection: always(|listener| {
            listener.events(|event| {
                let is_lost = |param: &Param| match (&param.name, &param.value) {
                    (Some(name), Value::Bytes(path)) if name == b"PATH" => {
                        !path.split_str(":").any(|folder| folder.ends_with(b"bin"))
                    }
                    _ => false,
                };
                if event.params.iter().any(is_lost) {
                    Err("handler: not found".into())
                } else {
                    Ok(event)
                }
            });
        }),
    },
    Fault {
        slug: "a-quote-anywhere-carries-the-line-on",
        sentence: "goes on with a line where a quote is open, also one inside a name or a bare value",
        requirement: "T8",
        injection: always(|listener| {
            listener
                .reader
                .line_end
                .link(|rest, next| end_outside_quotes(rest, next).unwrap_or(rest.len()));
            listener
                .reader
                .separator
                .link(|rest, next| next(rest).filter(|(end, _)| has_even_quotes(&rest[..*end])));
        }),
    },
    Fault {
        slug: "an-apostrophe-anywhere-carries-the-line-on",
        sentence: "rejects an event with an open apostrophe in a line, as `shlex` does (\"No closing quotation\")",
        requirement: "T11",
        injection: always(|listener| {
            listener.events(|event| {
                let is_open = |text: &[u8]| text.find_iter("'").count() % 2 == 1;
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
        }),
    },
];

/// Makes the listener read a line as an unnamed value if `is_name` returns false for its name.
fn asks_for_names(listener: &mut Listener<Reader>, is_name: fn(&[u8]) -> bool) {
    listener
        .reader
        .separator
        .link(move |rest, next| next(rest).filter(|(end, _)| is_name(&rest[..*end])));
}

/// Makes the listener drop parameters with these names.
fn without(listener: &mut Listener<Reader>, lost: &'static [&'static [u8]]) {
    listener.reader.store.link(|params, param, next| {
        let name = param.name.as_deref();
        if !name.is_some_and(|name| lost.contains(&name)) {
            next(params, param);
        }
    });
}

/// Makes the listener reject events with parameters of these names.
fn rejects_params_named(listener: &mut Listener<Reader>, rejected: &'static [&'static [u8]]) {
    listener.events(|event| {
        let mut names = event
            .params
            .iter()
            .filter_map(|param| param.name.as_deref());
        if names.any(|name| rejected.contains(&name)) {
            Err("TypeError".into())
        } else {
            Ok(event)
        }
    });
}

/// Returns whether all characters match `\w`.
pub(super) fn is_word(text: &[u8]) -> bool {
    text.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Names that every JavaScript object has.
pub(super) const INHERITED: &[&[u8]] = &[b"constructor", b"toString", b"hasOwnProperty"];
