//! Faults in reading quoted values that end in a backslash (T10).

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "looks-for-a-backslash-at-the-end-first",
        sentence: "Looks for a value that ends in a backslash before it looks for a quote without \
                   one.",
        inject: |listener| {
            listener
                .finds_closing(|rest| escaped_closing(rest).or_else(|| unescaped_closing(rest)));
        },
    },
    Fault {
        name: "reads-a-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "Finds no closing quote, since the one of a value that ends in a backslash \
                   looks escaped.",
        inject: |listener| listener.finds_closing(unescaped_closing),
    },
    Fault {
        name: "reads-an-unnamed-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "Looks for values that end in a backslash behind names only.",
        inject: |listener| listener.reader.unnamed_closing = Box::new(unescaped_closing),
    },
    Fault {
        name: "reads-a-named-value-with-a-backslash-at-the-end-line-by-line",
        sentence: "Looks for values that end in a backslash at the starts of lines only.",
        inject: |listener| listener.reader.named_closing = Box::new(unescaped_closing),
    },
    Fault {
        name: "splits-before-it-looks-for-a-backslash-at-the-end",
        sentence: "Splits the line at `::`, and looks for values that end in a backslash then.",
        inject: |listener| {
            listener.reader.unnamed_closing = Box::new(|rest| {
                unescaped_closing(rest)
                    .or_else(|| closing(rest).filter(|_| separator(rest).is_none()))
            });
        },
    },
    Fault {
        name: "closes-a-value-with-a-backslash-at-the-end-too-early",
        sentence: "Closes a value that ends in a backslash at the first escaped quote that ends a \
                   line, not at the last one.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                unescaped_closing(rest)
                    .or_else(|| escaped_quotes(rest).find(|quote| can_close(rest, *quote)))
            });
        },
    },
    Fault {
        name: "closes-a-value-with-a-backslash-at-the-end-too-late",
        sentence: "Closes a value that ends in a backslash at the last escaped quote of the \
                   datagram that ends a line, whatever quotes stand between.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let is_escaped = |quote: &usize| rest[quote - 1] == b'\\';
                unescaped_closing(rest).or_else(|| {
                    quotes(rest).rfind(|quote| is_escaped(quote) && can_close(rest, *quote))
                })
            });
        },
    },
    Fault {
        name: "looks-for-a-backslash-at-the-end-of-the-last-value-alone",
        sentence: "Looks for a value that ends in a backslash only where no quote without one \
                   follows.",
        inject: |listener| {
            listener.finds_closing(|rest| match unescaped_quote(rest) {
                Some(_) => unescaped_closing(rest),
                None => escaped_closing(rest),
            });
        },
    },
    Fault {
        name: "closes-a-line-with-a-backslash-at-its-end",
        sentence: "Unquotes a value that ends in a backslash also if it holds no line feed.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                unescaped_closing(rest)
                    .or_else(|| escaped_quotes(rest).rfind(|quote| ends_line(rest, *quote)))
            });
        },
    },
    Fault {
        name: "closes-a-value-with-a-backslash-at-the-end-inside-a-line",
        sentence: "Closes a value that ends in a backslash at its last escaped quote, wherever \
                   that stands.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                unescaped_closing(rest)
                    .or_else(|| escaped_quotes(rest).rfind(|quote| rest[..*quote].contains(&b'\n')))
            });
        },
    },
    Fault {
        name: "wants-a-line-feed-behind-a-backslash-at-the-end",
        sentence: "Searches for `\\\"` and a line feed, also where the datagram ends behind the \
                   quote.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                unescaped_closing(rest)
                    .or_else(|| escaped_closing(rest).filter(|quote| quote + 1 < rest.len()))
            });
        },
    },
    Fault {
        name: "loses-a-backslash-at-the-end",
        sentence: "Takes the backslash before the closing quote for an escape, and drops it.",
        inject: |listener| {
            listener.reader.unquote =
                Box::new(|content| unquote(content.strip_suffix(b"\\").unwrap_or(content)));
        },
    },
    Fault {
        name: "keeps-the-closing-quote-behind-a-backslash",
        sentence: "Unescapes the closing quote of a value that ends in a backslash as if it were \
                   content.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| match content.strip_suffix(b"\\") {
                Some(content) => [&unquote(content)[..], b"\""].concat(),
                None => unquote(content),
            });
        },
    },
    Fault {
        name: "leaves-escapes-in-where-a-backslash-ends",
        sentence: "Reports a value that ends in a backslash as it is in the datagram, escapes and \
                   all.",
        inject: |listener| {
            listener.reader.unquote = Box::new(|content| {
                if content.ends_with(b"\\") {
                    content.into()
                } else {
                    unquote(content)
                }
            });
        },
    },
];
