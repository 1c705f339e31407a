use memchr::{memchr, memmem};

use super::write::{self, is_quoted};
use crate::encode::Sink;
use crate::{Bytes, Event, Param, Unwritable, UnwritableReason, Value};

/// Checks whether the datagram reads back as `event`.
pub(super) fn check<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    let fail = |param, reason| Err(Unwritable::new(param, reason));
    let name = event.name();
    if name.is_empty() {
        return fail(None, UnwritableReason::EmptyEventName);
    }
    if holds(&name, b'\n') {
        return fail(None, UnwritableReason::LineFeedInEventName);
    }
    let mut params = event.params();
    let mut index = 0;
    while let Some(param) = params.next() {
        let reason = name_reason(&param)
            .or_else(|| value_reason(&param))
            .or_else(|| quotes_reason(&param, &params));
        if let Some(reason) = reason {
            return fail(Some(index), reason);
        }
        index += 1;
    }
    Ok(())
}

fn name_reason(param: &Param<'_>) -> Option<UnwritableReason> {
    let name = param.name?;
    if name.is_empty() {
        Some(UnwritableReason::EmptyName)
    } else if holds(&name, b'\n') {
        Some(UnwritableReason::LineFeedInName)
    } else if first_line_holds_separator(&name) || last_byte(&name) == Some(b':') {
        Some(UnwritableReason::SeparatorInName)
    } else {
        None
    }
}

fn value_reason(param: &Param<'_>) -> Option<UnwritableReason> {
    let content = match param.value {
        Value::Bytes(content) => content,
        Value::Integer(_) => return Some(UnwritableReason::Integer),
        Value::Null => return Some(UnwritableReason::Null),
    };
    // A value with a line feed is quoted, so that no `::` in it ends a name. A bare value that
    // begins with `::` takes the whole line (T5).
    let is_split = !is_quoted(&content)
        && !content.iter().take(2).eq(*b"::")
        && first_line_holds_separator(&content);
    (param.name.is_none() && is_split).then_some(UnwritableReason::SeparatorInUnnamedValue)
}

/// Returns why the decoder finds another quoted value than the written one, or finds one although
/// none is written.
fn quotes_reason<'a>(
    param: &Param<'_>,
    following: &(impl Iterator<Item = Param<'a>> + Clone),
) -> Option<UnwritableReason> {
    let without_name = Param {
        name: None,
        ..*param
    };
    let value = QuotedValue::at_start_of(&without_name, following.clone());
    let is_quoted = matches!(param.value, Value::Bytes(content) if is_quoted(&content));
    let has_quoted_line = param.name.is_some()
        && QuotedValue::at_start_of(param, following.clone()) != QuotedValue::Missing;
    match value {
        _ if has_quoted_line => Some(UnwritableReason::ReadsAsQuoted),
        // `Missing` means that the value is bare, and `Whole` that it is quoted: its own last quote
        // closes a quoted value at the latest, and a bare value contains no line feed.
        QuotedValue::Missing | QuotedValue::Whole => None,
        QuotedValue::Other if is_quoted => Some(UnwritableReason::BackslashBeforeClosingQuote),
        QuotedValue::Other => Some(UnwritableReason::ReadsAsQuoted),
    }
}

/// What the decoder finds at the place of a parameter (T7, T10).
#[derive(PartialEq, Eq)]
enum QuotedValue {
    /// The parameter does not start with a quoted value.
    Missing,
    /// The parameter is a quoted value.
    Whole,
    /// A quoted value starts with the parameter, but does not end with it.
    Other,
}

impl QuotedValue {
    fn at_start_of<'a>(param: &Param<'_>, mut following: impl Iterator<Item = Param<'a>>) -> Self {
        let mut search = write::parameter(param, ClosingQuote::default());
        let line_feed = search.at - 1;
        while search.place != Place::Behind
            && let Some(param) = following.next()
        {
            search = write::parameter(&param, search);
        }
        search.put(b"\n");
        match search.found {
            None => Self::Missing,
            Some(at) if at + 1 == line_feed => Self::Whole,
            Some(_) => Self::Other,
        }
    }
}

/// The decoder's search for a closing quote, as a sink for the pieces of a datagram.
#[derive(Default)]
struct ClosingQuote {
    place: Place,
    /// The number of bytes that were searched.
    at: usize,
    last: u8,
    holds_line_feed: bool,
    /// The position of the last closing quote so far.
    found: Option<usize>,
}

#[derive(Default, PartialEq, Eq)]
enum Place {
    /// Before the opening quote.
    #[default]
    Before,
    Inside,
    /// After a quote, which closes the value if a line feed precedes it and another one follows it.
    Candidate {
        is_escaped: bool,
    },
    /// The search is over.
    Behind,
}

impl Sink for ClosingQuote {
    fn put(&mut self, piece: &[u8]) {
        for byte in piece {
            self.step(*byte);
            self.last = *byte;
            self.at += 1;
        }
    }
}

impl ClosingQuote {
    fn step(&mut self, byte: u8) {
        if let Place::Candidate { is_escaped } = self.place {
            if byte == b'\n' && self.holds_line_feed {
                self.found = Some(self.at - 1);
            }
            self.place = if is_escaped {
                Place::Inside
            } else {
                Place::Behind
            };
        }
        match (&self.place, byte) {
            (Place::Before, b'"') => self.place = Place::Inside,
            (Place::Before, _) => self.place = Place::Behind,
            (Place::Inside, b'"') => {
                self.place = Place::Candidate {
                    is_escaped: self.last == b'\\',
                };
            }
            (Place::Inside, b'\n') => self.holds_line_feed = true,
            _ => {}
        }
    }
}

fn holds(content: &Bytes<'_>, byte: u8) -> bool {
    content.chunks().any(|chunk| memchr(byte, &chunk).is_some())
}

fn last_byte(content: &Bytes<'_>) -> Option<u8> {
    content.chunks().last()?.last().copied()
}

/// Returns whether there is a `::` before the first line feed.
fn first_line_holds_separator(content: &Bytes<'_>) -> bool {
    let mut behind_colon = false;
    for chunk in content.chunks() {
        let line = match memchr(b'\n', &chunk) {
            Some(end) => &chunk[..end],
            None => &chunk[..],
        };
        if behind_colon && line.starts_with(b":") || memmem::find(line, b"::").is_some() {
            return true;
        }
        if line.len() < chunk.len() {
            return false;
        }
        behind_colon = line.ends_with(b":");
    }
    false
}
