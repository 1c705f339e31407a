use bstr::ByteSlice as _;

use super::inject::always;
use super::reader::Reader;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "takes-isspace-for-blanks",
        sentence: "skips what `isspace` holds for between tokens: vertical tabs and form feeds, too",
        requirement: "J14",
        injection: always(|listener| {
            takes_for_blanks(listener, |byte| matches!(byte, 0x0b | 0x0c))
        }),
    },
    Fault {
        slug: "takes-everything-up-to-blank-for-blanks",
        sentence: "skips every byte up to 0x20 between tokens, also NUL, as cJSON does",
        requirement: "J14",
        injection: always(|listener| takes_for_blanks(listener, |byte| byte <= b' ')),
    },
    Fault {
        slug: "takes-blanks-of-latin-1",
        sentence: "skips the byte a0 between tokens: the no-break space of ISO-8859-1",
        requirement: "J14",
        injection: always(|listener| takes_for_blanks(listener, |byte| byte == 0xa0)),
    },
    Fault {
        slug: "takes-blanks-of-unicode",
        sentence: "replaces the white space of Unicode by plain white space before it parses",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\u{a0}", " ")
                    .replace("\u{feff}", " ")
                    .replace("\u{2028}", "\n")
                    .replace("\u{2029}", "\n")
            });
        }),
    },
    Fault {
        slug: "knows-no-white-space",
        sentence: "rejects white space between tokens, which servers do not send",
        requirement: "J6",
        injection: always(|listener| listener.reader.grammar.is_blank.link(|_, _| false)),
    },
    Fault {
        slug: "removes-white-space",
        sentence: "removes all white space before it parses, also inside strings",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .iter()
                    .copied()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect()
            });
        }),
    },
    Fault {
        slug: "reads-lines",
        sentence: "reads lines instead of datagrams, and parses each line",
        requirement: "J6",
        injection: always(|listener| {
            listener.splits(|datagram| match datagram.is_empty() {
                true => vec![datagram],
                false => datagram.lines().map(<[u8]>::to_vec).collect(),
            });
        }),
    },
    Fault {
        slug: "looks-at-the-first-byte",
        sentence: "drops a datagram whose first byte is not a brace, also after white space",
        requirement: "J6",
        injection: always(|listener| listener.ignores(|datagram| !datagram.starts_with(b"{"))),
    },
    Fault {
        slug: "looks-for-the-first-brace",
        sentence: "skips everything before the first brace, as `text.slice(text.indexOf('{'))` does",
        requirement: "J1",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find_byte(b'{')
                    .map_or(datagram, |at| &datagram[at..])
                    .into()
            });
        }),
    },
    Fault {
        slug: "splits-where-objects-meet",
        sentence: "splits a datagram at `}{` and reads each part as an event, as from a stream",
        requirement: "T19",
        injection: always(|listener| {
            listener.splits(|datagram| {
                let marked = datagram.replace("}{", "}\0{").replace("}\n{", "}\0{");
                marked.split_str("\0").map(<[u8]>::to_vec).collect()
            });
        }),
    },
    Fault {
        slug: "counts-braces",
        sentence: "ends a datagram where its braces balance, and counts the braces in strings, too",
        requirement: "J1",
        injection: always(|listener| {
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
        }),
    },
    Fault {
        slug: "passes-over-nul-in-front",
        sentence: "strips NUL bytes off both ends of a datagram",
        requirement: "J14",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.trim_with(|c| c == '\0').into());
        }),
    },
    Fault {
        slug: "unpacks-netstrings",
        sentence: "takes digits and a colon before the object for the length of a netstring",
        requirement: "J1",
        injection: always(|listener| {
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
        }),
    },
    Fault {
        slug: "unpacks-http",
        sentence: "reads what stands behind the first empty line, as the body of an HTTP request",
        requirement: "J1",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .find("\r\n\r\n")
                    .map_or(datagram, |at| &datagram[at + 4..])
                    .into()
            });
        }),
    },
    Fault {
        slug: "falls-back-to-text",
        sentence: "reads a datagram that is not JSON as an event of the text dialect",
        requirement: "J1",
        injection: always(|listener| {
            listener.datagrams(|datagram| match datagram.first() {
                Some(b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n') | None => datagram.into(),
                _ => {
                    let name = datagram
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_str_lossy()
                        .replace(|c: char| c.is_control() || "\"\\".contains(c), "");
                    format!("{{\"method\":\"{name}\"}}").into()
                }
            });
        }),
    },
];

/// Makes the listener take more bytes for white space between tokens.
fn takes_for_blanks(listener: &mut Listener<Reader>, is_blank: fn(u8) -> bool) {
    listener
        .reader
        .grammar
        .is_blank
        .link(move |byte, next| next(byte) || is_blank(byte));
}
