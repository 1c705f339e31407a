//! The laws of the text dialect.

use super::codec_checks::{
    encode_both_ways, error_points_into_datagram, parts_are_slices, reading, reads_back_as_checked,
};
use super::event_model::event_accessors_agree;
use crate::reference::{Reading, text as reference};
use event_datagram::text::{self, documented, sender};
use event_datagram::{Event, EventBuf, MAX_DATAGRAM, ValueBuf};

/// [`text::decode`] accepts or rejects any datagram, and the parts of an event are slices of the
/// datagram, in order.
///
/// This law is fast, as it does not call the reference: fuzzing runs far more datagrams in the same
/// time.
///
/// # Panics
///
/// If that does not hold.
pub fn decoded_parts_are_slices_in_order(datagram: &[u8]) {
    match text::decode(datagram) {
        Ok(event) => parts_are_slices(datagram, &event),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} points behind the datagram"
        ),
    }
}

/// [`text::decode`] agrees with the [reference](mod@reference), which admits its own first reading.
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
        Ok(event) => event_accessors_agree(&event),
        Err(error) => error_points_into_datagram(datagram, &error, error.kind(), error.offset()),
    }
}

/// [`documented::decode`] accepts a subset of what the rulings accept, with equal meaning.
///
/// # Panics
///
/// If that does not hold, or an error points behind the datagram.
pub fn documented_grammar_is_a_subset(datagram: &[u8]) {
    match documented::decode(datagram) {
        Ok(event) => assert_eq!(
            reading(&Ok::<_, ()>(event)),
            reading(&text::decode(datagram)),
            "documented grammar (left) and rulings (right) differ"
        ),
        Err(error) => error_points_into_datagram(datagram, &error, error.kind(), error.offset()),
    }
}

/// [`sender`] upholds its promises for every decoded event.
///
/// # Panics
///
/// If that does not hold.
pub fn decoded_events_encode_as_checked(datagram: &[u8]) {
    if let Ok(event) = text::decode(datagram) {
        sender_matches_size_and_check(&event);
    }
}

/// [`sender`] writes as many bytes as its `size` returns, exactly the bytes that its rules demand,
/// and its `check` accepts exactly the events that read back the same. Of the others the
/// [representable part](representable) reads back, if `check` accepts that.
///
/// # Panics
///
/// If that does not hold.
pub fn sender_matches_size_and_check<E: Event>(event: &E) {
    let plain = reference::encode(&EventBuf::from_event(event), b"\n");
    let size = sender::size(event);
    let datagram = encode_both_ways(
        event,
        size,
        MAX_DATAGRAM,
        sender::encode,
        sender::encode_to_vec,
    );
    equals_plain(datagram.as_deref(), size, &plain);
    if let Some(datagram) = datagram {
        let back = reading(&text::decode(&datagram));
        reads_back_as_checked(event, sender::check(event), &back);
        let representable = representable(&EventBuf::from_event(event));
        if sender::check(&representable).is_ok() {
            let representable = Reading::Event(representable);
            assert_eq!(
                back, representable,
                "the datagram reads back (left) as something else than the representable event (right)"
            );
            assert_eq!(reference::decode(&datagram), representable);
        }
    }
}

/// A datagram equals the plainly encoded one, and the size is that of the latter.
fn equals_plain(datagram: Option<&[u8]>, size: usize, plain: &[u8]) {
    if let Some(datagram) = datagram {
        assert!(
            datagram == plain,
            "expected b\"{1}\", found b\"{0}\"",
            datagram.escape_ascii(),
            plain.escape_ascii()
        );
    }
    assert_eq!(size, plain.len(), "the result of `size` (left)");
}

/// Returns the part of an event that the text dialect can represent: integers become their digits,
/// null becomes an empty value, an empty name becomes none.
pub fn representable(event: &EventBuf) -> EventBuf {
    let mut representable = event.clone();
    for param in &mut representable.params {
        param.name = param.name.take().filter(|name| !name.is_empty());
        param.value = match &param.value {
            ValueBuf::Bytes(bytes) => ValueBuf::Bytes(bytes.clone()),
            ValueBuf::Integer(integer) => {
                format!("{}", integer.cast_unsigned()).into_bytes().into()
            }
            _ => ValueBuf::Bytes(Vec::new()),
        };
    }
    representable
}
