//! Writing byte for byte as OpenSIPS does, releases 1.8 to 3.0 (1.8.8, 1.11.11, 2.4.11 and 3.0.5 were observed).
//!
//! Names go as they are. A value is quoted if and only if it holds a line feed, and then every `"` in it becomes `\"`;
//! nothing else is escaped. Integers go as unsigned 64-bit decimals, no value as nothing, an empty name as none. An empty
//! line ends the datagram.
//!
//! What is written need not read back as the same event: real servers do not care either. [`check`] tells.

use super::check;
use super::write::Datagram;
use crate::{EncodeError, Event, Unwritable, encode};

/// The length of a server's send buffer: longer datagrams are lost (2.4.11 and 3.0.5; 1.8.8 and 1.11.11 still send one
/// byte more). [`encode`] goes up to the documented [`MAX_DATAGRAM`](crate::MAX_DATAGRAM) all the same.
pub const BUFFER: usize = 16_384;

/// Gives the length of the datagram, in bytes, without writing it.
pub fn size<E: Event + ?Sized>(event: &E) -> usize {
    encode::size(&Datagram::new(event, QUOTED))
}

/// Tells whether the datagram reads back as the event.
///
/// # Errors
///
/// Names the first part of the event that does not survive, and why.
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, Param, UnwritableReason, text::sender};
///
/// let params = [Param::named("ip", "::1"), Param::unnamed("2001:db8::1")];
/// let error = sender::check(&EventRef::new("E_TEST", &params)).unwrap_err();
/// assert_eq!(error.param(), Some(1));
/// assert_eq!(error.reason(), UnwritableReason::SeparatorInUnnamedValue);
/// ```
pub fn check<E: Event + ?Sized>(event: &E) -> Result<(), Unwritable> {
    check::check(event, QUOTED)
}

/// Writes the datagram to the start of `buffer` and gives its length, whether or not it reads back as the event.
///
/// # Errors
///
/// If the datagram is longer than [`MAX_DATAGRAM`](crate::MAX_DATAGRAM) or than `buffer`, of which a part may have been
/// written over then.
///
/// # Examples
///
/// ```
/// use event_datagram::{EventRef, Param, text::sender};
///
/// let params = [Param::named("qval", -1), Param::named("extra", "say \"hi\"\nbye")];
/// let mut buffer = [0; sender::BUFFER];
/// let size = sender::encode(&EventRef::new("E_TEST", &params), &mut buffer)?;
/// assert_eq!(&buffer[..size], b"E_TEST\nqval::18446744073709551615\nextra::\"say \\\"hi\\\"\nbye\"\n\n");
/// # Ok::<(), event_datagram::EncodeError>(())
/// ```
pub fn encode<E: Event + ?Sized>(event: &E, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    encode::to_slice(&Datagram::new(event, QUOTED), buffer)
}

/// Appends the datagram to `buffer` and gives its length, whether or not it reads back as the event.
///
/// # Errors
///
/// If the datagram is longer than [`MAX_DATAGRAM`](crate::MAX_DATAGRAM). `buffer` is left as it was then.
#[cfg(feature = "alloc")]
pub fn encode_to_vec<E: Event + ?Sized>(
    event: &E,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    encode::to_vec(&Datagram::new(event, QUOTED), buffer)
}

/// A value that holds one stands in quotes.
const QUOTED: u8 = b'\n';
