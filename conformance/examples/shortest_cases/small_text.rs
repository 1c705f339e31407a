use crate::datagrams::{Datagrams, Edited, Strings, all_bytes};

/// Bytes with a meaning in the dialect, and a letter.
const MARKS: &[&[u8]] = &[b"\n", b":", b"\"", b"\\", b"a"];

/// Bytes and words that some listener misreads.
const PARTS: &[&[u8]] = &[
    b"\n",
    b":",
    b"\"",
    b"\\",
    b"a",
    b"A",
    b"0",
    b"1",
    b" ",
    b"\t",
    b"\r",
    b"\0",
    b"'",
    b",",
    b";",
    b"=",
    b"#",
    b"\xff",
    b"\xc3\xa9",
];

const WORDS: &[&[u8]] = &[
    b"::",
    b"\n\n",
    b"\r\n",
    b"a::",
    b"a::\n",
    b"\"\"",
    b"E_",
    b"-1",
    b"+1",
    b"1.0",
    b"1e3",
    b"0x1",
    b"07",
    b"1,000",
    b"nan",
    b"inf",
    b"null",
    b"none",
    b"None",
    b"nil",
    b"NULL",
    b"true",
    b"True",
    b"yes",
    b"no",
    b"on",
    b"off",
    b"%41",
    b"%s",
    b"%n",
    b"$1",
    b"$&",
    b"${a}",
    b"$a",
    b"{a}",
    b"{}",
    b"{\"",
    b"[]",
    b"[1]",
    b"a[b]",
    b"&amp;",
    b"&lt;",
    b"<b>",
    b"<a",
    b"YQ==",
    b"aGk=",
    b"`id`",
    b"\\n",
    b"\\t",
    b"\\1",
    b"\\x41",
    b"\\u0041",
    b"\\0",
    b"*",
    b"?",
    b"~",
    b"/",
    b"//",
    b"/*",
    b"--",
    b" #b",
    b" a",
    b"a ",
    b"!",
    b"|",
    b"(",
    b")",
    b"<",
    b">",
    b"&",
    b"+",
    b".",
    b"-",
    b"_",
    b"@",
    b"^",
    b"`",
    b"\x1b[31m",
    b"\x1b",
    b"\x7f",
    b"\x08",
    b"\x0b",
    b"\x0c",
    b"\x1a",
    b"\x04",
    b"__proto__",
    b"constructor",
    b"toString",
    b"length",
    b"__class__",
    b"__dict__",
    b"self",
    b"cls",
    b"PATH",
    b"event",
    b"params",
    b"param",
    b"name",
    b"value",
    b"method",
    b"id",
    b"exit",
    b"EOF",
    b"quit",
    b"e\xcc\x81",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xc2\xa0",
    b"\xc2\x85",
    b"\xc3",
    b"\xe2\x80",
    b"\xf0\x9f\x98\x80",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xef\xbf\xbd",
    b"\xe2\x80\x8b",
    b"\xfe",
    b"\xef\xbf\xbe",
    b"\xe2\x80\xae",
    b"32768",
    b"65536",
    b"2147483648",
    b"4294967296",
    b"9007199254740993",
    b"9223372036854775808",
    b"18446744073709551616",
    b"2026-01-02",
    b"1.2.3.4",
    b"00:00",
    b"sip:a@b",
    b"1:2",
    b"E_TEST",
    b"EVDG",
];

/// The texts before and behind a string: as the whole, the name of the event, the parameters, the
/// name of a parameter, a value, and a value in quotes.
const CONTEXTS: &[(&[u8], &[u8])] = &[
    (b"", b""),
    (b"", b"\n"),
    (b"", b"\n\n"),
    (b"a\n", b""),
    (b"a\n", b"\n"),
    (b"a\n", b"::"),
    (b"a\n", b"::\n"),
    (b"a\na", b"::a\n"),
    (b"a\na::", b""),
    (b"a\na::", b"\n"),
    (b"a\na::a", b"\n"),
    (b"a\na::\"", b"\"\n"),
    (b"a\n\"", b"\""),
    (b"a\n\"", b"\"\n"),
    (b"a\na\n", b"\n"),
];

/// The texts before and behind many repetitions of a part.
const REPEATED: &[(&[u8], &[u8])] = &[
    (b"", b"\n"),
    (b"a\n", b"\n"),
    (b"a\n", b"::\n"),
    (b"a\na::", b"\n"),
    (b"a\na::\"", b"\"\n"),
];

/// Returns small datagrams in order of length.
pub(crate) fn datagrams() -> Vec<Vec<u8>> {
    let mut datagrams = Datagrams::default();
    let bytes = all_bytes();
    let bytes: Vec<_> = bytes.iter().map(|byte| &byte[..]).collect();
    let all = [&bytes[..], WORDS].concat();
    for (before, behind) in CONTEXTS {
        for (symbols, longest) in [(&all[..], 1), (PARTS, 3), (MARKS, 6)] {
            datagrams.add_strings(&Strings {
                before,
                symbols,
                longest,
                behind,
            });
        }
    }
    for (before, behind) in REPEATED {
        for part in [&b"a"[..], b"\n", b":", b"\\", b"a::\n"] {
            datagrams.add_repeated(before, part, behind);
        }
    }
    for (before, behind) in [(&b""[..], &b""[..]), (b"a\n", b"")] {
        datagrams.add_strings(&Strings {
            before,
            symbols: MARKS,
            longest: 7,
            behind,
        });
        datagrams.add_strings(&Strings {
            before,
            symbols: PARTS,
            longest: 4,
            behind,
        });
    }
    for (before, behind) in [(&b"a\na::"[..], &b"\n"[..]), (b"a\n", b"::\n")] {
        datagrams.add_strings(&Strings {
            before,
            symbols: &all,
            longest: 2,
            behind,
        });
    }
    let parts = [PARTS, &[b"::", b"\r\n", b"a::", b"b::", b"1", b"b"]].concat();
    for tokens in [
        &[
            &b"a"[..],
            b"\n",
            b"a",
            b"::",
            b"a",
            b"\n",
            b"b",
            b"::",
            b"\n",
        ][..],
        &[
            b"a", b"\n", b"\"", b"\"", b"\n", b"b", b"::", b"\"", b"\"", b"\n", b"\n",
        ],
        &[
            b"a", b"\n", b"a", b"::", b"\n", b"a", b"::", b"\n", b"a", b"::", b"\n",
        ],
    ] {
        datagrams.add_edited(&Edited {
            tokens,
            symbols: &parts,
            edits: 2,
        });
        datagrams.add_edited(&Edited {
            tokens,
            symbols: &all,
            edits: 1,
        });
    }
    datagrams.into_sorted()
}
