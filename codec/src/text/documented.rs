//! Reading and writing by the documented grammar alone (README of the module, OpenSIPS 1.7 to 3.0).
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
//! The commas in the last rule separate: a comma may stand bare (ruling). The grammar is silent on quotes inside quotes,
//! on the end mark, and on which `::` counts: there the rulings hold, so that whatever this profile accepts means the same
//! as [`text::decode`](super::decode) says. Real servers do not keep to the grammar: they leave values with quotes and
//! carriage returns bare.

use memchr::memchr3;

use super::check;
use super::decode::{Decoded, Quoting, decode as decode_by_rulings};
use super::error::{DecodeError, DecodeErrorKind};
use super::write::Datagram;
use crate::lanes::{LANES, Which};
use crate::search::Class;
use crate::{EncodeError, Event, MAX_DATAGRAM, Unwritable, encode};

/// Reads a datagram that keeps to the documented grammar.
///
/// # Errors
///
/// If [`text::decode`](super::decode) rejects it, and at the first byte that the grammar forbids: a quote or carriage
/// return in a name or in a value outside quotes, a last argument without its line feed, a length above
/// [`MAX_DATAGRAM`].
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
    let decoded = decode_by_rulings(datagram)?;
    if let Some(at) = forbidden(decoded.name()) {
        return Err(DecodeError::new(DecodeErrorKind::ForbiddenInEventName, at));
    }
    let mut body = decoded.body();
    let mut start = body.at;
    while let Some(argument) = body.next_argument() {
        if let Some(at) = argument.name.and_then(forbidden) {
            return Err(DecodeError::new(
                DecodeErrorKind::ForbiddenInName,
                start + at,
            ));
        }
        if argument.quoting == Quoting::Bare
            && let Some(at) = forbidden(argument.value)
        {
            let value = argument.name.map_or(0, |name| name.len() + 2);
            return Err(DecodeError::new(
                DecodeErrorKind::ForbiddenInValue,
                start + value + at,
            ));
        }
        start = body.at;
    }
    if !datagram.ends_with(b"\n") {
        return Err(DecodeError::new(
            DecodeErrorKind::EndlessArgument,
            datagram.len(),
        ));
    }
    if datagram.len() > MAX_DATAGRAM {
        return Err(DecodeError::new(DecodeErrorKind::TooLong, MAX_DATAGRAM));
    }
    Ok(decoded)
}

/// Gives the length of the datagram, in bytes, without writing it.
pub fn size<E: Event + ?Sized>(event: &E) -> usize {
    encode::size(&Datagram::new(event, NotBare))
}

/// Tells whether the grammar can write the event so that it reads back the same.
///
/// # Errors
///
/// Names the first part of the event that does not survive, or that the grammar forbids, and why.
pub fn check<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    check::check(event, NotBare)?;
    check::check_documented_names(event)
}

/// Writes the datagram to the start of `buffer` and gives its length. Values that may not stand bare are quoted.
///
/// # Errors
///
/// If [`check`] objects, or the datagram is longer than [`MAX_DATAGRAM`] or than `buffer`, of which a part may have been
/// written over then.
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, Param, text::documented};
///
/// let params = [Param::named("from", "\"Alice\" <sip:alice@example.com>")];
/// let mut buffer = [0; 64];
/// let size = documented::encode(&EventRef::new("E_TEST", &params), &mut buffer)?;
/// assert_eq!(&buffer[..size], b"E_TEST\nfrom::\"\\\"Alice\\\" <sip:alice@example.com>\"\n\n");
/// # Ok::<(), event_datagram::EncodeError>(())
/// ```
pub fn encode<E: Event + ?Sized>(event: &E, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    check(event)?;
    encode::to_slice(&Datagram::new(event, NotBare), buffer)
}

/// Appends the datagram to `buffer` and gives its length. Values that may not stand bare are quoted.
///
/// # Errors
///
/// If [`check`] objects, or the datagram is longer than [`MAX_DATAGRAM`]. `buffer` is left as it was then.
#[cfg(feature = "alloc")]
pub fn encode_to_vec<E: Event + ?Sized>(
    event: &E,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    check(event)?;
    encode::to_vec(&Datagram::new(event, NotBare), buffer)
}

/// What the grammar does not let stand outside quotes.
#[derive(Clone, Copy)]
struct NotBare;

impl Class for NotBare {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        matches!(byte, b'\'' | b'"' | b'\r' | b'\n')
    }

    #[inline(always)]
    fn in_lanes(self, bytes: &[u8; LANES]) -> Which {
        let equal = |byte| Which::equal(bytes, byte);
        let quotes = equal(b'\'').or(equal(b'"'));
        quotes.or(equal(b'\r')).or(equal(b'\n'))
    }

    fn find_far(self, text: &[u8]) -> Option<usize> {
        text.iter().position(|byte| self.has(*byte))
    }
}

fn forbidden(bare: &[u8]) -> Option<usize> {
    memchr3(b'\'', b'"', b'\r', bare)
}

#[cfg(test)]
mod tests {
    use super::NotBare;
    use crate::carry::holds;

    #[test]
    fn four_bytes_do_not_stand_bare_wherever_they_are() {
        for byte in 0..=u8::MAX {
            for length in [1, 4, 8, 16, 40, 70] {
                for at in [0, length / 2, length - 1] {
                    let mut text = [b'a'; 70];
                    text[at] = byte;
                    let expected = b"'\"\r\n".contains(&byte);
                    assert_eq!(holds(NotBare, &text[..length]), expected, "{byte:#x}");
                }
            }
        }
    }
}
