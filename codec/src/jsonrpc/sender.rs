//! Writes datagrams byte for byte as OpenSIPS 3.1 to 4.0 does.
//!
//! A datagram is one JSON object without white space: `jsonrpc`, `method`, and `params` if there
//! are parameters. `params` is an object if the first parameter has a name, even an empty one, and
//! otherwise an array. In an array, names of later parameters are not written; in an object, a
//! parameter without a name gets an empty name. Integers are written as signed numbers, and a
//! missing value as `null`. In strings `"` and `\` are escaped by a backslash, controls as `\b`
//! `\f` `\n` `\r` `\t` or `\u00xx` in lower case; all other bytes are written unchanged, UTF-8 or
//! not. A NUL ends the string. [`Release`] lists the differences between releases.
//!
//! Two points are choices of this crate, because no capture shows them: integers have up to 64 bits
//! (the captures have 32), and a NUL ends names as it ends values.
//!
//! A datagram need not read back as the same event: real servers do not ensure this, either.
//! [`check`] reports whether it does.

use super::check;
use super::write::Datagram;
pub use super::write::Release;
use crate::{EncodeError, Event, Unwritable, encode};

/// Returns the length of the datagram in bytes, without writing it.
pub fn size<E: Event + ?Sized>(release: Release, event: &E) -> usize {
    encode::size(&Datagram::new(release, event))
}

/// Checks whether the datagram, of any release, reads back as the event.
///
/// It does if no string contains a NUL, and if all parameters have names or none has.
///
/// # Errors
///
/// Returns the first part of the event that does not survive, and the reason.
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

/// Writes the datagram to the start of `buffer` and returns its length, whether or not it reads
/// back as the event. Bytes behind that length are left unchanged.
///
/// UDP carries at most [`MAX_UDP_PAYLOAD`](crate::MAX_UDP_PAYLOAD) bytes.
///
/// # Errors
///
/// Returns an error if the datagram is longer than [`MAX_UNIX_DATAGRAM`](crate::MAX_UNIX_DATAGRAM)
/// or than `buffer`. A part of `buffer` may have been overwritten then.
///
/// # Examples
///
/// ```
/// use event_datagram::jsonrpc::sender::{self, Release};
/// use event_datagram::{EventRef, Param};
///
/// let params = [Param::named("qval", -1), Param::named("extra", "say \"hi\"\nbye")];
/// let mut buffer = [0; 128];
/// let size = sender::encode(Release::V3_4, &EventRef::new("E_TEST", &params), &mut buffer)?;
/// let expected = br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"qval":-1,"extra":"say \"hi\"\nbye"}}"#;
/// assert_eq!(&buffer[..size], expected);
///
/// let size = sender::encode(Release::V3_1, &EventRef::new("E_TEST", &[]), &mut buffer)?;
/// let expected = br#"{"id":null,"jsonrpc":"2.0","method":"E_TEST","params":{}}"#;
/// assert_eq!(&buffer[..size], expected);
/// # Ok::<(), event_datagram::EncodeError>(())
/// ```
pub fn encode<E: Event + ?Sized>(
    release: Release,
    event: &E,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    encode::to_slice(&Datagram::new(release, event), buffer)
}

/// Appends the datagram to `buffer` and returns its length, whether or not it reads back as the
/// event. Reserves space for 512 bytes at least, and for a longer datagram as much as it needs.
///
/// # Errors
///
/// Returns an error if the datagram is longer than [`MAX_UNIX_DATAGRAM`](crate::MAX_UNIX_DATAGRAM),
/// and leaves `buffer` unchanged then.
#[cfg(feature = "alloc")]
pub fn encode_to_vec<E: Event + ?Sized>(
    release: Release,
    event: &E,
    buffer: &mut alloc::vec::Vec<u8>,
) -> Result<usize, EncodeError> {
    encode::to_vec(&Datagram::new(release, event), buffer)
}
