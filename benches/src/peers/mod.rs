//! Other ways to read and write the same datagrams: what one would write with the standard library, with a parser crate,
//! with a JSON crate.
//!
//! They read by the same rulings as the codec and give the same result, which `tests/peers.rs` holds them to. They take the
//! shortest way that they have to it, and give each parameter to a closure, so that nobody pays for a list that others do
//! without.

pub mod json;
pub mod regex;
pub mod std_str;
pub mod std_write;
pub mod winnow;

use event_datagram::{EventBuf, ParamBuf};

/// A parameter as a text peer finds it: borrowed, and its escapes still in it.
#[derive(Clone, Copy, Debug)]
pub struct Param<'a> {
    /// The name, if it has one.
    pub name: Option<&'a [u8]>,
    /// The value, without the quotes around it.
    pub value: &'a [u8],
    /// Whether it stood in quotes, so that `\"` in it stands for `"`.
    pub quoted: bool,
}

impl Param<'_> {
    /// Copies it, without escapes.
    pub fn to_owned(self) -> ParamBuf {
        let mut value = self.value.to_vec();
        if self.quoted {
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

/// Holds every peer of the text dialect to this reading of the datagram. The one that works on `str` is let off where it is not UTF-8.
///
/// # Panics
///
/// If one reads anything else.
pub fn agree_in_text(datagram: &[u8], event: &EventBuf) {
    let mut params = Vec::new();
    let name = winnow::read(datagram, |param| params.push(param.to_owned()));
    is("winnow", name, params, event);

    let mut params = Vec::new();
    let name = regex::read(datagram, |param| params.push(param.to_owned()));
    is("regex", name, params, event);

    if str::from_utf8(datagram).is_ok() {
        let mut params = Vec::new();
        let name = std_str::read(datagram, |param| params.push(param.to_owned()));
        is("str", name, params, event);
    }
}

/// Holds every peer of the JSON-RPC dialect to this reading of the datagram, all of whose strings have to be UTF-8. Of parameters
/// with the same name, a tree keeps the last alone.
///
/// # Panics
///
/// If one reads anything else.
pub fn agree_in_jsonrpc(datagram: &[u8], event: &EventBuf) {
    let mut params = Vec::new();
    let typed = json::Typed::read(datagram).expect("types take it");
    typed.each(|name, value| {
        let name = name.map(|name| name.as_bytes().to_vec());
        params.push(ParamBuf {
            name,
            value: value.into(),
        });
    });
    is("serde, typed", Some(typed.name().as_bytes()), params, event);

    let tree = json::read_tree(datagram)
        .and_then(|tree| json::event_of_tree(&tree))
        .expect("a tree takes it");
    is(
        "serde_json::Value",
        Some(&tree.name),
        tree.params,
        &without_duplicates(event),
    );
}

#[track_caller]
fn is(peer: &str, name: Option<&[u8]>, params: Vec<ParamBuf>, event: &EventBuf) {
    let read = name.map(|name| EventBuf::new(name, params));
    if read.as_ref() != Some(event) {
        let all = format!("{peer} reads {read:?}, not {event:?}");
        panic!("{all:.1000}");
    }
}

/// Leaves of parameters with the same name the value of the last, where the first stood.
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
