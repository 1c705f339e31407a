use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "values-become-integers",
        sentence: "`int(value)` in a `try`: blanks, signs, zeros in front, underscores and digits of any script are gone.",
        inject: |listener| {
            becomes(listener, |value| {
                as_integer(value).map(|number| number.to_string())
            });
        },
    },
    Fault {
        name: "values-become-their-leading-digits",
        sentence: "`parseInt(value)` where that gives a number, which it does of everything that begins with a digit.",
        inject: |listener| {
            listener.values(|value| {
                match value
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count()
                {
                    0 => value.into(),
                    digits => value[..digits].into(),
                }
            });
        },
    },
    Fault {
        name: "values-become-floats",
        sentence: "`float(value)` in a `try`, which also reads exponents, `nan` and `infinity`.",
        inject: |listener| {
            becomes(listener, |value| {
                let number: f64 = str::from_utf8(value).ok()?.parse().ok()?;
                Some(if number.is_finite() {
                    format!("{number:e}")
                } else {
                    "null".into()
                })
            });
        },
    },
    Fault {
        name: "values-become-doubles",
        sentence: "`Number(value)` where it consists of digits: JavaScript rounds beyond 2^53.",
        inject: |listener| {
            becomes(listener, |value| {
                let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
                is_number.then(|| {
                    str::from_utf8(value)
                        .expect("they are digits")
                        .parse::<f64>()
                        .map(|number| format!("{number:.0}"))
                        .ok()
                })?
            });
        },
    },
    Fault {
        name: "large-values-become-negative",
        sentence: "Reads digits into an unsigned integer of 64 bits and reports it as a signed one, to get -1 back.",
        inject: |listener| {
            listener.values(|value| {
                match str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse::<u64>().ok())
                {
                    Some(number) if number > i64::MAX as u64 => (number as i64).to_string().into(),
                    _ => value.into(),
                }
            });
        },
    },
    Fault {
        name: "negative-values-become-large",
        sentence: "Writes negative numbers as the servers do, unsigned.",
        inject: |listener| {
            listener.values(|value| {
                match str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse::<i64>().ok())
                {
                    Some(number) if number < 0 => (number as u64).to_string().into(),
                    _ => value.into(),
                }
            });
        },
    },
    Fault {
        name: "saturates-at-64-bits",
        sentence: "`strtoull`, which gives the largest number where there is more.",
        inject: |listener| {
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
        },
    },
    Fault {
        name: "dies-of-thousands-of-digits",
        sentence: "`int(value)` where `value.isdigit()`: Python refuses more than 4300 digits with a ValueError.",
        inject: |listener| {
            listener.values(|value| {
                assert!(
                    value.len() <= 4300 || !value.iter().all(u8::is_ascii_digit),
                    "exceeds the limit (4300 digits)"
                );
                value.into()
            });
        },
    },
    Fault {
        name: "zeros-in-front-are-lost",
        sentence: "Strips zeros off the front of numbers, lest they be taken for octal.",
        inject: |listener| {
            listener.values(|value| {
                let zeros = value.iter().take_while(|byte| **byte == b'0').count();
                if value.len() > zeros && value.iter().all(u8::is_ascii_digit) {
                    value[zeros..].into()
                } else {
                    value.into()
                }
            });
        },
    },
    Fault {
        name: "zeros-at-the-end-are-lost",
        sentence: "Reads decimals and writes them again: 1.10 becomes 1.1.",
        inject: |listener| {
            listener.values(|value| {
                match value.contains(&b'.')
                    && value
                        .iter()
                        .all(|byte| byte.is_ascii_digit() || *byte == b'.')
                {
                    true => value.trim_end_with(|c| c == '0').into(),
                    false => value.into(),
                }
            });
        },
    },
    Fault {
        name: "reads-hexadecimal",
        sentence: "`strtol(value, &end, 0)`, which reads 0x1F.",
        inject: |listener| {
            becomes(listener, |value| {
                let digits = str::from_utf8(value).ok()?.strip_prefix("0x")?;
                Some(i64::from_str_radix(digits, 16).ok()?.to_string())
            });
        },
    },
    Fault {
        name: "drops-thousands-separators",
        sentence: "Removes commas between digits.",
        inject: |listener| {
            listener.values(|value| {
                match value
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b',')
                {
                    true => value.replace(",", ""),
                    false => value.into(),
                }
            });
        },
    },
    Fault {
        name: "parses-values-as-yaml",
        sentence: "Hands each value to a YAML parser of version 1.1: no, true, null and dates are more than words.",
        inject: |listener| {
            becomes(listener, |value| {
                let word = str::from_utf8(value).ok()?.to_ascii_lowercase();
                let is_date = word.len() == 10
                    && word.bytes().enumerate().all(|(at, byte)| {
                        if matches!(at, 4 | 7) {
                            byte == b'-'
                        } else {
                            byte.is_ascii_digit()
                        }
                    });
                match &word[..] {
                    "no" | "off" | "false" | "n" => Some("false".into()),
                    "yes" | "on" | "true" | "y" => Some("true".into()),
                    "null" | "~" => Some("null".into()),
                    _ => is_date.then(|| "null".into()),
                }
            });
        },
    },
    Fault {
        name: "drops-false-values",
        sentence: "`if (!empty($value))` in PHP, for which `0` is empty.",
        inject: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.value != Value::Bytes(b"0".to_vec()));
                params
            });
        },
    },
    Fault {
        name: "minus-zero-becomes-zero",
        sentence: "Normalises `-0` before it compares.",
        inject: |listener| {
            listener.values(|value| {
                if value == b"-0" {
                    b"0".into()
                } else {
                    value.into()
                }
            })
        },
    },
];

use bstr::ByteSlice as _;

/// Reports values as JSON where `json` returns some.
fn becomes(listener: &mut Listener<Reader>, json: fn(&[u8]) -> Option<String>) {
    listener.reader.value =
        Box::new(move |value| json(&value).map_or(Value::Bytes(value), Value::Json));
}
