//! What must hold for every datagram and every event, in either dialect, and for the socket syntax. Each law panics where it is broken.
//!
//! They do not care where their input comes from: property tests, fuzzing engines and replays of old finds all call them.

pub mod jsonrpc;
pub mod socket;
pub mod text;

use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use super::reference::Reading;
use crate::{Bytes, EncodeError, Event, EventBuf, Unwritable};

/// All ways to ask [`Bytes`] for their content give the same.
///
/// # Panics
///
/// If that does not hold.
pub fn content_is_the_same_in_every_way(bytes: Bytes<'_>) {
    let content = bytes.to_vec();
    assert_eq!(bytes.to_cow(), content);
    assert_eq!(bytes.len(), content.len());
    assert_eq!(bytes.is_empty(), content.is_empty());
    assert!(bytes.iter().eq(content.iter().copied()), "iter");
    assert!(bytes.chunks().all(|chunk| !chunk.is_empty()), "empty chunk");
    assert!(bytes.as_slice().is_none_or(|slice| slice == content));
    let plain = Bytes::new(&content);
    assert_eq!(bytes, plain);
    assert_eq!(plain, bytes);
    assert_eq!(hash(&bytes), hash(&plain), "hash");
}

/// The law of [`Bytes`] for all parts of an event.
fn contents_are_the_same_in_every_way<E: Event>(event: &E) {
    content_is_the_same_in_every_way(event.name());
    for param in event.params() {
        param.name.map(content_is_the_same_in_every_way);
        param.value.as_bytes().map(content_is_the_same_in_every_way);
    }
}

fn hash(bytes: &Bytes<'_>) -> u64 {
    /// FNV-1a: a hasher needs no more here than to take in every byte.
    struct Fnv(u64);

    impl Hasher for Fnv {
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            }
        }

        fn finish(&self) -> u64 {
            self.0
        }
    }

    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn reading<E: Event, X>(decoded: &Result<E, X>) -> Reading {
    decoded.as_ref().map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(event))
    })
}

/// Whether an event reads back the same is what `check` said.
fn keeps_word<E: Event>(event: &E, word: Result<(), Unwritable>, back: &Reading) {
    let same = *back == Reading::Event(EventBuf::from_event(event));
    match word {
        Ok(()) => assert!(same, "said to read back the same, but reads as {back:?}"),
        Err(unwritable) => assert!(
            !same,
            "said not to read back the same, but does: {unwritable}"
        ),
    }
}

/// Writes in both ways, which must agree; `None` where there is an error that is due.
fn written<E: Event>(
    event: &E,
    size: usize,
    greatest: usize,
    encode: fn(&E, &mut [u8]) -> Result<usize, EncodeError>,
    encode_to_vec: fn(&E, &mut Vec<u8>) -> Result<usize, EncodeError>,
) -> Option<Vec<u8>> {
    let mut vec = Vec::new();
    let mut slice = alloc::vec![0; size];
    let result = encode_to_vec(event, &mut vec);
    assert_eq!(result, encode(event, &mut slice));
    match result {
        Ok(length) => {
            assert_eq!(
                (length, vec.len()),
                (size, size),
                "not the size that was promised"
            );
            assert!(size <= greatest, "it wrote more than its limit");
            assert_eq!(vec, slice);
            let short = encode(event, &mut slice[..size - 1]);
            assert_eq!(short, Err(EncodeError::BufferTooSmall { size }));
            Some(vec)
        }
        Err(EncodeError::TooLong { size: told, limit }) => {
            assert_eq!((told, limit), (size, greatest));
            assert!(size > greatest);
            None
        }
        Err(EncodeError::Unwritable(_)) => None,
        Err(error) => panic!("{error}, though it is as large as was asked for"),
    }
}
