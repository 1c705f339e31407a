//! The laws of the text dialect.

use super::codec_checks::{
    encode_both_ways, error_points_into_datagram, parts_are_slices, reading, reads_back_as_checked,
};
use super::event_model::event_accessors_agree;
use crate::reference::{Reading, text as reference};
use event_datagram::text::{self, documented, sender};
use event_datagram::{Event, EventBuf, MAX_DATAGRAM, ParamBuf, ValueBuf};

/// Asserts that [`text::decode`] accepts or rejects any datagram without a panic, and that the
/// parts of an event are slices of the datagram, in order.
///
/// This law is fast, because it does not call the reference, so fuzzing tries far more datagrams in
/// the same time.
///
/// # Panics
///
/// If the law does not hold.
pub fn decoded_parts_are_slices_in_order(datagram: &[u8]) {
    match text::decode(datagram) {
        Ok(event) => parts_are_slices(datagram, &event),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} points behind the datagram"
        ),
    }
}

/// Asserts that [`text::decode`] agrees with the [reference](mod@reference).
///
/// # Panics
///
/// If the law does not hold.
pub fn decoder_agrees_with_reference(datagram: &[u8]) {
    assert_eq!(
        reading(&text::decode(datagram)),
        reference::decode(datagram),
        "decoder (left) and reference (right) differ"
    );
}

/// Asserts that [`documented::decode`] agrees with the [reference](mod@reference).
///
/// # Panics
///
/// If the law does not hold.
pub fn documented_grammar_agrees_with_reference(datagram: &[u8]) {
    assert_eq!(
        reading(&documented::decode(datagram)),
        reference::documented(datagram),
        "documented grammar (left) and reference (right) differ"
    );
}

/// Asserts that the [reference](mod@reference) admits its first reading, its reading by the
/// documented grammar, and the first few readings that it lists.
///
/// # Panics
///
/// If the law does not hold.
pub fn reference_admits_its_readings(datagram: &[u8]) {
    let by_grammar = reference::documented(datagram);
    assert!(reference::admits(datagram, &reference::decode(datagram)));
    if by_grammar != Reading::Rejection {
        assert!(reference::admits(datagram, &by_grammar), "{by_grammar:?}");
    }
    // There may be too many readings to check all of them.
    for listed in reference::readings(datagram).take(20) {
        assert!(reference::admits(datagram, &listed), "{listed:?}");
    }
}

/// Asserts that all accessors of a decoded event return the same content, and that an error points
/// into the datagram.
///
/// # Panics
///
/// If the law does not hold.
pub fn accessors_agree(datagram: &[u8]) {
    match text::decode(datagram) {
        Ok(event) => event_accessors_agree(&event),
        Err(error) => error_points_into_datagram(datagram, &error, error.kind(), error.offset()),
    }
    match documented::decode(datagram) {
        Ok(event) => event_accessors_agree(&event),
        Err(error) => error_points_into_datagram(datagram, &error, error.kind(), error.offset()),
    }
}

/// Asserts [`sender_matches_size_and_check`] for every decoded event.
///
/// # Panics
///
/// If the law does not hold.
pub fn decoded_events_encode_as_checked(datagram: &[u8]) {
    if let Ok(event) = text::decode(datagram) {
        sender_matches_size_and_check(&event);
    }
}

/// Asserts that [`sender`] writes exactly the bytes that its rules demand, as many as its `size`
/// returns, and that its `check` accepts exactly the events that read back the same. Of all others,
/// the [representable part](representable) reads back if `check` accepts that part. `check` accepts
/// every part that is [guaranteed](is_guaranteed).
///
/// # Panics
///
/// If the law does not hold.
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
        let check = sender::check(&representable);
        assert!(
            check.is_ok() || !is_guaranteed(&representable),
            "a guaranteed event does not read back: {check:?}"
        );
        if check.is_ok() {
            let representable = Reading::Event(representable);
            assert_eq!(
                back, representable,
                "the datagram reads back (left) as something else than the representable event (right)"
            );
            assert_eq!(reference::decode(&datagram), representable);
        }
    }
}

/// Asserts that a datagram equals `plain`, and that `size` is the length of `plain`.
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
/// null becomes an empty value, and an empty name is removed.
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

/// Returns whether the rulings guarantee that an event reads back as it was raised: names are plain
/// or absent, no bare value begins with a quote, no bare value without a name holds `::`, and no
/// quoted value ends in a backslash. The event's name is not empty and has no line feed.
///
/// [`representable`] integers and null values are part of the guarantee.
pub fn is_guaranteed(event: &EventBuf) -> bool {
    let is_plain = |name: &[u8]| {
        let mut bytes = name.iter();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
    };
    let holds_separator = |value: &[u8]| value.windows(2).any(|pair| pair == b"::");
    let is_safe = |param: &ParamBuf| {
        let ValueBuf::Bytes(value) = &param.value else {
            return false;
        };
        let is_safe_value = if value.contains(&b'\n') {
            !value.ends_with(b"\\")
        } else {
            !value.starts_with(b"\"") && (param.name.is_some() || !holds_separator(value))
        };
        let is_safe_name = |name: &Vec<u8>| !name.is_empty() && is_plain(name);
        param.name.as_ref().is_none_or(is_safe_name) && is_safe_value
    };
    !event.name.is_empty() && !event.name.contains(&b'\n') && event.params.iter().all(is_safe)
}
