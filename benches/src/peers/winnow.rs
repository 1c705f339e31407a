//! A peer with the parser combinators of `winnow`.

use winnow::Result;
use winnow::combinator::{alt, delimited, eof, opt, repeat, terminated};
use winnow::prelude::*;
use winnow::token::{none_of, take_till, take_while};

use super::param::PeerParam;

/// Decodes a datagram: returns its name, and calls `on_param` for each parameter.
pub fn read<'a>(datagram: &'a [u8], mut on_param: impl FnMut(PeerParam<'a>)) -> Option<&'a [u8]> {
    let rest = &mut &*datagram;
    let name = terminated(take_till::<_, _, ()>(1.., b'\n'), b'\n')
        .parse_next(rest)
        .ok()?;
    while !matches!(*rest, b"" | b"\n") {
        on_param(parameter.parse_next(rest).ok()?);
    }
    Some(name)
}

fn parameter<'a>(input: &mut &'a [u8]) -> Result<PeerParam<'a>, ()> {
    let name = opt(terminated(name, b"::")).parse_next(input)?;
    alt((quoted, bare))
        .map(|(value, is_quoted)| PeerParam {
            name,
            value,
            is_quoted,
        })
        .parse_next(input)
}

/// Parses a name, which holds neither `::` nor a line feed.
fn name<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], ()> {
    let plain = |byte| byte != b':' && byte != b'\n';
    let piece = (opt(b':'), take_while(1.., plain));
    repeat::<_, _, (), _, _>(1.., piece)
        .take()
        .parse_next(input)
}

fn bare<'a>(input: &mut &'a [u8]) -> Result<(&'a [u8], bool), ()> {
    let value = take_till(0.., b'\n').parse_next(input)?;
    opt(b'\n').parse_next(input)?;
    Ok((value, false))
}

fn quoted<'a>(input: &mut &'a [u8]) -> Result<(&'a [u8], bool), ()> {
    // Backslashes with the byte behind the last of them.
    let escape = (take_while(1.., b'\\'), none_of(b'\\')).void();
    let plain = take_till(1.., (b'"', b'\\')).void();
    let inside = repeat::<_, _, (), _, _>(0.., alt((plain, escape))).take();
    delimited(b'"', inside, (b'"', alt((b"\n".void(), eof.void()))))
        .map(|value| (value, true))
        .parse_next(input)
}
