use super::inject::{always, number};
use super::json::{Json, word};
use super::reader::Reader;
use crate::faults::event::Value;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "splits-values-at-separators",
        sentence: "removes what stands before the first `::` of a value, as in the text dialect",
        requirement: "J3",
        injection: always(|listener| {
            listener.strings(
                |text| match text.windows(2).position(|pair| pair == b"::") {
                    Some(at) if at > 0 => text[at + 2..].into(),
                    _ => text.into(),
                },
            );
        }),
    },
    Fault {
        slug: "cuts-values",
        sentence: "cuts values at {} bytes",
        requirement: "T15",
        injection: number(&[63, 127, 255, 1023, 4095], |listener, most| {
            listener.strings(move |text| text[..text.len().min(most)].into());
        }),
    },
    Fault {
        slug: "drops-null",
        sentence: "drops parameters whose value is null",
        requirement: "J5",
        injection: always(|listener| listener.without(|param| is_null(&param.value))),
    },
    Fault {
        slug: "drops-empty-values",
        sentence: "drops parameters whose value is the empty string",
        requirement: "J4",
        injection: always(|listener| listener.without(|param| param.value.is_empty())),
    },
    Fault {
        slug: "drops-false-values",
        sentence: "drops parameters whose value is an empty string, 0 or null, as `if (!value) continue` does",
        requirement: "J4",
        injection: always(|listener| {
            listener
                .without(|param| param.value.is_empty() || param.value == Value::Json("0".into()));
        }),
    },
    Fault {
        slug: "null-becomes-empty",
        sentence: "turns null into the empty string",
        requirement: "J5",
        injection: always(|listener| null_becomes(listener, || Json::String(Vec::new()))),
    },
    Fault {
        slug: "null-becomes-a-word",
        sentence: "turns null into the string `null`",
        requirement: "J5",
        injection: always(|listener| null_becomes(listener, || Json::String(b"null".into()))),
    },
    Fault {
        slug: "null-becomes-none",
        sentence: "turns null into the string `None`, as `str(value)` of Python does",
        requirement: "J5",
        injection: always(|listener| null_becomes(listener, || Json::String(b"None".into()))),
    },
    Fault {
        slug: "null-becomes-nil",
        sentence: "turns null into the string `<nil>`, as `fmt.Sprint(value)` of Go does",
        requirement: "J5",
        injection: always(|listener| null_becomes(listener, || Json::String(b"<nil>".into()))),
    },
    Fault {
        slug: "null-becomes-zero",
        sentence: "turns null into 0",
        requirement: "J5",
        injection: always(|listener| null_becomes(listener, || Json::Number(b"0".into()))),
    },
    Fault {
        slug: "empty-strings-become-null",
        sentence: "turns the empty string into null",
        requirement: "J4",
        injection: always(|listener| {
            listener.values(|json| match json {
                Json::String(text) if text.is_empty() => Json::Null,
                json => json,
            });
        }),
    },
    Fault {
        slug: "words-become-values",
        sentence: "turns the strings `null`, `true` and `false` into what they mean in JSON",
        requirement: "J5",
        injection: always(|listener| {
            listener.values(|json| match json {
                Json::String(text) if word(&text).is_some() => Json::Null,
                json => json,
            });
        }),
    },
    Fault {
        slug: "rejects-null",
        sentence: "rejects an event with a value that is null",
        requirement: "J5",
        injection: always(|listener| rejects_values(listener, |json| *json == Json::Null)),
    },
    Fault {
        slug: "rejects-values-that-are-no-strings",
        sentence: "rejects an event with a value that is no string, as `map[string]string` of Go does",
        requirement: "J4",
        injection: always(|listener| {
            rejects_values(listener, |json| !matches!(json, Json::String(_)));
        }),
    },
    Fault {
        slug: "drops-values-that-are-no-strings",
        sentence: "drops parameters whose value is no string",
        requirement: "J4",
        injection: always(|listener| {
            listener.without(|param| matches!(param.value, Value::Json(_)));
        }),
    },
    Fault {
        slug: "dies-of-values-of-other-kinds",
        sentence: "dies of a value that is neither a string nor an integer nor null",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.value.map(move |value| {
                process.assert(value.is_ok());
                value
            });
        }),
    },
];

/// Returns whether a reported value is null.
pub(super) fn is_null(value: &Value) -> bool {
    *value == Value::Json("null".into())
}

fn null_becomes(listener: &mut Listener<Reader>, replacement: fn() -> Json) {
    listener.values(move |json| match json {
        Json::Null => replacement(),
        json => json,
    });
}

/// Makes the listener reject events if `is_rejected` returns true for a value.
fn rejects_values(listener: &mut Listener<Reader>, is_rejected: fn(&Json) -> bool) {
    listener.reader.value.link(move |json, next| {
        if is_rejected(&json) {
            Err("a value of another kind".into())
        } else {
            next(json)
        }
    });
}
