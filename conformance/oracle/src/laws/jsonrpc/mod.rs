//! The laws of the JSON-RPC dialect.

mod malformed;

pub use malformed::{damaged_objects_must_be_rejected, departures_from_grammar_should_be_rejected};

use crate::generate::Spelling;
use crate::laws::codec_checks::{
    encode_both_ways, error_points_into_datagram, parts_are_slices, reading, reads_back_as_checked,
};
use crate::laws::event_model::event_accessors_agree;
use crate::reference::Reading;
use crate::reference::jsonrpc as reference;
use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::{Event, EventBuf, MAX_UNIX_DATAGRAM, ValueBuf, jsonrpc, text};

/// Asserts that [`jsonrpc::decode`] accepts or rejects any datagram without a panic, and that the
/// parts of an event are slices of the datagram, in order.
///
/// This law is fast, because it does not call the reference, so fuzzing tries far more datagrams in
/// the same time.
///
/// # Panics
///
/// If the law does not hold.
pub fn decoded_parts_are_slices_in_order(datagram: &[u8]) {
    match jsonrpc::decode(datagram) {
        Ok(event) => parts_are_slices(datagram, &event),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} points behind the datagram"
        ),
    }
}

/// Asserts that [`jsonrpc::decode`] agrees with the [reference](mod@reference).
///
/// # Panics
///
/// If the law does not hold.
pub fn decoder_agrees_with_reference(datagram: &[u8]) {
    let result = jsonrpc::decode(datagram);
    assert_eq!(
        reading(&result),
        reference::decode(datagram),
        "decoder (left) and reference (right) differ; the decoder returns {result:?}"
    );
}

/// Asserts that the [reference](mod@reference) admits the readings that it lists.
///
/// # Panics
///
/// If the law does not hold.
pub fn reference_admits_its_readings(datagram: &[u8]) {
    for listed in reference::readings(datagram) {
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
    match jsonrpc::decode(datagram) {
        Ok(event) => event_accessors_agree(&event),
        Err(error) => error_points_into_datagram(datagram, &error, error.kind(), error.offset()),
    }
}

/// Asserts that a spelling of an event decodes to that event.
///
/// # Panics
///
/// If the law does not hold.
pub fn all_spellings_decode_alike(spelling: &Spelling) {
    let expected = Reading::Event(spelling.event.clone());
    let datagram = &spelling.datagram;
    assert_eq!(reading(&jsonrpc::decode(datagram)), expected);
    assert_eq!(reference::decode(datagram), expected);
    assert!(!reference::is_unspecified(datagram));
}

/// Asserts that white space around the object changes nothing, and that the decoder rejects a
/// truncated datagram, wherever it is cut (long ones are cut at a few hundred places).
///
/// # Panics
///
/// If the law does not hold.
pub fn truncated_objects_are_rejected(datagram: &[u8]) {
    let decoded = reading(&jsonrpc::decode(datagram));
    if decoded == Reading::Rejection {
        return;
    }
    let spaced = [b" \r\n\t", datagram, b"\t\n\r "].concat();
    assert_eq!(reading(&jsonrpc::decode(&spaced)), decoded);
    let object = datagram.trim_ascii_end();
    for end in (0..object.len()).step_by(1 + object.len() / 256) {
        let error = jsonrpc::decode(&datagram[..end]);
        assert!(
            error.is_err(),
            "accepted, though truncated at {end}: {error:?}"
        );
    }
}

/// Asserts [`sender_matches_size_and_check`] for every decoded event, in both dialects.
///
/// # Panics
///
/// If the law does not hold.
pub fn decoded_events_encode_as_checked(datagram: &[u8]) {
    if let Ok(event) = jsonrpc::decode(datagram) {
        sender_matches_size_and_check(&event);
        crate::laws::text::sender_matches_size_and_check(&event);
    }
    if let Ok(event) = text::decode(datagram) {
        sender_matches_size_and_check(&event);
    }
}

/// Asserts, for every [`Release`], that [`sender`] writes as many bytes as its `size` returns, that
/// its `check` accepts exactly the events that read back the same, and that of all others the
/// [representable part](representable) reads back.
///
/// # Panics
///
/// If the law does not hold.
pub fn sender_matches_size_and_check<E: Event>(event: &E) {
    for release in [Release::V3_1, Release::V3_4] {
        let datagram = encode_both_ways(
            event,
            sender::size(release, event),
            MAX_UNIX_DATAGRAM,
            |event, buffer| sender::encode(release, event, buffer),
            |event, buffer| sender::encode_to_vec(release, event, buffer),
        );
        if let Some(datagram) = datagram {
            reads_back_as_representable(event, &datagram);
        }
    }
}

/// Asserts that a datagram reads back as the representable part of the event, and as the event
/// itself if and only if `check` returned `Ok`.
fn reads_back_as_representable<E: Event>(event: &E, datagram: &[u8]) {
    let back = reading(&jsonrpc::decode(datagram));
    reads_back_as_checked(event, sender::check(event), &back);
    assert_eq!(
        back,
        Reading::Event(representable(&EventBuf::from_event(event))),
        "the datagram reads back (left) as something else than the representable event (right)"
    );
    assert_eq!(reference::decode(datagram), back);
    assert!(!reference::is_unspecified(datagram));
}

/// Returns the part of an event that the JSON-RPC dialect can represent: strings end at a NUL, and
/// either all parameters have names or none has, as the first one does.
pub fn representable(event: &EventBuf) -> EventBuf {
    let until_nul = |bytes: &Vec<u8>| {
        let content = bytes.split(|byte| *byte == 0).next();
        content.unwrap_or_default().to_vec()
    };
    let named = event
        .params
        .first()
        .is_some_and(|param| param.name.is_some());
    let mut representable = event.clone();
    representable.name = until_nul(&representable.name);
    for param in &mut representable.params {
        param.name = named.then(|| until_nul(&param.name.take().unwrap_or_default()));
        if let ValueBuf::Bytes(value) = &mut param.value {
            *value = until_nul(value);
        }
    }
    representable
}
