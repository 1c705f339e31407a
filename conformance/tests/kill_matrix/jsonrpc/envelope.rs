use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "finds-the-method-by-pattern",
        sentence: "`\"method\":\"([^\"]*)\"` on the whole datagram: the first one counts, wherever it stands.",
        inject: |listener| {
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
    Fault {
        name: "takes-a-method-from-anywhere",
        sentence: "Searches all of the tree for a member called `method`.",
        inject: |listener| {
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
    Fault {
        name: "takes-the-last-method-of-all",
        sentence: "Notes the method in a callback of its parser, which is called for nested objects as well.",
        inject: |listener| {
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
    Fault {
        name: "finds-methods-in-strings",
        sentence: "Searches the datagram for `method`, also inside strings.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| {
                let spelled = |json: &Json| matches!(json, Json::String(text) if text.contains_str("\"method\":\""));
                match members.iter().any(|(_, json)| spelled(json)) {
                    true => Ok(b"E_FAKE".into()),
                    false => method(members),
                }
            });
        },
    },
    Fault {
        name: "takes-the-string-behind-the-word",
        sentence: "Searches the datagram for `\"method\"` and takes the next string, also where the word is a value.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| {
                let is_word = |json: &Json| *json == Json::String(b"method".into());
                let word = members.iter().position(|(_, json)| is_word(json));
                match word.and_then(|word| members.get(word + 1)) {
                    Some((_, Json::String(next))) => Ok(next.clone()),
                    _ => method(members),
                }
            });
        },
    },
    Fault {
        name: "compares-six-bytes-of-members",
        sentence: "`strncmp(name, \"method\", 6) == 0`, for every name that begins so.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| {
                let begins = |name: &[u8]| name.starts_with(b"method");
                match members.iter().find(|(name, _)| begins(name)) {
                    Some((_, Json::String(name))) => Ok(name.clone()),
                    _ => method(members),
                }
            });
        },
    },
    Fault {
        name: "folds-case-of-members",
        sentence: "Matches members without regard to case, as Go's `encoding/json` does.",
        inject: |listener| {
            listener.reader.outer = Box::new(|json| {
                Ok(outer(json)?
                    .into_iter()
                    .map(|(name, json)| (name.to_ascii_lowercase(), json))
                    .collect())
            });
        },
    },
    Fault {
        name: "trims-members",
        sentence: "Trims the names of members.",
        inject: |listener| {
            listener.reader.outer = Box::new(|json| {
                Ok(outer(json)?
                    .into_iter()
                    .rev()
                    .map(|(name, json)| (name.trim().into(), json))
                    .collect())
            });
        },
    },
    Fault {
        name: "inherits-members",
        sentence: "Copies the object with a loop that lets `__proto__` give it members.",
        inject: |listener| {
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
    Fault {
        name: "members-without-name-are-the-method",
        sentence: "Takes a member with an empty name for the event.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| match last(members, b"") {
                Some(Json::String(name)) => Ok(name.clone()),
                _ => method(members),
            });
        },
    },
    Fault {
        name: "reads-members-as-they-come",
        sentence: "Reports parameters while it reads, and has lost those that stand in front of the method.",
        inject: |listener| {
            listener.reader.params = Box::new(|members| {
                let place = |wanted: &[u8]| members.iter().position(|(name, _)| name == wanted);
                last(members, b"params")
                    .filter(|_| place(b"params") > place(b"method"))
                    .cloned()
            });
        },
    },
    Fault {
        name: "asks-for-the-version-first",
        sentence: "Compares the first bytes with `{\"jsonrpc\":`.",
        inject: |listener| {
            listener.rejects(|members| members.first().is_none_or(|(name, _)| name != b"jsonrpc"))
        },
    },
    Fault {
        name: "asks-for-the-version-as-bytes",
        sentence: "Searches the datagram for `\"jsonrpc\":\"2.0\"`, byte by byte.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                if datagram.contains_str("\"jsonrpc\":\"2.0\"") {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Fault {
        name: "takes-a-null-id-for-a-request",
        sentence: "Asks whether there is an `id`, not whether it is null: 3.1.0 sends one.",
        inject: |listener| listener.rejects(|members| last(members, b"id").is_some()),
    },
    Fault {
        name: "rejects-unknown-members",
        sentence: "Maps the object to a class with strict fields.",
        inject: |listener| {
            listener.rejects(|members| {
                members.iter().any(|(name, _)| {
                    ![&b"jsonrpc"[..], b"id", b"method", b"params"].contains(&&name[..])
                })
            })
        },
    },
    Fault {
        name: "asks-for-unknown-members-to-be-strings",
        sentence: "Maps the object to a map of strings, which fails where a member is anything else.",
        inject: |listener| {
            listener.rejects(|members| {
                let known = |name: &[u8]| [&b"id"[..], b"params"].contains(&name);
                members
                    .iter()
                    .any(|(name, json)| !known(name) && !matches!(json, Json::String(_)))
            });
        },
    },
    Fault {
        name: "asks-for-params",
        sentence: "`message['params']`, which fails where the member is left out.",
        inject: |listener| listener.rejects(|members| last(members, b"params").is_none()),
    },
    Fault {
        name: "takes-names-of-any-kind",
        sentence: "Reports whatever the method is, made a string.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| match last(members, b"method") {
                Some(Json::Number(number)) => Ok(number.clone()),
                Some(Json::Null) => Ok(b"null".into()),
                Some(Json::Bool(boolean)) => Ok(boolean.to_string().into()),
                Some(Json::Array(_)) => Ok(b"Array".into()),
                Some(Json::Object(_)) => Ok(b"[object Object]".into()),
                _ => method(members),
            });
        },
    },
    Fault {
        name: "reports-events-without-method",
        sentence: "`message.get('method', '')`.",
        inject: |listener| {
            listener.reader.method = Box::new(|members| {
                if last(members, b"method").is_none() {
                    Ok(Vec::new())
                } else {
                    method(members)
                }
            })
        },
    },
    Fault {
        name: "takes-answers-for-events",
        sentence: "Takes an answer of the management interface for an event called `result` or `error`.",
        inject: |listener| {
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
    Fault {
        name: "takes-its-own-reports-for-events",
        sentence: "Reads what it wrote itself, to play its log again: `event`, and records of name and value.",
        inject: |listener| {
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
    Fault {
        name: "dies-of-other-versions",
        sentence: "`assert message['jsonrpc'] == '2.0'`, and nobody catches that.",
        inject: |listener| {
            listener.rejects(|members| {
                assert!(
                    last(members, b"jsonrpc") == Some(&Json::String(b"2.0".into())),
                    "KeyError: 'jsonrpc'"
                );
                false
            });
        },
    },
    Fault {
        name: "answers-requests",
        sentence: "Writes the answer that a request asks for, into the same output.",
        inject: |listener| {
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
    Fault {
        name: "reads-positional-notifications",
        sentence: "Takes an array of a name and parameters for an event, and a lone string or null for one without any.",
        inject: |listener| {
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
    Fault {
        name: "falls-back-to-text",
        sentence: "Reads what is not JSON as an event of the text dialect: the first line is the name.",
        inject: |listener| {
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
    Fault {
        name: "upper-case-event-names",
        sentence: "Looks events up in upper case, and reports what it looked up.",
        inject: |listener| listener.event_names(<[u8]>::to_ascii_uppercase),
    },
    Fault {
        name: "trims-event-names",
        sentence: "Trims the names of events.",
        inject: |listener| listener.event_names(|name| name.trim().into()),
    },
    Fault {
        name: "cuts-event-names-at-63",
        sentence: "Keeps names in 64 bytes, one of them for a NUL.",
        inject: |listener| listener.event_names(|name| name[..name.len().min(63)].into()),
    },
    Fault {
        name: "asks-for-event-names-of-word-characters",
        sentence: "Matches names with `^\\w+$`.",
        inject: |listener| {
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
    Fault {
        name: "cuts-event-names-at-line-feeds",
        sentence: "Takes the first line of the name, as in the text dialect.",
        inject: |listener| {
            listener.event_names(|name| name.lines().next().unwrap_or_default().into())
        },
    },
    Fault {
        name: "takes-event-names-for-commands",
        sentence: "Ends when it is sent `quit`, `exit` or `shutdown`: left over from trying it out.",
        inject: |listener| {
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
    Fault {
        name: "dies-of-what-is-not-an-object",
        sentence: "`message['method']` of a list, which raises a TypeError that nobody catches.",
        inject: |listener| {
            listener.reader.outer =
                Box::new(|json| Ok(outer(json).expect("list indices must be integers")))
        },
    },
    Fault {
        name: "guesses-utf-16",
        sentence: "Takes zeros between the bytes for UTF-16 and dies of decoding it.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                assert!(
                    !(datagram.len() > 3 && datagram[1] == 0 && datagram[3] == 0),
                    "truncated data"
                );
                datagram.into()
            });
        },
    },
    Fault {
        name: "dies-of-byte-order-marks",
        sentence: "Python's `json.loads` raises an error for U+FEFF in front, which nobody catches.",
        inject: |listener| {
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

/// Returns the first method nested in a value.
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
