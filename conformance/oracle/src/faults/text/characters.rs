use bstr::ByteSlice as _;
use unicode_normalization::UnicodeNormalization as _;

use super::inject::always;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "folds-case-by-unicode",
        sentence: "folds the case of values by Unicode: `ß` becomes `ss`",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                value
                    .replace("ß", "ss")
                    .replace("ſ", "s")
                    .replace("İ", "i\u{307}")
            });
        }),
    },
    Fault {
        slug: "composes-letters",
        sentence: "normalizes values to NFC: a letter and its accent become one character",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| if_text(value, |text| text.nfc().collect()));
        }),
    },
    Fault {
        slug: "replaces-compatibility-letters",
        sentence: "normalizes datagrams to NFKC: a ligature becomes two letters, and a wide colon a colon",
        requirement: "T12",
        injection: always(|listener| {
            listener.datagrams(|datagram| if_text(datagram, |text| text.nfkc().collect()));
        }),
    },
    Fault {
        slug: "drops-what-cannot-be-seen",
        sentence: "removes characters without width, such as U+200B, from values",
        requirement: "T12",
        injection: always(|listener| {
            let is_kept = |c: char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}');
            listener.values(move |value| change_chars(value, |c| is_kept(c).then_some(c)));
        }),
    },
    Fault {
        slug: "drops-noncharacters",
        sentence: "removes noncharacters of Unicode, such as U+FFFF, from values",
        requirement: "T12",
        injection: always(|listener| {
            let is_kept = |c: char| u32::from(c) & 0xfffe != 0xfffe;
            listener.values(move |value| change_chars(value, |c| is_kept(c).then_some(c)));
        }),
    },
    Fault {
        slug: "takes-u-fffd-for-an-error",
        sentence: "rejects datagrams that hold U+FFFD once they are decoded, also where it was sent",
        requirement: "T13",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| {
                if datagram.to_str_lossy().contains('\u{fffd}') {
                    return Err("not UTF-8".into());
                }
                next(datagram)
            });
        }),
    },
    Fault {
        slug: "rejects-what-is-not-utf8",
        sentence: "rejects datagrams that are not UTF-8",
        requirement: "T13",
        injection: always(|listener| {
            listener.reader.head.link(|datagram, next| {
                str::from_utf8(datagram).map_err(|error| error.to_string())?;
                next(datagram)
            });
        }),
    },
    Fault {
        slug: "dies-of-what-is-not-utf8",
        sentence: "dies of a datagram that is not UTF-8, as Python does of a `UnicodeDecodeError` that nobody catches",
        requirement: "T13",
        injection: always(|listener| {
            let process = listener.process.clone();
            listener.datagrams(move |datagram| {
                process.assert(str::from_utf8(datagram).is_ok());
                datagram.into()
            });
        }),
    },
    Fault {
        slug: "replaces-what-is-not-utf8",
        sentence: "replaces bytes that are not UTF-8 by U+FFFD, one for each character that was cut short",
        requirement: "T13",
        injection: always(|listener| {
            listener.datagrams(|datagram| datagram.to_str_lossy().into_owned().into());
        }),
    },
    Fault {
        slug: "replaces-each-byte-that-is-not-utf8",
        sentence: "replaces each byte that is not UTF-8 by U+FFFD",
        requirement: "T13",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let mut text = Vec::new();
                for chunk in datagram.utf8_chunks() {
                    text.extend(chunk.valid().bytes());
                    text.extend(REPLACEMENT.repeat(chunk.invalid().len()));
                }
                text
            });
        }),
    },
    Fault {
        slug: "replaces-each-run-that-is-not-utf8",
        sentence: "replaces each run of bytes that are not UTF-8 by one U+FFFD",
        requirement: "T13",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let mut text = Vec::new();
                let mut is_replaced = false;
                for chunk in datagram.utf8_chunks() {
                    is_replaced &= chunk.valid().is_empty();
                    text.extend(chunk.valid().bytes());
                    if !chunk.invalid().is_empty() && !is_replaced {
                        text.extend(REPLACEMENT);
                        is_replaced = true;
                    }
                }
                text
            });
        }),
    },
    Fault {
        slug: "drops-what-is-not-utf8",
        sentence: "drops bytes that are not UTF-8, as `errors='ignore'` of Python does",
        requirement: "T13",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let chunks = datagram.utf8_chunks();
                chunks.flat_map(|chunk| chunk.valid().bytes()).collect()
            });
        }),
    },
    Fault {
        slug: "drops-what-is-not-ascii",
        sentence: "drops bytes above 0x7f from values, as a comparison of a signed `char` with a blank does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.iter().copied().filter(u8::is_ascii).collect());
        }),
    },
    Fault {
        slug: "reads-latin-1",
        sentence: "decodes values as ISO-8859-1 (Latin-1)",
        requirement: "T12",
        injection: always(|listener| listener.values(from_latin_1)),
    },
    Fault {
        slug: "reads-names-and-values-as-latin-1",
        sentence: "decodes whole datagrams, names and values, as ISO-8859-1 (Latin-1)",
        requirement: "T12",
        injection: always(|listener| listener.datagrams(from_latin_1)),
    },
    Fault {
        slug: "trusts-lead-bytes",
        sentence: "skips as many bytes as the first byte of a character announces, line feeds included",
        requirement: "T13",
        injection: always(|listener| {
            let line_end = &mut listener.reader.line_end;
            line_end.link(|rest, next| next(&without_skipped(rest)));
        }),
    },
    Fault {
        slug: "decodes-overlong-forms",
        sentence: "decodes overlong forms of UTF-8, as a decoder that does not ask for the shortest form does",
        requirement: "T13",
        injection: always(|listener| listener.values(decoded_trustingly)),
    },
    Fault {
        slug: "decodes-in-chunks",
        sentence: "decodes datagrams in chunks, so that a character across two chunks becomes replacement characters",
        requirement: "T13",
        injection: always(|listener| {
            listener.datagrams(|datagram| {
                let chunks = datagram.chunks(4096);
                chunks
                    .flat_map(|chunk| chunk.to_str_lossy().into_owned().into_bytes())
                    .collect()
            });
        }),
    },
];

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

