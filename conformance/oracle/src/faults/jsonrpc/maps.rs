use std::collections::{HashMap, HashSet};

use super::inject::always;
use crate::faults::event::{Param, Value};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "keeps-the-last-of-a-name",
        sentence: "keeps the last value of a name, at the place of the first, as a dictionary does",
        requirement: "J7",
        injection: always(|listener| listener.params(each_once)),
    },
    Fault {
        slug: "keeps-the-last-of-a-name-at-its-place",
        sentence: "keeps the last value of a name, and removes those before it",
        requirement: "J7",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.reverse();
                params = first_of_each(params);
                params.reverse();
                params
            });
        }),
    },
    Fault {
        slug: "keeps-the-first-of-a-name",
        sentence: "keeps the first value of a name, as `std::map::insert` does",
        requirement: "J7",
        injection: always(|listener| listener.params(first_of_each)),
    },
    Fault {
        slug: "drops-equal-parameters",
        sentence: "drops a parameter that is equal to one before it, as a set does",
        requirement: "J2",
        injection: always(|listener| {
            listener.reader.store.link(|params, param, next| {
                if !params.contains(&param) {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "groups-names",
        sentence: "moves parameters of the same name together, as a map of lists does",
        requirement: "J7",
        injection: always(|listener| {
            listener.params(|mut params| {
                let mut places = HashMap::new();
                for (place, param) in params.iter().enumerate() {
                    places.entry(param.name.clone()).or_insert(place);
                }
                params.sort_by_cached_key(|param| places.get(&param.name).copied());
                params
            });
        }),
    },
    Fault {
        slug: "sorts-parameters",
        sentence: "sorts parameters by name",
        requirement: "J2",
        injection: always(|listener| listener.params(sorted)),
    },
    Fault {
        slug: "keeps-a-sorted-map",
        sentence: "sorts parameters and keeps each name once, as `std::map` and `BTreeMap` do",
        requirement: "J2",
        injection: always(|listener| listener.params(|params| sorted(each_once(params)))),
    },
    Fault {
        slug: "sorts-integer-names-to-the-front",
        sentence: "moves parameters whose names are integers to the front, in rising order",
        requirement: "J2",
        injection: always(|listener| {
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
        }),
    },
    Fault {
        slug: "keeps-a-javascript-object",
        sentence: "keeps parameters in a JavaScript object: each name once, and integers first",
        requirement: "J7",
        injection: always(|listener| {
            listener.params(|params| {
                let mut params = each_once(params);
                params.sort_by_key(|param| array_index(param).unwrap_or(u32::MAX));
                params
            });
        }),
    },
    Fault {
        slug: "loses-the-parameter-proto",
        sentence: "loses parameters named `__proto__`, `constructor` or `length`, as a JavaScript object does",
        requirement: "J2",
        injection: always(|listener| {
            listener.without(|param| {
                matches!(
                    param.name.as_deref(),
                    Some(
                        b"__proto__" | b"constructor" | b"toString" | b"hasOwnProperty" | b"length"
                    )
                )
            });
        }),
    },
    Fault {
        slug: "parameters-overwrite-the-report",
        sentence: "writes event and parameters into one object, so that a parameter `event` replaces the event's name",
        requirement: "J2",
        injection: always(|listener| {
            listener.events(|mut event| {
                let is_event = |param: &&Param| param.name.as_deref() == Some(b"event");
                if let Some(Param {
                    value: Value::Bytes(name),
                    ..
                }) = event.params.iter().rfind(is_event)
                {
                    event.name.clone_from(name);
                }
                Ok(event)
            });
        }),
    },
    Fault {
        slug: "parameters-overwrite-the-notification",
        sentence: "loses parameters named like members of the notification, such as `method` and `id`",
        requirement: "J2",
        injection: always(|listener| {
            listener.without(|param| {
                matches!(
                    param.name.as_deref(),
                    Some(b"method" | b"id" | b"params" | b"jsonrpc")
                )
            });
        }),
    },
];

/// Returns one parameter for each name: the last value, at the place of the first.
fn each_once(params: Vec<Param>) -> Vec<Param> {
    let mut places = HashMap::new();
    let mut kept = Vec::new();
    for param in params {
        let place = match &param.name {
            Some(name) => *places.entry(name.clone()).or_insert(kept.len()),
            None => kept.len(),
        };
        match kept.get_mut(place) {
            Some(first) => *first = param,
            None => kept.push(param),
        }
    }
    kept
}

/// Returns one parameter for each name, with the first value.
fn first_of_each(mut params: Vec<Param>) -> Vec<Param> {
    let mut names = HashSet::new();
    params.retain(|param| match &param.name {
        Some(name) => names.insert(name.clone()),
        None => true,
    });
    params
}

fn sorted(mut params: Vec<Param>) -> Vec<Param> {
    params.sort_by(|a, b| a.name.cmp(&b.name));
    params
}

/// Returns the name of a parameter as a JavaScript object's index, if it is one.
fn array_index(param: &Param) -> Option<u32> {
    let name = str::from_utf8(param.name.as_deref()?).ok()?;
    let index = name.parse().ok()?;
    (u32::to_string(&index) == name).then_some(index)
}
