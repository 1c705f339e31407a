use event_datagram::{EventBuf, ParamBuf};

use super::{json, regex, std_str, winnow};

/// Asserts that every peer of the text dialect decodes a datagram to this event. The peer that
/// works on `str` is skipped if the datagram is not UTF-8.
///
/// # Panics
///
/// If one decodes it to anything else.
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

/// Asserts that every peer of the JSON-RPC dialect decodes a datagram, whose strings are UTF-8, to
/// this event. Of parameters with the same name, the peer that builds a tree keeps only the last.
///
/// # Panics
///
/// If one decodes it to anything else.
pub fn assert_jsonrpc_peers_agree(datagram: &[u8], event: &EventBuf) {
    let mut params = Vec::new();
    let typed = json::TypedNotification::read(datagram).expect("the datagram has these types");
    typed.for_each_param(|name, value| {
        let name = name.map(|name| name.as_bytes().to_vec());
        params.push(ParamBuf {
            name,
            value: value.into(),
        });
    });
    assert_agrees("serde, typed", Some(typed.name().as_bytes()), params, event);

    let tree = json::read_tree(datagram)
        .and_then(|tree| json::event_of_tree(&tree))
        .expect("the datagram is an event");
    assert_agrees(
        "serde_json::Value",
        Some(&tree.name),
        tree.params,
        &without_duplicates(event),
    );
}

#[track_caller]
fn assert_agrees(peer: &str, name: Option<&[u8]>, params: Vec<ParamBuf>, event: &EventBuf) {
    let read = name.map(|name| EventBuf::new(name, params));
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
