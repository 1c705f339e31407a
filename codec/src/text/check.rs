use core::fmt;

use memchr::{memchr, memmem};

use super::write::{self, Quotes, Sink};
use crate::{Bytes, Event, Param, Value};

/// Why a datagram of the text dialect would not read back as the event: in which part, and for what reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unwritable {
    param: Option<usize>,
    reason: UnwritableReason,
}

impl Unwritable {
    /// Gives the position of the parameter in the way, from 0, or `None` where it is the event's name.
    pub const fn param(&self) -> Option<usize> {
        self.param
    }

    /// Says what is in the way.
    pub const fn reason(&self) -> UnwritableReason {
        self.reason
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.param {
            Some(index) => write!(f, "parameter {}: {}", index + 1, self.reason),
            None => write!(f, "event name {}", self.reason),
        }
    }
}

impl core::error::Error for Unwritable {}

/// What in a part of an event does not survive the text dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnwritableReason {
    /// The event's name is empty, which makes the datagram malformed (T1).
    EmptyEventName,
    /// The event's name holds a line feed, which would end it (T1).
    LineFeedInEventName,
    /// The event's name holds a quote or a carriage return, which the documented grammar forbids.
    ForbiddenInEventName,
    /// The parameter's name is empty: it would read as no name.
    EmptyName,
    /// The parameter's name holds a line feed, which would end the argument.
    LineFeedInName,
    /// The parameter's name holds `::` or ends with `:`, so that it would end early (T4).
    SeparatorInName,
    /// The parameter's name holds a quote or a carriage return, which the documented grammar forbids.
    ForbiddenInName,
    /// The value has no name before it and holds `::`, so that its beginning would read as a name (T4, T6).
    SeparatorInUnnamedValue,
    /// The value has to stand in quotes and ends with a backslash, which would escape the closing one (T10).
    BackslashBeforeClosingQuote,
    /// The value begins with a quote, stands bare, and would read as quoted: by itself or with what follows (T7, T9).
    ReadsAsQuoted,
    /// The value is an integer: it would read as a string of its digits.
    Integer,
    /// There is no value: it would read as an empty one.
    Null,
}

impl fmt::Display for UnwritableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyEventName => "is empty",
            Self::LineFeedInEventName => "holds a line feed, which would end it",
            Self::ForbiddenInEventName => "holds a quote or carriage return, which the documented grammar forbids",
            Self::EmptyName => "name is empty and would read as none",
            Self::LineFeedInName => "name holds a line feed, which would end the argument",
            Self::SeparatorInName => "name holds `::` or ends with `:`, so that it would end early",
            Self::ForbiddenInName => "name holds a quote or carriage return, which the documented grammar forbids",
            Self::SeparatorInUnnamedValue => "value without a name holds `::`, so that its beginning would read as a name",
            Self::BackslashBeforeClosingQuote => {
                "value has to be quoted and ends with a backslash, which would escape the closing quote"
            }
            Self::ReadsAsQuoted => "value begins with a quote and would read as quoted",
            Self::Integer => "value is an integer and would read as a string",
            Self::Null => "value is missing and would read as empty",
        })
    }
}

/// Tells whether the datagram that is written with `quotes` reads back as `event`.
pub(super) fn check<E: Event + ?Sized>(event: &E, quotes: Quotes) -> Result<(), Unwritable> {
    let fail = |param, reason| Err(Unwritable { param, reason });
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
        let reason = name_reason(&param).or_else(|| value_reason(&param, quotes));
        if let Some(reason) = reason {
            return fail(Some(index), reason);
        }
        if reads_as_quoted(&param.value, params.clone(), quotes) {
            return fail(Some(index), UnwritableReason::ReadsAsQuoted);
        }
        index += 1;
    }
    Ok(())
}

