//! The laws of the text dialect.

use alloc::vec::Vec;

use super::{
    contents_are_the_same_in_every_way, error_lies_inside, keeps_word, parts_are_pieces, reading,
    written,
};
use crate::testing::reference::text as reference;
use crate::text::{self, documented, sender};
use crate::{Event, EventBuf, MAX_DATAGRAM, ValueBuf};

/// [`text::decode`] reads any datagram or says why not, and gives pieces of it, in their order. This costs no more than decoding:
/// fuzzing looks at far more datagrams in the same time than with the reference beside it.
///
/// # Panics
///
/// If that does not hold.
pub fn decoding_gives_pieces_of_the_datagram(datagram: &[u8]) {
    match text::decode(datagram) {
        Ok(event) => parts_are_pieces(datagram, &event),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} lies behind the datagram"
        ),
    }
}

/// [`text::decode`] agrees with the [reference](mod@reference), which in turn admits its own first reading.
///
/// # Panics
///
/// If that does not hold.
pub fn decoder_agrees_with_reference(datagram: &[u8]) {
    let result = text::decode(datagram);
    let decoded = reading(&result);
    assert_eq!(
        decoded,
        reference::decode(datagram),
        "decoder (left) and reference (right) differ"
    );
    assert!(
        reference::admits(datagram, &decoded),
        "the reference does not admit its own first reading"
    );
    match result {
        Ok(event) => contents_are_the_same_in_every_way(&event),
        Err(error) => error_lies_inside(datagram, &error, error.kind(), error.offset()),
    }
}

/// The documented profile accepts a subset of what the rulings accept, with equal meaning.
///
/// # Panics
///
/// If that does not hold, or an error points behind the datagram.
pub fn documented_is_a_subset(datagram: &[u8]) {
    match documented::decode(datagram) {
        Ok(event) => assert_eq!(
            reading(&Ok::<_, ()>(event)),
            reading(&text::decode(datagram))
        ),
        Err(error) => error_lies_inside(datagram, &error, error.kind(), error.offset()),
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
        MAX_DATAGRAM,
        sender::encode,
        sender::encode_to_vec,
    );
    if let Some(datagram) = written {
        let back = reading(&text::decode(&datagram));
        keeps_word(event, sender::check(event), &back);
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
        MAX_DATAGRAM,
        documented::encode,
        documented::encode_to_vec,
    );
    match documented::check(event) {
        Ok(()) => {
            if let Some(datagram) = encoded {
                keeps_word(event, Ok(()), &reading(&text::decode(&datagram)));
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

/// Makes of an event what the text dialect can tell of it: integers become their digits, no value an empty one, an
/// empty name none.
pub fn as_told(event: &EventBuf) -> EventBuf {
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
