use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "refuses-positional-parameters",
        story: "Takes it for granted that `params` is an object.",
        plant: |listener| {
            listener.rejects(|members| matches!(last(members, b"params"), Some(Json::Array(_))))
        },
    },
    Bug {
        name: "numbers-positional-parameters",
        story: "Turns an array into an object: `Object.assign({}, params)`.",
        plant: |listener| {
            listener.reader.list = Box::new(|params| {
                let name = |(at, (name, json)): (usize, (Option<Vec<u8>>, Json))| {
                    (name.or_else(|| Some(at.to_string().into_bytes())), json)
                };
                Ok(list(params)?.into_iter().enumerate().map(name).collect())
            });
        },
    },
    Bug {
        name: "pairs-positional-parameters",
        story: "Takes elements of an array for name and value in turn.",
        plant: |listener| {
            listener.reader.list = Box::new(|params| {
                let items = list(params)?;
                let pair = |pair: &[(Option<Vec<u8>>, Json)]| match pair {
                    [(None, Json::String(name)), (None, value)] => {
                        vec![(Some(name.clone()), value.clone())]
                    }
                    items => items.to_vec(),
                };
                Ok(items.chunks(2).flat_map(pair).collect())
            });
        },
    },
    Bug {
        name: "splits-values-at-separators",
        story: "Still splits strings at `::`, as in the text dialect, and takes what stands behind for the value.",
        plant: |listener| {
            values(listener, |json| match &json {
                Json::String(text) => match text.windows(2).position(|pair| pair == b"::") {
                    Some(at) if at > 0 => Json::String(text[at + 2..].into()),
                    _ => json,
                },
                _ => json,
            });
        },
    },
    Bug {
        name: "keeps-the-last-of-a-name",
        story: "Parses into a dictionary, in which a later key overwrites.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                match params
                    .iter()
                    .position(|other| other.name.is_some() && other.name == param.name)
                {
                    Some(first) => params[first].value = param.value,
                    None => params.push(param),
                }
            });
        },
    },
    Bug {
        name: "drops-equal-parameters",
        story: "Keeps parameters in a set.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Bug {
        name: "sorts-parameters",
        story: "Parses into a sorted map.",
        plant: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event.params.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(event)
            });
        },
    },
    Bug {
        name: "sorts-integer-names-to-the-front",
        story: "Parses into a JavaScript object, which lists names that are integers first, in rising order.",
        plant: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                let integer = |param: &Param| {
                    str::from_utf8(param.name.as_deref()?)
                        .ok()?
                        .parse::<u32>()
                        .ok()
                };
                event
                    .params
                    .sort_by_key(|param| integer(param).unwrap_or(u32::MAX));
                Ok(event)
            });
        },
    },
    Bug {
        name: "reverses-parameters",
        story: "Puts each parameter in front of a linked list.",
        plant: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event.params.reverse();
                Ok(event)
            });
        },
    },
    Bug {
        name: "empty-keys-are-no-names",
        story: "Takes a parameter with an empty key for one without a name.",
        plant: |listener| {
            listener.reader.list = Box::new(|params| {
                Ok(list(params)?
                    .into_iter()
                    .map(|(name, json)| (name.filter(|name| !name.is_empty()), json))
                    .collect())
            });
        },
    },
    Bug {
        name: "drops-empty-keys",
        story: "`if (!key) continue`.",
        plant: |listener| without(listener, |param| param.name.as_deref() == Some(b"")),
    },
    Bug {
        name: "drops-null",
        story: "`if (value == null) continue`.",
        plant: |listener| without(listener, |param| param.value == Value::Json("null".into())),
    },
    Bug {
        name: "drops-false-values",
        story: "`if (!value) continue`: empty strings, zeros and nulls are gone.",
        plant: |listener| {
            without(listener, |param| {
                param.value.is_empty() || param.value == Value::Json("0".into())
            })
        },
    },
    Bug {
        name: "null-becomes-empty",
        story: "`String.valueOf(value)` where there is one, else an empty string.",
        plant: |listener| {
            values(listener, |json| {
                if json == Json::Null {
                    Json::String(Vec::new())
                } else {
                    json
                }
            })
        },
    },
    Bug {
        name: "null-becomes-a-word",
        story: "`str(value)`, also where there is none.",
        plant: |listener| {
            values(listener, |json| {
                if json == Json::Null {
                    Json::String(b"null".into())
                } else {
                    json
                }
            })
        },
    },
    Bug {
        name: "numbers-become-strings",
        story: "Reports every value as a string, as in the text dialect.",
        plant: |listener| {
            values(listener, |json| match json {
                Json::Number(text) => Json::String(text),
                json => json,
            });
        },
    },
    Bug {
        name: "strings-become-numbers",
        story: "`int(value)` of every string, in a `try`.",
        plant: |listener| {
            values(listener, |json| match &json {
                Json::String(text) => match str::from_utf8(text)
                    .ok()
                    .and_then(|text| text.trim().parse::<i64>().ok())
                {
                    Some(number) => Json::Number(number.to_string().into()),
                    None => json,
                },
                _ => json,
            });
        },
    },
    Bug {
        name: "dies-of-numbers-that-are-no-integers",
        story: "`as_i64().unwrap()`, where a fraction, an exponent, a large number and even -0 are doubles.",
        plant: |listener| {
            listener.reader.value = Box::new(|json| match &json {
                Json::Number(text) => {
                    let number = str::from_utf8(text)
                        .ok()
                        .and_then(|text| text.parse::<i64>().ok());
                    assert!(
                        number.is_some() && text != b"-0",
                        "called `Option::unwrap()` on a `None` value"
                    );
                    value(json)
                }
                _ => value(json),
            });
        },
    },
    Bug {
        name: "names-of-digits-are-positions",
        story: "Takes a name of digits for the position of a parameter without a name, as of an array that PHP wrote.",
        plant: |listener| {
            listener.reader.list = Box::new(|params| {
                let is_position =
                    |name: &Vec<u8>| !name.is_empty() && name.iter().all(u8::is_ascii_digit);
                Ok(list(params)?
                    .into_iter()
                    .map(|(name, json)| (name.filter(|name| !is_position(name)), json))
                    .collect())
            });
        },
    },
    Bug {
        name: "cuts-names-at-nul",
        story: "Keeps names in C strings, which end at the first NUL.",
        plant: |listener| {
            names(listener, |name| {
                name.split(|byte| *byte == 0)
                    .next()
                    .unwrap_or_default()
                    .into()
            })
        },
    },
    Bug {
        name: "words-become-values",
        story: "Turns the strings `null`, `true` and `false` into what they mean.",
        plant: |listener| {
            values(listener, |json| match json {
                Json::String(text) if parse::word(&text).is_some() => Json::Null,
                json => json,
            });
        },
    },
    Bug {
        name: "numbers-become-32-bits",
        story: "Reads integers with `atoi`.",
        plant: |listener| integers(listener, |number| i64::from(number as i32)),
    },
    Bug {
        name: "numbers-become-doubles",
        story: "Reads every number as a double, which is exact up to 2^53.",
        plant: |listener| integers(listener, |number| number as f64 as i64),
    },
    Bug {
        name: "numbers-lose-their-sign",
        story: "Reads integers as unsigned, `strtoul`.",
        plant: |listener| integers(listener, i64::saturating_abs),
    },
    Bug {
        name: "dies-of-values-of-other-kinds",
        story: "Takes it for granted that a value is a string or an integer.",
        plant: |listener| {
            listener.reader.value = Box::new(|json| Ok(value(json).expect("unexpected type")))
        },
    },
    Bug {
        name: "dies-of-thousands-of-digits",
        story: "Python refuses to read an integer of more than 4300 digits, with an error that nobody catches.",
        plant: |listener| {
            listener.reader.grammar.is_number = |text| {
                assert!(
                    text.len() <= 4300 || text.contains(&b'.'),
                    "exceeds the limit (4300 digits)"
                );
                parse::is_number(text)
            };
        },
    },
    Bug {
        name: "dies-of-params-of-other-kinds",
        story: "`params.items()` of what is neither an object nor an array.",
        plant: |listener| {
            listener.reader.list =
                Box::new(|params| Ok(list(params).expect("no attribute 'items'")))
        },
    },
    Bug {
        name: "parameters-overwrite-the-report",
        story: "Puts event and parameters into one object: `{event: …, ...params}`.",
        plant: |listener| {
            listener.reader.finish = Box::new(|mut event| {
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
        },
    },
    Bug {
        name: "parameters-overwrite-the-notification",
        story: "Merges parameters into the outer object: one called `method` or `id` is taken for the notification's own.",
        plant: |listener| {
            without(listener, |param| {
                matches!(
                    param.name.as_deref(),
                    Some(b"method" | b"id" | b"params" | b"jsonrpc")
                )
            })
        },
    },
    Bug {
        name: "loses-the-parameter-proto",
        story: "Copies parameters into a JavaScript object, where `__proto__` is not a key.",
        plant: |listener| {
            without(listener, |param| {
                matches!(
                    param.name.as_deref(),
                    Some(
                        b"__proto__" | b"constructor" | b"toString" | b"hasOwnProperty" | b"length"
                    )
                )
            });
        },
    },
    Bug {
        name: "splits-names-at-dots",
        story: "Files a name with a dot or a colon as a path.",
        plant: |listener| {
            names(listener, |name| {
                name.rsplit(|byte| matches!(byte, b'.' | b':'))
                    .next()
                    .unwrap_or_default()
                    .into()
            })
        },
    },
    Bug {
        name: "lower-case-names",
        story: "Folds names to lower case.",
        plant: |listener| names(listener, |name| name.to_ascii_lowercase()),
    },
    Bug {
        name: "trims-names",
        story: "Trims names.",
        plant: |listener| names(listener, |name| name.trim_ascii().into()),
    },
    Bug {
        name: "keeps-ten-parameters",
        story: "A table of ten parameters.",
        plant: |listener| keeps(listener, 10),
    },
    Bug {
        name: "keeps-256-parameters",
        story: "A table of 256 parameters.",
        plant: |listener| keeps(listener, 256),
    },
    Bug {
        name: "keeps-1000-parameters",
        story: "Reads at most 1000 parameters.",
        plant: |listener| keeps(listener, 1000),
    },
];

fn without(listener: &mut Listener<Reader>, is_lost: fn(&Param) -> bool) {
    listener.reader.store = Box::new(move |params, param| {
        if !is_lost(&param) {
            params.push(param);
        }
    });
}

fn values(listener: &mut Listener<Reader>, change: fn(Json) -> Json) {
    listener.reader.value = Box::new(move |json| value(change(json)));
}

fn integers(listener: &mut Listener<Reader>, change: fn(i64) -> i64) {
    listener.reader.value = Box::new(move |json| match value(json)? {
        Value::Json(json) => Ok(Value::Json(
            json.parse()
                .map_or(json, |number| change(number).to_string()),
        )),
        text => Ok(text),
    });
}

fn names(listener: &mut Listener<Reader>, change: fn(&[u8]) -> Vec<u8>) {
    listener.reader.list = Box::new(move |params| {
        Ok(list(params)?
            .into_iter()
            .map(|(name, json)| (name.map(|name| change(&name)), json))
            .collect())
    });
}

fn keeps(listener: &mut Listener<Reader>, most: usize) {
    listener.reader.store = Box::new(move |params, param| {
        if params.len() < most {
            params.push(param);
        }
    });
}
