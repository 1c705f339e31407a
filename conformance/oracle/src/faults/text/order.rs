use std::collections::HashSet;

use super::inject::{always, number};
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "keeps-the-last-of-a-name",
        sentence: "keeps the last value alone of a name that repeats, as a dictionary does",
        requirement: "T14",
        injection: always(|listener| {
            let store = &mut listener.reader.store;
            store.link(|params, param, next| match same_name(params, &param) {
                Some(first) => params[first].value = param.value,
                None => next(params, param),
            });
        }),
    },
    Fault {
        slug: "keeps-the-first-of-a-name",
        sentence: "keeps the first value alone of a name that repeats, as `putIfAbsent` of a Java map does",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if same_name(params, &param).is_none() {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "overwrites-empty-values",
        sentence: "overwrites an empty value by the next value of the same name",
        requirement: "T14",
        injection: always(|listener| {
            let store = &mut listener.reader.store;
            store.link(|params, param, next| match same_name(params, &param) {
                Some(first) if params[first].value.is_empty() => params[first].value = param.value,
                _ => next(params, param),
            });
        }),
    },
    Fault {
        slug: "an-empty-value-removes-the-name",
        sentence: "removes a parameter when its name comes again with an empty value",
        requirement: "T14",
        injection: always(|listener| {
            let store = &mut listener.reader.store;
            store.link(|params, param, next| match same_name(params, &param) {
                Some(first) if param.value.is_empty() => drop(params.remove(first)),
                _ => next(params, param),
            });
        }),
    },
    Fault {
        slug: "names-differ-in-more-than-case",
        sentence: "drops a parameter whose name differs from an earlier one by case alone, as a map of HTTP headers does",
        requirement: "T14",
        injection: always(|listener| {
            let store = &mut listener.reader.store;
            store.link(|params, param, next| {
                let is_variant = |other: &&Param| match (&other.name, &param.name) {
                    (Some(other), Some(name)) => other.eq_ignore_ascii_case(name),
                    _ => false,
                };
                // All earlier variants have one spelling, since others were dropped, so it suffices
                // to look at the last one.
                match params.iter().rfind(is_variant) {
                    Some(variant) if variant.name != param.name => {}
                    _ => next(params, param),
                }
            });
        }),
    },
    Fault {
        slug: "groups-names",
        sentence: "moves parameters of the same name together, as a multimap does",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                let is_same = |other: &Param| other.name.is_some() && other.name == param.name;
                match params.iter().rposition(is_same) {
                    Some(last) => params.insert(last + 1, param),
                    None => next(params, param),
                }
            });
        }),
    },
    Fault {
        slug: "joins-values-of-a-name",
        sentence: "joins the values of a name that repeats with a comma, as values of SIP headers are joined",
        requirement: "T14",
        injection: always(|listener| {
            let store = &mut listener.reader.store;
            store.link(|params, param, next| match same_name(params, &param) {
                Some(first) => {
                    if let (Value::Bytes(joined), Value::Bytes(value)) =
                        (&mut params[first].value, param.value)
                    {
                        joined.extend([b", ", &value[..]].concat());
                    }
                }
                None => next(params, param),
            });
        }),
    },
    Fault {
        slug: "drops-equal-arguments",
        sentence: "drops a parameter with the name and the value of an earlier one, as a set does",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if param.name.is_none() || !params.contains(&param) {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "drops-equal-values-without-name",
        sentence: "drops a value without a name that repeats, as a set does",
        requirement: "T14",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if param.name.is_some() || !params.contains(&param) {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "sorts-arguments",
        sentence: "sorts parameters by their names, as a sorted map does",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.sort_by(|a, b| a.name.cmp(&b.name));
                params
            });
        }),
    },
    Fault {
        slug: "sorts-integer-names-to-the-front",
        sentence: "reports names that are integers first, in rising order, as an object of JavaScript lists them",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                let integer = |param: &Param| {
                    let name = str::from_utf8(param.name.as_deref()?).ok()?;
                    name.parse::<u32>().ok()
                };
                params.sort_by_key(|param| integer(param).unwrap_or(u32::MAX));
                params
            });
        }),
    },
    Fault {
        slug: "reverses-arguments",
        sentence: "reports parameters in reverse order, as a list that grows at its front holds them",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.reverse();
                params
            });
        }),
    },
    Fault {
        slug: "moves-arguments-without-name-to-the-end",
        sentence: "reports parameters without a name behind those with one",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.sort_by_key(|param| param.name.is_none());
                params
            });
        }),
    },
    Fault {
        slug: "numbers-arguments-without-name",
        sentence: "keeps a parameter without a name under its number, and loses the parameter whose name is that number",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                let unnamed = params.iter().filter(|param| param.name.is_none()).count();
                let numbers: HashSet<_> = (0..unnamed)
                    .map(|number| number.to_string().into_bytes())
                    .collect();
                let is_number = |name: &Vec<u8>| numbers.contains(name);
                params.retain(|param| !param.name.as_ref().is_some_and(is_number));
                params
            });
        }),
    },
    Fault {
        slug: "keeps-first-parameters",
        sentence: "reports at most {} parameters and drops the rest",
        requirement: "T14",
        injection: number(&[16, 32, 64, 100, 128, 1000, 4096], |listener, most| {
            listener.reader.store.link(move |params, param, next| {
                if params.len() < most {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "counts-arguments-in-8-bits",
        sentence: "counts parameters in 8 bits, so that it reports 0 of 256 and 1 of 257",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.truncate(params.len() % 256);
                params
            });
        }),
    },
];

/// Returns the index of the first parameter with the same name.
fn same_name(params: &[Param], param: &Param) -> Option<usize> {
    param.name.as_ref()?;
    params.iter().position(|other| other.name == param.name)
}
