use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "values-become-integers",
        story: "`int(value)` in a `try`: blanks, signs, zeros in front, underscores and digits of any script are gone.",
        plant: |listener| {
            becomes(listener, |value| {
                as_integer(value).map(|number| number.to_string())
            });
        },
    },
    Bug {
        name: "values-become-their-leading-digits",
        story: "`parseInt(value)` where that gives a number, which it does of everything that begins with a digit.",
        plant: |listener| {
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
    Bug {
        name: "values-become-floats",
        story: "`float(value)` in a `try`, which also reads exponents, `nan` and `infinity`.",
        plant: |listener| {
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
    Bug {
        name: "values-become-doubles",
        story: "`Number(value)` where it consists of digits: JavaScript rounds beyond 2^53.",
        plant: |listener| {
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
    Bug {
        name: "large-values-become-negative",
        story: "Reads digits into an unsigned integer of 64 bits and reports it as a signed one, to get -1 back.",
        plant: |listener| {
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
    Bug {
        name: "negative-values-become-large",
        story: "Writes negative numbers as the servers do, unsigned.",
        plant: |listener| {
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
    Bug {
        name: "saturates-at-64-bits",
        story: "`strtoull`, which gives the largest number where there is more.",
        plant: |listener| {
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
    Bug {
        name: "dies-of-thousands-of-digits",
        story: "`int(value)` where `value.isdigit()`: Python refuses more than 4300 digits with a ValueError.",
        plant: |listener| {
            listener.values(|value| {
                assert!(
                    value.len() <= 4300 || !value.iter().all(u8::is_ascii_digit),
                    "exceeds the limit (4300 digits)"
                );
                value.into()
            });
        },
    },
    Bug {
        name: "zeros-in-front-are-lost",
        story: "Strips zeros off the front of numbers, lest they be taken for octal.",
        plant: |listener| {
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
    Bug {
        name: "zeros-at-the-end-are-lost",
        story: "Reads decimals and writes them again: 1.10 becomes 1.1.",
        plant: |listener| {
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
    Bug {
        name: "reads-hexadecimal",
        story: "`strtol(value, &end, 0)`, which reads 0x1F.",
        plant: |listener| {
            becomes(listener, |value| {
                let digits = str::from_utf8(value).ok()?.strip_prefix("0x")?;
                Some(i64::from_str_radix(digits, 16).ok()?.to_string())
            });
        },
    },
    Bug {
        name: "drops-thousands-separators",
        story: "Removes commas between digits.",
        plant: |listener| {
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
    Bug {
        name: "parses-values-as-yaml",
        story: "Hands each value to a YAML parser of version 1.1: no, true, null and dates are more than words.",
        plant: |listener| {
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
    Bug {
        name: "drops-false-values",
        story: "`if (!empty($value))` in PHP, for which `0` is empty.",
        plant: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.value != Value::Bytes(b"0".to_vec()));
                params
            });
        },
    },
    Bug {
        name: "minus-zero-becomes-zero",
        story: "Normalises `-0` before it compares.",
        plant: |listener| {
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

/// Reports values as JSON where `json` gives some.
fn becomes(listener: &mut Listener<Reader>, json: fn(&[u8]) -> Option<String>) {
    listener.reader.value =
        Box::new(move |value| json(&value).map_or(Value::Bytes(value), Value::Json));
}
