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
        let reason = name_reason(&param).or_else(|| value_reason(&param));
        if let Some(reason) = reason {
            return fail(Some(index), reason);
        }
        if reads_as_quoted(&param.value, params.clone()) {
            return fail(Some(index), UnwritableReason::ReadsAsQuoted);
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
    let quoted = is_quoted(&content);
    if quoted && last_byte(&content) == Some(b'\\') {
        return Some(UnwritableReason::BackslashBeforeClosingQuote);
    }
    // A bare value that begins with `::` has the whole line (T5).
    let whole_line = !quoted && content.iter().take(2).eq(*b"::");
    if param.name.is_none() && !whole_line && first_line_holds_separator(&content) {
        return Some(UnwritableReason::SeparatorInUnnamedValue);
    }
    None
}

/// Returns whether an unquoted value begins with a quote that another one closes, in the value or
/// behind it.
fn reads_as_quoted<'a>(value: &Value<'_>, following: impl Iterator<Item = Param<'a>>) -> bool {
    let Value::Bytes(content) = value else {
        return false;
    };
    if is_quoted(content) || content.iter().next() != Some(b'"') {
        return false;
    }
    let mut search = ClosingQuote::Opening;
    write::value(value, &mut search);
    search.put(b"\n");
    for param in following {
        if matches!(search, ClosingQuote::Found | ClosingQuote::Missing) {
            break;
        }
        write::parameter(&param, &mut search);
    }
    search.put(b"\n");
    matches!(search, ClosingQuote::Found)
}

/// The search of the decoder for a closing quote (T7), over the pieces of a datagram.
#[derive(Default)]
enum ClosingQuote {
    /// Before the opening quote.
    #[default]
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
