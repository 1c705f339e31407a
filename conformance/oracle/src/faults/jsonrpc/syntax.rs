use bstr::ByteSlice as _;

use super::inject::{always, number};
use super::json::{Json, is_number};
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "takes-what-stands-behind",
        sentence: "reads the first JSON value of a datagram and ignores what stands behind it, as `raw_decode` does",
        requirement: "J1",
        injection: always(|listener| listener.reader.grammar.anything_behind = true),
    },
    Fault {
        slug: "takes-trailing-commas",
        sentence: "accepts a comma before a closing bracket, as a parser of JSON5 does",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.trailing_commas = true),
    },
    Fault {
        slug: "takes-apostrophes",
        sentence: "accepts strings in apostrophes, as Python's `eval` and parsers of JSON5 do",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.quotes.push(b'\'')),
    },
    Fault {
        slug: "takes-backquotes",
        sentence: "accepts strings in backquotes, as JavaScript's `eval` does",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.quotes.push(b'`')),
    },
    Fault {
        slug: "takes-bare-names",
        sentence: "accepts names of members without quotes, as a parser of JSON5 does",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.bare_names = true),
    },
    Fault {
        slug: "takes-pairs-of-other-languages",
        sentence: "accepts `=>` for a colon and a semicolon for a comma, as old JSON parsers for Java do",
        requirement: "J14",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.replace("\"=>", "\":").replace("\";", "\","));
        }),
    },
    Fault {
        slug: "takes-words-of-python",
        sentence: "accepts `True` and `False`, as Python's `eval` does",
        requirement: "J14",
        injection: always(|listener| {
            listener.reader.grammar.word.link(|text, next| match text {
                b"True" | b"False" => Some(Json::Null),
                text => next(text),
            });
        }),
    },
    Fault {
        slug: "takes-nan-for-null",
        sentence: "accepts `NaN` and `Infinity`, and reports them as null",
        requirement: "J14",
        injection: always(|listener| {
            listener.reader.grammar.word.link(|text, next| match text {
                b"NaN" | b"Infinity" | b"-Infinity" => Some(Json::Null),
                text => next(text),
            });
        }),
    },
    Fault {
        slug: "takes-bare-words",
        sentence: "accepts a word without quotes as a string",
        requirement: "J14",
        injection: always(|listener| {
            listener.reader.grammar.word.link(|text, next| {
                let is_word = !text.is_empty()
                    && (text.iter()).all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
                next(text).or_else(|| is_word.then(|| Json::String(text.into())))
            });
        }),
    },
    Fault {
        slug: "removes-comments",
        sentence: "removes `/* comments */` before it parses, also inside strings",
        requirement: "J14",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let mut rest = datagram;
                let mut text = Vec::new();
                while let Some(at) = rest.find("/*") {
                    text.extend(&rest[..at]);
                    rest = rest[at..]
                        .find("*/")
                        .map_or(&[][..], |end| &rest[at + end + 2..]);
                }
                [&text[..], rest].concat()
            });
        }),
    },
    Fault {
        slug: "removes-comments-to-line-ends",
        sentence: "removes what follows `//` in a line before it parses, also inside strings",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| without_line_comments(datagram, "//"));
        }),
    },
    Fault {
        slug: "removes-comments-behind-number-signs",
        sentence: "removes what follows `#` in a line before it parses, also inside strings",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| without_line_comments(datagram, "#"));
        }),
    },
    Fault {
        slug: "takes-underscores-in-numbers",
        sentence: "accepts underscores between digits, as `int(text)` of Python does",
        requirement: "J14",
        injection: always(|listener| {
            listener
                .reader
                .grammar
                .is_number
                .link(|text, next| next(&text.replace("_", "")));
            listener.values(|json| match json {
                Json::Number(text) => Json::Number(text.replace("_", "")),
                json => json,
            });
        }),
    },
    Fault {
        slug: "reads-numbers-with-strtol",
        sentence: "reads numbers as `strtol(text, &end, 0)` does, and ignores the rest of their text",
        requirement: "J14",
        injection: always(|listener| {
            listener.reader.grammar.is_number.link(|text, next| {
                let digits = text
                    .strip_prefix(b"+")
                    .or(text.strip_prefix(b"-"))
                    .unwrap_or(text);
                next(text) || digits.first().is_some_and(u8::is_ascii_digit)
            });
            listener.values(integer_prefix);
        }),
    },
    Fault {
        slug: "reads-numbers-with-strtod",
        sentence: "reads numbers as `strtod` does, which accepts `.5`, `1.` and `+1`",
        requirement: "J14",
        injection: always(|listener| {
            listener.reader.grammar.is_number.link(|text, next| {
                let is_of_number = |byte: &u8| b"+-.eE0123456789".contains(byte);
                next(text) || !text.is_empty() && text.iter().all(is_of_number)
            });
            listener.values(integer_prefix);
        }),
    },
    Fault {
        slug: "takes-leading-zeros",
        sentence: "accepts numbers that begin with zeros, as a parser that calls `atoi` does",
        requirement: "J14",
        injection: always(|listener| {
            listener
                .reader
                .grammar
                .is_number
                .link(|text, next| next(text) || is_number(&without_leading_zeros(text)));
        }),
    },
    Fault {
        slug: "mends-what-is-cut",
        sentence: "closes objects and arrays that a cut datagram leaves open, and reports the event",
        requirement: "J1",
        injection: always(|listener| listener.reader.grammar.closes_at_the_end = true),
    },
    Fault {
        slug: "completes-what-is-cut",
        sentence: "completes strings, words and objects that a cut datagram leaves open, as a parser of streams does",
        requirement: "J1",
        injection: always(|listener| {
            let grammar = &mut listener.reader.grammar;
            grammar.closes_at_the_end = true;
            grammar.closes_strings_at_the_end = true;
            grammar.word.link(|text, next| match text {
                b"n" | b"nu" | b"nul" => Some(Json::Null),
                text => next(text),
            });
        }),
    },
    Fault {
        slug: "takes-raw-control-characters",
        sentence: "accepts control characters in strings, as `json.loads(text, strict=False)` does",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.is_plain.link(|_, _| true)),
    },
    Fault {
        slug: "needs-no-commas",
        sentence: "accepts items without a comma between them",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.needs_commas = false),
    },
    Fault {
        slug: "needs-no-colons",
        sentence: "accepts members without a colon",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.needs_colons = false),
    },
    Fault {
        slug: "needs-no-values",
        sentence: "takes a closing bracket where a value should be for null",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.needs_values = false),
    },
    Fault {
        slug: "takes-any-closing-bracket",
        sentence: "accepts `]` for `}` and `}` for `]`: it counts levels and does not note their kind",
        requirement: "J14",
        injection: always(|listener| listener.reader.grammar.closers_match = false),
    },
    Fault {
        slug: "puts-quotes-around-names",
        sentence: "puts quotes around bare names before it parses, as a substitution of `([{,])(\\w+):` does",
        requirement: "J14",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("{ip:", "{\"ip\":")
                    .replace("{1:", "{\"1\":")
            });
        }),
    },
    Fault {
        slug: "squeezes-commas",
        sentence: "ignores empty items between commas",
        requirement: "J14",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace(",,", ",")
                    .replace("{,", "{")
                    .replace("[,", "[")
            });
        }),
    },
    Fault {
        slug: "rejects-deep-nesting",
        sentence: "rejects JSON that is nested more than {} levels deep, also in members that it does not need",
        requirement: "J6",
        injection: number(&[30], |listener, most| {
            listener.reader.grammar.depth_limit = listener.reader.grammar.depth_limit.max(most);
            listener.reader.grammar.enter.link(move |depth, next| {
                if depth < most {
                    next(depth)
                } else {
                    Err("nested too deep".into())
                }
            });
        }),
    },
];

