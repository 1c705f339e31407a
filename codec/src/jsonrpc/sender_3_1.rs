//! Writing byte for byte as OpenSIPS 3.1.0 does.
//!
//! As [`sender`](super::sender) writes, but that `"id":null` comes first, and that `params` are an empty object where there
//! are none.

use super::check;
use super::write::{Datagram, Release};
use crate::{EncodeError, Event, Unwritable, encode};

/// Gives the length of the datagram, in bytes, without writing it.
pub fn size<E: Event + ?Sized>(event: &E) -> usize {
    encode::size(&datagram(event))
}

/// Tells whether the datagram reads back as the event, as [`sender::check`](super::sender::check) does: the answer is
/// the same.
///
/// # Errors
///
/// Names the first part of the event that does not survive, and why.
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
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, jsonrpc::sender_3_1};
///
/// let mut buffer = [0; 64];
/// let size = sender_3_1::encode(&EventRef::new("E_TEST", &[]), &mut buffer)?;
/// assert_eq!(&buffer[..size], br#"{"id":null,"jsonrpc":"2.0","method":"E_TEST","params":{}}"#);
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
        release: Release::V3_1,
    }
}
