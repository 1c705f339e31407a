use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "keeps-the-last-of-a-name",
        sentence: "Keeps arguments in a dictionary, in which a later one overwrites.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) => params[first].value = param.value,
                None => params.push(param),
            });
        },
    },
    Fault {
        name: "keeps-the-first-of-a-name",
        sentence: "Keeps arguments in a map, into which it puts a name only if it is not there.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if same_name(params, &param).is_none() {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "overwrites-empty-values",
        sentence: "Overwrites an argument of the same name if its value is empty.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) if params[first].value.is_empty() => params[first].value = param.value,
                _ => params.push(param),
            });
        },
    },
    Fault {
        name: "an-empty-value-removes-the-name",
        sentence: "Takes an empty value for a wish to unset what has been set before.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) if param.value.is_empty() => drop(params.remove(first)),
                _ => params.push(param),
            });
        },
    },
    Fault {
        name: "names-differ-in-more-than-case",
        sentence: "Keeps arguments in a map that ignores case, as for HTTP headers.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                let is_same = |other: &Param| match (&other.name, &param.name) {
                    (Some(other), Some(name)) => other != name && other.eq_ignore_ascii_case(name),
                    _ => false,
                };
                if !params.iter().any(is_same) {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "groups-names",
        sentence: "Collects values by name in a multimap.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                let last = params
                    .iter()
                    .rposition(|other| other.name.is_some() && other.name == param.name);
                params.insert(last.map_or(params.len(), |last| last + 1), param);
            });
        },
    },
    Fault {
        name: "joins-values-of-a-name",
        sentence: "Joins values of the same name with a comma, as those of SIP headers.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) => {
                    if let (Value::Bytes(joined), Value::Bytes(value)) =
                        (&mut params[first].value, param.value)
                    {
                        joined.extend([b", ", &value[..]].concat());
                    }
                }
                None => params.push(param),
            });
        },
    },
    Fault {
        name: "drops-equal-arguments",
        sentence: "Keeps arguments in a set of name and value.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_none() || !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "drops-equal-values-without-name",
        sentence: "Keeps values without name in a set.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_some() || !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "sorts-arguments",
        sentence: "Keeps arguments in a sorted map.",
        inject: |listener| {
            listener.params(|mut params| {
                params.sort_by(|a, b| a.name.cmp(&b.name));
                params
            });
        },
    },
    Fault {
        name: "sorts-integer-names-to-the-front",
        sentence: "Keeps arguments in a JavaScript object, which lists names that are integers first, in rising order.",
        inject: |listener| {
            listener.params(|mut params| {
                let integer = |param: &Param| {
                    str::from_utf8(param.name.as_deref()?)
                        .ok()?
                        .parse::<u32>()
                        .ok()
                };
                params.sort_by_key(|param| integer(param).unwrap_or(u32::MAX));
                params
            });
        },
    },
    Fault {
        name: "reverses-arguments",
        sentence: "Puts each argument in front of a linked list.",
        inject: |listener| {
            listener.params(|mut params| {
                params.reverse();
                params
            });
        },
    },
    Fault {
        name: "moves-arguments-without-name-to-the-end",
        sentence: "Collects named and unnamed arguments in two lists.",
        inject: |listener| {
            listener.params(|mut params| {
                params.sort_by_key(|param| param.name.is_none());
                params
            });
        },
    },
    Fault {
        name: "numbers-arguments-without-name",
        sentence: "Files an argument without name under its position, and the one that has this number for its name is gone.",
        inject: |listener| {
            listener.params(|mut params| {
                let unnamed = params.iter().filter(|param| param.name.is_none()).count();
                let numbers: Vec<_> = (0..unnamed)
                    .map(|number| number.to_string().into_bytes())
                    .collect();
                params.retain(|param| {
                    !param
                        .name
                        .as_ref()
                        .is_some_and(|name| numbers.contains(name))
                });
                params
            });
        },
    },
    Fault {
        name: "keeps-16-arguments",
        sentence: "A table of 16 arguments.",
        inject: |listener| keeps(listener, 16),
    },
    Fault {
        name: "keeps-32-arguments",
        sentence: "A table of 32 arguments.",
        inject: |listener| keeps(listener, 32),
    },
    Fault {
        name: "keeps-64-arguments",
        sentence: "A table of 64 arguments.",
        inject: |listener| keeps(listener, 64),
    },
    Fault {
        name: "keeps-100-arguments",
        sentence: "A table of 100 arguments.",
        inject: |listener| keeps(listener, 100),
    },
    Fault {
        name: "keeps-128-arguments",
        sentence: "A table of 128 arguments.",
        inject: |listener| keeps(listener, 128),
    },
    Fault {
        name: "keeps-1000-arguments",
        sentence: "Reads at most 1000 arguments, as PHP does of a form (`max_input_vars`).",
        inject: |listener| keeps(listener, 1000),
    },
    Fault {
        name: "keeps-4096-arguments",
        sentence: "A table of 4096 arguments.",
        inject: |listener| keeps(listener, 4096),
    },
    Fault {
        name: "counts-arguments-in-8-bits",
        sentence: "Counts arguments in a byte, which after 255 begins with 0 again.",
        inject: |listener| {
            listener.params(|mut params| {
                params.truncate(params.len() % 256);
                params
            });
        },
    },
];

/// Returns the index of the first parameter with the same name.
fn same_name(params: &[Param], param: &Param) -> Option<usize> {
    param.name.as_ref()?;
    params.iter().position(|other| other.name == param.name)
}

/// Keeps the first parameters, and drops the rest.
fn keeps(listener: &mut Listener<Reader>, most: usize) {
    listener.reader.store = Box::new(move |params, param| {
        if params.len() < most {
            params.push(param);
        }
    });
}
