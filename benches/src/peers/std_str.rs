//! A decoder of the text dialect that uses the methods of `str`.

use super::param::PeerParam;

/// Decodes a datagram of UTF-8: returns its name, and calls `on_param` for each parameter.
pub fn read<'a>(datagram: &'a [u8], mut on_param: impl FnMut(PeerParam<'a>)) -> Option<&'a [u8]> {
    let text = str::from_utf8(datagram).ok()?;
    let (name, mut rest) = text.split_once('\n').filter(|(name, _)| !name.is_empty())?;
    while !matches!(rest, "" | "\n") {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let (name, value) = match line.split_once("::") {
            _ if inside_quotes(rest).is_some() => (None, line),
            Some((name, value)) if !name.is_empty() => (Some(name.as_bytes()), value),
            _ => (None, line),
        };
        // A quoted value has several lines, so the search continues behind the first line.
        let from = &rest[line.len() - value.len()..];
        let quoted = inside_quotes(from);
        on_param(PeerParam {
            name,
            value: quoted.unwrap_or(value).as_bytes(),
            is_quoted: quoted.is_some(),
        });
        rest = match quoted {
            Some(inside) => from.get(inside.len() + 3..).unwrap_or_default(),
            None => behind,
        };
    }
    Some(name.as_bytes())
}

/// Returns the text between the quotes of a quoted value at the start of `text`. The closing quote
/// ends a line, but not the first one. Of several such quotes, up to the first quote without a
/// backslash before it, the last one closes the value.
fn inside_quotes(text: &str) -> Option<&str> {
    let text = text.strip_prefix('"')?;
    let first_line = text.find('\n')?;
    let mut inside = None;
    for (at, _) in text.match_indices('"') {
        let before = &text[..at];
        if at > first_line && matches!(text.as_bytes().get(at + 1), None | Some(b'\n')) {
            inside = Some(before);
        }
        if !before.ends_with('\\') {
            break;
        }
    }
    inside
}
