use bstr::ByteSlice as _;

use super::inject::always;
use crate::faults::fault::Fault;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        slug: "trims-values",
        sentence: "removes white space at both ends of values",
        requirement: "T11",
        injection: always(|listener| listener.values(|value| value.trim_ascii().into())),
    },
    Fault {
        slug: "trims-values-by-unicode",
        sentence: "removes white space at both ends of values, blanks of Unicode such as U+00A0 included",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.trim_with(char::is_whitespace).into());
        }),
    },
    Fault {
        slug: "drops-byte-order-marks",
        sentence: "removes U+FEFF at both ends of values, as `trim()` of JavaScript does",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.trim_with(|c| c == '\u{feff}').into());
        }),
    },
    Fault {
        slug: "squeezes-blanks",
        sentence: "splits values at blanks and joins the words with one blank each",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| {
                let words = value.split_str(" ").filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join(&b' ')
            });
        }),
    },
    Fault {
        slug: "expands-tabs",
        sentence: "replaces each tab in a value by four blanks",
        requirement: "T11",
        injection: always(|listener| listener.values(|value| value.replace("\t", "    "))),
    },
    Fault {
        slug: "chomps-values",
        sentence: "removes CR at the end of values, as `chomp` of Ruby and `rstrip('\\r')` do",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| value.trim_end_with(|c| c == '\r').into());
        }),
    },
    Fault {
        slug: "drops-cr",
        sentence: "removes every CR from values",
        requirement: "T11",
        injection: always(|listener| listener.values(|value| value.replace("\r", ""))),
    },
    Fault {
        slug: "lower-case-values",
        sentence: "turns values into lower case",
        requirement: "T12",
        injection: always(|listener| listener.values(<[u8]>::to_ascii_lowercase)),
    },
    Fault {
        slug: "cuts-values-at-nul",
        sentence: "cuts values at the first NUL, as C strings end there",
        requirement: "T11",
        injection: always(|listener| listener.values(until_nul)),
    },
    Fault {
        slug: "strips-nul-at-the-end",
        sentence: "removes NUL at the end of values, as if it were padding",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| value.trim_end_with(|c| c == '\0').into());
        }),
    },
    Fault {
        slug: "cuts-datagrams-at-nul",
        sentence: "cuts datagrams at the first NUL, as `strlen(buffer)` instead of the received length does",
        requirement: "T11",
        injection: always(|listener| listener.datagrams(until_nul)),
    },
    Fault {
        slug: "passes-over-nul-lines",
        sentence: "stops reading at a line that begins with NUL, as a test for `line[0] == '\\0'` does",
        requirement: "T11",
        injection: always(|listener| {
            let is_end = &mut listener.reader.is_end;
            is_end.link(|rest, next| next(rest) || rest.starts_with(b"\0"));
        }),
    },
    Fault {
        slug: "drops-control-characters",
        sentence: "removes control characters other than LF from values",
        requirement: "T11",
        injection: always(|listener| {
            listener.values(|value| {
                let is_kept = |byte: &u8| *byte >= b' ' && *byte != 0x7f || *byte == b'\n';
                value.iter().copied().filter(is_kept).collect()
            });
        }),
    },
    Fault {
        slug: "drops-separators-of-ascii",
        sentence: "removes the bytes 0x1c to 0x1f from values, as languages that count them as white space do",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let is_kept = |byte: &u8| !(0x1c..=0x1f).contains(byte);
                value.iter().copied().filter(is_kept).collect()
            });
        }),
    },
    Fault {
        slug: "ends-at-control-z",
        sentence: "cuts values at the byte 0x1a (Ctrl-Z), which ends a text file on Windows",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| value.split_str("\x1a").next().unwrap_or_default().into());
        }),
    },
    Fault {
        slug: "drops-colours",
        sentence: "removes ANSI escape sequences from values",
        requirement: "T12",
        injection: always(|listener| {
            listener.values(|value| {
                let mut pieces = value.split_str("\x1b[");
                let mut text = pieces.next().unwrap_or_default().to_vec();
                for piece in pieces {
                    text.extend(piece.splitn_str(2, "m").nth(1).unwrap_or(piece));
                }
                text
            });
        }),
    },
];

/// Returns the bytes before the first NUL, where a C string ends.
pub(super) fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.split_str("\0").next().unwrap_or_default().into()
}
