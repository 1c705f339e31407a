//! The laws of the JSON-RPC dialect.

use super::{
    contents_are_the_same_in_every_way, error_lies_inside, keeps_word, parts_are_pieces, reading,
    written,
};
use crate::generate::Spelling;
use crate::reference::Reading;
use crate::reference::jsonrpc as reference;
use event_datagram::jsonrpc::{self, sender, sender_3_1};
use event_datagram::{Event, EventBuf, MAX_UNIX_DATAGRAM, ValueBuf, text};

/// [`jsonrpc::decode`] reads any datagram or says why not, and gives pieces of it, in their order. This costs no more than decoding:
/// fuzzing looks at far more datagrams in the same time than with the reference beside it.
///
/// # Panics
///
/// If that does not hold.
pub fn decoding_gives_pieces_of_the_datagram(datagram: &[u8]) {
    match jsonrpc::decode(datagram) {
        Ok(event) => parts_are_pieces(datagram, &event),
        Err(error) => assert!(
            error.offset() <= datagram.len(),
            "{error} lies behind the datagram"
        ),
    }
}

/// [`jsonrpc::decode`] agrees with the [reference](mod@reference), which in turn admits its own first reading.
///
/// # Panics
///
/// If that does not hold, or an error points behind the datagram.
pub fn decoder_agrees_with_reference(datagram: &[u8]) {
    let result = jsonrpc::decode(datagram);
    let decoded = reading(&result);
    assert_eq!(
        decoded,
        reference::decode(datagram),
        "decoder (left) and reference (right) differ; the decoder gives {result:?}"
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

/// An event is read from any datagram that tells it, however that is spelled.
///
/// # Panics
///
/// If that does not hold.
pub fn spelling_does_not_matter(spelling: &Spelling) {
    let told = Reading::Event(spelling.event.clone());
    let datagram = &spelling.datagram;
    assert_eq!(reading(&jsonrpc::decode(datagram)), told);
    assert_eq!(reference::decode(datagram), told);
    assert!(!reference::anything_goes(datagram));
}

/// White space around the object changes nothing, and a datagram that is cut short is rejected, wherever it is cut (long ones
/// are cut at a few hundred places).
///
/// # Panics
///
/// If that does not hold.
pub fn an_event_is_one_whole_object(datagram: &[u8]) {
    let decoded = reading(&jsonrpc::decode(datagram));
    if decoded == Reading::Rejection {
        return;
    }
    let spaced = [b" \r\n\t", datagram, b"\t\n\r "].concat();
    assert_eq!(reading(&jsonrpc::decode(&spaced)), decoded);
    let object = datagram.trim_ascii_end();
    for end in (0..object.len()).step_by(1 + object.len() / 256) {
        let error = jsonrpc::decode(&datagram[..end]);
        assert!(error.is_err(), "read, though cut short at {end}: {error:?}");
    }
}

/// What was decoded reads back the same from what any sender writes, as far as it says so: this dialect's and the
/// text dialect's.
///
/// # Panics
///
/// If that does not hold.
pub fn encoding_what_was_decoded_is_stable(datagram: &[u8]) {
    if let Ok(event) = jsonrpc::decode(datagram) {
        sender_keeps_its_word(&event);
        sender_3_1_keeps_its_word(&event);
        super::text::sender_keeps_its_word(&event);
        super::text::documented_keeps_its_word(&event);
    }
    if let Ok(event) = text::decode(datagram) {
        sender_keeps_its_word(&event);
    }
}

/// [`sender`] promises the size that it writes, tells exactly which events read back the same, and writes what tells of
/// the others [what is left](as_told).
///
/// # Panics
///
/// If that does not hold.
pub fn sender_keeps_its_word<E: Event>(event: &E) {
    let datagram = written(
        event,
        sender::size(event),
        MAX_UNIX_DATAGRAM,
        sender::encode,
        sender::encode_to_vec,
    );
    if let Some(datagram) = datagram {
        tells(event, sender::check(event), &datagram);
    }
}

/// [`sender_3_1`] does as [`sender`] does.
///
/// # Panics
///
/// If that does not hold.
pub fn sender_3_1_keeps_its_word<E: Event>(event: &E) {
    let datagram = written(
        event,
        sender_3_1::size(event),
        MAX_UNIX_DATAGRAM,
        sender_3_1::encode,
        sender_3_1::encode_to_vec,
    );
    if let Some(datagram) = datagram {
        tells(event, sender_3_1::check(event), &datagram);
    }
}

fn tells<E: Event>(event: &E, word: Result<(), event_datagram::Unwritable>, datagram: &[u8]) {
    let back = reading(&jsonrpc::decode(datagram));
    keeps_word(event, word, &back);
    assert_eq!(
        back,
        Reading::Event(as_told(&EventBuf::from_event(event))),
        "what it wrote (left) does not tell what is left of the event (right)"
    );
    assert_eq!(reference::decode(datagram), back);
    assert!(!reference::anything_goes(datagram));
}

/// Makes of an event what the JSON-RPC dialect can tell of it: strings end at a NUL, and either all parameters have names
/// or none has, as the first one does.
pub fn as_told(event: &EventBuf) -> EventBuf {
    let cut = |bytes: &Vec<u8>| {
        let content = bytes.split(|byte| *byte == 0).next();
        content.unwrap_or_default().to_vec()
    };
    let named = event
        .params
        .first()
        .is_some_and(|param| param.name.is_some());
    let mut told = event.clone();
    told.name = cut(&told.name);
    for param in &mut told.params {
        param.name = named.then(|| cut(&param.name.take().unwrap_or_default()));
        if let ValueBuf::Bytes(value) = &mut param.value {
            *value = cut(value);
        }
    }
    told
}
