//! A peer with a regular expression.

use std::sync::LazyLock;

use memchr::memchr;
use regex::bytes::Regex;

use super::param::PeerParam;

/// Decodes a datagram: returns its name, and calls `on_param` for each parameter.
pub fn read<'a>(datagram: &'a [u8], mut on_param: impl FnMut(PeerParam<'a>)) -> Option<&'a [u8]> {
    let mut at = memchr(b'\n', datagram).filter(|end| *end > 0)? + 1;
    let name = &datagram[..at - 1];
    let mut groups = PARAMETER.capture_locations();
    while !matches!(&datagram[at..], b"" | b"\n") {
        // The expression matches any text.
        let whole = PARAMETER.captures_read_at(&mut groups, datagram, at)?;
        let group = |index| groups.get(index).map(|(from, to)| &datagram[from..to]);
        let value = group(2).or_else(|| group(3))?;
        on_param(PeerParam {
            name: group(1),
            value,
            is_quoted: group(2).is_some(),
        });
        at = whole.end();
    }
    Some(name)
}

/// An optional name without `::`, then a quoted or a bare value.
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"((?::?[^:\n])+)::";
    let quoted = r#""((?:[^"\\]|\\+[^\\])*)"(?:\n|\z)"#;
    let bare = r"([^\n]*)(?:\n|\z)";
    Regex::new(&format!(r"(?s-u)(?:{name})?(?:{quoted}|{bare})"))
        .expect("the expression is well-formed")
});
