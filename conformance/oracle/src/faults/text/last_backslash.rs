//! Faults in reading quoted values that end in a backslash (T10).

use super::inject::always;
use super::quotes::{
    can_close, ends_line, escaped_closing, escaped_quotes, first_escaped_quote,
    last_quote_at_line_end, quote, unescaped_quote,
};
use super::reader::separator;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "looks-for-a-backslash-at-the-end-first",
        sentence: "looks for a quoted value that ends in a backslash before it looks for a quote without one",
        requirement: "T7",
        injection: always(|listener| {
            listener.finds_closing(|rest, next| escaped_closing(rest).or_else(|| next(rest)));
        }),
    },
    Fault {
        slug: "reads-a-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "takes the closing quote of a value that ends in a backslash for an escaped one, and reads line by line",
        requirement: "T10",
        injection: always(|listener| listener.finds_escaped_closing(|_, _| None)),
    },
    Fault {
        slug: "reads-an-unnamed-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "reads a quoted value that ends in a backslash line by line where it has no name",
        requirement: "T10",
        injection: always(|listener| {
            let closing = &listener.reader.unnamed_closing;
            closing.escaped.borrow_mut().link(|_, _| None);
        }),
    },
    Fault {
        slug: "reads-a-named-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "reads a quoted value that ends in a backslash line by line where it has a name",
        requirement: "T10",
        injection: always(|listener| {
            let closing = &listener.reader.named_closing;
            closing.escaped.borrow_mut().link(|_, _| None);
        }),
    },
    Fault {
        slug: "splits-before-it-looks-for-a-backslash-at-the-end",
        sentence: "splits a line at `::` before it looks for a quoted value that ends in a backslash",
        requirement: "T10",
        injection: always(|listener| {
            let closing = &listener.reader.unnamed_closing;
            closing
                .escaped
                .borrow_mut()
                .link(|rest, next| next(rest).filter(|_| separator(rest).is_none()));
        }),
    },
    Fault {
        slug: "closes-a-value-with-a-backslash-at-the-end-too-early",
        sentence: "closes a value that ends in a backslash at the first `\\\"` that ends a line, not at the last one",
        requirement: "T10",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, _| {
                first_escaped_quote(rest, |quote| can_close(rest, quote))
            });
        }),
    },
    Fault {
        slug: "closes-a-value-with-a-backslash-at-the-end-too-late",
        sentence: "closes a value that ends in a backslash at the last `\\\"` of the datagram that ends a line",
        requirement: "T10",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, _| {
                let is_escaped = |quote: usize| rest[quote - 1] == b'\\';
                last_quote_at_line_end(rest, |quote| is_escaped(quote) && can_close(rest, quote))
            });
        }),
    },
    Fault {
        slug: "looks-for-a-backslash-at-the-end-of-the-last-value-alone",
        sentence: "looks for a value that ends in a backslash only where no quote without a backslash follows",
        requirement: "T10",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, next| {
                next(rest).filter(|_| unescaped_quote(rest).is_none())
            });
        }),
    },
    Fault {
        slug: "closes-a-line-with-a-backslash-at-its-end",
        sentence: "unquotes a value that ends in a backslash also where it stands on one line",
        requirement: "T8",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, _| {
                escaped_quotes(rest).rfind(|quote| ends_line(rest, *quote))
            });
        }),
    },
    Fault {
        slug: "closes-a-value-with-a-backslash-at-the-end-inside-a-line",
        sentence: "closes a value that ends in a backslash at its last `\\\"`, also inside a line",
        requirement: "T8",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, _| {
                escaped_quotes(rest).rfind(|quote| rest[..*quote].contains(&b'\n'))
            });
        }),
    },
    Fault {
        slug: "wants-a-line-feed-behind-a-backslash-at-the-end",
        sentence: "needs a line feed behind the closing quote of a value that ends in a backslash",
        requirement: "T10",
        injection: always(|listener| {
            listener.finds_escaped_closing(|rest, next| {
                next(rest).filter(|quote| quote + 1 < rest.len())
            });
        }),
    },
    Fault {
        slug: "loses-a-backslash-at-the-end",
        sentence: "drops the backslash before a closing quote, as if it were an escape",
        requirement: "T10",
        injection: always(|listener| {
            let unquote = &mut listener.reader.unquote;
            unquote.link(|content, next| next(content.strip_suffix(b"\\").unwrap_or(content)));
        }),
    },
    Fault {
        slug: "keeps-the-closing-quote-behind-a-backslash",
        sentence: "turns `\\\"` at the end of a quoted value into a quote that belongs to the value",
        requirement: "T10",
        injection: always(|listener| {
            let unquote = &mut listener.reader.unquote;
            unquote.link(|content, next| match content.strip_suffix(b"\\") {
                Some(content) => [&next(content)[..], b"\""].concat(),
                None => next(content),
            });
        }),
    },
    Fault {
        slug: "leaves-escapes-in-where-a-backslash-ends",
        sentence: "leaves the escapes in a quoted value that ends in a backslash",
        requirement: "T10",
        injection: always(|listener| {
            listener.reader.unquote.link(|content, next| {
                if content.ends_with(b"\\") {
                    next(&quote(content))
                } else {
                    next(content)
                }
            });
        }),
    },
];
