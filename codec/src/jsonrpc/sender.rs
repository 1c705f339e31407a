//! Writing byte for byte as OpenSIPS does, releases 3.4 to 4.0 (3.4.18, 3.6.8 and 4.0.1 were observed).
//!
//! One JSON object without white space: `jsonrpc`, `method`, and `params` where there are any. They are an object where
//! the first parameter has a name, be it empty, else an array: then names that follow are not written, while a parameter
//! without a name in an object gets an empty one. Integers go as signed numbers, no value as `null`. In strings `"` and `\`
//! are escaped by a backslash, controls as `\b` `\f` `\n` `\r` `\t` or `\u00xx` in lower case; all other bytes go as they are,
//! UTF-8 or not. A NUL ends the string.
//!
//! Choices, where nothing was observed: integers go up to 64 bits (servers were seen to send 32), and a NUL ends names
//! as it ends values.
//!
//! What is written need not read back as the same event: real servers do not care either. [`check`] tells.

use super::check;
use super::write::{Datagram, Release};
use crate::{EncodeError, Event, Unwritable, encode};

/// Gives the length of the datagram, in bytes, without writing it.
pub fn size<E: Event + ?Sized>(event: &E) -> usize {
    encode::size(&datagram(event))
}

/// Tells whether the datagram reads back as the event: it does where no string holds a NUL, and either all parameters have
/// names or none has.
///
/// # Errors
///
/// Names the first part of the event that does not survive, and why.
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, Param, UnwritableReason, jsonrpc::sender};
///
/// let params = [Param::named("ip", "::1"), Param::unnamed("2001:db8::1")];
/// let error = sender::check(&EventRef::new("E_TEST", &params)).unwrap_err();
/// assert_eq!(error.param(), Some(1));
/// assert_eq!(error.reason(), UnwritableReason::UnnamedBehindNamed);
/// ```
pub fn check<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    check::check(event)
}

/// Writes the datagram to the start of `buffer` and gives its length, whether or not it reads back as the event. A part of what lies
/// behind it may be written over, too.
///
/// # Errors
///
/// If the datagram is longer than [`MAX_UNIX_DATAGRAM`](crate::MAX_UNIX_DATAGRAM) or than `buffer`, of which a part may have been
/// written over then.
/// UDP carries no more than [`MAX_UDP_PAYLOAD`](crate::MAX_UDP_PAYLOAD).
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, Param, jsonrpc::sender};
///
/// let params = [Param::named("qval", -1), Param::named("extra", "say \"hi\"\nbye")];
/// let mut buffer = [0; 128];
/// let size = sender::encode(&EventRef::new("E_TEST", &params), &mut buffer)?;
/// let expected = br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"qval":-1,"extra":"say \"hi\"\nbye"}}"#;
/// assert_eq!(&buffer[..size], expected);
/// # Ok::<(), event_datagram::EncodeError>(())
/// ```
pub fn encode<E: Event + ?Sized>(event: &E, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    encode::to_slice(&datagram(event), buffer)
}

/// Appends the datagram to `buffer` and gives its length, whether or not it reads back as the event.
///
/// # Errors
///
/// If the datagram is longer than [`MAX_UNIX_DATAGRAM`](crate::MAX_UNIX_DATAGRAM). `buffer` is left as it was then.
#[cfg(feature = "alloc")]
pub fn encode_to_vec<E: Event + ?Sized>(
    event: &E,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    encode::to_vec(&datagram(event), buffer)
}

fn datagram<E: Event + ?Sized>(event: &E) -> Datagram<'_, E> {
    Datagram {
        event,
        release: Release::V3_4,
    }
}
