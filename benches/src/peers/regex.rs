//! With a regular expression.

use std::sync::LazyLock;

use memchr::memchr;
use regex::bytes::Regex;

use super::Param;

/// Reads a datagram: gives the name, and each parameter to the closure.
pub fn read<'a>(datagram: &'a [u8], mut each: impl FnMut(Param<'a>)) -> Option<&'a [u8]> {
    let mut at = memchr(b'\n', datagram).filter(|end| *end > 0)? + 1;
    let name = &datagram[..at - 1];
    let mut groups = ARGUMENT.capture_locations();
    while !matches!(&datagram[at..], b"" | b"\n") {
        // It matches at once, whatever stands there.
        let whole = ARGUMENT.captures_read_at(&mut groups, datagram, at)?;
        let group = |index| groups.get(index).map(|(from, to)| &datagram[from..to]);
        let value = group(2).or_else(|| group(3))?;
        each(Param {
            name: group(1),
            value,
            quoted: group(2).is_some(),
        });
        at = whole.end();
    }
    Some(name)
}

/// A name without `::`, a value in quotes, a value without.
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"((?::?[^:\n])+)::";
    let quoted = r#""((?:[^"\\]|\\+[^\\])*)"(?:\n|\z)"#;
    let bare = r"([^\n]*)(?:\n|\z)";
    Regex::new(&format!(r"(?s-u)(?:{name})?(?:{quoted}|{bare})")).expect("it is well-formed")
});