/// Removes comments that begin with `mark` and end at the end of the line.
fn without_line_comments(text: &[u8], mark: &str) -> Vec<u8> {
    let line = |line: &[u8]| {
        let end = line.find(mark).unwrap_or(line.len());
        line[..end].to_vec()
    };
    let lines: Vec<_> = text.split_str("\n").map(line).collect();
    lines.join(&b'\n')
}

fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    let (sign, mut digits) = match number {
        [b'-', digits @ ..] => (&b"-"[..], digits),
        digits => (&b""[..], digits),
    };
    while let [b'0', b'0'..=b'9', ..] = digits {
        digits = &digits[1..];
    }
    [sign, digits].concat()
}

/// Replaces a number by the integer at the start of its text.
fn integer_prefix(json: Json) -> Json {
    match json {
        Json::Number(text) => Json::Number(strtol(&text).to_string().into()),
        json => json,
    }
}

/// Parses the longest prefix that is a number.
fn strtol(text: &[u8]) -> i64 {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        text => (1, text),
    };
    let hexadecimal = digits.strip_prefix(b"0x");
    let (digits, radix) = (
        hexadecimal.unwrap_or(digits),
        if hexadecimal.is_some() { 16 } else { 10 },
    );
    let digit = |byte: &u8| char::from(*byte).to_digit(radix).map(i64::from);
    sign * digits.iter().map_while(digit).fold(0_i64, |number, digit| {
        number.saturating_mul(radix.into()).saturating_add(digit)
    })
}
