//! A decoder of the text dialect that uses a regular expression.

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
        let quoted = QUOTED.into_iter().find_map(group);
        on_param(PeerParam {
            name: group(NAME),
            value: quoted.or_else(|| group(BARE))?,
            is_quoted: quoted.is_some(),
        });
        at = whole.end();
    }
    Some(name)
}

/// Matches a quoted value, or an optional name without `::` and then a quoted or a bare value. A
/// quoted value contains a line feed. It ends before a quote without a backslash, or with a
/// backslash.
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    let first_line = r#"(?:[^"\\\n]|\\+[^\\\n])*\\*\n"#;
    let more = r#"(?:[^"\\]|\\+[^\\])*"#;
    let end = r"(?:\n|\z)";
    let quoted = format!(r#"(?:"({first_line}{more})"{end}|"({first_line}{more}\\+)"{end})"#);
    let name = r"((?::?[^:\n])+)::";
    let bare = format!(r"([^\n]*){end}");
    Regex::new(&format!(
        r"(?s-u)(?:{quoted}|(?:{name})?(?:{quoted}|{bare}))"
    ))
    .expect("the expression is well-formed")
});

/// The groups of the expression.
const QUOTED: [usize; 4] = [1, 2, 4, 5];
const NAME: usize = 3;
const BARE: usize = 6;
