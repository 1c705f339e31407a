use bstr::ByteSlice as _;

use super::inject::always;
use super::reader::Reader;
use crate::faults::event::Value;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "values-become-integers",
        sentence: "reports values as numbers where `int(value)` of Python reads one: blanks and leading zeros are lost",
        requirement: "T12",
        injection: always(|listener| {
            becomes(listener, |value| Some(as_integer(value)?.to_string()));
        }),
    },
    Fault {
        slug: "values-become-their-leading-digits",
        sentence: "keeps the digits alone of values that begin with digits, as `parseInt` of JavaScript does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let is_digit = |byte: &&u8| byte.is_ascii_digit();
                match value.iter().take_while(is_digit).count() {
                    0 => value.into(),
                    digits => value[..digits].into(),
                }
            });
        }),
    },
    Fault {
        slug: "values-become-floats",
        sentence: "reports values as numbers where `float(value)` of Python reads one, exponents and `nan` included",
        requirement: "T12",
        injection: always(|listener| {
            becomes(listener, |value| {
                let number: f64 = str::from_utf8(value).ok()?.parse().ok()?;
                Some(if number.is_finite() {
                    format!("{number:e}")
                } else {
                    "null".into()
                })
            });
        }),
    },
    Fault {
        slug: "values-become-doubles",
        sentence: "reports values of digits as numbers of double precision, as `Number(value)` of JavaScript does",
        requirement: "T12",
        injection: always(|listener| {
            becomes(listener, |value| {
                Some(format!("{:.0}", digits_as_double(value)?))
            });
        }),
    },
    Fault {
        slug: "rounds-values-to-doubles",
        sentence: "rounds values of digits to double precision, as `String(Number(value))` of JavaScript does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                digits_as_double(value)
                    .map_or_else(|| value.into(), |number| as_text(number).into())
            });
        }),
    },
    Fault {
        slug: "large-values-become-negative",
        sentence: "reports values of 2^63 or more as negative numbers, as a signed integer of 64 bits does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| match parsed::<u64>(value) {
                Some(number) if number > i64::MAX as u64 => (number as i64).to_string().into(),
                _ => value.into(),
            });
        }),
    },
    Fault {
        slug: "negative-values-become-large",
        sentence: "reports negative values as unsigned integers of 64 bits",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| match parsed::<i64>(value) {
                Some(number) if number < 0 => (number as u64).to_string().into(),
                _ => value.into(),
            });
        }),
    },
    Fault {
        slug: "saturates-at-64-bits",
        sentence: "reports 18446744073709551615 for larger values, as `strtoull` of C does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let is_large = value.len() >= 20
                    && value.iter().all(u8::is_ascii_digit)
                    && value > &b"18446744073709551615"[..];
                if is_large {
                    u64::MAX.to_string().into()
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "dies-of-thousands-of-digits",
        sentence: "dies of a value of more than 4300 digits, as Python does of the `ValueError` of `int(value)`",
        requirement: "T12",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.values(move |value| {
                process.assert(value.len() <= 4300 || !value.iter().all(u8::is_ascii_digit));
                value.into()
            });
        }),
    },
    Fault {
        slug: "zeros-in-front-are-lost",
        sentence: "removes leading zeros from values of digits",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let zeros = value.iter().take_while(|byte| **byte == b'0').count();
                if value.len() > zeros && value.iter().all(u8::is_ascii_digit) {
                    value[zeros..].into()
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "zeros-at-the-end-are-lost",
        sentence: "removes zeros at the end of decimals: `1.10` becomes `1.1`",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let is_of_decimal = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
                if value.contains(&b'.') && value.iter().all(is_of_decimal) {
                    value.trim_end_with(|c| c == '0').into()
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "reads-hexadecimal",
        sentence: "reports values such as `0x1F` as numbers, as `strtol(value, &end, 0)` of C reads them",
        requirement: "T12",
        injection: always(|listener| {
            becomes(listener, |value| {
                let digits = str::from_utf8(value).ok()?.strip_prefix("0x")?;
                Some(i64::from_str_radix(digits, 16).ok()?.to_string())
            });
        }),
    },
    Fault {
        slug: "drops-thousands-separators",
        sentence: "removes commas from values of digits and commas",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let is_of_number = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
                if value.iter().all(is_of_number) {
                    value.replace(",", "")
                } else {
                    value.into()
                }
            });
        }),
    },
    Fault {
        slug: "parses-values-as-yaml",
        sentence: "parses values as YAML 1.1, in which `no`, `true`, `null` and dates are no strings",
        requirement: "T12",
        injection: always(|listener| {
            becomes(listener, |value| {
                let word = str::from_utf8(value).ok()?.to_ascii_lowercase();
                let is_of_date = |(at, byte): (usize, u8)| match at {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                };
                let is_date = word.len() == 10 && word.bytes().enumerate().all(is_of_date);
                match &word[..] {
                    "no" | "off" | "false" | "n" => Some("false".into()),
                    "yes" | "on" | "true" | "y" => Some("true".into()),
                    "null" | "~" => Some("null".into()),
                    _ => is_date.then(|| "null".into()),
                }
            });
        }),
    },
    Fault {
        slug: "drops-false-values",
        sentence: "drops parameters whose value is `0`, as a test by `empty($value)` of PHP does",
        requirement: "T14",
        injection: always(|listener| {
            listener.params(|mut params| {
                params.retain(|param| param.value != Value::Bytes(b"0".to_vec()));
                params
            });
        }),
    },
    Fault {
        slug: "minus-zero-becomes-zero",
        sentence: "reports the value `-0` as `0`",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| match value {
                b"-0" => b"0".into(),
                value => value.into(),
            });
        }),
    },
];

/// Makes the listener report a value as the JSON that `json` returns. Values for which it returns
/// `None` are not changed.
fn becomes(listener: &mut Listener<Reader>, json: fn(&[u8]) -> Option<String>) {
    listener.reader.value.map(move |value| match value {
        Value::Bytes(bytes) => json(&bytes).map_or(Value::Bytes(bytes), Value::Json),
        json @ Value::Json(_) => json,
    });
}

fn parsed<Number: std::str::FromStr>(text: &[u8]) -> Option<Number> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// Parses a value that consists of digits as a double.
fn digits_as_double(value: &[u8]) -> Option<f64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    is_number.then(|| parsed(value))?
}

/// Writes a natural number as JavaScript's `String` does.
fn as_text(number: f64) -> String {
    if number.is_infinite() {
        "Infinity".into()
    } else if number >= 1e21 {
        format!("{number:e}").replace('e', "e+")
    } else {
        number.to_string()
    }
}

/// Parses an integer as liberally as Python's `int`.
pub(super) fn as_integer(text: &[u8]) -> Option<i64> {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
        c => Some(c),
    };
    let text = str::from_utf8(text).ok()?.trim();
    text.chars()
        .filter(|c| *c != '_')
        .map(digit)
        .collect::<Option<String>>()?
        .parse()
        .ok()
}
