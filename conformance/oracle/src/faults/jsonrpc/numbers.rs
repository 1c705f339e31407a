use super::inject::always;
use super::json::Json;
use super::reader::Reader;
use crate::faults::event::Value;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "numbers-become-strings",
        sentence: "reports integers as strings",
        requirement: "J4",
        injection: always(|listener| {
            listener.values(|json| match json {
                Json::Number(text) => Json::String(text),
                json => json,
            });
        }),
    },
    Fault {
        slug: "strings-become-numbers",
        sentence: "reports strings that are integers as numbers, as `int(value)` does",
        requirement: "J4",
        injection: always(|listener| {
            listener.values(|json| match &json {
                Json::String(text) => match str::from_utf8(text)
                    .ok()
                    .and_then(|text| text.trim().parse::<i64>().ok())
                {
                    Some(number) => Json::Number(number.to_string().into()),
                    None => json,
                },
                _ => json,
            });
        }),
    },
    Fault {
        slug: "dies-of-numbers-that-are-no-integers",
        sentence: "dies of a number that is no integer of 64 bits, as `as_i64().unwrap()` does",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.value.link(move |json, next| {
                if let Json::Number(text) = &json {
                    let number = str::from_utf8(text)
                        .ok()
                        .and_then(|text| text.parse::<i64>().ok());
                    process.assert(number.is_some() && text != b"-0");
                }
                next(json)
            });
        }),
    },
    Fault {
        slug: "takes-one-for-true",
        sentence: "reports the integer 1 as true, as a column of booleans does",
        requirement: "J4",
        injection: always(|listener| {
            written(
                listener,
                |json| if json == "1" { "true".into() } else { json },
            );
        }),
    },
    Fault {
        slug: "numbers-become-16-bits",
        sentence: "keeps 16 bits of an integer",
        requirement: "J4",
        injection: always(|listener| integers(listener, |number| i64::from(number as i16))),
    },
    Fault {
        slug: "numbers-become-32-bits",
        sentence: "keeps 32 bits of an integer",
        requirement: "J4",
        injection: always(|listener| integers(listener, |number| i64::from(number as i32))),
    },
    Fault {
        slug: "numbers-stop-at-32-bits",
        sentence: "reports the nearest integer of 32 bits for one beyond it",
        requirement: "J4",
        injection: always(|listener| {
            integers(listener, |number| {
                number.clamp(i64::from(i32::MIN), i64::from(i32::MAX))
            });
        }),
    },
    Fault {
        slug: "numbers-become-doubles",
        sentence: "reads integers as doubles, which are exact up to 2^53",
        requirement: "J10",
        injection: always(|listener| integers(listener, |number| number as f64 as i64)),
    },
    Fault {
        slug: "writes-numbers-as-floats",
        sentence: "reports 1 as 1.0, as a listener does that keeps numbers as floats",
        requirement: "J4",
        injection: always(|listener| {
            written_integers(listener, |number| format!("{:?}", number as f64));
        }),
    },
    Fault {
        slug: "writes-large-numbers-with-exponents",
        sentence: "reports 10000000 as 1.0E7, as `Double.toString` of Java does",
        requirement: "J4",
        injection: always(|listener| written_integers(listener, java_double)),
    },
    Fault {
        slug: "writes-six-digits",
        sentence: "keeps six digits of a number and reports 1234567 as 1.23457e+06, as `%g` does",
        requirement: "J4",
        injection: always(|listener| written_integers(listener, six_digits)),
    },
    Fault {
        slug: "numbers-lose-their-sign",
        sentence: "reports -1 as 1",
        requirement: "J4",
        injection: always(|listener| integers(listener, i64::saturating_abs)),
    },
    Fault {
        slug: "numbers-become-unsigned-32-bits",
        sentence: "reports -1 as 4294967295",
        requirement: "J4",
        injection: always(|listener| integers(listener, |number| i64::from(number as u32))),
    },
    Fault {
        slug: "numbers-become-unsigned",
        sentence: "reports -1 as 18446744073709551615",
        requirement: "J4",
        injection: always(|listener| {
            written_integers(listener, |number| (number as u64).to_string());
        }),
    },
    Fault {
        slug: "rejects-negative-numbers",
        sentence: "rejects an event with a negative number",
        requirement: "J4",
        injection: always(|listener| {
            listener
                .reader
                .grammar
                .is_number
                .link(|text, next| !text.starts_with(b"-") && next(text));
        }),
    },
    Fault {
        slug: "dies-of-thousands-of-digits",
        sentence: "dies of a number of more than 4300 digits, which Python refuses to read",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.reader.grammar.is_number.link(move |text, next| {
                process.assert(text.len() <= 4300 || text.contains(&b'.'));
                next(text)
            });
        }),
    },
];

/// Changes how the listener reports numbers.
fn written(listener: &mut Listener<Reader>, change: impl Fn(String) -> String + 'static) {
    listener.reader.value.map(move |value| match value? {
        Value::Json(json) => Ok(Value::Json(change(json))),
        text => Ok(text),
    });
}

/// Changes how the listener reports integers.
fn written_integers(listener: &mut Listener<Reader>, write: fn(i64) -> String) {
    written(listener, move |json| json.parse().map_or(json, write));
}

/// Changes integers.
fn integers(listener: &mut Listener<Reader>, change: fn(i64) -> i64) {
    written(listener, move |json| {
        json.parse()
            .map_or(json, |number| change(number).to_string())
    });
}

/// Writes a double as Java does: with an exponent if it is ten million or more.
fn java_double(number: i64) -> String {
    let double = number as f64;
    if double.abs() < 1e7 {
        return format!("{double:?}");
    }
    let scientific = format!("{double:e}").replace('e', "E");
    if scientific.contains('.') {
        scientific
    } else {
        scientific.replace('E', ".0E")
    }
}

/// Writes an integer as `printf("%g")` does.
fn six_digits(number: i64) -> String {
    let rounded = format!("{:.5e}", number as f64);
    let Some((digits, exponent)) = rounded.split_once('e') else {
        return rounded;
    };
    if number.unsigned_abs() < 1_000_000 {
        return number.to_string();
    }
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e+{exponent:0>2}")
}
