use crate::datagrams::{Datagrams, Edited, Strings, all_bytes};
use crate::words::WORDS;

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

/// Words with a meaning in the text dialect alone, and more of those in `WORDS`.
const TEXT_WORDS: &[&[u8]] = &[
    b"::",
    b"\n\n",
    b"a::",
    b"a::\n",
    b"\"\"",
    b"+1",
    b"0x1",
    b"07",
    b"1,000",
    b"inf",
    b"none",
    b"nil",
    b"NULL",
    b"yes",
    b"on",
    b"off",
    b"%n",
    b"${a}",
    b"$a",
    b"{a}",
    b"{\"",
    b"[1]",
    b"&lt;",
    b"<a",
    b"aGk=",
    b"\\n",
    b"\\1",
    b"\\u0041",
    b"*",
    b"?",
    b"~",
    b"/",
    b"--",
    b" #b",
    b"!",
    b"|",
    b"(",
    b")",
    b"+",
    b".",
    b"-",
    b"_",
    b"@",
    b"^",
    b"`",
    b"\x1b",
    b"\x7f",
    b"\x08",
    b"\x0b",
    b"\x0c",
    b"\x1a",
    b"\x04",
    b"\xe2\x80",
    b"\xef\xbf\xbd",
    b"\xfe",
    b"\xe2\x80\xae",
    b"32768",
    b"65536",
    b"2147483648",
    b"4294967296",
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
    let all = [&bytes[..], WORDS, TEXT_WORDS].concat();
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