/// Tells, besides, whether the names are such as the documented grammar allows.
pub(super) fn check_documented_names<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    if forbidden(&event.name()) {
        return Err(Unwritable {
            param: None,
            reason: UnwritableReason::ForbiddenInEventName,
        });
    }
    match event
        .params()
        .position(|param| param.name.is_some_and(|name| forbidden(&name)))
    {
        Some(index) => Err(Unwritable {
            param: Some(index),
            reason: UnwritableReason::ForbiddenInName,
        }),
        None => Ok(()),
    }
}

fn forbidden(name: &Bytes<'_>) -> bool {
    name.iter().any(|byte| matches!(byte, b'\'' | b'"' | b'\r'))
}

fn name_reason(param: &Param<'_>) -> Option<UnwritableReason> {
    let name = param.name?;
    if name.is_empty() {
        Some(UnwritableReason::EmptyName)
    } else if holds(&name, b'\n') {
        Some(UnwritableReason::LineFeedInName)
    } else if first_line_holds_separator(&name) || name.iter().last() == Some(b':') {
        Some(UnwritableReason::SeparatorInName)
    } else {
        None
    }
}

fn value_reason(param: &Param<'_>, quotes: Quotes) -> Option<UnwritableReason> {
    let content = match param.value {
        Value::Bytes(content) => content,
        Value::Integer(_) => return Some(UnwritableReason::Integer),
        Value::Null => return Some(UnwritableReason::Null),
    };
    let quoted = quotes(&content);
    if quoted && content.iter().last() == Some(b'\\') {
        return Some(UnwritableReason::BackslashBeforeClosingQuote);
    }
    // A bare value that begins with `::` has the whole line (T5).
    let whole_line = !quoted && content.iter().take(2).eq(*b"::");
    if param.name.is_none() && !whole_line && first_line_holds_separator(&content) {
        return Some(UnwritableReason::SeparatorInUnnamedValue);
    }
    None
}

/// Tells whether a bare value begins with a quote that another one closes, in it or in what follows it.
fn reads_as_quoted<'a>(
    value: &Value<'_>,
    following: impl Iterator<Item = Param<'a>>,
    quotes: Quotes,
) -> bool {
    let Value::Bytes(content) = value else {
        return false;
    };
    if quotes(content) || content.iter().next() != Some(b'"') {
        return false;
    }
    let mut search = ClosingQuote::Opening;
    write::value(value, quotes, &mut search);
    search.put(b"\n");
    for param in following {
        if matches!(search, ClosingQuote::Found | ClosingQuote::Missing) {
            break;
        }
        write::argument(&param, quotes, &mut search);
    }
    search.put(b"\n");
    matches!(search, ClosingQuote::Found)
}

/// The search of the decoder for a closing quote (T7), over the pieces of a datagram.
enum ClosingQuote {
    /// Before the opening quote.
    Opening,
    /// Inside the value, behind this byte.
    Inside(u8),
    /// Behind a quote that no backslash precedes.
    Candidate,
    Found,
    Missing,
}

impl Sink for ClosingQuote {
    fn put(&mut self, piece: &[u8]) {
        for byte in piece {
            *self = match (&self, byte) {
                (Self::Opening, first) => Self::Inside(*first),
                (Self::Inside(before), b'"') if *before != b'\\' => Self::Candidate,
                (Self::Inside(_), byte) => Self::Inside(*byte),
                (Self::Candidate, b'\n') => Self::Found,
                (Self::Candidate, _) => Self::Missing,
                (Self::Found | Self::Missing, _) => return,
            };
        }
    }
}

fn holds(content: &Bytes<'_>, byte: u8) -> bool {
    content.chunks().any(|chunk| memchr(byte, chunk).is_some())
}

/// Tells whether `::` stands before the first line feed. It never lies across chunks, which only a quote divides.
fn first_line_holds_separator(content: &Bytes<'_>) -> bool {
    for chunk in content.chunks() {
        let line_end = memchr(b'\n', chunk);
        if memmem::find(&chunk[..line_end.unwrap_or(chunk.len())], b"::").is_some() {
            return true;
        }
        if line_end.is_some() {
            return false;
        }
    }
    false
}
