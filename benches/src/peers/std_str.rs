//! With the methods of `str`.

use super::Param;

/// Reads a datagram of UTF-8: gives the name, and each parameter to the closure.
pub fn read<'a>(datagram: &'a [u8], mut each: impl FnMut(Param<'a>)) -> Option<&'a [u8]> {
    let text = str::from_utf8(datagram).ok()?;
    let (name, mut rest) = text.split_once('\n').filter(|(name, _)| !name.is_empty())?;
    while !matches!(rest, "" | "\n") {
        let (line, mut behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let (name, mut value) = match line.split_once("::") {
            Some((name, value)) if !name.is_empty() => (Some(name.as_bytes()), value),
            _ => (None, line),
        };
        let mut quoted = false;
        if value.starts_with('"') {
            // Its lines may be more than this one.
            let from = &rest[line.len() - value.len() + 1..];
            if let Some(inside) = inside_quotes(from) {
                (value, quoted) = (inside, true);
                behind = from.get(inside.len() + 2..).unwrap_or_default();
            }
        }
        each(Param {
            name,
            value: value.as_bytes(),
            quoted,
        });
        rest = behind;
    }
    Some(name.as_bytes())
}

/// Gives what stands before the closing quote: the first without a backslash, if a line ends there.
fn inside_quotes(text: &str) -> Option<&str> {
    let closing = |(at, _): &(usize, &str)| !text[..*at].ends_with('\\');
    let (at, _) = text.match_indices('"').find(closing)?;
    matches!(text.as_bytes().get(at + 1), None | Some(b'\n')).then_some(&text[..at])
}
