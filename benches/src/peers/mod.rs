//! Peers: other implementations of the codec, with the standard library, with a parser crate, with
//! a JSON crate.
//!
//! They implement the same rulings as the codec and return the same result, as `tests/peers.rs`
//! checks. Each takes its fastest way, and passes each parameter to a closure, so that none pays
//! for a list.

pub mod json;
pub mod regex;
pub mod std_str;
pub mod std_write;
pub mod winnow;

use event_datagram::{EventBuf, ParamBuf};

/// A parameter of a text peer: borrowed, with its escapes.
#[derive(Clone, Copy, Debug)]
pub struct PeerParam<'a> {
    /// The name, if it has one.
    pub name: Option<&'a [u8]>,
    /// The value, without the quotes around it.
    pub value: &'a [u8],
    /// Whether the value was quoted, so that `\"` in it stands for `"`.
    pub is_quoted: bool,
}

impl PeerParam<'_> {
    /// Returns an owned copy, with its escapes resolved.
    pub fn to_owned(self) -> ParamBuf {
        let mut value = self.value.to_vec();
        if self.is_quoted {
            let escape =
                |at: &usize| self.value[*at] == b'\\' && self.value.get(at + 1) == Some(&b'"');
            let kept = (0..self.value.len()).filter(|at| !escape(at));
            value = kept.map(|at| self.value[at]).collect();
        }
        ParamBuf {
            name: self.name.map(<[u8]>::to_vec),
            value: value.into(),
        }
    }
}

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