fn if_text(bytes: &[u8], change: fn(&str) -> String) -> Vec<u8> {
    str::from_utf8(bytes).map_or_else(|_| bytes.into(), |text| change(text).into())
}

fn from_latin_1(bytes: &[u8]) -> Vec<u8> {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    text.into()
}

/// Returns the first line, with its line feed, as a reader finds it that takes the length of a
/// character from its first byte without checking the others. Bytes that such a reader skips are
/// replaced by bytes that end no line.
fn without_skipped(rest: &[u8]) -> Vec<u8> {
    let mut line = Vec::new();
    while let Some(lead) = rest.get(line.len()) {
        let skipped = match lead {
            0xc0..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xff => 3,
            _ => 0,
        };
        line.push(*lead);
        if *lead == b'\n' {
            break;
        }
        line.resize((line.len() + skipped).min(rest.len()), 0x80);
    }
    line
}

/// Decodes UTF-8 by the lead bytes, overlong sequences included, and encodes the result correctly.
fn decoded_trustingly(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while let [lead, behind @ ..] = rest {
        let (length, bits) = match lead {
            0xc0..=0xdf => (1, lead & 0x1f),
            0xe0..=0xef => (2, lead & 0x0f),
            0xf0..=0xf7 => (3, lead & 0x07),
            _ => (0, *lead),
        };
        let is_whole = length > 0
            && behind.len() >= length
            && behind[..length].iter().all(|byte| byte & 0xc0 == 0x80);
        let code = behind
            .iter()
            .take(length)
            .fold(u32::from(bits), |code, byte| {
                code << 6 | u32::from(byte & 0x3f)
            });
        if is_whole {
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &behind[length..];
        } else {
            text.push(*lead);
            rest = behind;
        }
    }
    text
}

/// Changes or drops characters. Bytes that are not UTF-8 are kept.
pub(super) fn change_chars(bytes: &[u8], change: impl Fn(char) -> Option<char>) -> Vec<u8> {
    let mut changed = Vec::new();
    for chunk in bytes.utf8_chunks() {
        changed.extend(
            chunk
                .valid()
                .chars()
                .filter_map(&change)
                .collect::<String>()
                .into_bytes(),
        );
        changed.extend(chunk.invalid());
    }
    changed
}
