use bstr::ByteSlice as _;

use super::inject::always;
use super::json::Json;
use super::strings::until;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "finds-the-method-by-pattern",
        sentence: "takes the first match of `\"method\":\"([^\"]*)\"` in the datagram for the name, wherever it stands",
        requirement: "J1",
        injection: always(|listener| {
            listener.members(|mut members| {
                if let Some(found) = members.iter().find_map(|(_, json)| nested_method(json))
                    && members
                        .iter()
                        .position(|(name, json)| name == b"method" || nested_method(json).is_some())
                        != members.iter().position(|(name, _)| name == b"method")
                {
                    members.push((b"method".into(), found));
                }
                members
            });
        }),
    },
    Fault {
        slug: "finds-members-by-pattern",
        sentence: "takes all matches of `\"(\\w+)\":\"([^\"]*)\"` in the datagram for its members, instead of parsing JSON",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let mut members = string_members(datagram);
                let method = members.iter().position(|(name, _)| *name == b"method");
                let method = method.map(|at| members.remove(at));
                members.retain(|(name, _)| *name != b"jsonrpc");
                let members = members.iter().map(json_member).collect::<Vec<_>>();
                let params = [&b"\"params\":{"[..], &members.join(&b','), b"}"].concat();
                let method = method.as_ref().map(json_member);
                let members: Vec<_> = method.into_iter().chain([params]).collect();
                [&b"{"[..], &members.join(&b','), b"}"].concat()
            });
        }),
    },
    Fault {
        slug: "takes-a-method-from-anywhere",
        sentence: "searches nested objects for `method` where the outer object has none",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                match (
                    next(members),
                    members.iter().find_map(|(_, json)| nested_method(json)),
                ) {
                    (Err(_), Some(Json::String(name))) => Ok(name),
                    (own, _) => own,
                }
            });
        }),
    },
    Fault {
        slug: "takes-the-last-method-of-all",
        sentence: "takes the last `method` for the name, also one in a nested object",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                let last = members.iter().rev().find_map(|(name, json)| {
                    if name == b"method" {
                        Some(json.clone())
                    } else {
                        nested_method(json)
                    }
                });
                match last {
                    Some(Json::String(name)) => Ok(name),
                    _ => next(members),
                }
            });
        }),
    },
    Fault {
        slug: "finds-methods-in-strings",
        sentence: "searches the datagram for `\"method\":\"` and finds it inside strings, too",
        requirement: "J6",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                let spelled = |json: &Json| matches!(json, Json::String(text) if text.contains_str("\"method\":\""));
                match members.iter().any(|(_, json)| spelled(json)) {
                    true => Ok(b"E_FAKE".into()),
                    false => next(members),
                }
            });
        }),
    },
    Fault {
        slug: "takes-the-string-behind-the-word",
        sentence: "takes the string behind `\"method\"` for the name, also where `\"method\"` is a value",
        requirement: "J1",
        injection: always(|listener| {
            listener.reader.method.link(|members, next| {
                let is_word = |json: &Json| *json == Json::String(b"method".into());
                let word = members.iter().position(|(_, json)| is_word(json));
                match word.and_then(|word| members.get(word + 1)) {
                    Some((_, Json::String(name))) => Ok(name.clone()),
                    _ => next(members),
                }
            });
        }),
    },
    Fault {
        slug: "an-escaped-quote-closes",
        sentence: "ends a string at an escaped quote, as the pattern `\"([^\"]*)\"` does",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.replace("\\\"", "\""));
        }),
    },
    Fault {
        slug: "splits-at-commas",
        sentence: "splits the datagram at every comma, also inside strings, so that a string ends at its first comma",
        requirement: "J3",
        injection: always(|listener| {
            listener
                .reader
                .grammar
                .unescape
                .link(|content, next| next(&until(content, b',')));
        }),
    },
    Fault {
        slug: "splits-at-colons",
        sentence: "splits members at every colon and keeps two pieces, so that a string ends at its first colon",
        requirement: "J3",
        injection: always(|listener| {
            listener
                .reader
                .grammar
                .unescape
                .link(|content, next| next(&until(content, b':')));
        }),
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

/// Returns the groups of all matches of `"(\w+)":"([^"]*)"`.
fn string_members(mut rest: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut members = Vec::new();
    while let Some(quote) = rest.find_byte(b'"') {
        rest = &rest[quote + 1..];
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = rest.iter().take_while(|byte| is_of_word(byte)).count();
        let (name, behind) = rest.split_at(length);
        if let Some(value) = behind.strip_prefix(b"\":\"")
            && let Some(close) = value.find_byte(b'"')
            && !name.is_empty()
        {
            members.push((name, &value[..close]));
            rest = &value[close + 1..];
        }
    }
    members
}

/// Writes a JSON member whose value is a text. The escapes in the text are kept.
fn json_member((name, value): &(&[u8], &[u8])) -> Vec<u8> {
    let mut member = [b"\"", *name, b"\":\""].concat();
    for byte in value.iter() {
        match byte {
            b'\\' => member.extend(b"\\\\"),
            0..b' ' => member.extend(format!("\\u{byte:04x}").bytes()),
            _ => member.push(*byte),
        }
    }
    member.push(b'"');
    member
}
