//! A decoder of the text dialect that uses the parser combinators of `winnow`.

use winnow::Result;
use winnow::combinator::{alt, eof, opt, preceded, repeat, terminated};
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
    let named = (terminated(name, b"::").map(Some), alt((quoted, bare)));
    let unnamed = |value| (None, value);
    alt((quoted.map(unnamed), named, bare.map(unnamed)))
        .map(|(name, (value, is_quoted))| PeerParam {
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

/// Parses a quoted value, which holds a line feed.
fn quoted<'a>(input: &mut &'a [u8]) -> Result<(&'a [u8], bool), ()> {
    let closed = terminated(inside, (b'"', line_end));
    preceded(b'"', alt((closed, ends_in_backslash)))
        .verify(|value: &[u8]| value.contains(&b'\n'))
        .map(|value| (value, true))
        .parse_next(input)
}

/// Parses the text before the first quote without a backslash.
fn inside<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], ()> {
    // Some backslashes and the byte after the last one.
    let escape = (take_while(1.., b'\\'), none_of(b'\\')).void();
    let plain = take_till(1.., (b'"', b'\\')).void();
    repeat::<_, _, (), _, _>(0.., alt((plain, escape)))
        .take()
        .parse_next(input)
}

/// Parses up to the last quote that follows a backslash and ends a line, and the end of that line.
fn ends_in_backslash<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], ()> {
    let text = *input;
    let inside = inside.parse_next(input)?;
    let is_end = |at: &usize| {
        inside[..*at].ends_with(b"\\")
            && inside[*at] == b'"'
            && matches!(text.get(at + 1), None | Some(b'\n'))
    };
    let end = (0..inside.len()).rev().find(is_end).ok_or(())?;
    *input = text.get(end + 2..).unwrap_or_default();
    Ok(&text[..end])
}

fn line_end(input: &mut &[u8]) -> Result<(), ()> {
    alt((b"\n".void(), eof.void())).parse_next(input)
}
