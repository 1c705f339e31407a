use bstr::ByteSlice as _;

use super::escapes::{Character, Surrogates};
use super::inject::always;
use super::reader::Reader;
use crate::faults::fault::Fault;
use crate::faults::listener::Listener;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "never-unescapes",
        sentence: "leaves the escapes in strings as they are",
        requirement: "J3",
        injection: always(|listener| unescapes(listener, |content, _| Ok(content.into()))),
    },
    Fault {
        slug: "unescapes-quotes-alone",
        sentence: "unescapes `\\\"` and no other escape, as in the text dialect",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, _| Ok(content.replace("\\\"", "\"")));
        }),
    },
    Fault {
        slug: "unescapes-twice",
        sentence: "unescapes strings twice",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                next(content).map(|text| next(&text).unwrap_or(text))
            });
        }),
    },
    Fault {
        slug: "unescapes-by-replacing",
        sentence: "replaces `\\n`, `\\r` and `\\t` before `\\\\`, so that an escaped backslash and `n` become a line feed",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let once = content
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\t", "\t");
                next(&once)
            });
        }),
    },
    Fault {
        slug: "takes-any-escape",
        sentence: "takes an unknown letter behind a backslash for itself",
        requirement: "J14",
        injection: always(|listener| {
            short_escapes(listener, |letter, known| known.or(Some(letter)));
        }),
    },
    Fault {
        slug: "takes-escapes-of-javascript",
        sentence: "accepts the escapes `\\x41`, `\\'`, `\\0` and `\\u{41}` of JavaScript",
        requirement: "J14",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let json = content
                    .replace("\\x41", "A")
                    .replace("\\'", "'")
                    .replace("\\0", "\\u0000")
                    .replace("\\u{41}", "A");
                next(&json.replace("\\\n", ""))
            });
        }),
    },
    Fault {
        slug: "knows-no-short-escapes-but-three",
        sentence: "knows the short escapes `\\\"`, `\\\\` and `\\n` only, and rejects the others",
        requirement: "J3",
        injection: always(|listener| {
            short_escapes(listener, |letter, known| {
                known.filter(|_| b"\"\\n".contains(&letter))
            });
        }),
    },
    Fault {
        slug: "does-not-know-the-escaped-solidus",
        sentence: "rejects the escape `\\/`",
        requirement: "J3",
        injection: always(|listener| {
            short_escapes(listener, |letter, known| known.filter(|_| letter != b'/'));
        }),
    },
    Fault {
        slug: "takes-b-and-f-for-letters",
        sentence: "takes the escapes `\\b` and `\\f` for the letters b and f",
        requirement: "J3",
        injection: always(|listener| {
            short_escapes(listener, |letter, known| match letter {
                b'b' | b'f' => Some(letter),
                _ => known,
            });
        }),
    },
    Fault {
        slug: "knows-no-unicode-escapes",
        sentence: "takes `\\u` for the letter u and leaves the four digits behind it in the string",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let mut pieces = content.split_str("\\\\");
                let mut changed = pieces.next().unwrap_or_default().replace("\\u", "u");
                for piece in pieces {
                    changed.extend(b"\\\\");
                    changed.extend(piece.replace("\\u", "u"));
                }
                next(&changed)
            });
        }),
    },
    Fault {
        slug: "asks-for-escapes-in-lower-case",
        sentence: "rejects `\\u` with digits in upper case",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let is_upper = |digits: &[u8]| digits.iter().take(4).any(u8::is_ascii_uppercase);
                let pieces = content.replace("\\\\", "..");
                if pieces.split_str("\\u").skip(1).any(is_upper) {
                    Err("a bad digit".into())
                } else {
                    next(content)
                }
            });
        }),
    },
    Fault {
        slug: "reads-escapes-with-strtoul",
        sentence: "reads the digits of `\\u` with `strtoul`, which accepts a sign and fewer than four digits",
        requirement: "J14",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let read = content.replace("\\u+041", "A").replace("\\u41", "A");
                next(&read.replace("\\u00zz", "\\u0000"))
            });
        }),
    },
    Fault {
        slug: "escapes-become-bytes",
        sentence: "keeps the low byte of a `\\u` escape only, as `(char)code` does",
        requirement: "J3",
        injection: always(|listener| {
            unescapes(listener, |content, next| {
                let mut text = Vec::new();
                let mut rest = content;
                while let Some(at) = rest.find("\\u") {
                    if rest[..at].ends_with(b"\\") || rest.len() < at + 6 {
                        break;
                    }
                    text.extend(&rest[..at]);
                    let code = u16::from_str_radix(&rest[at + 2..at + 6].to_str_lossy(), 16)
                        .map_err(|error| error.to_string())?;
                    text.push(code.to_le_bytes()[0]);
                    rest = &rest[at + 6..];
                }
                text.extend(rest);
                if text == content {
                    next(content)
                } else {
                    Ok(text)
                }
            });
        }),
    },
    Fault {
        slug: "surrogates-become-characters",
        sentence: "writes each half of a surrogate pair as three bytes, as CESU-8 does",
        requirement: "J3",
        injection: always(|listener| {
            surrogates(listener, |input, _| {
                let bits = |shift: u32| (input.0 >> shift & 0x3f) as u8;
                let bytes = vec![0xe0 | bits(12), 0x80 | bits(6), 0x80 | bits(0)];
                Some((bytes, false))
            });
        }),
    },
    Fault {
        slug: "surrogates-become-replacements",
        sentence: "writes U+FFFD for each half of a surrogate pair",
        requirement: "J3",
        injection: always(|listener| {
            surrogates(listener, |_, _| Some(("\u{fffd}".into(), false)));
        }),
    },
    Fault {
        slug: "rejects-surrogate-pairs",
        sentence: "rejects the escapes of characters beyond U+FFFF",
        requirement: "J3",
        injection: always(|listener| surrogates(listener, |_, _| None)),
    },
    Fault {
        slug: "dies-of-lone-surrogates",
        sentence: "dies of half a surrogate pair, with an error of encoding that nobody catches",
        requirement: "J13",
        injection: always(|listener| {
            let process = listener.process.clone();
            surrogates(listener, move |input, next| {
                let read = next(input);
                process.assert(read.is_some());
                read
            });
        }),
    },
    Fault {
        slug: "unescapes-before-it-parses",
        sentence: "unescapes `\\u` in the whole datagram before it parses, so that an escaped quote closes a string",
        requirement: "J3",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                datagram
                    .replace("\\u0022", "\"")
                    .replace("\\u005c", "\\")
                    .replace("\\u005C", "\\")
            });
        }),
    },
];

/// The rest of the chain that unescapes.
type Next<'n> = &'n mut dyn FnMut(&[u8]) -> Result<Vec<u8>, String>;

fn unescapes(
    listener: &mut Listener<Reader>,
    unescape: fn(&[u8], Next<'_>) -> Result<Vec<u8>, String>,
) {
    listener.reader.grammar.unescape.link(unescape);
}

/// Changes which byte a letter after a backslash stands for.
fn short_escapes(
    listener: &mut Listener<Reader>,
    change: impl Fn(u8, Option<u8>) -> Option<u8> + 'static,
) {
    let mut escapes = listener.reader.grammar.escapes.borrow_mut();
    escapes
        .short
        .link(move |letter, next| change(letter, next(letter)));
}

/// Changes how surrogates are combined.
fn surrogates(
    listener: &mut Listener<Reader>,
    combine: impl Fn(Surrogates, &mut dyn FnMut(Surrogates) -> Character) -> Character + 'static,
) {
    let mut escapes = listener.reader.grammar.escapes.borrow_mut();
    escapes.pair.link(combine);
}
