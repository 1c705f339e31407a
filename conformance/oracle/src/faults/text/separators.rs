use bstr::ByteSlice as _;

use super::inject::always;
use super::reader::{Reader, line};
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "splits-at-last-separator",
        sentence: "splits at the last `::` instead of the first, as `rpartition('::')` and the greedy pattern `(.*)::(.*)` do",
        requirement: "T4",
        injection: always(|listener| {
            listener.separates(|line| {
                line.rfind("::")
                    .filter(|end| *end > 0)
                    .map(|end| (end, end + 2))
            });
        }),
    },
    Fault {
        slug: "splits-behind-addresses",
        sentence: "splits at the last `::` where the first one belongs to an IPv6 address",
        requirement: "T6",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let (first, value) = next(rest)?;
                let is_of_address = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
                if rest[..first].contains(&b':') && rest[..first].iter().all(is_of_address) {
                    line(rest).rfind("::").map(|last| (last, last + 2))
                } else {
                    Some((first, value))
                }
            });
        }),
    },
    Fault {
        slug: "keeps-two-pieces",
        sentence: "splits a parameter at every `::` and keeps the first two pieces, so that a value ends at a `::` in it",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.bare.link(|value, next| {
                next(match value.strip_prefix(b"::") {
                    Some(_) => b"",
                    None => value.split_str("::").next().unwrap_or_default(),
                })
            });
        }),
    },
    Fault {
        slug: "keeps-three-pieces",
        sentence: "splits a parameter into at most three pieces and drops the rest, as `split('::', 3)` of JavaScript does",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.bare.link(|value, next| {
                let pieces: Vec<_> = value.split_str("::").take(2).collect();
                next(&pieces.join(&b"::"[..]))
            });
        }),
    },
    Fault {
        slug: "takes-the-last-piece",
        sentence: "splits a parameter at every `::` and takes the last piece for its value, as `split('::')[-1]` does",
        requirement: "T4",
        injection: always(|listener| {
            listener
                .reader
                .bare
                .link(|value, next| next(value.rsplit_str("::").next().unwrap_or_default()));
        }),
    },
    Fault {
        slug: "searches-separators-beyond-the-line",
        sentence: "searches `::` beyond the end of the line, as `strstr(line, \"::\")` does on a line that no NUL ends",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let beyond = || rest.find("::").filter(|end| *end > 0);
                next(rest).or_else(|| beyond().map(|end| (end, end + 2)))
            });
        }),
    },
    Fault {
        slug: "splits-at-single-colons",
        sentence: "splits at the first colon, single or double, as `strchr(line, ':')` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.separates(|line| {
                let end = line.find_byte(b':').filter(|end| *end > 0)?;
                Some((end, end + 1 + usize::from(line.get(end + 1) == Some(&b':'))))
            });
        }),
    },
    Fault {
        slug: "splits-at-the-last-colon",
        sentence: "splits at the last colon of a line, single or double, as `strrchr(line, ':')` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.separates(|line| {
                let end = line.rfind_byte(b':').filter(|end| *end > 0)?;
                let name = line[..end].trim_end_with(|c| c == ':');
                (!name.is_empty()).then_some((name.len(), end + 1))
            });
        }),
    },
    Fault {
        slug: "splits-at-header-colons",
        sentence: "splits at a colon and a blank where there is no `::`, as in a mail header",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let header = || line(rest).find(": ").map(|end| (end, end + 2));
                next(rest).or_else(header)
            });
        }),
    },
    Fault {
        slug: "splits-at-equals-signs",
        sentence: "splits at the first `=` where no `::` stands before it",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let equals = line(rest).find_byte(b'=').filter(|end| *end > 0);
                match (next(rest), equals.map(|end| (end, end + 1))) {
                    (Some(colons), Some(equals)) if equals.0 < colons.0 => Some(equals),
                    (colons, equals) => colons.or(equals),
                }
            });
        }),
    },
    Fault {
        slug: "takes-runs-of-colons-for-one-separator",
        sentence: "takes all colons of a run for one separator, as the pattern `:{2,}` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let (end, begin) = next(rest)?;
                Some((end, begin + colons(&rest[begin..])))
            });
        }),
    },
    Fault {
        slug: "takes-the-last-two-of-three-colons",
        sentence: "splits at the last `::` of a run of colons, as the pattern `(.+?)::(?!:)` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let (end, begin) = next(rest)?;
                let more = colons(&rest[begin..]);
                Some((end + more, begin + more))
            });
        }),
    },
    Fault {
        slug: "passes-over-blanks-behind-separators",
        sentence: "skips blanks behind a `::`, as the pattern `::\\s*` does",
        requirement: "T11",
        injection: always(|listener| {
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(value.trim_start()));
        }),
    },
    Fault {
        slug: "takes-colons-apart-for-a-separator",
        sentence: "splits at two colons with blanks or line feeds between, as the pattern `:\\s*:` does",
        requirement: "T4",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let end = match line(rest).find_byte(b':') {
                    Some(0) => return None,
                    Some(end) => end,
                    None => return next(rest),
                };
                let behind = rest[end + 1..].trim_start();
                if behind.starts_with(b":") {
                    Some((end, rest.len() - behind.len() + 1))
                } else {
                    next(rest)
                }
            });
        }),
    },
    Fault {
        slug: "protects-separators-by-backslashes",
        sentence: "does not split at a `::` with a backslash before it",
        requirement: "T5",
        injection: always(|listener| {
            listener.separates(|line| {
                let is_bare = |end: &usize| *end > 0 && line[end - 1] != b'\\';
                line.find_iter("::").find(is_bare).map(|end| (end, end + 2))
            });
        }),
    },
    Fault {
        slug: "unescapes-separators",
        sentence: "turns `\\::` in a value into `::`",
        requirement: "T4",
        injection: always(|listener| {
            let bare = &mut listener.reader.bare;
            bare.link(|value, next| next(&value.replace("\\::", "::")));
        }),
    },
    Fault {
        slug: "reports-empty-names",
        sentence: "splits a line that starts with `::`, and reports an empty name",
        requirement: "T5",
        injection: always(splits_at_leading_separators),
    },
    Fault {
        slug: "drops-leading-separators",
        sentence: "drops the `::` at the start of a line, and reports the rest without a name",
        requirement: "T5",
        injection: always(|listener| {
            splits_at_leading_separators(listener);
            let name = &mut listener.reader.name;
            name.map(|name| name.filter(|name| !name.is_empty()));
        }),
    },
    Fault {
        slug: "splits-at-the-second-separator-behind-a-leading-one",
        sentence: "searches `::` from the second byte of a line, and so splits `::a::v` at its second `::`",
        requirement: "T5",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                if !rest.starts_with(b"::") {
                    return next(rest);
                }
                let end = line(rest)[1..].find("::")?;
                Some((end + 1, end + 3))
            });
        }),
    },
    Fault {
        slug: "splits-with-strtok",
        sentence: "splits with `strtok(line, \"::\")`, so that any colon ends the name, and the next one the value",
        requirement: "T4",
        injection: always(|listener| {
            let reader = &mut listener.reader;
            reader.separator.link(|rest, _| {
                let line = line(rest);
                let first = colons(line);
                let end = first + line[first..].find_byte(b':')?;
                let begin = end + colons(&line[end..]);
                (first == 0 || begin < line.len()).then_some((end, begin))
            });
            reader.name.link(|name, next| next(&name[colons(name)..]));
            reader.bare.link(|value, next| {
                let token = &value[colons(value)..];
                next(token.split_str(":").next().unwrap_or_default())
            });
        }),
    },
];

/// Makes the listener split lines that start with `::`, too.
fn splits_at_leading_separators(listener: &mut Listener<Reader>) {
    listener.reader.separator.link(|rest, next| {
        if rest.starts_with(b"::") {
            Some((0, 2))
        } else {
            next(rest)
        }
    });
}

/// Returns how many colons stand at the start.
fn colons(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b':').count()
}
