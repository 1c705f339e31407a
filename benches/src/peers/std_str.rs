//! A peer with the methods of `str`.

use super::param::PeerParam;

/// Decodes a datagram of UTF-8: returns its name, and calls `on_param` for each parameter.
pub fn read<'a>(datagram: &'a [u8], mut on_param: impl FnMut(PeerParam<'a>)) -> Option<&'a [u8]> {
    let text = str::from_utf8(datagram).ok()?;
    let (name, mut rest) = text.split_once('\n').filter(|(name, _)| !name.is_empty())?;
    while !matches!(rest, "" | "\n") {
        let (line, mut behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let (name, mut value) = match line.split_once("::") {
            Some((name, value)) if !name.is_empty() => (Some(name.as_bytes()), value),
            _ => (None, line),
        };
        let mut is_quoted = false;
        if value.starts_with('"') {
            // The quoted value may have several lines.
            let from = &rest[line.len() - value.len() + 1..];
            if let Some(inside) = inside_quotes(from) {
                (value, is_quoted) = (inside, true);
                behind = from.get(inside.len() + 2..).unwrap_or_default();
            }
        }
        on_param(PeerParam {
            name,
            value: value.as_bytes(),
            is_quoted,
        });
        rest = behind;
    }
    Some(name.as_bytes())
}

/// Returns the text before the closing quote, which is the first quote without a backslash, if a
/// line ends behind it.
fn inside_quotes(text: &str) -> Option<&str> {
    let closing = |(at, _): &(usize, &str)| !text[..*at].ends_with('\\');
    let (at, _) = text.match_indices('"').find(closing)?;
    matches!(text.as_bytes().get(at + 1), None | Some(b'\n')).then_some(&text[..at])
}
