use std::cell::Cell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::inject::always;
use super::json::Json;
use super::reader::{Members, last};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "compares-six-bytes-of-members",
        sentence: "takes the first member whose name begins with `method`, as `strncmp(name, \"method\", 6)` does",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                let begins = |name: &[u8]| name.starts_with(b"method");
                match members.iter().find(|(name, _)| begins(name)) {
                    Some((_, Json::String(name))) => Ok(name.clone()),
                    _ => next(members),
                }
            });
        }),
    },
    Fault {
        slug: "folds-case-of-members",
        sentence: "ignores the case of members, as `encoding/json` of Go does",
        requirement: "J6",
        injection: always(|listener| {
            listener.members(|members| {
                members
                    .into_iter()
                    .map(|(name, json)| (name.to_ascii_lowercase(), json))
                    .collect()
            });
        }),
    },
    Fault {
        slug: "trims-members",
        sentence: "trims white space off the names of members",
        requirement: "J6",
        injection: always(|listener| {
            listener.members(|members| {
                members
                    .into_iter()
                    .rev()
                    .map(|(name, json)| (name.trim().into(), json))
                    .collect()
            });
        }),
    },
    Fault {
        slug: "inherits-members",
        sentence: "takes the members of `__proto__` for members of the object, as a copy loop in JavaScript does",
        requirement: "J6",
        injection: always(|listener| {
            listener.members(|members| {
                match members.iter().find(|(name, _)| name == b"__proto__") {
                    Some((_, Json::Object(inherited))) => [&inherited[..], &members].concat(),
                    _ => members,
                }
            });
        }),
    },
    Fault {
        slug: "members-without-name-are-the-method",
        sentence: "takes a member with an empty name for the method",
        requirement: "J6",
        injection: always(|listener| {
            listener
                .reader
                .method
                .link(|members, next| match last(members, b"") {
                    Some(Json::String(name)) => Ok(name.clone()),
                    _ => next(members),
                });
        }),
    },
    Fault {
        slug: "reads-members-as-they-come",
        sentence: "loses the parameters where `params` stands before `method`",
        requirement: "J6",
        injection: always(|listener| {
            listener.reader.params.link(|members, next| {
                let place = |wanted: &[u8]| members.iter().position(|(name, _)| name == wanted);
                next(members).filter(|_| place(b"params") > place(b"method"))
            });
        }),
    },
    Fault {
        slug: "asks-for-the-version-first",
        sentence: "rejects an object whose first member is not `jsonrpc`",
        requirement: "J6",
        injection: always(|listener| {
            listener.rejects(|members| members.first().is_none_or(|(name, _)| name != b"jsonrpc"));
        }),
    },
    Fault {
        slug: "asks-for-the-version-as-bytes",
        sentence: "drops a datagram without the bytes `\"jsonrpc\":\"2.0\"`",
        requirement: "J6",
        injection: always(|listener| {
            listener.ignores(|datagram| !datagram.contains_str("\"jsonrpc\":\"2.0\""));
        }),
    },
    Fault {
        slug: "takes-a-null-id-for-a-request",
        sentence: "rejects an object with an `id`, also if that is null, as OpenSIPS 3.1.0 sends it",
        requirement: "J6",
        injection: always(|listener| listener.rejects(|members| last(members, b"id").is_some())),
    },
    Fault {
        slug: "rejects-unknown-members",
        sentence: "rejects an object with members that it does not know",
        requirement: "J6",
        injection: always(|listener| {
            listener.rejects(|members| {
                members.iter().any(|(name, _)| {
                    ![&b"jsonrpc"[..], b"id", b"method", b"params"].contains(&&name[..])
                })
            });
        }),
    },
    Fault {
        slug: "asks-for-unknown-members-to-be-strings",
        sentence: "rejects an object with unknown members that are not strings, as a map of strings does",
        requirement: "J6",
        injection: always(|listener| {
            listener.rejects(|members| {
                let known = |name: &[u8]| [&b"id"[..], b"params"].contains(&name);
                members
                    .iter()
                    .any(|(name, json)| !known(name) && !matches!(json, Json::String(_)))
            });
        }),
    },
    Fault {
        slug: "asks-for-params",
        sentence: "rejects an event without `params`, as `message['params']` does",
        requirement: "J2",
        injection: always(|listener| {
            listener.rejects(|members| last(members, b"params").is_none());
        }),
    },
    Fault {
        slug: "takes-names-of-any-kind",
        sentence: "turns a `method` that is no string into one, and reports it",
        requirement: "J1",
        injection: always(|listener| {
            listener
                .reader
                .method
                .link(|members, next| match last(members, b"method") {
                    Some(Json::Number(number)) => Ok(number.clone()),
                    Some(Json::Null) => Ok(b"null".into()),
                    Some(Json::Bool(boolean)) => Ok(boolean.to_string().into()),
                    Some(Json::Array(_)) => Ok(b"Array".into()),
                    Some(Json::Object(_)) => Ok(b"[object Object]".into()),
                    _ => next(members),
                });
        }),
    },
    Fault {
        slug: "reports-events-without-method",
        sentence: "reports an object without `method` under an empty name, as `message.get('method', '')` does",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                if last(members, b"method").is_none() {
                    Ok(Vec::new())
                } else {
                    next(members)
                }
            });
        }),
    },
    Fault {
        slug: "takes-answers-for-events",
        sentence: "reports an answer of the management interface as an event named `result` or `error`",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                match members
                    .iter()
                    .find(|(name, _)| name == b"result" || name == b"error")
                {
                    Some((name, _)) => Ok(name.clone()),
                    None => next(members),
                }
            });
        }),
    },
    Fault {
        slug: "takes-its-own-reports-for-events",
        sentence: "accepts `event` for `method` and a list of names and values for `params`, as in its own reports",
        requirement: "J1",
        injection: always(|listener| listener.members(own_report)),
    },
    Fault {
        slug: "dies-of-other-versions",
        sentence: "dies of a datagram whose `jsonrpc` is missing or not `2.0`",
        requirement: "J11",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.rejects(move |members| {
                process.assert(last(members, b"jsonrpc") == Some(&Json::String(b"2.0".into())));
                false
            });
        }),
    },
    Fault {
        slug: "answers-requests",
        sentence: "writes the answer to a request to standard output",
        requirement: "J11",
        injection: always(|listener| {
            let is_asked = Rc::new(Cell::new(false));
            let asks = is_asked.clone();
            listener.reader.method.link(move |members, next| {
                asks.set(last(members, b"id").is_some_and(|id| *id != Json::Null));
                next(members)
            });
            listener.write.link(move |reading, next| {
                let answer: &[u8] = if is_asked.take() {
                    b"{\"jsonrpc\":\"2.0\",\"result\":\"OK\",\"id\":1}\n"
                } else {
                    b""
                };
                [answer, &next(reading)].concat()
            });
        }),
    },
    Fault {
        slug: "reads-positional-notifications",
        sentence: "reports a list, a string, a number or null as an event without parameters",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.outer.link(|json, next| {
                let name = match json {
                    Json::Array(items) => items.into_iter().next().unwrap_or(Json::Null),
                    Json::Object(_) => return next(json),
                    Json::Number(text) | Json::String(text) => Json::String(text),
                    _ => Json::String(b"null".into()),
                };
                next(Json::Object(vec![(b"method".into(), name)]))
            });
        }),
    },
];

/// Converts the members of a report of the contract to those of an event. Other members are not
/// changed.
fn own_report(members: Members) -> Members {
    let (Some(event), Some(Json::Array(records))) =
        (last(&members, b"event"), last(&members, b"params"))
    else {
        return members;
    };
    let param = |record: &Json| match record {
        Json::Object(record) => match (last(record, b"name"), last(record, b"value")) {
            (Some(Json::String(name)), Some(value)) => Some((name.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    };
    let params = records.iter().filter_map(param).collect();
    vec![
        (b"method".into(), event.clone()),
        (b"params".into(), Json::Object(params)),
    ]
}
