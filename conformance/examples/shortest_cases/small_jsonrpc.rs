use crate::datagrams::{Datagrams, Edited, Strings, all_bytes};
use crate::words::WORDS;

/// Tokens of JSON, and the members of an event.
const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b" ",
    b"\n",
    b"\0",
    b"\"\"",
    b"\"a\"",
    b"'a'",
    b"a",
    b"0",
    b"1",
    b"-1",
    b"null",
    b"true",
    b"\"method\"",
    b"\"params\"",
    b"\"id\"",
    b"\"jsonrpc\"",
    b"\"2.0\"",
    b"\"params\":{}",
    b"{}",
    b"[]",
    b"\"\":0",
    b"\"a\":0",
];

/// Parts of strings: quotes, pieces of escapes, and bytes that some listener misreads.
const STRING_PARTS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"a",
    b"A",
    b"n",
    b"u0041",
    b"0",
    b" ",
    b"\n",
    b"\t",
    b"'",
    b"\xff",
    b"\xc3\xa9",
    b"\\n",
    b"\\u00e9",
    b"\\ud83d",
    b"\\udcde",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"/",
];

/// What may stand in place of a token: values, spellings of other languages, and names of members.
const TOKEN_WORDS: &[&[u8]] = &[
    b"True",
    b"False",
    b"None",
    b"NaN",
    b"Infinity",
    b"undefined",
    b"nil",
    b"false",
    b"-0",
    b"1.0",
    b"1.5",
    b".5",
    b"1.",
    b"1e3",
    b"+1",
    b"01",
    b"0x1",
    b"1_0",
    b"256",
    b"32768",
    b"65536",
    b"1234567",
    b"10000000",
    b"2147483648",
    b"4294967296",
    b"9007199254740993",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1e999",
    b"-2147483649",
    b"-9223372036854775809",
    b"=>",
    b"=",
    b";",
    b"/**/",
    b"/*a*/",
    b"//\n",
    b"#\n",
    b"//",
    b"#",
    b"\r\n",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"``",
    b"''",
    b"`a`",
    b"method",
    b"params",
    b"\"METHOD\"",
    b"\"Method\"",
    b"\"methods\"",
    b"\"method_\"",
    b"\" method\"",
    b"\"PARAMS\"",
    b"\"Params\"",
    b"\" params\"",
    b"\"__proto__\"",
    b"\"result\"",
    b"\"error\"",
    b"\"event\"",
    b"\"name\"",
    b"\"value\"",
    b"\"1.0\"",
    b"\"2\"",
    b"2.0",
    b"2",
    b"\"method\":\"\"",
    b"\"method\":\"b\"",
    b"\"id\":null",
    b"\"id\":0",
    b"\"jsonrpc\":\"2.0\"",
    b"\"x\":0,",
    b"\"x\":[],",
    b"\"x\":{},",
    b"[0]",
    b"[{}]",
    b"{\"\":0}",
    b"\"\\u006dethod\"",
    b"\"\\u0061\"",
    b"\"0\"",
    b"\"1\"",
    b"\"-1\"",
    b"\"null\"",
    b"\"true\"",
    b"\"[]\"",
    b"\"{}\"",
];

/// Words with a meaning in strings of JSON alone, and more of those in `WORDS`.
const STRING_WORDS: &[&[u8]] = &[
    b"\\u0000",
    b"\\u000a",
    b"\\u000A",
    b"\\u0022",
    b"\\u005c",
    b"\\u0061",
    b"\\u00E9",
    b"\\u0100",
    b"\\u4e00",
    b"\\uffff",
    b"\\ufeff",
    b"\\u200b",
    b"\\ud83d\\ude00",
    b"\\ud83d",
    b"\\ude00",
    b"\\uD83D\\uDE00",
    b"\\\\n",
    b"\\\\u0041",
    b"\\\"",
    b"\\/",
    b"\\b",
    b"\\f",
    b"\\r",
    b"\\'",
    b"\\u{41}",
    b"\\u41",
    b"\\u+041",
    b"\\uzzzz",
    b"\\v",
    b"\\a",
    b"  ",
    b"007",
    b"0x1F",
    b"\\\"\\\"",
    b"\\\"a\\\"",
    b"'a'",
    b"${x}",
    b"{name}",
    b"a#b",
    b"a //b",
    b"/*a*/",
    b"/**/",
    b"a+b",
    b"\\\\1",
    b"rpc.",
    b"10",
    b"user[id]",
    b"a.b",
    b"jsonrpc",
    b"\\u001b",
    b"\\u0007",
    b"\\u007f",
    b"\\u0085",
    b"\\u00a0",
    b",}",
    b",]",
    b",,",
    b"=>",
    b";",
    b"a:",
];

