use bstr::ByteSlice as _;

use super::inject::always;
use super::quotes::{
    can_close, closing, ends_line, first_escaped_quote, last_quote_at_line_end, quotes,
    quotes_at_line_ends, unescaped_quote,
};
use super::reader::{line, line_end, separator};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "never-unquotes",
        sentence: "splits at every line feed, also between quotes",
        requirement: "T7",
        injection: always(|listener| listener.finds_closing(|_, _| None)),
    },
    Fault {
        slug: "splits-at-the-separator-first",
        sentence: "splits a line at its first `::` before it looks for a quote at the start of the line",
        requirement: "T7",
        injection: always(|listener| {
            let closing = &mut listener.reader.unnamed_closing;
            closing
                .search
                .link(|rest, next| next(rest).filter(|_| separator(rest).is_none()));
        }),
    },
    Fault {
        slug: "quotes-need-a-name",
        sentence: "looks for quoted values behind a name only, as with the pattern `::\"`",
        requirement: "T7",
        injection: always(|listener| {
            let closing = &mut listener.reader.unnamed_closing;
            closing.search.link(|_, _| None);
        }),
    },
    Fault {
        slug: "quotes-need-a-line",
        sentence: "looks for quoted values at the starts of lines only, not behind names",
        requirement: "T7",
        injection: always(|listener| {
            let closing = &mut listener.reader.named_closing;
            closing.search.link(|_, _| None);
        }),
    },
    Fault {
        slug: "takes-a-line-in-quotes-first",
        sentence: "takes a line that begins and ends with a quote for a value, also where the last one opens a value",
        requirement: "T7",
        injection: always(|listener| {
            let closing = &mut listener.reader.unnamed_closing;
            closing.search.link(|rest, next| {
                let one_line = || unescaped_quote(rest).filter(|quote| ends_line(rest, *quote));
                next(rest).or_else(one_line)
            });
        }),
    },
    Fault {
        slug: "asks-for-plain-names",
        sentence: "takes a line for a value without a name where its name is not plain, also before a quoted value",
        requirement: "T7",
        injection: always(|listener| {
            listener.reader.separator.link(|rest, next| {
                let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
                next(rest).filter(|(end, _)| rest[..*end].iter().all(is_plain))
            });
        }),
    },
    Fault {
        slug: "every-leading-quote-quotes",
        sentence: "closes a value that begins with a quote at the next one, whatever stands behind it",
        requirement: "T8",
        injection: always(|listener| {
            listener
                .finds_unescaped_closing(|rest, next| next(rest).or_else(|| unescaped_quote(rest)));
        }),
    },
    Fault {
        slug: "closes-at-the-first-quote",
        sentence: "closes a quoted value at its first quote, also at an escaped one",
        requirement: "T7",
        injection: always(|listener| listener.finds_quote(|rest| quotes(rest).next())),
    },
    Fault {
        slug: "closes-at-the-last-quote",
        sentence: "closes a quoted value at the last quote of the datagram, as the greedy pattern `\"(.*)\"` does",
        requirement: "T7",
        injection: always(|listener| listener.finds_quote(|rest| quotes(rest).next_back())),
    },
    Fault {
        slug: "closes-at-the-first-quote-that-ends-a-line",
        sentence: "closes a quoted value at the first quote that ends a line, as `find('\"\\n')` does",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_unescaped_closing(|rest, _| quotes_at_line_ends(rest).next());
        }),
    },
    Fault {
        slug: "closes-at-the-last-quote-that-ends-a-line",
        sentence: "closes a quoted value at the last quote that ends a line, as the greedy pattern `\"(.*)\"$` does",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| last_quote_at_line_end(rest, |_| true));
        }),
    },
    Fault {
        slug: "passes-over-quotes-inside-a-line",
        sentence: "skips quotes that do not end a line, as the pattern `\"(.*?)(?<!\\\\)\"$` does",
        requirement: "T8",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                quotes_at_line_ends(rest).find(|quote| rest[quote - 1] != b'\\')
            });
        }),
    },
    Fault {
        slug: "passes-over-values-in-quotes-on-one-line",
        sentence: "searches on for a closing quote where the first one ends the first line",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                let first_line = line_end(rest);
                quotes(rest).find(|quote| {
                    let is_in_first_line = *quote < first_line;
                    rest[quote - 1] != b'\\' && !(is_in_first_line && ends_line(rest, *quote))
                })
            });
        }),
    },
    Fault {
        slug: "passes-over-quotes-that-open-a-value",
        sentence: "takes a quote behind `::` for one that opens a value, and searches on for one that closes",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                quotes(rest)
                    .find(|quote| rest[quote - 1] != b'\\' && !rest[..*quote].ends_with(b"::"))
            });
        }),
    },
    Fault {
        slug: "closes-at-an-escaped-quote-that-ends-a-line",
        sentence: "closes a quoted value at a `\\\"` that ends a line, though a closing quote follows",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                first_escaped_quote(rest, |quote| ends_line(rest, quote)).or_else(|| next(rest))
            });
        }),
    },
    Fault {
        slug: "closes-at-an-escaped-quote-behind-a-line-feed",
        sentence: "closes a quoted value at a `\\\"` that ends its second or a later line, though a closing quote follows",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                first_escaped_quote(rest, |quote| can_close(rest, quote)).or_else(|| next(rest))
            });
        }),
    },
    Fault {
        slug: "wants-a-line-feed-behind-the-closing-quote",
        sentence: "needs a line feed behind a closing quote, also at the end of the datagram",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_unescaped_closing(|rest, next| {
                next(rest).filter(|quote| quote + 1 < rest.len())
            });
        }),
    },
    Fault {
        slug: "counts-backslashes",
        sentence: "takes a quote behind two backslashes for one that closes, as in strings of C",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                quotes(rest).find(|quote| {
                    let before = rest[..*quote].iter().rev();
                    before.take_while(|byte| **byte == b'\\').count() % 2 == 0
                })
            });
        }),
    },
    Fault {
        slug: "closes-at-apostrophes",
        sentence: "closes a quoted value at an apostrophe as well, as with the pattern `[\"']`",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                content.find_byteset("\"'").map(|at| at + 1)
            });
        }),
    },
    Fault {
        slug: "apostrophes-quote",
        sentence: "unquotes values in apostrophes, too, also over several lines",
        requirement: "T11",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| match rest.strip_prefix(b"'") {
                Some(content) => content
                    .find_byte(b'\'')
                    .map(|at| at + 1)
                    .filter(|close| ends_line(rest, *close)),
                None => next(rest),
            });
        }),
    },
    Fault {
        slug: "doubled-quotes-are-escapes",
        sentence: "takes two quotes in a quoted value for one, as in CSV",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_quote(|rest| {
                let content = rest.strip_prefix(b"\"")?.replace("\"\"", "..");
                unescaped_quote(&[b"\"", &content[..]].concat())
            });
            let unquote = &mut listener.reader.unquote;
            unquote.link(|content, next| next(&content.replace("\"\"", "\"")));
        }),
    },
    Fault {
        slug: "blanks-may-follow-the-closing-quote",
        sentence: "skips blanks and CR between a closing quote and the end of its line",
        requirement: "T8",
        injection: always(|listener| {
            listener.finds_unescaped_closing(|rest, next| {
                let ends = |quote: &usize| line(&rest[quote + 1..]).trim().is_empty();
                next(rest).or_else(|| unescaped_quote(rest).filter(ends))
            });
        }),
    },
    Fault {
        slug: "an-open-quote-takes-all",
        sentence: "reads a value whose quote is not closed to the end of the datagram",
        requirement: "T8",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                let is_open = rest.starts_with(b"\"") && unescaped_quote(rest).is_none();
                let end = || rest.trim_end_with(|c| c == '\n').len();
                next(rest).or_else(|| is_open.then(end))
            });
        }),
    },
    Fault {
        slug: "looks-for-the-quote-behind-blanks",
        sentence: "skips blanks before a value where a quoted value follows them",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
                let blanks = rest.iter().take_while(is_blank).count();
                next(&rest[blanks..]).map(|close| close + blanks)
            });
            let unquote = &mut listener.reader.unquote;
            unquote.link(|content, next| next(content.trim_start_with(|c| " \t\"".contains(c))));
        }),
    },
    Fault {
        slug: "looks-for-the-quote-behind-the-last-separator",
        sentence: "looks for a quoted value behind `::` inside a value, as with the pattern `::\"`",
        requirement: "T7",
        injection: always(|listener| {
            listener
                .reader
                .line_end
                .link(|rest, next| match line(rest).find("::\"") {
                    Some(at) => {
                        let (begin, value) = (at + 2, &rest[at + 2..]);
                        begin + closing(value).map_or_else(|| next(value), |close| close + 1)
                    }
                    None => next(rest),
                });
        }),
    },
    Fault {
        slug: "arguments-in-quotes-count",
        sentence: "takes lines with `::` inside a quoted value for parameters",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                next(rest).filter(|close| {
                    let mut lines = rest[..*close].lines().skip(1);
                    !lines.any(|line| line.contains_str("::"))
                })
            });
        }),
    },
    Fault {
        slug: "nul-ends-the-search-for-the-closing-quote",
        sentence: "searches a closing quote up to the first NUL only, as `strchr(value, '\"')` does",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| {
                next(rest).filter(|close| !rest[..*close].contains(&0))
            });
        }),
    },
    Fault {
        slug: "starts-over-for-ever",
        sentence: "hangs at an open quote in a datagram that ends in a backslash, searching from the start again",
        requirement: "T8",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.finds_closing(move |rest, next| {
                // `find` returned -1, so that the index of the byte before it wraps around, and the
                // search starts again.
                if rest.starts_with(b"\"")
                    && unescaped_quote(rest).is_none()
                    && rest[1..].trim_end_with(|c| c == '\n').ends_with(b"\\")
                {
                    process.hang();
                }
                next(rest)
            });
        }),
    },
];
