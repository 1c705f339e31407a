//! The laws of the text dialect.

use super::{
    contents_are_the_same_in_every_way, error_lies_inside, keeps_word, parts_are_pieces, reading,
    written,
};
use crate::reference::{Reading, text as reference};
use event_datagram::text::{self, documented, sender};
use event_datagram::{Event, EventBuf, MAX_DATAGRAM, ValueBuf};

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

/// [`sender`] promises the size that it writes, writes to the byte what its rules say, tells exactly which events read back
/// the same, and of others, where [what is left](as_told) would, that is read.
///
/// # Panics
///
/// If that does not hold.
pub fn sender_keeps_its_word<E: Event>(event: &E) {
    let plain = written_plainly(&EventBuf::from_event(event), b"\n");
    let size = sender::size(event);
    let datagram = written(
        event,
        size,
        MAX_DATAGRAM,
        sender::encode,
        sender::encode_to_vec,
    );
    is_plain(datagram.as_deref(), size, &plain);
    if let Some(datagram) = datagram {
        let back = reading(&text::decode(&datagram));
        keeps_word(event, sender::check(event), &back);
        let told = as_told(&EventBuf::from_event(event));
        if sender::check(&told).is_ok() {
            let told = Reading::Event(told);
            assert_eq!(
                back, told,
                "what it wrote (left) does not tell what is left of the event (right)"
            );
            assert_eq!(reference::decode(&datagram), told);
        }
    }
}

/// [`documented`] promises the size that it writes, writes to the byte what its rules say and reads it itself, and reads
/// back the same.
///
/// # Panics
///
/// If that does not hold.
pub fn documented_keeps_its_word<E: Event>(event: &E) {
    let plain = written_plainly(&EventBuf::from_event(event), b"'\"\r\n");
    let size = documented::size(event);
    let encoded = written(
        event,
        size,
        MAX_DATAGRAM,
        documented::encode,
        documented::encode_to_vec,
    );
    is_plain(encoded.as_deref(), size, &plain);
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

/// What is written is what was written plainly, and what is not written is of that size.
fn is_plain(datagram: Option<&[u8]>, size: usize, plain: &[u8]) {
    if let Some(datagram) = datagram {
        assert!(
            datagram == plain,
            "it wrote b\"{}\", and not b\"{}\"",
            datagram.escape_ascii(),
            plain.escape_ascii()
        );
    }
    assert_eq!(size, plain.len(), "the size that it tells (left)");
}

/// Writes an event by the rules of a profile, as they are read: a value that holds any of these bytes stands in quotes.
fn written_plainly(event: &EventBuf, quoted: &[u8]) -> Vec<u8> {
    let mut datagram = event.name.clone();
    datagram.push(b'\n');
    for param in &event.params {
        // An empty name is none.
        if let Some(name) = param.name.as_deref().filter(|name| *name != b"") {
            datagram.extend_from_slice(name);
            datagram.extend_from_slice(b"::");
        }
        match &param.value {
            ValueBuf::Bytes(value) if value.iter().any(|byte| quoted.contains(byte)) => {
                datagram.push(b'"');
                for byte in value {
                    if *byte == b'"' {
                        datagram.push(b'\\');
                    }
                    datagram.push(*byte);
                }
                datagram.push(b'"');
            }
            ValueBuf::Bytes(value) => datagram.extend_from_slice(value),
            ValueBuf::Integer(integer) => {
                let unsigned = i128::from(*integer).rem_euclid(1 << 64);
                datagram.extend_from_slice(format!("{unsigned}").as_bytes());
            }
            _ => {}
        }
        datagram.push(b'\n');
    }
    datagram.push(b'\n');
    datagram
}

/// Makes of an event what the text dialect can tell of it: integers become their digits, no value an empty one, an
/// empty name none.
pub fn as_told(event: &EventBuf) -> EventBuf {
    let mut told = event.clone();
    for param in &mut told.params {
        param.name = param.name.take().filter(|name| !name.is_empty());
        param.value = match &param.value {
            ValueBuf::Bytes(bytes) => ValueBuf::Bytes(bytes.clone()),
            ValueBuf::Integer(integer) => {
                format!("{}", integer.cast_unsigned()).into_bytes().into()
            }
            _ => ValueBuf::Bytes(Vec::new()),
        };
    }
    told
}
