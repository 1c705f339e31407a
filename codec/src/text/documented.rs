//! Decoding by the documented grammar alone (README of the module, OpenSIPS 1.7 to 3.0).
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
//! grammar says nothing of quotes inside quotes, of the end mark, and of which `::` counts. There
//! the rulings hold, so that whatever this module accepts means what
//! [`text::decode`](super::decode) says. Real servers do not keep to the grammar: they write values
//! with quotes and carriage returns without quotes around them. So this decoder is for those who
//! write senders of their own.

use memchr::memchr3;

use super::decode::{self, Decoded, Quoting};
use super::error::{DecodeError, DecodeErrorKind};
use crate::MAX_DATAGRAM;

/// Decodes a datagram that keeps to the documented grammar.
///
/// # Errors
///
/// If [`text::decode`](super::decode) rejects it, and at the first byte that the grammar forbids: a
/// quote or carriage return in a name or in a value outside quotes, a last parameter without its
/// line feed, or a length above [`MAX_DATAGRAM`].
///
/// # Examples
///
/// ```
/// use event_datagram::text::documented;
///
/// let event = documented::decode(b"E_TEST\nfrom::\"\\\"Alice\\\" <sip:alice@example.com>\"\n\n")?;
/// assert_eq!(event.params().next().unwrap().value, *b"\"Alice\" <sip:alice@example.com>");
///
/// let error = documented::decode(b"E_TEST\nfrom::\"Alice\" <sip:alice@example.com>\n\n").unwrap_err();
/// assert_eq!(error.to_string(), "value outside quotes holds a quote or carriage return, at byte 13");
/// # Ok::<(), event_datagram::text::DecodeError>(())
/// ```
pub fn decode(datagram: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let decoded = decode::decode(datagram)?;
    if let Some(at) = forbidden(decoded.name()) {
        return Err(DecodeError::new(DecodeErrorKind::ForbiddenInEventName, at));
    }
    let mut params = decoded.params();
    let mut start = params.at;
    while let Some(param) = params.next_raw() {
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
    Ok(decoded)
}

/// Returns where the first byte stands that the grammar allows in quotes only, besides line feeds.
fn forbidden(text: &[u8]) -> Option<usize> {
    memchr3(b'\'', b'"', b'\r', text)
}
