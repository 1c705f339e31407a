use bstr::ByteSlice as _;

use super::*;

pub(super) const FAULTS: &[Fault<Reader>] = &[
    Fault {
        name: "takes-what-stands-behind",
        sentence: "Parses the first value of the datagram and does not ask whether anything stands behind it: `raw_decode`.",
        inject: |listener| listener.reader.grammar.anything_behind = true,
    },
    Fault {
        name: "takes-trailing-commas",
        sentence: "Uses a parser of JSON5, which takes a comma in front of a closing bracket.",
        inject: |listener| listener.reader.grammar.trailing_commas = true,
    },
    Fault {
        name: "takes-apostrophes",
        sentence: "Evaluates the datagram as an expression of Python, where apostrophes quote as well.",
        inject: |listener| listener.reader.grammar.quotes = b"\"'",
    },
    Fault {
        name: "takes-backquotes",
        sentence: "Uses a lenient parser, for which backquotes quote as well.",
        inject: |listener| listener.reader.grammar.quotes = b"\"`",
    },
    Fault {
        name: "takes-bare-names",
        sentence: "Uses a parser of JSON5, for which names need no quotes.",
        inject: |listener| listener.reader.grammar.bare_names = true,
    },
    Fault {
        name: "takes-pairs-of-other-languages",
        sentence: "Takes an arrow for a colon and a semicolon for a comma, as old parsers in Java do.",
        inject: |listener| {
            listener.datagrams(|datagram| datagram.replace("\"=>", "\":").replace("\";", "\","));
        },
    },
    Fault {
        name: "takes-words-of-python",
        sentence: "Evaluates the datagram as an expression of Python, with True, False and None.",
        inject: |listener| {
            listener.reader.grammar.word = |text| match text {
                b"True" | b"False" => Some(Json::Null),
                text => parse::word(text),
            };
        },
    },
    Fault {
        name: "takes-nan-for-null",
        sentence: "Uses a parser that knows NaN and Infinity, and reports them as null.",
        inject: |listener| {
            listener.reader.grammar.word = |text| match text {
                b"NaN" | b"Infinity" | b"-Infinity" => Some(Json::Null),
                text => parse::word(text),
            };
        },
    },
    Fault {
        name: "takes-bare-words",
        sentence: "Uses a lenient parser, for which a word without quotes is a string.",
        inject: |listener| {
            listener.reader.grammar.word = |text| {
                let is_word = !text.is_empty()
                    && (text.iter()).all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
                parse::word(text).or_else(|| is_word.then(|| Json::String(text.into())))
            };
        },
    },
    Fault {
        name: "removes-comments",
        sentence: "Removes comments before it parses, also inside strings.",
        inject: |listener| {
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
        },
    },
    Fault {
        name: "removes-comments-to-line-ends",
        sentence: "Removes what follows two slashes in a line, also inside strings.",
        inject: |listener| listener.datagrams(|datagram| without_line_comments(datagram, "//")),
    },
    Fault {
        name: "removes-comments-behind-number-signs",
        sentence: "Removes what follows a number sign in a line, also inside strings.",
        inject: |listener| listener.datagrams(|datagram| without_line_comments(datagram, "#")),
    },
    Fault {
        name: "takes-underscores-in-numbers",
        sentence: "`int(text)` of Python, which takes underscores between digits.",
        inject: |listener| {
            listener.reader.grammar.is_number = |text| parse::is_number(&text.replace("_", ""));
            listener.reader.value = Box::new(|json| match json {
                Json::Number(text) => value(Json::Number(text.replace("_", ""))),
                json => value(json),
            });
        },
    },
    Fault {
        name: "reads-numbers-with-strtol",
        sentence: "`strtol(text, &end, 0)` of whatever begins with a digit or a sign, and goes on behind it.",
        inject: |listener| {
            listener.reader.grammar.is_number = |text| {
                let text = text
                    .strip_prefix(b"+")
                    .or(text.strip_prefix(b"-"))
                    .unwrap_or(text);
                text.first().is_some_and(u8::is_ascii_digit)
            };
            listener.reader.value = Box::new(|json| match json {
                Json::Number(text) => Ok(Value::Json(strtol(&text).to_string())),
                json => value(json),
            });
        },
    },
    Fault {
        name: "reads-numbers-with-strtod",
        sentence: "`strtod` reads every number, and `.5`, `1.` and a lone sign are numbers to it.",
        inject: |listener| {
            listener.reader.grammar.is_number = |text| {
                !text.is_empty() && text.iter().all(|byte| b"+-.eE0123456789".contains(byte))
            };
            listener.reader.value = Box::new(|json| match json {
                Json::Number(text) => Ok(Value::Json(strtol(&text).to_string())),
                json => value(json),
            });
        },
    },
    Fault {
        name: "mends-what-is-cut",
        sentence: "Closes the braces and brackets that are missing, to save what it can of a datagram that was cut short.",
        inject: |listener| listener.reader.grammar.closes_at_the_end = true,
    },
    Fault {
        name: "completes-what-is-cut",
        sentence: "Uses a parser for text that is still being written, which completes strings and words, too.",
        inject: |listener| {
            listener.reader.grammar.closes_at_the_end = true;
            listener.reader.grammar.closes_strings_at_the_end = true;
            listener.reader.grammar.word = |text| match text {
                b"n" | b"nu" | b"nul" => Some(Json::Null),
                text => parse::word(text),
            };
        },
    },
    Fault {
        name: "takes-raw-control-characters",
        sentence: "`json.loads(text, strict=False)`, which lets control characters stand in strings.",
        inject: |listener| listener.reader.grammar.is_plain = |_| true,
    },
    Fault {
        name: "takes-isspace-for-blanks",
        sentence: "Passes over what `isspace` holds for: a vertical tab and a form feed as well.",
        inject: |listener| {
            listener.reader.grammar.is_blank = |byte| byte.is_ascii_whitespace() || byte == 0x0b
        },
    },
    Fault {
        name: "takes-everything-up-to-blank-for-blanks",
        sentence: "Passes over every byte that is not above blank, NUL as well.",
        inject: |listener| listener.reader.grammar.is_blank = |byte| byte <= b' ',
    },
    Fault {
        name: "takes-blanks-of-latin-1",
        sentence: "Trims and splits with blanks of another character set, to which the byte a0 belongs.",
        inject: |listener| {
            listener.reader.grammar.is_blank =
                |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xa0)
        },
    },
    Fault {
        name: "takes-blanks-of-unicode",
        sentence: "Replaces the blanks of Unicode by plain ones before it parses.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\u{a0}", " ")
                    .replace("\u{feff}", " ")
                    .replace("\u{2028}", "\n")
                    .replace("\u{2029}", "\n")
            });
        },
    },
    Fault {
        name: "knows-no-white-space",
        sentence: "Has only ever seen what servers send, which holds no white space between tokens.",
        inject: |listener| listener.reader.grammar.is_blank = |_| false,
    },
    Fault {
        name: "removes-white-space",
        sentence: "Removes all white space before it parses, to make things easier.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .copied()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect()
            })
        },
    },
    Fault {
        name: "reads-lines",
        sentence: "Reads the socket with a reader of lines, and parses each line.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| match datagram.is_empty() {
                true => vec![datagram],
                false => datagram.lines().map(<[u8]>::to_vec).collect(),
            });
        },
    },
    Fault {
        name: "looks-at-the-first-byte",
        sentence: "Rejects what does not begin with a brace, to tell the dialects apart.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                if datagram.starts_with(b"{") {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Fault {
        name: "looks-for-the-first-brace",
        sentence: "Searches the first brace and begins there: `text.slice(text.indexOf('{'))`.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find_byte(b'{')
                    .map_or(datagram, |at| &datagram[at..])
                    .into()
            })
        },
    },
    Fault {
        name: "splits-where-objects-meet",
        sentence: "Splits what it received at `}{` and at `}` and a line end, as from a stream.",
        inject: |listener| {
            listener.receive = Box::new(|datagram| {
                let marked = datagram.replace("}{", "}\0{").replace("}\n{", "}\0{");
                marked.split_str("\0").map(<[u8]>::to_vec).collect()
            });
        },
    },
    Fault {
        name: "counts-braces",
        sentence: "Finds the end of the object by counting braces, also those in strings, and drops what stands behind.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                let mut depth = 0;
                let ends = |byte: &u8| {
                    depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
                    *byte == b'}' && depth == 0
                };
                datagram
                    .iter()
                    .position(ends)
                    .map_or(datagram, |end| &datagram[..=end])
                    .into()
            });
        },
    },
    Fault {
        name: "needs-no-commas",
        sentence: "Passes over a comma where there is one, and over nothing where there is none.",
        inject: |listener| listener.reader.grammar.needs_commas = false,
    },
    Fault {
        name: "needs-no-colons",
        sentence: "Passes over a colon where there is one, and over nothing where there is none.",
        inject: |listener| listener.reader.grammar.needs_colons = false,
    },
    Fault {
        name: "needs-no-values",
        sentence: "Takes a closing bracket where a value should be for null.",
        inject: |listener| listener.reader.grammar.needs_values = false,
    },
    Fault {
        name: "takes-any-closing-bracket",
        sentence: "Leaves a level at either closing bracket: it counts levels and does not note their kind.",
        inject: |listener| listener.reader.grammar.closers_match = false,
    },
    Fault {
        name: "dies-of-blank-datagrams",
        sentence: "Looks at the first byte of what is left when it has trimmed the datagram.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                let text = datagram.trim();
                assert!(
                    datagram.is_empty() || !text.is_empty(),
                    "string index out of range"
                );
                datagram.into()
            });
        },
    },
    Fault {
        name: "dies-of-nan",
        sentence: "Reads NaN as many parsers do, and dies of making an integer of it.",
        inject: |listener| {
            listener.reader.grammar.word = |text| match text {
                b"NaN" | b"Infinity" | b"-Infinity" => {
                    panic!("cannot convert float NaN to integer")
                }
                text => parse::word(text),
            };
        },
    },
    Fault {
        name: "passes-over-nul-in-front",
        sentence: "Trims NULs off both ends, as padding.",
        inject: |listener| listener.datagrams(|datagram| datagram.trim_with(|c| c == '\0').into()),
    },
    Fault {
        name: "unpacks-netstrings",
        sentence: "Takes digits and a colon in front for a length, as another listener of the same program needs it.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                let digits = datagram
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                match datagram[digits..].strip_prefix(b":") {
                    Some(rest) if digits > 0 => rest.strip_suffix(b",").unwrap_or(rest).into(),
                    _ => datagram.into(),
                }
            });
        },
    },
    Fault {
        name: "unpacks-http",
        sentence: "Takes what stands behind the first empty line, as from an HTTP request.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find("\r\n\r\n")
                    .map_or(datagram, |at| &datagram[at + 4..])
                    .into()
            })
        },
    },
    Fault {
        name: "puts-quotes-around-names",
        sentence: "Mends names without quotes by a substitution, `([{,])(\\w+):`, before it parses.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("{ip:", "{\"ip\":")
                    .replace("{1:", "{\"1\":")
            });
        },
    },
    Fault {
        name: "squeezes-commas",
        sentence: "Splits at commas and passes over empty pieces.",
        inject: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace(",,", ",")
                    .replace("{,", "{")
                    .replace("[,", "[")
            })
        },
    },
    Fault {
        name: "dies-of-depth",
        sentence: "A parser that calls itself for each bracket, 1,000 calls deep at most, and whose error nobody catches.",
        inject: |listener| listener.reader.grammar.too_deep = (1000, || panic!("RecursionError")),
    },
    Fault {
        name: "dies-at-a-hundred-levels",
        sentence: "A parser with a stack of a hundred levels, written past its end.",
        inject: |listener| {
            listener.reader.grammar.too_deep = (100, || panic!("stack smashing detected"))
        },
    },
    Fault {
        name: "rejects-thirty-levels",
        sentence: "Agrees to read 30 levels, in members that it does not need as well.",
        inject: |listener| listener.reader.grammar.too_deep = (30, || "nested too deep".into()),
    },
    Fault {
        name: "dies-of-what-it-rejects",
        sentence: "Does not catch the error of its parser.",
        inject: |listener| {
            listener.report = Box::new(|reading| vec![Ok(reading.expect("JSONDecodeError"))])
        },
    },
];

/// Removes comments that begin with a mark and end with their line.
fn without_line_comments(text: &[u8], mark: &str) -> Vec<u8> {
    let line = |line: &[u8]| {
        let end = line.find(mark).unwrap_or(line.len());
        line[..end].to_vec()
    };
    let lines: Vec<_> = text.split_str("\n").map(line).collect();
    lines.join(&b'\n')
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
