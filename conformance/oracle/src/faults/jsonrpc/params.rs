use super::inject::{always, number};
use super::json::Json;
use super::reader::last;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "refuses-positional-parameters",
        sentence: "rejects an event whose `params` is an array",
        requirement: "J2",
        injection: always(|listener| {
            listener.rejects(|members| matches!(last(members, b"params"), Some(Json::Array(_))));
        }),
    },
    Fault {
        slug: "numbers-positional-parameters",
        sentence: "names the elements of an array 0, 1, 2, as `Object.entries(params)` does",
        requirement: "J2",
        injection: always(|listener| {
            listener.listed(|values| {
                let name = |(at, (name, json)): (usize, (Option<Vec<u8>>, Json))| {
                    (name.or_else(|| Some(at.to_string().into_bytes())), json)
                };
                values.into_iter().enumerate().map(name).collect()
            });
        }),
    },
    Fault {
        slug: "gives-positional-parameters-empty-names",
        sentence: "reports a parameter without a name under the empty name",
        requirement: "J2",
        injection: always(|listener| {
            listener.listed(|values| {
                values
                    .into_iter()
                    .map(|(name, json)| (name.or_else(|| Some(Vec::new())), json))
                    .collect()
            });
        }),
    },
    Fault {
        slug: "pairs-positional-parameters",
        sentence: "takes the elements of an array for names and values in turn",
        requirement: "J2",
        injection: always(|listener| {
            listener.listed(|values| {
                let pair = |pair: &[(Option<Vec<u8>>, Json)]| match pair {
                    [(None, Json::String(name)), (None, value)] => {
                        vec![(Some(name.clone()), value.clone())]
                    }
                    values => values.to_vec(),
                };
                values.chunks(2).flat_map(pair).collect()
            });
        }),
    },
    Fault {
        slug: "drops-unnamed-parameters",
        sentence: "drops parameters without a name",
        requirement: "J2",
        injection: always(|listener| listener.without(|param| param.name.is_none())),
    },
    Fault {
        slug: "empty-keys-are-no-names",
        sentence: "reports no name for a parameter with an empty key",
        requirement: "J8",
        injection: always(|listener| {
            listener.listed(|values| {
                values
                    .into_iter()
                    .map(|(name, json)| (name.filter(|name| !name.is_empty()), json))
                    .collect()
            });
        }),
    },
    Fault {
        slug: "drops-empty-keys",
        sentence: "drops parameters with an empty key",
        requirement: "J8",
        injection: always(|listener| {
            listener.without(|param| param.name.as_deref() == Some(b""));
        }),
    },
    Fault {
        slug: "names-of-digits-are-positions",
        sentence: "reports no name for a parameter whose name is digits, as for an array that PHP wrote",
        requirement: "J2",
        injection: always(|listener| {
            listener.listed(|values| {
                let is_position =
                    |name: &Vec<u8>| !name.is_empty() && name.iter().all(u8::is_ascii_digit);
                values
                    .into_iter()
                    .map(|(name, json)| (name.filter(|name| !is_position(name)), json))
                    .collect()
            });
        }),
    },
    Fault {
        slug: "dies-of-params-of-other-kinds",
        sentence: "dies of `params` that is neither an object nor an array, as `params.items()` does",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.list.map(move |values| {
                process.assert(values.is_ok());
                values
            });
        }),
    },
    Fault {
        slug: "keeps-at-most",
        sentence: "keeps at most {} parameters of an event",
        requirement: "T15",
        injection: number(&[10, 256, 1000], |listener, most| {
            listener.reader.store.link(move |params, param, next| {
                if params.len() < most {
                    next(params, param);
                }
            });
        }),
    },
    Fault {
        slug: "reverses-parameters",
        sentence: "reports parameters in reverse order",
        requirement: "J2",
        injection: always(|listener| {
            listener.params(|params| params.into_iter().rev().collect());
        }),
    },
];
