use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "splits-at-last-separator",
        story: "`rpartition('::')`, or the greedy pattern `(.*)::(.*)`.",
        plant: |listener| {
            separates(listener, |line| {
                line.rfind("::")
                    .filter(|end| *end > 0)
                    .map(|end| (end, end + 2))
            })
        },
    },
    Bug {
        name: "keeps-two-pieces",
        story: "`split('::')`, of which it takes the first two pieces.",
        plant: |listener| {
            listener.reader.bare = Box::new(|value| match value.strip_prefix(b"::") {
                Some(_) => Vec::new(),
                None => value.split_str("::").next().unwrap_or_default().into(),
            });
        },
    },
    Bug {
        name: "keeps-three-pieces",
        story: "`split('::', 3)` of JavaScript, which drops what is left instead of keeping it in the last piece.",
        plant: |listener| {
            listener.reader.bare = Box::new(|value| {
                value
                    .split_str("::")
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(&b"::"[..])
            })
        },
    },
    Bug {
        name: "searches-separators-beyond-the-line",
        story: "`strstr(line, \"::\")` on a line that has not been ended with a NUL yet.",
        plant: |listener| {
            listener.reader.separator = Box::new(|rest| {
                rest.find("::")
                    .filter(|end| *end > 0)
                    .map(|end| (end, end + 2))
            })
        },
    },
    Bug {
        name: "splits-at-single-colons",
        story: "`strchr(line, ':')`: one colon parts name and value, and the next one is passed over if it is there.",
        plant: |listener| {
            separates(listener, |line| {
                let end = line.find_byte(b':').filter(|end| *end > 0)?;
                Some((end, end + 1 + usize::from(line.get(end + 1) == Some(&b':'))))
            });
        },
    },
    Bug {
        name: "splits-at-the-last-colon",
        story: "`strrchr(line, ':')`, and takes the colons off the end of the name, which works for the first example.",
        plant: |listener| {
            separates(listener, |line| {
                let end = line.rfind_byte(b':').filter(|end| *end > 0)?;
                let name = line[..end].trim_end_with(|c| c == ':');
                (!name.is_empty()).then_some((name.len(), end + 1))
            });
        },
    },
    Bug {
        name: "splits-at-header-colons",
        story: "Falls back to `: ` where there is no `::`, as in a mail header.",
        plant: |listener| {
            separates(listener, |line| {
                separator(line).or_else(|| Some((line.find(": ")?, line.find(": ")? + 2)))
            })
        },
    },
    Bug {
        name: "splits-at-equals-signs",
        story: "Falls back to `=` where there is no `::`, for senders that write `name=value`.",
        plant: |listener| {
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
    Bug {
        name: "takes-runs-of-colons-for-one-separator",
        story: "Splits by the pattern `:{2,}`.",
        plant: |listener| {
            separates(listener, |line| {
                let (end, _) = separator(line)?;
                let colons = line[end..].iter().take_while(|byte| **byte == b':').count();
                Some((end, end + colons))
            });
        },
    },
    Bug {
        name: "takes-the-last-two-of-three-colons",
        story: "Splits by the pattern `(.+?)::(?!:)`, so that the name takes the colons that are too many.",
        plant: |listener| {
            separates(listener, |line| {
                let (end, _) = separator(line)?;
                let colons = line[end..].iter().take_while(|byte| **byte == b':').count();
                Some((end + colons - 2, end + colons))
            });
        },
    },
    Bug {
        name: "passes-over-blanks-behind-separators",
        story: "Splits by the pattern `::\\s*`.",
        plant: |listener| listener.reader.bare = Box::new(|value| value.trim_start().into()),
    },
    Bug {
        name: "takes-colons-apart-for-a-separator",
        story: "Splits by the pattern `:\\s*:`, in which `\\s` takes line feeds as well.",
        plant: |listener| {
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
    Bug {
        name: "protects-separators-by-backslashes",
        story: "Passes over a `::` with a backslash in front.",
        plant: |listener| {
            separates(listener, |line| {
                let is_bare = |end: &usize| *end > 0 && line[end - 1] != b'\\';
                line.find_iter("::").find(is_bare).map(|end| (end, end + 2))
            });
        },
    },
    Bug {
        name: "unescapes-separators",
        story: "Turns `\\::` in a value into `::`, as an escape that no sender writes.",
        plant: |listener| listener.reader.bare = Box::new(|value| value.replace("\\::", "::")),
    },
    Bug {
        name: "reports-empty-names",
        story: "Splits at the first `::` wherever it stands: `::1` is 1 with an empty name.",
        plant: |listener| separates(listener, |line| line.find("::").map(|end| (end, end + 2))),
    },
    Bug {
        name: "drops-leading-separators",
        story: "Takes a `::` in front for an empty name and drops it: `::1` is 1.",
        plant: |listener| {
            listener.reader.separator =
                Box::new(|rest| line(rest).find("::").map(|end| (end, end + 2)));
            listener.reader.name = Box::new(|name| (!name.is_empty()).then(|| name.into()));
        },
    },
    Bug {
        name: "splits-at-the-second-separator-behind-a-leading-one",
        story: "Searches from the second byte, lest the name be empty: `::a::v` is v with the name `::a`.",
        plant: |listener| {
            separates(listener, |line| {
                line.get(1..)?.find("::").map(|end| (end + 1, end + 3))
            })
        },
    },
    Bug {
        name: "drops-lines-without-separator",
        story: "`if '::' not in line: continue`.",
        plant: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_some());
                params
            });
        },
    },
    Bug {
        name: "takes-lines-without-separator-for-names",
        story: "`name, _, value = line.partition('::')`, which gives a name and an empty value where there is no `::`.",
        plant: |listener| {
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
    Bug {
        name: "pairs-lines-without-separator",
        story: "Takes two lines without `::` for a name and its value.",
        plant: |listener| {
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
    Bug {
        name: "takes-the-next-line-for-an-empty-value",
        story: "`line.split('::')` without the empty pieces: what follows must be the value.",
        plant: |listener| {
            listener.reader.store = Box::new(|params, param| match params.last_mut() {
                Some(Param {
                    name: Some(_),
                    value,
                }) if value.is_empty() && param.name.is_none() => *value = param.value,
                _ => params.push(param),
            });
        },
    },
    Bug {
        name: "drops-empty-named-values",
        story: "`if (value)`: an argument whose value is empty is not worth reporting.",
        plant: |listener| {
            listener.params(|mut params| {
                params.retain(|param| param.name.is_none() || !param.value.is_empty());
                params
            });
        },
    },
    Bug {
        name: "splits-lines-at-tabs",
        story: "Splits lines at tabs, too, as its table of separators has them.",
        plant: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset("\t\n").unwrap_or(rest.len()))
        },
    },
    Bug {
        name: "splits-values-at-commas",
        story: "Reads the commas of the documented grammar as separators.",
        plant: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset(",\n").unwrap_or(rest.len()))
        },
    },
    Bug {
        name: "splits-values-at-ampersands",
        story: "Hands arguments to a parser of web forms: `parse_qsl`.",
        plant: |listener| {
            listener.reader.line_end =
                Box::new(|rest| rest.find_byteset("&\n").unwrap_or(rest.len()))
        },
    },
];

/// Plants another search for the separator of a line.
fn separates(listener: &mut Listener<Reader>, search: fn(&[u8]) -> Option<(usize, usize)>) {
    listener.reader.separator = Box::new(move |rest| search(line(rest)));
}
