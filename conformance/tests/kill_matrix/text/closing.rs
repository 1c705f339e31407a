use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "never-unquotes",
        sentence: "Splits at line feeds alone, since no example shows a quoted value.",
        inject: |listener| listener.finds_closing(|_| None),
    },
    Fault {
        name: "splits-at-the-separator-first",
        sentence: "Splits a line at its first `::`, and looks for a quote behind it only.",
        inject: |listener| {
            listener.reader.unnamed_closing =
                Box::new(|rest| closing(rest).filter(|_| separator(rest).is_none()));
        },
    },
    Fault {
        name: "quotes-need-a-name",
        sentence: "Finds quoted values by the pattern `::\"`, which values without a name do not \
                   have.",
        inject: |listener| listener.reader.unnamed_closing = Box::new(|_| None),
    },
    Fault {
        name: "quotes-need-a-line",
        sentence: "Looks for a quote at the starts of lines alone, which values with a name do \
                   not have.",
        inject: |listener| listener.reader.named_closing = Box::new(|_| None),
    },
    Fault {
        name: "takes-a-line-in-quotes-first",
        sentence: "Takes a line that begins and ends with a quote for a value, and does not look \
                   whether the last quote opens one behind `::`.",
        inject: |listener| {
            listener.reader.unnamed_closing = Box::new(|rest| {
                let one_line = || unescaped_quote(rest).filter(|quote| ends_line(rest, *quote));
                closing(rest).or_else(one_line)
            });
        },
    },
    Fault {
        name: "asks-for-plain-names",
        sentence: "Takes a line for one unnamed value where its name is not plain, also if a \
                   quoted value follows the name.",
        inject: |listener| {
            listener.reader.separator = Box::new(|rest| {
                let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
                separator(rest).filter(|(end, _)| rest[..*end].iter().all(is_plain))
            });
        },
    },
    Fault {
        name: "every-leading-quote-quotes",
        sentence: "A value that begins with a quote ends at the next one, whatever stands behind \
                   that.",
        inject: |listener| {
            listener.finds_closing(|rest| unescaped_quote(rest).or_else(|| escaped_closing(rest)));
        },
    },
    Fault {
        name: "closes-at-the-first-quote",
        sentence: "Searches for the next quote without a look at the backslash in front.",
        inject: |listener| listener.finds_quote(|rest| quotes(rest).next()),
    },
    Fault {
        name: "closes-at-the-last-quote",
        sentence: "The greedy pattern `\"(.*)\"`, with a dot that takes line feeds.",
        inject: |listener| listener.finds_quote(|rest| quotes(rest).next_back()),
    },
    Fault {
        name: "closes-at-the-first-quote-that-ends-a-line",
        sentence: "Searches for a quote and a line feed, and passes over all quotes between: \
                   `find('\"\\n')`.",
        inject: |listener| {
            listener.finds_closing(|rest| quotes(rest).find(|quote| ends_line(rest, *quote)));
        },
    },
    Fault {
        name: "closes-at-the-last-quote-that-ends-a-line",
        sentence: "The greedy pattern `\"(.*)\"$`, with a dot that takes line feeds and a `$` \
                   before each of them.",
        inject: |listener| {
            listener.finds_quote(|rest| quotes(rest).rfind(|quote| ends_line(rest, *quote)));
        },
    },
    Fault {
        name: "passes-over-quotes-inside-a-line",
        sentence: "The pattern `\"(.*?)(?<!\\\\)\"$`, which goes on behind a quote that does not \
                   end its line.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                quotes(rest).find(|quote| rest[quote - 1] != b'\\' && ends_line(rest, *quote))
            });
        },
    },
    Fault {
        name: "passes-over-values-in-quotes-on-one-line",
        sentence: "Searches on for a closing quote behind a line feed where the first one ends \
                   the first line.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                quotes(rest).find(|quote| {
                    let is_in_first_line = !rest[..*quote].contains(&b'\n');
                    rest[quote - 1] != b'\\' && !(is_in_first_line && ends_line(rest, *quote))
                })
            });
        },
    },
    Fault {
        name: "passes-over-quotes-that-open-a-value",
        sentence: "Takes a quote behind `::` for one that opens the next value, and searches on \
                   for one that closes.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                quotes(rest)
                    .find(|quote| rest[quote - 1] != b'\\' && !rest[..*quote].ends_with(b"::"))
            });
        },
    },
    Fault {
        name: "closes-at-an-escaped-quote-that-ends-a-line",
        sentence: "Takes `\\\"` at the end of a line for a value that ends in a backslash, though \
                   a closing quote follows.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                escaped_quotes(rest)
                    .find(|quote| ends_line(rest, *quote))
                    .or_else(|| closing(rest))
            });
        },
    },
    Fault {
        name: "closes-at-an-escaped-quote-behind-a-line-feed",
        sentence: "Takes `\\\"` at the end of a later line for a value that ends in a backslash, \
                   though a closing quote follows.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                escaped_quotes(rest)
                    .find(|quote| can_close(rest, *quote))
                    .or_else(|| closing(rest))
            });
        },
    },
    Fault {
        name: "wants-a-line-feed-behind-the-closing-quote",
        sentence: "Searches for a quote and a line feed, also where the datagram ends behind the \
                   quote.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                unescaped_closing(rest)
                    .filter(|quote| quote + 1 < rest.len())
                    .or_else(|| escaped_closing(rest))
            });
        },
    },
    Fault {
        name: "counts-backslashes",
        sentence: "Takes a quote for escaped where an odd number of backslashes stands in front, \
                   as in C.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                quotes(rest).find(|quote| {
                    let before = rest[..*quote].iter().rev();
                    before.take_while(|byte| **byte == b'\\').count() % 2 == 0
                })
            });
        },
    },
    Fault {
        name: "closes-at-apostrophes",
        sentence: "Finds the closing quote with the character class `[\"']`.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                content.find_byteset("\"'").map(|at| at + 1)
            });
        },
    },
    Fault {
        name: "apostrophes-quote",
        sentence: "Takes single quotes for quotes, too, over several lines.",
        inject: |listener| {
            listener.finds_closing(|rest| match rest.strip_prefix(b"'") {
                Some(content) => content
                    .find_byte(b'\'')
                    .map(|at| at + 1)
                    .filter(|close| ends_line(rest, *close)),
                None => closing(rest),
            });
        },
    },
    Fault {
        name: "doubled-quotes-are-escapes",
        sentence: "Reads values with a parser of CSV, where two quotes stand for one.",
        inject: |listener| {
            listener.finds_quote(|rest| {
                let content = rest.strip_prefix(b"\"")?.replace("\"\"", "..");
                unescaped_quote(&[b"\"", &content[..]].concat())
            });
            listener.reader.unquote = Box::new(|content| unquote(&content.replace("\"\"", "\"")));
        },
    },
    Fault {
        name: "blanks-may-follow-the-closing-quote",
        sentence: "Passes over blanks and CR between the closing quote and the end of the line.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let ends = |quote: &usize| line(&rest[quote + 1..]).trim().is_empty();
                unescaped_quote(rest)
                    .filter(ends)
                    .or_else(|| escaped_closing(rest))
            });
        },
    },
    Fault {
        name: "an-open-quote-takes-all",
        sentence: "A quote that is not closed goes on to the end of the datagram.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let is_open = rest.starts_with(b"\"") && unescaped_quote(rest).is_none();
                let end = || rest.trim_end_with(|c| c == '\n').len();
                closing(rest).or_else(|| is_open.then(end))
            });
        },
    },
    Fault {
        name: "looks-for-the-quote-behind-blanks",
        sentence: "Trims a value before it looks whether it begins with a quote.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
                let blanks = rest.iter().take_while(is_blank).count();
                closing(&rest[blanks..]).map(|close| close + blanks)
            });
            listener.reader.unquote =
                Box::new(|content| unquote(content.trim_start_with(|c| " \t\"".contains(c))));
        },
    },
    Fault {
        name: "looks-for-the-quote-behind-the-last-separator",
        sentence: "Finds quoted values by the pattern `::\"`, also inside a value.",
        inject: |listener| {
            listener.reader.line_end = Box::new(|rest| match line(rest).find("::\"") {
                Some(at) => {
                    at + 2
                        + closing(&rest[at + 2..])
                            .map_or_else(|| line_end(&rest[at + 2..]), |close| close + 1)
                }
                None => line_end(rest),
            });
        },
    },
    Fault {
        name: "arguments-in-quotes-count",
        sentence: "Finds parameters with a pattern over the whole datagram, `^(\\w+)::(.*)$`, and \
                   so those inside quotes.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let mut lines = rest[..closing(rest)?].lines().skip(1);
                let holds_parameter = lines.any(|line| line.contains_str("::"));
                closing(rest).filter(|_| !holds_parameter)
            });
        },
    },
    Fault {
        name: "nul-ends-the-search-for-the-closing-quote",
        sentence: "`strchr(value, '\"')`, which sees nothing behind a NUL.",
        inject: |listener| {
            listener
                .finds_closing(|rest| closing(rest).filter(|close| !rest[..*close].contains(&0)));
        },
    },
    Fault {
        name: "starts-over-for-ever",
        sentence: "Steps back from a backslash at the end with `find` that gave -1, and searches \
                   from the start again.",
        inject: |listener| {
            listener.finds_closing(|rest| {
                let content = rest.strip_prefix(b"\"")?;
                // `find` returned -1, so that the index of the byte before it wraps around, and the
                // search starts again.
                while unescaped_quote(rest).is_none()
                    && content.trim_end_with(|c| c == '\n').ends_with(b"\\")
                {
                    std::hint::spin_loop();
                }
                closing(rest)
            });
        },
    },
];