/// Small events in tokens, with a space between two. Those with the version admit one reading,
/// those without it two.
const EVENTS: &[&str] = &[
    r#"{ "method" : "a" }"#,
    r#"{ "method" : "a" , "params" : { "a" : "a" } }"#,
    r#"{ "params" : { "a" : 0 } , "method" : "a" }"#,
    r#"{ "method" : "a" , "params" : [ "a" ] }"#,
    r#"{ "jsonrpc":"2.0" , "method" : "a" }"#,
    r#"{ "method" : "a" , "jsonrpc":"2.0" }"#,
    r#"{ "jsonrpc":"2.0" , "method" : "a" , "params" : { "a" : "a" } }"#,
    r#"{ "jsonrpc":"2.0" , "method" : "a" , "params" : [ "a" ] }"#,
    r#"{ "jsonrpc":"2.0" , "method" : "a" , "params" : [ 0 ] }"#,
    r#"{ "jsonrpc":"2.0" , "params" : { "a" : 0 } , "method" : "a" }"#,
];

/// The texts before and behind a string: the name of the event, of a parameter, values.
const STRING_CONTEXTS: &[(&[u8], &[u8])] = &[
    (b"{\"method\":\"", b"\"}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"", b"\"}"),
    (b"{\"method\":\"a\",\"params\":[\"", b"\"]}"),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[\"",
        b"\"]}",
    ),
    (b"{\"method\":\"a\",\"params\":{\"", b"\":0}}"),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"",
        b"\":0}}",
    ),
    (b"{\"method\":\"a\",\"params\":{\"a\":\"", b"\"}}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"", b"\":0}"),
    (b"{\"", b"\":0,\"jsonrpc\":\"2.0\",\"method\":\"a\"}"),
    (b"{\"", b"\":0}"),
    (b"{\"a\":\"", b"\"}"),
];

/// The texts before and behind other tokens.
const TOKEN_CONTEXTS: &[(&[u8], &[u8])] = &[
    (b"", b""),
    (b"{\"method\":", b"}"),
    (b"{\"method\":\"a\",", b"}"),
    (b"{\"method\":\"a\",\"params\":[", b"]}"),
    (b"{\"method\":\"a\",\"params\":", b"}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":", b"}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[", b"]}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{", b"}}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\"", b"}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", b""),
    (b"", b"{\"jsonrpc\":\"2.0\",\"method\":\"a\"}"),
    (b"{\"jsonrpc\":", b",\"method\":\"a\"}"),
    (b"{", b"\"jsonrpc\":\"2.0\",\"method\":\"a\"}"),
];

/// What stands before, in, and behind many repetitions of a part.
const REPEATED: &[(&[u8], &[u8], &[u8])] = &[
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"", b"a", b"\"}"),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[\"",
        b"a",
        b"\"]}",
    ),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[\"",
        b"\\n",
        b"\"]}",
    ),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"",
        b"a",
        b"\":0}}",
    ),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[",
        b"0,",
        b"0]}",
    ),
    (
        b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{",
        b"\"a\":0,",
        b"\"a\":0}}",
    ),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"a\":", b"1", b"}"),
    (b"{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", b" ", b""),
    (b"{\"method\":\"a\"}", b" ", b""),
    (b"", b" ", b""),
    (b"", b"a", b""),
    (b"", b"[", b""),
];

/// Small changes.
const EDITS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\"\"",
    b"\"b\"",
    b"0",
    b"null",
    b"\"a\":0",
    b"\"method\":\"b\"",
    b"\"id\":0",
];

/// Returns small datagrams in order of length.
pub(crate) fn datagrams() -> Vec<Vec<u8>> {
    let mut datagrams = Datagrams::default();
    let bytes = all_bytes();
    let bytes: Vec<_> = bytes.iter().map(|byte| &byte[..]).collect();
    let in_strings = [&bytes[..], WORDS, STRING_WORDS].concat();
    let outside = [&bytes[..], TOKENS, TOKEN_WORDS].concat();
    for (before, behind) in STRING_CONTEXTS {
        for (symbols, longest) in [(&in_strings[..], 1), (STRING_PARTS, 3)] {
            datagrams.add_strings(&Strings {
                before,
                symbols,
                longest,
                behind,
            });
        }
    }
    for (before, behind) in TOKEN_CONTEXTS {
        for (symbols, longest) in [(&outside[..], 1), (TOKENS, 3)] {
            datagrams.add_strings(&Strings {
                before,
                symbols,
                longest,
                behind,
            });
        }
    }
    for (before, part, behind) in REPEATED {
        datagrams.add_repeated(before, part, behind);
    }
    for depth in (1..200).chain([255, 256, 257, 511, 512, 513, 1_000, 1_001, 10_000]) {
        for (before, behind) in TOKEN_CONTEXTS {
            let nested = [b"[".repeat(depth), b"]".repeat(depth)].concat();
            datagrams.add(&[before, &nested[..], behind].concat());
        }
    }
    for event in EVENTS {
        let tokens: Vec<_> = event.split(' ').map(str::as_bytes).collect();
        datagrams.add_edited(&Edited {
            tokens: &tokens,
            symbols: EDITS,
            edits: 2,
        });
        datagrams.add_edited(&Edited {
            tokens: &tokens,
            symbols: &outside,
            edits: 1,
        });
    }
    datagrams.into_sorted()
}
