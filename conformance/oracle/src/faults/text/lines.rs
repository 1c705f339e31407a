use bstr::ByteSlice as _;

use super::inject::always;
use super::names::is_word;
use super::reader::Reader;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "drops-lines-without-separator",
        sentence: "drops lines without `::`, and so parameters without a name",
        requirement: "T4",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_some());
                params
            });
        }),
    },
    Fault {
        slug: "drops-lines-that-match-no-pattern",
        sentence: "drops lines that do not match `^(\\w+)::(.*)$`: those without a name, and those with another name",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                let name = param.name.as_deref().unwrap_or_default();
                if !name.is_empty() && is_word(name) {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "finds-parameters-by-pattern",
        sentence: "finds parameters by the pattern `(\\w+)::(.*)` anywhere in a line, as `findall` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.finds_closing(|_, _| None);
            listener.separates(|line| {
                let mut separators = line.find_iter("::");
                let at = separators.find(|at| word_at_end(&line[..*at]).is_some())?;
                Some((at, at + 2))
            });
            listener.names(|name| word_at_end(name).unwrap_or_default().into());
            listener.reader.store.link(|params, param, next| {
                if param.name.is_some() {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "takes-lines-without-separator-for-names",
        sentence: "takes a line without `::` for a name with an empty value, as `partition('::')` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.params(|params| {
                let named = |param: Param| match param {
                    Param {
                        name: None,
                        value: Value::Bytes(name),
                    } => Param {
                        name: Some(name),
                        value: Value::Bytes(Vec::new()),
                    },
                    named => named,
                };
                params.into_iter().map(named).collect()
            });
        }),
    },
    Fault {
        slug: "pairs-lines-without-separator",
        sentence: "takes two lines without `::` in a row for a name and its value",
        requirement: "T4",
        injection: always(|listener| {
            listener
                .reader
                .store
                .link(|params, param, next| match (params.last_mut(), param) {
                    (
                        Some(
                            last @ Param {
                                name: None,
                                value: Value::Bytes(_),
                            },
                        ),
                        Param { name: None, value },
                    ) => {
                        if let Value::Bytes(name) = std::mem::replace(&mut last.value, value) {
                            last.name = Some(name);
                        }
                    }
                    (_, param) => next(params, param),
                });
        }),
    },
    Fault {
        slug: "takes-the-next-line-for-an-empty-value",
        sentence: "takes the next line without `::` for the value of a name with an empty value",
        requirement: "T4",
        injection: always(|listener| {
            listener
                .reader
                .store
                .link(|params, param, next| match params.last_mut() {
                    Some(Param {
                        name: Some(_),
                        value,
                    }) if value.is_empty() && param.name.is_none() => *value = param.value,
                    _ => next(params, param),
                });
        }),
    },
    Fault {
        slug: "drops-empty-named-values",
        sentence: "drops parameters whose value is empty, as `if (value)` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_none() || !param.value.is_empty());
                params
            });
        }),
    },
    Fault {
        slug: "splits-lines-at-tabs",
        sentence: "ends a value at a tab, and takes what follows for the next parameter",
        requirement: "T11",
        injection: always(|listener| ends_values_at(listener, b'\t')),
    },
    Fault {
        slug: "splits-values-at-commas",
        sentence: "ends a value at a comma, and takes what follows for the next parameter",
        requirement: "T11",
        injection: always(|listener| ends_values_at(listener, b',')),
    },
    Fault {
        slug: "splits-values-at-ampersands",
        sentence: "ends a value at `&`, as a parser of web forms does (`parse_qsl`)",
        requirement: "T12",
        injection: always(|listener| ends_values_at(listener, b'&')),
    },
];

/// Makes the listener end bare values at `byte` as well as at line feeds.
fn ends_values_at(listener: &mut Listener<Reader>, byte: u8) {
    listener.reader.line_end.link(move |rest, next| {
        let end = next(rest);
        rest[..end].find_byte(byte).unwrap_or(end)
    });
}

/// Returns the characters at the end of a text that match `\w`, if there are any.
fn word_at_end(text: &[u8]) -> Option<&[u8]> {
    let before = text.iter().rposition(|byte| !is_word(&[*byte]));
    let word = &text[before.map_or(0, |at| at + 1)..];
    (!word.is_empty()).then_some(word)
}
