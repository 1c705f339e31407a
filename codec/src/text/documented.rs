//! Decodes by the documented grammar alone (README of the module, OpenSIPS 1.7 to 3.0).
//!
//! ```text
//! event = event_name (argument '\n')*
//! event_name = non-quoted_string'\n'
//! argument = ((arg_name '::')? arg_value)? | (arg_value)
//! arg_name = not-quoted_string
//! arg_value = not-quoted_string | '"' string '"'
//! not-quoted_string = string - {',",\n,\r}
//! ```
//!
//! The commas in the last rule are separators, so a comma may stand outside quotes (ruling). The
//! grammar says nothing of quotes inside quotes, of the empty line at the end, and of which `::`
//! counts. In these cases this module follows the rulings, so that the rulings admit each of its
//! readings. The reading differs from that of [`text::decode`](super::decode) if a value is quoted
//! on one line: by the grammar the quotes enclose the value, but for senders they are part of it
//! (T9).
//!
//! Real servers do not keep to the grammar: they write values with quotes and carriage returns
//! without quotes around them. So this decoder is for programs that write datagrams of their own by
//! the grammar.

use core::fmt::Debug;
use core::iter;

use memchr::{memchr_iter, memchr3};

use super::decode::{self, Decoded, Params, Quoting, RawParam};
use super::error::{DecodeError, DecodeErrorKind};
use crate::{Bytes, Event, MAX_DATAGRAM, Param};

/// Decodes a datagram that keeps to the documented grammar.
///
/// # Errors
///
/// If [`text::decode`](super::decode) rejects the datagram, or at the first byte that the grammar
/// forbids: a quote or carriage return in a name or in a value outside quotes, a last parameter
/// without its line feed, or a length above [`MAX_DATAGRAM`].
///
/// # Examples
///
/// ```
/// use event_datagram::Event;
/// use event_datagram::text::documented;
///
/// let event = documented::decode(b"E_TEST\nfrom::\"\\\"Alice\\\" <sip:alice@example.com>\"\n\n")?;
/// assert_eq!(event.params().next().unwrap().value, *b"\"Alice\" <sip:alice@example.com>");
///
/// let error = documented::decode(b"E_TEST\nfrom::\"Alice\" <sip:alice@example.com>\n\n").unwrap_err();
/// assert_eq!(error.to_string(), "value outside quotes holds a quote or carriage return, at byte 13");
/// # Ok::<(), event_datagram::text::DecodeError>(())
/// ```
pub fn decode<'a>(datagram: &'a [u8]) -> Result<impl Event + Clone + Debug + use<'a>, DecodeError> {
    let decoded = decode::decode(datagram)?;
    if let Some(at) = forbidden(decoded.name()) {
        return Err(DecodeError::new(DecodeErrorKind::ForbiddenInEventName, at));
    }
    let mut params = decoded.params();
    let mut start = params.at;
    while let Some(param) = next_raw(&mut params) {
        if let Some(at) = param.name.and_then(forbidden) {
            let kind = DecodeErrorKind::ForbiddenInName;
            return Err(DecodeError::new(kind, start + at));
        }
        let bare = (param.quoting == Quoting::Bare).then_some(param.value);
        if let Some(at) = bare.and_then(forbidden) {
            let value = start + param.name.map_or(0, |name| name.len() + 2);
            let kind = DecodeErrorKind::ForbiddenInValue;
            return Err(DecodeError::new(kind, value + at));
        }
        start = params.at;
    }
    if !datagram.ends_with(b"\n") {
        let kind = DecodeErrorKind::EndlessParam;
        return Err(DecodeError::new(kind, datagram.len()));
    }
    if datagram.len() > MAX_DATAGRAM {
        return Err(DecodeError::new(DecodeErrorKind::TooLong, MAX_DATAGRAM));
    }
    Ok(Documented(decoded))
}

/// A decoded datagram that keeps to the grammar.
#[derive(Clone, Debug)]
struct Documented<'a>(Decoded<'a>);

impl Event for Documented<'_> {
    fn name(&self) -> Bytes<'_> {
        Event::name(&self.0)
    }

    fn params(&self) -> impl Iterator<Item = Param<'_>> + Clone {
        let mut params = self.0.params();
        iter::from_fn(move || next_raw(&mut params).map(RawParam::into_param))
    }
}

/// Takes the next parameter. If quotes enclose a bare value, or a line that the rulings split at a
/// `::` between its quotes, the value is the text between the quotes.
fn next_raw<'a>(params: &mut Params<'a>) -> Option<RawParam<'a>> {
    let start = params.at;
    let param = params.next_raw()?;
    if param.quoting != Quoting::Bare {
        return Some(param);
    }
    // No name starts with a quote.
    let (name, text) = match param.name {
        Some(name) if name.starts_with(b"\"") => {
            let length = name.len() + b"::".len() + param.value.len();
            (None, &params.datagram[start..start + length])
        }
        name => (name, param.value),
    };
    let enclosed = enclosed(text).map(|(value, quoting)| RawParam {
        name,
        value,
        quoting,
    });
    enclosed.or(Some(param))
}

/// Returns the text between the quotes that enclose a text, if the last quote closes the first one.
fn enclosed(text: &[u8]) -> Option<(&[u8], Quoting)> {
    let inside = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let is_escaped = |at: usize| at > 0 && inside[at - 1] == b'\\';
    let mut quotes = memchr_iter(b'"', inside).peekable();
    let quoting = match quotes.peek() {
        None => Quoting::Quoted,
        Some(_) => Quoting::QuotedWithEscapes,
    };
    (quotes.all(is_escaped) && !is_escaped(inside.len())).then_some((inside, quoting))
}

/// Returns the position of the first byte, other than a line feed, that the grammar allows only in
/// quotes.
fn forbidden(text: &[u8]) -> Option<usize> {
    memchr3(b'\'', b'"', b'\r', text)
}
