use bstr::ByteSlice as _;

use super::*;

pub(super) const BUGS: &[Bug<Reader>] = &[
    Bug {
        name: "takes-what-stands-behind",
        story: "Parses the first value of the datagram and does not ask whether anything stands behind it: `raw_decode`.",
        plant: |listener| listener.reader.grammar.anything_behind = true,
    },
    Bug {
        name: "takes-trailing-commas",
        story: "Uses a parser of JSON5, which takes a comma in front of a closing bracket.",
        plant: |listener| listener.reader.grammar.trailing_commas = true,
    },
    Bug {
        name: "takes-apostrophes",
        story: "Evaluates the datagram as an expression of Python, where apostrophes quote as well.",
        plant: |listener| listener.reader.grammar.quotes = b"\"'",
    },
    Bug {
        name: "takes-words-of-python",
        story: "Evaluates the datagram as an expression of Python, with True, False and None.",
        plant: |listener| {
            listener.reader.grammar.word = |text| match text {
                b"True" | b"False" => Some(Json::Null),
                text => parse::word(text),
            };
        },
    },
    Bug {
        name: "takes-bare-words",
        story: "Uses a lenient parser, for which a word without quotes is a string.",
        plant: |listener| {
            listener.reader.grammar.word = |text| {
                let is_word = !text.is_empty() && text.iter().all(u8::is_ascii_alphabetic);
                parse::word(text).or_else(|| is_word.then(|| Json::String(text.into())))
            };
        },
    },
    Bug {
        name: "removes-comments",
        story: "Removes comments before it parses, also inside strings.",
        plant: |listener| {
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
    Bug {
        name: "reads-numbers-with-strtol",
        story: "`strtol(text, &end, 0)` of whatever begins with a digit or a sign, and goes on behind it.",
        plant: |listener| {
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
    Bug {
        name: "reads-numbers-with-strtod",
        story: "`strtod` reads every number, and `.5`, `1.` and a lone sign are numbers to it.",
        plant: |listener| {
            listener.reader.grammar.is_number = |text| {
                !text.is_empty() && text.iter().all(|byte| b"+-.eE0123456789".contains(byte))
            };
            listener.reader.value = Box::new(|json| match json {
                Json::Number(text) => Ok(Value::Json(strtol(&text).to_string())),
                json => value(json),
            });
        },
    },
    Bug {
        name: "mends-what-is-cut",
        story: "Closes the braces and brackets that are missing, to save what it can of a datagram that was cut short.",
        plant: |listener| listener.reader.grammar.closes_at_the_end = true,
    },
    Bug {
        name: "takes-raw-control-characters",
        story: "`json.loads(text, strict=False)`, which lets control characters stand in strings.",
        plant: |listener| listener.reader.grammar.is_plain = |_| true,
    },
    Bug {
        name: "takes-isspace-for-blanks",
        story: "Passes over what `isspace` holds for: a vertical tab and a form feed as well.",
        plant: |listener| {
            listener.reader.grammar.is_blank = |byte| byte.is_ascii_whitespace() || byte == 0x0b
        },
    },
    Bug {
        name: "takes-everything-up-to-blank-for-blanks",
        story: "Passes over every byte that is not above blank, NUL as well.",
        plant: |listener| listener.reader.grammar.is_blank = |byte| byte <= b' ',
    },
    Bug {
        name: "takes-blanks-of-latin-1",
        story: "Trims and splits with blanks of another character set, to which the byte a0 belongs.",
        plant: |listener| {
            listener.reader.grammar.is_blank =
                |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xa0)
        },
    },
    Bug {
        name: "takes-blanks-of-unicode",
        story: "Replaces the blanks of Unicode by plain ones before it parses.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\u{a0}", " ")
                    .replace("\u{2028}", "\n")
                    .replace("\u{2029}", "\n")
            });
        },
    },
    Bug {
        name: "knows-no-white-space",
        story: "Has only ever seen what servers send, which holds no white space between tokens.",
        plant: |listener| listener.reader.grammar.is_blank = |_| false,
    },
    Bug {
        name: "removes-white-space",
        story: "Removes all white space before it parses, to make things easier.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .copied()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect()
            })
        },
    },
    Bug {
        name: "reads-lines",
        story: "Reads the socket with a reader of lines, and parses each line.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| match datagram.is_empty() {
                true => vec![datagram],
                false => datagram.lines().map(<[u8]>::to_vec).collect(),
            });
        },
    },
    Bug {
        name: "looks-at-the-first-byte",
        story: "Rejects what does not begin with a brace, to tell the dialects apart.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| {
                if datagram.starts_with(b"{") {
                    vec![datagram]
                } else {
                    Vec::new()
                }
            });
        },
    },
    Bug {
        name: "looks-for-the-first-brace",
        story: "Searches the first brace and begins there: `text.slice(text.indexOf('{'))`.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find_byte(b'{')
                    .map_or(datagram, |at| &datagram[at..])
                    .into()
            })
        },
    },
    Bug {
        name: "splits-where-objects-meet",
        story: "Splits what it received at `}{` and at `}` and a line end, as from a stream.",
        plant: |listener| {
            listener.receive = Box::new(|datagram| {
                let marked = datagram.replace("}{", "}\0{").replace("}\n{", "}\0{");
                marked.split_str("\0").map(<[u8]>::to_vec).collect()
            });
        },
    },
    Bug {
        name: "counts-braces",
        story: "Finds the end of the object by counting braces, also those in strings, and drops what stands behind.",
        plant: |listener| {
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
    Bug {
        name: "needs-no-commas",
        story: "Passes over a comma where there is one, and over nothing where there is none.",
        plant: |listener| listener.reader.grammar.needs_commas = false,
    },
    Bug {
        name: "needs-no-colons",
        story: "Passes over a colon where there is one, and over nothing where there is none.",
        plant: |listener| listener.reader.grammar.needs_colons = false,
    },
    Bug {
        name: "needs-no-values",
        story: "Takes a closing bracket where a value should be for null.",
        plant: |listener| listener.reader.grammar.needs_values = false,
    },
    Bug {
        name: "takes-any-closing-bracket",
        story: "Leaves a level at either closing bracket: it counts levels and does not note their kind.",
        plant: |listener| listener.reader.grammar.closers_match = false,
    },
    Bug {
        name: "dies-of-blank-datagrams",
        story: "Looks at the first byte of what is left when it has trimmed the datagram.",
        plant: |listener| {
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
    Bug {
        name: "dies-of-nan",
        story: "Reads NaN as many parsers do, and dies of making an integer of it.",
        plant: |listener| {
            listener.reader.grammar.word = |text| match text {
                b"NaN" | b"Infinity" | b"-Infinity" => {
                    panic!("cannot convert float NaN to integer")
                }
                text => parse::word(text),
            };
        },
    },
    Bug {
        name: "passes-over-nul-in-front",
        story: "Trims NULs off both ends, as padding.",
        plant: |listener| listener.datagrams(|datagram| datagram.trim_with(|c| c == '\0').into()),
    },
    Bug {
        name: "unpacks-netstrings",
        story: "Takes digits and a colon in front for a length, as another listener of the same program needs it.",
        plant: |listener| {
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
    Bug {
        name: "unpacks-http",
        story: "Takes what stands behind the first empty line, as from an HTTP request.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find("\r\n\r\n")
                    .map_or(datagram, |at| &datagram[at + 4..])
                    .into()
            })
        },
    },
    Bug {
        name: "puts-quotes-around-names",
        story: "Mends names without quotes by a substitution, `([{,])(\\w+):`, before it parses.",
        plant: |listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("{ip:", "{\"ip\":")
                    .replace("{1:", "{\"1\":")
            });
        },
    },
    Bug {
        name: "squeezes-commas",
        story: "Splits at commas and passes over empty pieces.",
        plant: |listener| {
            listener.datagrams(|datagram| datagram.replace(",,", ",").replace("{,", "{"))
        },
    },
    Bug {
        name: "dies-of-depth",
        story: "A parser that calls itself for each bracket, 1,000 calls deep at most, and whose error nobody catches.",
        plant: |listener| listener.reader.grammar.too_deep = (1000, || panic!("RecursionError")),
    },
    Bug {
        name: "dies-at-a-hundred-levels",
        story: "A parser with a stack of a hundred levels, written past its end.",
        plant: |listener| {
            listener.reader.grammar.too_deep = (100, || panic!("stack smashing detected"))
        },
    },
    Bug {
        name: "rejects-thirty-levels",
        story: "Agrees to read 30 levels, in members that it does not need as well.",
        plant: |listener| listener.reader.grammar.too_deep = (30, || "nested too deep".into()),
    },
    Bug {
        name: "dies-of-what-it-rejects",
        story: "Does not catch the error of its parser.",
        plant: |listener| {
            listener.report = Box::new(|reading| vec![Ok(reading.expect("JSONDecodeError"))])
        },
    },
];

/// Reads what it can of a number.
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
