//! Writes datagrams byte for byte as OpenSIPS 1.8 to 3.0 does (observed: 1.8.8, 1.11.11, 2.4.11 and
//! 3.0.5).
//!
//! Names are written unchanged. A value is quoted if and only if it holds a line feed, and then
//! every `"` in it becomes `\"`; nothing else is escaped. Integers are written as unsigned 64-bit
//! decimals. A parameter without a value is written with an empty value, and one with an empty name
//! is written without a name. An empty line ends the datagram.
//!
//! A datagram need not read back as the same event: real servers do not ensure this, either.
//! [`check`] reports whether it does.

use super::check;
use super::write::Datagram;
use crate::{EncodeError, Event, Unwritable, encode};

/// The length of a server's send buffer in bytes: longer datagrams are lost (2.4.11 and 3.0.5;
/// 1.8.8 and 1.11.11 still send one byte more). [`encode`] writes up to the documented
/// [`MAX_DATAGRAM`](crate::MAX_DATAGRAM) bytes all the same.
pub const BUFFER: usize = 16_384;

/// Returns the length of the datagram in bytes, without writing it.
pub fn size<E: Event + ?Sized>(event: &E) -> usize {
    encode::size(&Datagram(event))
}

/// Checks whether the datagram reads back as the event.
///
/// # Errors
///
/// Returns the first part of the event that does not survive, and the reason.
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
    check::check(event)
}

/// Writes the datagram to the start of `buffer` and returns its length, whether or not it reads
/// back as the event. Bytes behind that length are left unchanged.
///
/// # Errors
///
/// Returns an error if the datagram is longer than [`MAX_DATAGRAM`](crate::MAX_DATAGRAM) or than
/// `buffer`. A part of `buffer` may have been overwritten then.
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
    encode::to_slice(&Datagram(event), buffer)
}

/// Appends the datagram to `buffer` and returns its length, whether or not it reads back as the
/// event. Reserves space for 512 bytes at least, and for a longer datagram as much as it needs.
///
/// # Errors
///
/// Returns an error if the datagram is longer than [`MAX_DATAGRAM`](crate::MAX_DATAGRAM), and
/// leaves `buffer` unchanged then.
#[cfg(feature = "alloc")]
pub fn encode_to_vec<E: Event + ?Sized>(
    event: &E,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    encode::to_vec(&Datagram(event), buffer)
}
