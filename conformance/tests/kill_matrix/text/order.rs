use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "keeps-the-last-of-a-name",
        story: "Keeps arguments in a dictionary, in which a later one overwrites.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) => params[first].value = param.value,
                None => params.push(param),
            });
        },
    },
    Bug {
        name: "keeps-the-first-of-a-name",
        story: "Keeps arguments in a map, into which it puts a name only if it is not there.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if same_name(params, &param).is_none() {
                    params.push(param);
                }
            });
        },
    },
    Bug {
        name: "overwrites-empty-values",
        story: "Overwrites an argument of the same name if its value is empty.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) if params[first].value.is_empty() => params[first].value = param.value,
                _ => params.push(param),
            });
        },
    },
    Bug {
        name: "an-empty-value-removes-the-name",
        story: "Takes an empty value for a wish to unset what has been set before.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| match same_name(params, &param) {
                Some(first) if param.value.is_empty() => drop(params.remove(first)),
                _ => params.push(param),
            });
        },
    },
    Bug {
        name: "names-differ-in-more-than-case",
        story: "Keeps arguments in a map that ignores case, as for HTTP headers.",
        plant: |listener| {
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
    Bug {
        name: "groups-names",
        story: "Collects values by name in a multimap.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                let last = params
                    .iter()
                    .rposition(|other| other.name.is_some() && other.name == param.name);
                params.insert(last.map_or(params.len(), |last| last + 1), param);
            });
        },
    },
    Bug {
        name: "joins-values-of-a-name",
        story: "Joins values of the same name with a comma, as those of SIP headers.",
        plant: |listener| {
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
    Bug {
        name: "drops-equal-arguments",
        story: "Keeps arguments in a set of name and value.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_none() || !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Bug {
        name: "drops-equal-values-without-name",
        story: "Keeps values without name in a set.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if param.name.is_some() || !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Bug {
        name: "sorts-arguments",
        story: "Keeps arguments in a sorted map.",
        plant: |listener| {
            listener.params(|mut params| {
                params.sort_by(|a, b| a.name.cmp(&b.name));
                params
            });
        },
    },
    Bug {
        name: "sorts-integer-names-to-the-front",
        story: "Keeps arguments in a JavaScript object, which lists names that are integers first, in rising order.",
        plant: |listener| {
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
    Bug {
        name: "reverses-arguments",
        story: "Puts each argument in front of a linked list.",
        plant: |listener| {
            listener.params(|mut params| {
                params.reverse();
                params
            });
        },
    },
    Bug {
        name: "moves-arguments-without-name-to-the-end",
        story: "Collects named and unnamed arguments in two lists.",
        plant: |listener| {
            listener.params(|mut params| {
                params.sort_by_key(|param| param.name.is_none());
                params
            });
        },
    },
    Bug {
        name: "numbers-arguments-without-name",
        story: "Files an argument without name under its position, and the one that has this number for its name is gone.",
        plant: |listener| {
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
    Bug {
        name: "keeps-16-arguments",
        story: "A table of 16 arguments.",
        plant: |listener| keeps(listener, 16),
    },
    Bug {
        name: "keeps-32-arguments",
        story: "A table of 32 arguments.",
        plant: |listener| keeps(listener, 32),
    },
    Bug {
        name: "keeps-64-arguments",
        story: "A table of 64 arguments.",
        plant: |listener| keeps(listener, 64),
    },
    Bug {
        name: "keeps-100-arguments",
        story: "A table of 100 arguments.",
        plant: |listener| keeps(listener, 100),
    },
    Bug {
        name: "keeps-128-arguments",
        story: "A table of 128 arguments.",
        plant: |listener| keeps(listener, 128),
    },
    Bug {
        name: "keeps-1000-arguments",
        story: "Reads at most 1000 arguments, as PHP does of a form (`max_input_vars`).",
        plant: |listener| keeps(listener, 1000),
    },
    Bug {
        name: "keeps-4096-arguments",
        story: "A table of 4096 arguments.",
        plant: |listener| keeps(listener, 4096),
    },
    Bug {
        name: "counts-arguments-in-8-bits",
        story: "Counts arguments in a byte, which after 255 begins with 0 again.",
        plant: |listener| {
            listener.params(|mut params| {
                params.truncate(params.len() % 256);
                params
            });
        },
    },
];

/// Where the first argument with the name of this one stands.
fn same_name(params: &[Param], param: &Param) -> Option<usize> {
    param.name.as_ref()?;
    params.iter().position(|other| other.name == param.name)
}

/// Keeps so many arguments, and loses the rest.
fn keeps(listener: &mut Listener<Reader>, most: usize) {
    listener.reader.store = Box::new(move |params, param| {
        if params.len() < most {
            params.push(param);
        }
    });
}
