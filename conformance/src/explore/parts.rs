//! Finds the parts of a datagram that shrinking removes together.

use std::collections::HashMap;
use std::ops::Range;

/// Splits a datagram into tokens: the bytes with a meaning in either dialect, and the words between
/// them.
pub(super) fn tokens(datagram: &[u8]) -> Vec<Range<usize>> {
    let is_mark = |byte: u8| b"\n:\",\\{}[]".contains(&byte);
    let mut tokens: Vec<Range<usize>> = Vec::new();
    for (at, byte) in datagram.iter().enumerate() {
        match tokens.last_mut() {
            Some(last) if !is_mark(*byte) && !is_mark(datagram[at - 1]) => last.end = at + 1,
            _ => tokens.push(at..at + 1),
        }
    }
    tokens
}

/// Returns the most frequent parts of a datagram that occur several times: bytes, and groups of up
/// to four tokens, the longest first.
pub(super) fn repeated_groups(datagram: &[u8]) -> Vec<Vec<u8>> {
    let tokens = tokens(datagram);
    let mut groups = Vec::new();
    for length in (1..=MAX_GROUP).rev() {
        let of_length = tokens.windows(length);
        let texts = of_length.map(|group| &datagram[group[0].start..group[length - 1].end]);
        groups.extend(most_frequent(texts));
    }
    groups.extend(most_frequent(datagram.chunks(1)));
    groups.into_iter().map(<[u8]>::to_vec).collect()
}

/// Returns where brackets and quotes open and close, each pair once. Brackets in quotes are text.
pub(super) fn pairs(datagram: &[u8]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut open, mut quote, mut is_escaped) = (Vec::new(), None, false);
    for (at, byte) in datagram.iter().enumerate() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match (byte, quote) {
            (b'\\', _) => is_escaped = true,
            (b'"', None) => quote = Some(at),
            (b'"', Some(start)) => {
                pairs.push((start, at));
                quote = None;
            }
            (b'{' | b'[', None) => open.push(at),
            (b'}' | b']', None) => pairs.extend(open.pop().map(|start| (start, at))),
            _ => {}
        }
    }
    pairs.sort_unstable();
    pairs.truncate(MAX_PAIRS);
    pairs
}

/// Returns the escapes of JSON that a shorter text may replace: the range of each, and the text.
pub(super) fn escapes(datagram: &[u8]) -> Vec<(Range<usize>, &'static [u8])> {
    let mut escapes = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'\\', &datagram[at..]).map(|found| at + found) {
        let (length, text) = match &datagram[start + 1..] {
            [b'/', ..] => (2, Some(&b"/"[..])),
            [b'u', digits @ ..] if digits.len() >= 4 => match unescaped(&digits[..4]) {
                None => (2, None),
                text => (6, text),
            },
            [] => (1, None),
            _ => (2, None),
        };
        at = start + length;
        escapes.extend(text.map(|text| (start..at, text)));
    }
    escapes
}

/// Returns a datagram with other texts in place of these ranges, which are in order.
pub(super) fn replaced(datagram: &[u8], ranges: &[(Range<usize>, &[u8])]) -> Vec<u8> {
    let mut result = Vec::with_capacity(datagram.len());
    let mut at = 0;
    for (range, text) in ranges {
        result.extend_from_slice(&datagram[at..range.start]);
        result.extend_from_slice(text);
        at = range.end;
    }
    result.extend_from_slice(&datagram[at..]);
    result
}

/// The most tokens of a group.
const MAX_GROUP: usize = 4;
/// The fewest occurrences of a part that counts as repeated.
const MIN_OCCURRENCES: usize = 4;
/// The most parts of a length.
const MAX_GROUPS: usize = 16;
/// The most pairs of brackets and quotes.
const MAX_PAIRS: usize = 128;

/// The characters of ASCII from the blank on.
const PRINTABLE: &[u8] = b" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\
    [\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

fn most_frequent<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Vec<&'t [u8]> {
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts.retain(|_, count| *count >= MIN_OCCURRENCES);
    let mut texts: Vec<_> = counts.into_iter().collect();
    texts.sort_unstable_by_key(|(text, count)| (std::cmp::Reverse(*count), *text));
    texts.truncate(MAX_GROUPS);
    texts.into_iter().map(|(text, _)| text).collect()
}

/// Returns the shortest text in a JSON string for a character with this number in hex. `None` if it
/// is not a character of ASCII.
fn unescaped(digits: &[u8]) -> Option<&'static [u8]> {
    let code = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    match code {
        b'"' => Some(b"\\\""),
        b'\\' => Some(b"\\\\"),
        b'\n' => Some(b"\\n"),
        b'\r' => Some(b"\\r"),
        b'\t' => Some(b"\\t"),
        b' '..=b'~' => PRINTABLE.get(usize::from(code - b' ')..=usize::from(code - b' ')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_have_shorter_texts() {
        let datagram = br"\u0041\\u0041\/\n\u00e9\u0022\u004";
        let replaced = escapes(datagram).into_iter();
        let replaced: Vec<_> = replaced.map(|(at, text)| (&datagram[at], text)).collect();
        let expected: [(&[u8], &[u8]); 3] =
            [(br"\u0041", b"A"), (br"\/", b"/"), (br"\u0022", br#"\""#)];
        assert_eq!(replaced, expected);
        assert_eq!(escapes(br"\"), []);
    }

    #[test]
    fn pairs_are_outside_of_quotes() {
        assert_eq!(pairs(br#"{"]\"":[0]}}"#), [(0, 10), (1, 5), (7, 9)]);
        assert_eq!(pairs(br#"["{"#), []);
    }

    #[test]
    fn repeated_groups_are_frequent() {
        let groups = repeated_groups(br#"{"a":{"a":{"a":{"a":0"#);
        let has = |group: &[u8]| groups.iter().any(|other| other == group);
        assert!(has(br#""a":"#));
        assert!(has(b"{"));
        assert!(!has(b"0"));
    }
}
