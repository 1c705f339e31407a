use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "refuses-positional-parameters",
        sentence: "Takes it for granted that `params` is an object.",
        inject: |listener| {
            listener.rejects(|members| matches!(last(members, b"params"), Some(Json::Array(_))))
        },
    },
    Fault {
        name: "numbers-positional-parameters",
        sentence: "Turns an array into an object: `Object.assign({}, params)`.",
        inject: |listener| {
            listener.reader.list = Box::new(|params| {
                let name = |(at, (name, json)): (usize, (Option<Vec<u8>>, Json))| {
                    (name.or_else(|| Some(at.to_string().into_bytes())), json)
                };
                Ok(list(params)?.into_iter().enumerate().map(name).collect())
            });
        },
    },
    Fault {
        name: "pairs-positional-parameters",
        sentence: "Takes elements of an array for name and value in turn.",
        inject: |listener| {
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
    Fault {
        name: "splits-values-at-separators",
        sentence: "Still splits strings at `::`, as in the text dialect, and takes what stands behind for the value.",
        inject: |listener| {
            values(listener, |json| match &json {
                Json::String(text) => match text.windows(2).position(|pair| pair == b"::") {
                    Some(at) if at > 0 => Json::String(text[at + 2..].into()),
                    _ => json,
                },
                _ => json,
            });
        },
    },
    Fault {
        name: "keeps-the-last-of-a-name",
        sentence: "Parses into a dictionary, in which a later key overwrites.",
        inject: |listener| {
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
    Fault {
        name: "drops-equal-parameters",
        sentence: "Keeps parameters in a set.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| {
                if !params.contains(&param) {
                    params.push(param);
                }
            });
        },
    },
    Fault {
        name: "sorts-parameters",
        sentence: "Parses into a sorted map.",
        inject: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event.params.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(event)
            });
        },
    },
    Fault {
        name: "sorts-integer-names-to-the-front",
        sentence: "Parses into a JavaScript object, which lists names that are integers first, in rising order.",
        inject: |listener| {
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
    Fault {
        name: "reverses-parameters",
        sentence: "Puts each parameter in front of a linked list.",
        inject: |listener| {
            listener.reader.finish = Box::new(|mut event| {
                event.params.reverse();
                Ok(event)
            });
        },
    },
    Fault {
        name: "empty-keys-are-no-names",
        sentence: "Takes a parameter with an empty key for one without a name.",
        inject: |listener| {
            listener.reader.list = Box::new(|params| {
                Ok(list(params)?
                    .into_iter()
                    .map(|(name, json)| (name.filter(|name| !name.is_empty()), json))
                    .collect())
            });
        },
    },
    Fault {
        name: "drops-empty-keys",
        sentence: "`if (!key) continue`.",
        inject: |listener| without(listener, |param| param.name.as_deref() == Some(b"")),
    },
    Fault {
        name: "drops-null",
        sentence: "`if (value == null) continue`.",
        inject: |listener| without(listener, |param| param.value == Value::Json("null".into())),
    },
    Fault {
        name: "drops-false-values",
        sentence: "`if (!value) continue`: empty strings, zeros and nulls are gone.",
        inject: |listener| {
            without(listener, |param| {
                param.value.is_empty() || param.value == Value::Json("0".into())
            })
        },
    },
    Fault {
        name: "null-becomes-empty",
        sentence: "`String.valueOf(value)` where there is one, else an empty string.",
        inject: |listener| {
            values(listener, |json| {
                if json == Json::Null {
                    Json::String(Vec::new())
                } else {
                    json
                }
            })
        },
    },
    Fault {
        name: "null-becomes-a-word",
        sentence: "`str(value)`, also where there is none.",
        inject: |listener| {
            values(listener, |json| {
                if json == Json::Null {
                    Json::String(b"null".into())
                } else {
                    json
                }
            })
        },
    },
    Fault {
        name: "numbers-become-strings",
        sentence: "Reports every value as a string, as in the text dialect.",
        inject: |listener| {
            values(listener, |json| match json {
                Json::Number(text) => Json::String(text),
                json => json,
            });
        },
    },
    Fault {
        name: "strings-become-numbers",
        sentence: "`int(value)` of every string, in a `try`.",
        inject: |listener| {
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
    Fault {
        name: "dies-of-numbers-that-are-no-integers",
        sentence: "`as_i64().unwrap()`, where a fraction, an exponent, a large number and even -0 are doubles.",
        inject: |listener| {
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
    Fault {
        name: "names-of-digits-are-positions",
        sentence: "Takes a name of digits for the position of a parameter without a name, as of an array that PHP wrote.",
        inject: |listener| {
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
    Fault {
        name: "cuts-names-at-nul",
        sentence: "Keeps names in C strings, which end at the first NUL.",
        inject: |listener| {
            names(listener, |name| {
                name.split(|byte| *byte == 0)
                    .next()
                    .unwrap_or_default()
                    .into()
            })
        },
    },
    Fault {
        name: "words-become-values",
        sentence: "Turns the strings `null`, `true` and `false` into what they mean.",
        inject: |listener| {
            values(listener, |json| match json {
                Json::String(text) if parse::word(&text).is_some() => Json::Null,
                json => json,
            });
        },
    },
    Fault {
        name: "numbers-become-16-bits",
        sentence: "Stores integers in 16 bits.",
        inject: |listener| integers(listener, |number| i64::from(number as i16)),
    },
    Fault {
        name: "takes-one-for-true",
        sentence: "Stores 1 in a column of booleans.",
        inject: |listener| {
            listener.reader.value = Box::new(|json| match value(json)? {
                Value::Json(json) if json == "1" => Ok(Value::Json("true".into())),
                other => Ok(other),
            });
        },
    },
    Fault {
        name: "numbers-become-32-bits",
        sentence: "Reads integers with `atoi`.",
        inject: |listener| integers(listener, |number| i64::from(number as i32)),
    },
    Fault {
        name: "numbers-become-doubles",
        sentence: "Reads every number as a double, which is exact up to 2^53.",
        inject: |listener| integers(listener, |number| number as f64 as i64),
    },
    Fault {
        name: "numbers-lose-their-sign",
        sentence: "Reads integers as unsigned, `strtoul`.",
        inject: |listener| integers(listener, i64::saturating_abs),
    },
    Fault {
        name: "dies-of-values-of-other-kinds",
        sentence: "Takes it for granted that a value is a string or an integer.",
        inject: |listener| {
            listener.reader.value = Box::new(|json| Ok(value(json).expect("unexpected type")))
        },
    },
    Fault {
        name: "dies-of-thousands-of-digits",
        sentence: "Python refuses to read an integer of more than 4300 digits, with an error that nobody catches.",
        inject: |listener| {
            listener.reader.grammar.is_number = |text| {
                assert!(
                    text.len() <= 4300 || text.contains(&b'.'),
                    "exceeds the limit (4300 digits)"
                );
                parse::is_number(text)
            };
        },
    },
    Fault {
        name: "dies-of-params-of-other-kinds",
        sentence: "`params.items()` of what is neither an object nor an array.",
        inject: |listener| {
            listener.reader.list =
                Box::new(|params| Ok(list(params).expect("no attribute 'items'")))
        },
    },
    Fault {
        name: "parameters-overwrite-the-report",
        sentence: "Puts event and parameters into one object: `{event: …, ...params}`.",
        inject: |listener| {
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
    Fault {
        name: "parameters-overwrite-the-notification",
        sentence: "Merges parameters into the outer object: one called `method` or `id` is taken for the notification's own.",
        inject: |listener| {
            without(listener, |param| {
                matches!(
                    param.name.as_deref(),
                    Some(b"method" | b"id" | b"params" | b"jsonrpc")
                )
            })
        },
    },
    Fault {
        name: "loses-the-parameter-proto",
        sentence: "Copies parameters into a JavaScript object, where `__proto__` is not a key.",
        inject: |listener| {
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
    Fault {
        name: "loses-names-that-are-words-of-json",
        sentence: "Writes names without quotes, where `null`, `true` and `false` are no names.",
        inject: |listener| {
            without(listener, |param| {
                matches!(param.name.as_deref(), Some(b"null" | b"true" | b"false"))
            });
        },
    },
    Fault {
        name: "splits-names-at-dots",
        sentence: "Files a name with a dot or a colon as a path.",
        inject: |listener| {
            names(listener, |name| {
                name.rsplit(|byte| matches!(byte, b'.' | b':'))
                    .next()
                    .unwrap_or_default()
                    .into()
            })
        },
    },
    Fault {
        name: "lower-case-names",
        sentence: "Folds names to lower case.",
        inject: |listener| names(listener, |name| name.to_ascii_lowercase()),
    },
    Fault {
        name: "trims-names",
        sentence: "Trims names.",
        inject: |listener| names(listener, |name| name.trim_ascii().into()),
    },
    Fault {
        name: "keeps-ten-parameters",
        sentence: "A table of ten parameters.",
        inject: |listener| keeps(listener, 10),
    },
    Fault {
        name: "keeps-256-parameters",
        sentence: "A table of 256 parameters.",
        inject: |listener| keeps(listener, 256),
    },
    Fault {
        name: "keeps-1000-parameters",
        sentence: "Reads at most 1000 parameters.",
        inject: |listener| keeps(listener, 1000),
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
