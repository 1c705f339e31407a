//! What must hold for every datagram and every event. Each law panics where it is broken.
//!
//! They do not care where their input comes from: property tests, fuzzing engines and replays of old finds all call them.

use alloc::vec::Vec;

use super::reference::{self, Reading};
use crate::text::{DecodeError, Decoded, EncodeError, Unwritable, documented, sender};
use crate::{Event, EventBuf, MAX_DATAGRAM, ValueBuf, text};

/// [`text::decode`] agrees with [`mod@reference`], which in turn admits its own first reading.
///
/// # Panics
///
/// If that does not hold.
pub fn decoder_agrees_with_reference(datagram: &[u8]) {
    let decoded = reading(text::decode(datagram));
    assert_eq!(
        decoded,
        reference::decode(datagram),
        "decoder (left) and reference (right) differ"
    );
    assert!(
        reference::admits(datagram, &decoded),
        "the reference does not admit its own first reading"
    );
}

/// The documented profile accepts a subset of what the rulings accept, with equal meaning.
///
/// # Panics
///
/// If that does not hold, or an error points behind the datagram.
pub fn documented_is_a_subset(datagram: &[u8]) {
    match documented::decode(datagram) {
        Ok(event) => assert_eq!(reading(Ok(event)), reading(text::decode(datagram))),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} lies behind the datagram"
        ),
    }
}

/// What was decoded and can be written reads back the same from what the sender writes.
///
/// # Panics
///
/// If that does not hold.
pub fn encoding_what_was_decoded_is_stable(datagram: &[u8]) {
    if let Ok(event) = text::decode(datagram) {
        sender_keeps_its_word(&event);
    }
}

/// [`sender`] promises the size that it writes, and tells exactly which events read back the same.
///
/// # Panics
///
/// If that does not hold.
pub fn sender_keeps_its_word<E: Event>(event: &E) {
    let written = written(
        event,
        sender::size(event),
        sender::encode,
        sender::encode_to_vec,
    );
    if let Some(datagram) = written {
        keeps_word(event, sender::check(event), &datagram);
    }
}

/// [`documented`] promises the size that it writes, writes what it reads itself, and reads back the same.
///
/// # Panics
///
/// If that does not hold.
pub fn documented_keeps_its_word<E: Event>(event: &E) {
    let encoded = written(
        event,
        documented::size(event),
        documented::encode,
        documented::encode_to_vec,
    );
    match documented::check(event) {
        Ok(()) => {
            if let Some(datagram) = encoded {
                keeps_word(event, Ok(()), &datagram);
                assert!(
                    documented::decode(&datagram).is_ok(),
                    "it does not read what it wrote"
                );
            }
        }
        Err(unwritable) => {
            assert!(
                encoded.is_none(),
                "it wrote what it says cannot be written: {unwritable}"
            );
        }
    }
}

fn keeps_word<E: Event>(event: &E, word: Result<(), Unwritable>, datagram: &[u8]) {
    let back = reading(text::decode(datagram));
    let same = back == Reading::Event(EventBuf::from_event(event));
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
            assert_eq!(vec, slice);
            let short = encode(event, &mut slice[..size - 1]);
            assert_eq!(short, Err(EncodeError::BufferTooSmall { size }));
            Some(vec)
        }
        Err(EncodeError::TooLong { size: told }) => {
            assert_eq!(told, size);
            assert!(size > MAX_DATAGRAM);
            None
        }
        Err(EncodeError::Unwritable(_)) => None,
        Err(error) => panic!("{error}, though it is as large as was asked for"),
    }
}

fn reading(decoded: Result<Decoded<'_>, DecodeError>) -> Reading {
    decoded.map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(&event))
    })
}

/// Makes of an event what the text dialect can tell of it: integers become their digits, no value an empty one, an
/// empty name none.
pub fn as_text_tells(event: &EventBuf) -> EventBuf {
    let mut told = event.clone();
    for param in &mut told.params {
        param.name = param.name.take().filter(|name| !name.is_empty());
        param.value = match &param.value {
            ValueBuf::Bytes(bytes) => ValueBuf::Bytes(bytes.clone()),
            ValueBuf::Integer(integer) => alloc::format!("{}", integer.cast_unsigned())
                .into_bytes()
                .into(),
            ValueBuf::Null => ValueBuf::Bytes(Vec::new()),
        };
    }
    told
}
