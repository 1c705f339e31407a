use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "splits-at-last-separator",
        sentence: "`rpartition('::')`, or the greedy pattern `(.*)::(.*)`.",
        inject: |listener| {
            separates(listener, |line| {
                line.rfind("::")
                    .filter(|end| *end > 0)
                    .map(|end| (end, end + 2))
            })
        },
    },
    Fault {
        name: "splits-behind-addresses",
        sentence: "Splits at the last `::` where the first one belongs to an IPv6 address.",
        inject: |listener| {
            separates(listener, |line| {
                let (first, value) = separator(line)?;
                let is_of_address = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
                if line[..first].contains(&b':') && line[..first].iter().all(is_of_address) {
                    line.rfind("::").map(|last| (last, last + 2))
                } else {
                    Some((first, value))
                }
            })
        },
    },
    Fault {
        name: "keeps-two-pieces",
        sentence: "`split('::')`, of which it takes the first two pieces.",
        inject: |listener| {
            listener.reader.bare = Box::new(|value| match value.strip_prefix(b"::") {
                Some(_) => Vec::new(),
                None => value.split_str("::").next().unwrap_or_default().into(),
            });
        },
    },
    Fault {
        name: "keeps-three-pieces",
        sentence: "`split('::', 3)` of JavaScript, which drops what is left instead of keeping it in the last piece.",
        inject: |listener| {
            listener.reader.bare = Box::new(|value| {
                value
                    .split_str("::")
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(&b"::"[..])
            })
        },
    },
    Fault {
        name: "searches-separators-beyond-the-line",
        sentence: "`strstr(line, \"::\")` on a line that has not been ended with a NUL yet.",
        inject: |listener| {
            listener.reader.separator = Box::new(|rest| {
                rest.find("::")
                    .filter(|end| *end > 0)
                    .map(|end| (end, end + 2))
            })
        },
    },
    Fault {
        name: "splits-at-single-colons",
        sentence: "`strchr(line, ':')`: one colon parts name and value, and the next one is passed over if it is there.",
        inject: |listener| {
            separates(listener, |line| {
                let end = line.find_byte(b':').filter(|end| *end > 0)?;
                Some((end, end + 1 + usize::from(line.get(end + 1) == Some(&b':'))))
            });
        },
    },
    Fault {
        name: "splits-at-the-last-colon",
        sentence: "`strrchr(line, ':')`, and takes the colons off the end of the name, which works for the first example.",
        inject: |listener| {
            separates(listener, |line| {
                let end = line.rfind_byte(b':').filter(|end| *end > 0)?;
                let name = line[..end].trim_end_with(|c| c == ':');
                (!name.is_empty()).then_some((name.len(), end + 1))
            });
        },
    },
    Fault {
        name: "splits-at-header-colons",
        sentence: "Falls back to `: ` where there is no `::`, as in a mail header.",
        inject: |listener| {
            separates(listener, |line| {
                separator(line).or_else(|| Some((line.find(": ")?, line.find(": ")? + 2)))
            })
        },
    },
    Fault {
        name: "splits-at-equals-signs",
        sentence: "Falls back to `=` where there is no `::`, for senders that write `name=value`.",
        inject: |listener| {
            separates(listener, |line| {
                let equals = || {
                    line.find_byte(b'=')
                        .filter(|end| *end > 0)
                        .map(|end| (end, end + 1))
                };
                match (separator(line), equals()) {
                    (Some(colons), Some(equals)) if equals.0 < colons.0 => Some(equals),
                    (colons, equals) => colons.or(equals),
                }
            });
        },
    },
    Fault {
        name: "takes-runs-of-colons-for-one-separator",
        sentence: "Splits by the pattern `:{2,}`.",
        inject: |listener| {
            separates(listener, |line| {
                let (end, _) = separator(line)?;
                let colons = line[end..].iter().take_while(|byte| **byte == b':').count();
                Some((end, end + colons))
            });
        },
    },
    Fault {
        name: "takes-the-last-two-of-three-colons",
        sentence: "Splits by the pattern `(.+?)::(?!:)`, so that the name takes the colons that are too many.",
        inject: |listener| {
            separates(listener, |line| {
                let (end, _) = separator(line)?;
                let colons = line[end..].iter().take_while(|byte| **byte == b':').count();
                Some((end + colons - 2, end + colons))
            });
        },
    },
    Fault {
        name: "passes-over-blanks-behind-separators",
        sentence: "Splits by the pattern `::\\s*`.",
        inject: |listener| listener.reader.bare = Box::new(|value| value.trim_start().into()),
    },
    Fault {
        name: "takes-colons-apart-for-a-separator",
        sentence: "Splits by the pattern `:\\s*:`, in which `\\s` takes line feeds as well.",
        inject: |listener| {
            listener.reader.separator = Box::new(|rest| {
                let end = line(rest).find_byte(b':').filter(|end| *end > 0)?;
                let behind = rest[end + 1..].trim_start();
                match behind.first() {
                    Some(b':') => Some((end, rest.len() - behind.len() + 1)),
                    _ => separator(rest),
                }
            });
        },
    },
    Fault {
        name: "protects-separators-by-backslashes",
        sentence: "Passes over a `::` with a backslash in front.",
        inject: |listener| {
            separates(listener, |line| {
                let is_bare = |end: &usize| *end > 0 && line[end - 1] != b'\\';
                line.find_iter("::").find(is_bare).map(|end| (end, end + 2))
            });
        },
    },
    Fault {
        name: "unescapes-separators",
        sentence: "Turns `\\::` in a value into `::`, as an escape that no sender writes.",
        inject: |listener| listener.reader.bare = Box::new(|value| value.replace("\\::", "::")),
    },
    Fault {
        name: "reports-empty-names",
        sentence: "Splits at the first `::` wherever it stands: `::1` is 1 with an empty name.",
        inject: |listener| separates(listener, |line| line.find("::").map(|end| (end, end + 2))),
    },
    Fault {
        name: "drops-leading-separators",
        sentence: "Takes a `::` in front for an empty name and drops it: `::1` is 1.",
        inject: |listener| {
            listener.reader.separator =
                Box::new(|rest| line(rest).find("::").map(|end| (end, end + 2)));
            listener.reader.name = Box::new(|name| (!name.is_empty()).then(|| name.into()));
        },
    },
    Fault {
        name: "splits-at-the-second-separator-behind-a-leading-one",
        sentence: "Searches from the second byte, lest the name be empty: `::a::v` is v with the name `::a`.",
        inject: |listener| {
            separates(listener, |line| {
                line.get(1..)?.find("::").map(|end| (end + 1, end + 3))
            })
        },
    },
    Fault {
        name: "drops-lines-without-separator",
        sentence: "`if '::' not in line: continue`.",
        inject: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_some());
                params
            });
        },
    },
    Fault {
        name: "takes-lines-without-separator-for-names",
        sentence: "`name, _, value = line.partition('::')`, which gives a name and an empty value where there is no `::`.",
        inject: |listener| {
            listener.params(|params| {
                let named = |param: Param| match param {
                    Param {
                        name: None,
                        value: Value::Bytes(name),
                    } => Param {
                        name: Some(name),
                        value: Value::Bytes(Vec::new()),
                    },
                    named => named,
                };
                params.into_iter().map(named).collect()
            });
        },
    },
    Fault {
        name: "pairs-lines-without-separator",
        sentence: "Takes two lines without `::` for a name and its value.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match params.last_mut() {
                Some(Param {
                    name: name @ None,
                    value: Value::Bytes(bytes),
                }) if param.name.is_none() => {
                    *name = Some(std::mem::take(bytes));
                    params.last_mut().expect("it is there").value = param.value;
                }
                _ => params.push(param),
            });
        },
    },
    Fault {
        name: "takes-the-next-line-for-an-empty-value",
        sentence: "`line.split('::')` without the empty pieces: what follows must be the value.",
        inject: |listener| {
            listener.reader.store = Box::new(|params, param| match params.last_mut() {
                Some(Param {
                    name: Some(_),
                    value,
                }) if value.is_empty() && param.name.is_none() => *value = param.value,
                _ => params.push(param),
            });
        },
    },
    Fault {
        name: "drops-empty-named-values",
        sentence: "`if (value)`: an argument whose value is empty is not worth reporting.",
        inject: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_none() || !param.value.is_empty());
                params
            });
        },
    },
    Fault {
        name: "splits-lines-at-tabs",
        sentence: "Splits lines at tabs, too, as its table of separators has them.",
        inject: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset("\t\n").unwrap_or(rest.len()))
        },
    },
    Fault {
        name: "splits-values-at-commas",
        sentence: "Reads the commas of the documented grammar as separators.",
        inject: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset(",\n").unwrap_or(rest.len()))
        },
    },
    Fault {
        name: "splits-values-at-ampersands",
        sentence: "Hands arguments to a parser of web forms: `parse_qsl`.",
        inject: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset("&\n").unwrap_or(rest.len()))
        },
    },
];

/// Replaces the search for the separator of a line.
fn separates(listener: &mut Listener<Reader>, search: fn(&[u8]) -> Option<(usize, usize)>) {
    listener.reader.separator = Box::new(move |rest| search(line(rest)));
}
