use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "finds-the-method-by-pattern",
        story: "`\"method\":\"([^\"]*)\"` on the whole datagram: the first one counts, wherever it stands.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                let mut members = outer(json)?;
                if let Some(found) = members.iter().find_map(|(_, json)| nested_method(json))
                    && members
                        .iter()
                        .position(|(name, json)| name == b"method" || nested_method(json).is_some())
                        != members.iter().position(|(name, _)| name == b"method")
                {
                    members.push((b"method".into(), found));
                }
                Ok(members)
            });
        },
    },
    Bug {
        name: "takes-a-method-from-anywhere",
        story: "Searches all of the tree for a member called `method`.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| {
                match (
                    method(members),
                    members.iter().find_map(|(_, json)| nested_method(json)),
                ) {
                    (Err(_), Some(Json::String(name))) => Ok(name),
                    (own, _) => own,
                }
            });
        },
    },
    Bug {
        name: "takes-the-last-method-of-all",
        story: "Notes the method in a callback of its parser, which is called for nested objects as well.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| {
                let last = members.iter().rev().find_map(|(name, json)| {
                    if name == b"method" {
                        Some(json.clone())
                    } else {
                        nested_method(json)
                    }
                });
                match last {
                    Some(Json::String(name)) => Ok(name),
                    _ => method(members),
                }
            });
        },
    },
    Bug {
        name: "finds-methods-in-strings",
        story: "Searches the datagram for `method`, also inside strings.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| {
                let spelled = |json: &Json| matches!(json, Json::String(text) if text.contains_str("\"method\":\""));
                match members.iter().any(|(_, json)| spelled(json)) {
                    true => Ok(b"E_FAKE".into()),
                    false => method(members),
                }
            });
        },
    },
    Bug {
        name: "folds-case-of-members",
        story: "Matches members without regard to case, as Go's `encoding/json` does.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                Ok(outer(json)?
                    .into_iter()
                    .map(|(name, json)| (name.to_ascii_lowercase(), json))
                    .collect())
            });
        },
    },
    Bug {
        name: "trims-members",
        story: "Trims the names of members.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                Ok(outer(json)?
                    .into_iter()
                    .rev()
                    .map(|(name, json)| (name.trim().into(), json))
                    .collect())
            });
        },
    },
    Bug {
        name: "inherits-members",
        story: "Copies the object with a loop that lets `__proto__` give it members.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                let members = outer(json)?;
                let inherited = members
                    .iter()
                    .find(|(name, _)| name == b"__proto__")
                    .map(|(_, json)| json.clone());
                match inherited {
                    Some(Json::Object(inherited)) => Ok([inherited, members].concat()),
                    _ => Ok(members),
                }
            });
        },
    },
    Bug {
        name: "members-without-name-are-the-method",
        story: "Takes a member with an empty name for the event.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| match last(members, b"") {
                Some(Json::String(name)) => Ok(name.clone()),
                _ => method(members),
            });
        },
    },
    Bug {
        name: "reads-members-as-they-come",
        story: "Reports parameters while it reads, and has lost those that stand in front of the method.",
        plant: |listener| {
            listener.reader.params = Box::new(|members| {
                let place = |wanted: &[u8]| members.iter().position(|(name, _)| name == wanted);
                last(members, b"params")
                    .filter(|_| place(b"params") > place(b"method"))
                    .cloned()
            });
        },
    },
    Bug {
        name: "asks-for-the-version-first",
        story: "Compares the first bytes with `{\"jsonrpc\":`.",
        plant: |listener| {
            listener.rejects(|members| members.first().is_none_or(|(name, _)| name != b"jsonrpc"))
        },
    },
    Bug {
        name: "asks-for-the-version-as-bytes",
        story: "Searches the datagram for `\"jsonrpc\":\"2.0\"`, byte by byte.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| {
                if datagram.contains_str("\"jsonrpc\":\"2.0\"") {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Bug {
        name: "takes-a-null-id-for-a-request",
        story: "Asks whether there is an `id`, not whether it is null: 3.1 sends one.",
        plant: |listener| listener.rejects(|members| last(members, b"id").is_some()),
    },
    Bug {
        name: "rejects-unknown-members",
        story: "Maps the object to a class with strict fields.",
        plant: |listener| {
            listener.rejects(|members| {
                members.iter().any(|(name, _)| {
                    ![&b"jsonrpc"[..], b"id", b"method", b"params"].contains(&&name[..])
                })
            })
        },
    },
    Bug {
        name: "asks-for-unknown-members-to-be-strings",
        story: "Maps the object to a map of strings, which fails where a member is anything else.",
        plant: |listener| {
            listener.rejects(|members| {
                let known = |name: &[u8]| [&b"id"[..], b"params"].contains(&name);
                members
                    .iter()
                    .any(|(name, json)| !known(name) && !matches!(json, Json::String(_)))
            });
        },
    },
    Bug {
        name: "asks-for-params",
        story: "`message['params']`, which fails where the member is left out.",
        plant: |listener| listener.rejects(|members| last(members, b"params").is_none()),
    },
    Bug {
        name: "takes-names-of-any-kind",
        story: "Reports whatever the method is, made a string.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| match last(members, b"method") {
                Some(Json::Number(number)) => Ok(number.clone()),
                Some(Json::Null) => Ok(b"null".into()),
                Some(Json::Array(_)) => Ok(b"Array".into()),
                Some(Json::Object(_)) => Ok(b"[object Object]".into()),
                _ => method(members),
            });
        },
    },
    Bug {
        name: "reports-events-without-method",
        story: "`message.get('method', '')`.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| {
                if last(members, b"method").is_none() {
                    Ok(Vec::new())
                } else {
                    method(members)
                }
            })
        },
    },
    Bug {
        name: "takes-answers-for-events",
        story: "Takes an answer of the management interface for an event called `result` or `error`.",
        plant: |listener| {
            listener.reader.method = Box::new(|members| {
                match members
                    .iter()
                    .find(|(name, _)| name == b"result" || name == b"error")
                {
                    Some((name, _)) => Ok(name.clone()),
                    None => method(members),
                }
            });
        },
    },
    Bug {
        name: "takes-its-own-reports-for-events",
        story: "Reads what it wrote itself, to play its log again: `event`, and records of name and value.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                let members = outer(json)?;
                let (Some(event), Some(Json::Array(records))) =
                    (last(&members, b"event"), last(&members, b"params"))
                else {
                    return Ok(members);
                };
                let param = |record: &Json| match record {
                    Json::Object(record) => match (last(record, b"name"), last(record, b"value")) {
                        (Some(Json::String(name)), Some(value)) => {
                            Some((name.clone(), value.clone()))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                let params = records.iter().filter_map(param).collect();
                Ok(vec![
                    (b"method".into(), event.clone()),
                    (b"params".into(), Json::Object(params)),
                ])
            });
        },
    },
    Bug {
        name: "dies-of-other-versions",
        story: "`assert message['jsonrpc'] == '2.0'`, and nobody catches that.",
        plant: |listener| {
            listener.rejects(|members| {
                assert!(
                    last(members, b"jsonrpc") == Some(&Json::String(b"2.0".into())),
                    "KeyError: 'jsonrpc'"
                );
                false
            });
        },
    },
    Bug {
        name: "answers-requests",
        story: "Writes the answer that a request asks for, into the same output.",
        plant: |listener| {
            let id = std::rc::Rc::new(std::cell::RefCell::new(None));
            let asked = id.clone();
            listener.reader.method = Box::new(move |members| {
                asked.replace(
                    last(members, b"id")
                        .filter(|id| **id != Json::Null)
                        .map(|_| ()),
                );
                method(members)
            });
            listener.write = Box::new(move |reading| {
                let answer = id.take().map_or(&b""[..], |()| {
                    b"{\"jsonrpc\":\"2.0\",\"result\":\"OK\",\"id\":1}\n"
                });
                [answer, &crate::listener::line(reading)[..]].concat()
            });
        },
    },
    Bug {
        name: "reads-positional-notifications",
        story: "Takes an array of a name and parameters for an event, and a lone string or null for one without any.",
        plant: |listener| {
            listener.reader.outer = Box::new(|json| {
                let name = match json {
                    Json::Array(items) => items.into_iter().next().unwrap_or(Json::Null),
                    Json::Object(members) => return Ok(members),
                    Json::Number(text) | Json::String(text) => Json::String(text),
                    _ => Json::String(b"null".into()),
                };
                Ok(vec![(b"method".into(), name)])
            });
        },
    },
    Bug {
        name: "falls-back-to-text",
        story: "Reads what is not JSON as an event of the text dialect: the first line is the name.",
        plant: |listener| {
            listener.datagrams(|datagram| match datagram.first() {
                Some(b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n') | None => datagram.into(),
                _ => {
                    let name = datagram
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_str_lossy()
                        .replace(|c: char| c.is_control() || "\"\\".contains(c), "");
                    format!("{{\"method\":\"{name}\"}}").into()
                }
            });
        },
    },
    Bug {
        name: "upper-case-event-names",
        story: "Looks events up in upper case, and reports what it looked up.",
        plant: |listener| listener.event_names(<[u8]>::to_ascii_uppercase),
    },
    Bug {
        name: "trims-event-names",
        story: "Trims the names of events.",
        plant: |listener| listener.event_names(|name| name.trim().into()),
    },
    Bug {
        name: "cuts-event-names-at-63",
        story: "Keeps names in 64 bytes, one of them for a NUL.",
        plant: |listener| listener.event_names(|name| name[..name.len().min(63)].into()),
    },
    Bug {
        name: "asks-for-event-names-of-word-characters",
        story: "Matches names with `^\\w+$`.",
        plant: |listener| {
            listener.reader.finish = Box::new(|event| {
                match event
                    .name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                {
                    true => Ok(event),
                    false => Err("unknown event".into()),
                }
            });
        },
    },
    Bug {
        name: "cuts-event-names-at-line-feeds",
        story: "Takes the first line of the name, as in the text dialect.",
        plant: |listener| {
            listener.event_names(|name| name.lines().next().unwrap_or_default().into())
        },
    },
    Bug {
        name: "takes-event-names-for-commands",
        story: "Ends when it is sent `quit`, `exit` or `shutdown`: left over from trying it out.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                if ["quit", "exit\n"]
                    .iter()
                    .any(|word| datagram == word.as_bytes())
                    || datagram.contains_str("\"shutdown\"")
                {
                    std::process::exit(0);
                }
                datagram.into()
            });
        },
    },
    Bug {
        name: "dies-of-what-is-not-an-object",
        story: "`message['method']` of a list, which raises a TypeError that nobody catches.",
        plant: |listener| {
            listener.reader.outer =
                Box::new(|json| Ok(outer(json).expect("list indices must be integers")))
        },
    },
    Bug {
        name: "guesses-utf-16",
        story: "Takes zeros between the bytes for UTF-16 and dies of decoding it.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                assert!(
                    !(datagram.len() > 3 && datagram[1] == 0 && datagram[3] == 0),
                    "truncated data"
                );
                datagram.into()
            });
        },
    },
    Bug {
        name: "dies-of-byte-order-marks",
        story: "Python's `json.loads` raises an error for U+FEFF in front, which nobody catches.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                assert!(
                    !datagram.starts_with(b"\xef\xbb\xbf"),
                    "Unexpected UTF-8 BOM"
                );
                datagram.into()
            });
        },
    },
];

/// The first method below this value.
fn nested_method(json: &Json) -> Option<Json> {
    match json {
        Json::Object(members) => members.iter().find_map(|(name, json)| {
            if name == b"method" {
                Some(json.clone())
            } else {
                nested_method(json)
            }
        }),
        Json::Array(items) => items.iter().find_map(nested_method),
        _ => None,
    }
}
