use event_datagram::{EventBuf, ParamBuf};

use super::json_part::event_of_parts;
use super::{jiter, regex, serde_json, simd_json, sonic_rs, std_str, winnow};

/// Asserts that every peer of the text dialect decodes a datagram to this event. Skips the peer
/// that works on `str` if the datagram is not UTF-8.
///
/// # Panics
///
/// If a peer decodes the datagram to anything else.
pub fn assert_text_peers_agree(datagram: &[u8], event: &EventBuf) {
    let mut params = Vec::new();
    let name = winnow::read(datagram, |param| params.push(param.to_owned()));
    assert_agrees("winnow", name, params, event);

    let mut params = Vec::new();
    let name = regex::read(datagram, |param| params.push(param.to_owned()));
    assert_agrees("regex", name, params, event);

    if str::from_utf8(datagram).is_ok() {
        let mut params = Vec::new();
        let name = std_str::read(datagram, |param| params.push(param.to_owned()));
        assert_agrees("str", name, params, event);
    }
}

/// Asserts that every peer of the JSON-RPC dialect decodes a datagram of UTF-8 to this event. Of
/// parameters with the same name, the tree of `serde_json` keeps only the last.
///
/// # Panics
///
/// If a peer decodes the datagram to anything else.
pub fn assert_jsonrpc_peers_agree(datagram: &[u8], event: &EventBuf) {
    let read = event_of_parts(|on_part| serde_json::read_tree(datagram, on_part));
    assert_event("serde_json::Value", read, &without_duplicates(event));

    let read = event_of_parts(|on_part| serde_json::read_typed(datagram, on_part));
    assert_event("serde, typed", read, event);

    let read = event_of_parts(|on_part| sonic_rs::read_tree(datagram, on_part));
    assert_event("sonic_rs::Value", read, event);

    let read = event_of_parts(|on_part| sonic_rs::read_typed(datagram, on_part));
    assert_event("sonic-rs, typed", read, event);

    let mut reader = simd_json::TapeReader::default();
    let read = event_of_parts(|on_part| reader.read(datagram, on_part));
    assert_event("simd-json", read, event);

    let mut reader = jiter::TokenReader::default();
    let read = event_of_parts(|on_part| reader.read(datagram, on_part));
    assert_event("jiter", read, event);
}

#[track_caller]
fn assert_agrees(peer: &str, name: Option<&[u8]>, params: Vec<ParamBuf>, event: &EventBuf) {
    assert_event(peer, name.map(|name| EventBuf::new(name, params)), event);
}

#[track_caller]
fn assert_event(peer: &str, read: Option<EventBuf>, event: &EventBuf) {
    if read.as_ref() != Some(event) {
        let all = format!("{peer}: expected {event:?}, found {read:?}");
        panic!("{all:.1000}");
    }
}

/// Returns the event with one parameter for each name, at the place of the first, with the value of
/// the last.
fn without_duplicates(event: &EventBuf) -> EventBuf {
    let mut params: Vec<ParamBuf> = Vec::new();
    for param in &event.params {
        match params
            .iter_mut()
            .find(|one| one.name.is_some() && one.name == param.name)
        {
            Some(one) => one.value = param.value.clone(),
            None => params.push(param.clone()),
        }
    }
    EventBuf::new(&*event.name, params)
}
