//! Finds the kinds of one parameter. The value itself shows whether it was quoted: a quoted value
//! holds a line feed (T7, T10), and a bare one ends at a line feed (T11).

use event_datagram::{Bytes, Param, Value};
use memchr::{memchr, memmem};

use super::kind::Kind;
use super::kind_set::KindSet;

/// Finds what listeners misread in a parameter of the text dialect.
#[inline]
pub(super) fn in_text(param: &Param<'_>, kinds: &mut KindSet) {
    let Value::Bytes(content) = param.value else {
        return;
    };
    match content.as_slice() {
        Some(value) if memchr(b'\n', value).is_none() => {
            match param.name.as_ref().and_then(Bytes::as_slice) {
                Some(name) => kinds.add_if(!is_plain(name), Kind::NameOrValue),
                None => kinds.add_if(value.starts_with(b"::"), Kind::LeadingSeparator),
            }
            if value.starts_with(b"\"") {
                kinds.add(match inside_quotes(value) {
                    Some(_) => Kind::QuotedLine,
                    None => Kind::OpenQuote,
                });
            }
            kinds.add_if(wrapped_integer(value).is_some(), Kind::WrappedInteger);
        }
        _ => {
            kinds.add(Kind::ForgedParameter);
            kinds.add_if(content.iter().last() == Some(b'\\'), Kind::BackslashLast);
        }
    }
}

/// Finds what listeners misread in a parameter of JSON-RPC, or what no server sends in one.
#[inline]
pub(super) fn in_jsonrpc(param: &Param<'_>, kinds: &mut KindSet) {
    kinds.add_if(
        param.name.is_some_and(|name| name.is_empty()),
        Kind::EmptyKey,
    );
    if let Value::Integer(integer) = param.value {
        kinds.add_if(i32::try_from(integer).is_err(), Kind::WideInteger);
    }
}

/// Returns whether a string of JSON-RPC holds what looks like a member of an object.
pub(super) fn holds_member(value: &Value<'_>) -> bool {
    let content = value.as_bytes();
    content.is_some_and(|content| memmem::find(&content.to_cow(), b"\":").is_some())
}

/// Returns whether a name is plain (T4), so that it is a name in every reading.
pub(super) fn is_plain(name: &[u8]) -> bool {
    name.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Returns what stands between the quotes of a bare value, if the grammar says that they enclose it
/// (T9).
pub(super) fn inside_quotes(value: &[u8]) -> Option<&[u8]> {
    let inside = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    // The quote that closes is the first without a backslash before it. The opening quote before an
    // empty content is no backslash.
    let mut before = b'"';
    for byte in inside {
        if *byte == b'"' && before != b'\\' {
            return None;
        }
        before = *byte;
    }
    (before != b'\\').then_some(inside)
}

/// Returns the negative integer that servers write as these digits, if there is one: of 64 bits, or
/// -1 of 32.
pub(super) fn wrapped_integer(value: &[u8]) -> Option<i64> {
    // From 2^63 up.
    const SHORTEST: usize = 19;
    const LONGEST: usize = 20;
    if value == b"4294967295" {
        return Some(-1);
    }
    if !matches!(value.len(), SHORTEST..=LONGEST) || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let unsigned: u64 = str::from_utf8(value).ok()?.parse().ok()?;
    let integer = unsigned.cast_signed();
    (integer < 0 && value[0] != b'0').then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_enclose_a_value_where_the_first_without_a_backslash_is_the_last_byte() {
        for (value, inside) in [
            (r#""""#, Some("")),
            (r#""abc""#, Some("abc")),
            (r#""a\"b""#, Some(r#"a\"b"#)),
            (r#"""#, None),
            (r#""a"b""#, None),
            (r#""a\""#, None),
            (r#""Alice" <sip:a@b>"#, None),
        ] {
            let found = inside_quotes(value.as_bytes());
            assert_eq!(found, inside.map(str::as_bytes), "{value}");
        }
    }

    #[test]
    fn integers_are_wrapped_from_two_to_the_sixty_third_on() {
        for (value, integer) in [
            ("18446744073709551615", Some(-1)),
            ("9223372036854775808", Some(i64::MIN)),
            ("4294967295", Some(-1)),
            ("9223372036854775807", None),
            ("18446744073709551616", None),
            ("09223372036854775808", None),
            ("4294967294", None),
            ("1844674407370955161a", None),
            ("", None),
        ] {
            assert_eq!(wrapped_integer(value.as_bytes()), integer, "{value}");
        }
    }
}
