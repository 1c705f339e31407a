//! All that is measured: on each case the codec, the limit, and the peers, who do the same work on the same bytes.
//!
//! *Decoding* is decoding and going through all parameters, up to the slices of their names and values. *Encoding* writes
//! into a buffer that is large enough and used again.

use std::hint::black_box;

use event_datagram::{jsonrpc, text};
use event_datagram_oracle::reference;
use memchr::memchr_iter;

use crate::cases::{Case, Datagram};
use crate::peers::{self, json, regex, std_str, std_write, winnow};

/// Some who do the same work, with what it is measured by.
pub struct Contest<'c> {
    /// What is done, such as `decode/text/contact`.
    pub name: String,
    /// So many bytes a datagram has.
    pub bytes: usize,
    /// So many parameters it has.
    pub params: usize,
    /// Those who do it: the codec first, the limit second.
    pub contestants: Vec<Contestant<'c>>,
}

/// One who does the work.
pub struct Contestant<'c> {
    /// Who it is.
    pub name: &'static str,
    /// Does it so many times.
    pub run: Box<dyn FnMut(u64) + 'c>,
}

/// The name of the codec among the contestants.
pub const OURS: &str = "event-datagram";

/// The name of the limit: what the bytes cost anybody who touches them.
pub const LIMIT: &str = "limit";

impl<'c> Contest<'c> {
    /// Lists everything: decoding and encoding, either dialect, each case.
    pub fn all(cases: &'c [Case]) -> Vec<Self> {
        let each = |contest: fn(&'c Case) -> Self| cases.iter().map(contest);
        let decoding = each(Self::decode_text).chain(each(Self::decode_jsonrpc));
        decoding
            .chain(each(Self::encode_text))
            .chain(each(Self::encode_jsonrpc))
            .collect()
    }

    fn decode_text(case: &'c Case) -> Self {
        let Datagram { bytes, event } = &case.text;
        peers::agree_in_text(bytes, event);
        Self::new("decode/text", case.name, &case.text)
            .with(OURS, move || {
                let event = text::decode(black_box(bytes)).expect("it is an event");
                black_box(event.name());
                event.params().for_each(touch);
            })
            .with(LIMIT, move || count(bytes))
            .with("winnow", move || {
                black_box(winnow::read(black_box(bytes), touch));
            })
            .with("regex", move || {
                black_box(regex::read(black_box(bytes), touch));
            })
            .with("str", move || {
                black_box(std_str::read(black_box(bytes), touch));
            })
            .with("reference", move || {
                black_box(reference::text::decode(black_box(bytes)));
            })
    }

    fn decode_jsonrpc(case: &'c Case) -> Self {
        let Datagram { bytes, event } = &case.jsonrpc;
        peers::agree_in_jsonrpc(bytes, event);
        Self::new("decode/jsonrpc", case.name, &case.jsonrpc)
            .with(OURS, move || {
                let event = jsonrpc::decode(black_box(bytes)).expect("it is an event");
                black_box(event.name());
                event.params().for_each(touch);
            })
            .with(LIMIT, move || count(bytes))
            .with("serde_json::Value", move || {
                let tree = json::read_tree(black_box(bytes)).expect("it is JSON");
                json::each_of_tree(&tree, |name, value| {
                    black_box((name, value));
                });
            })
            .with("serde, typed", move || {
                let typed = json::Typed::read(black_box(bytes)).expect("it is such JSON");
                black_box(typed.name());
                typed.each(|name, value| {
                    black_box((name, value));
                });
            })
            .with("reference", move || {
                black_box(reference::jsonrpc::decode(black_box(bytes)));
            })
    }

    fn encode_text(case: &'c Case) -> Self {
        let Datagram { bytes, event } = &case.text;
        Self::new("encode/text", case.name, &case.text)
            .with_slice(OURS, bytes, move |buffer| {
                text::sender::encode(black_box(event), buffer).expect("it fits");
            })
            .with_slice(LIMIT, bytes, move |buffer| {
                buffer.copy_from_slice(black_box(bytes))
            })
            .with_vec("extend", bytes, move |vec| {
                std_write::extend(black_box(event), vec)
            })
            .with_vec("write!", bytes, move |vec| {
                std_write::format(black_box(event), vec).expect("it is UTF-8")
            })
    }

    fn encode_jsonrpc(case: &'c Case) -> Self {
        let Datagram { bytes, event } = &case.jsonrpc;
        Self::new("encode/jsonrpc", case.name, &case.jsonrpc)
            .with_slice(OURS, bytes, move |buffer| {
                jsonrpc::sender::encode(black_box(event), buffer).expect("it fits");
            })
            .with_slice(LIMIT, bytes, move |buffer| {
                buffer.copy_from_slice(black_box(bytes))
            })
            .with_vec("serde, typed", bytes, move |vec| {
                let message = json::Message::new(black_box(event)).expect("it is UTF-8");
                serde_json::to_writer(vec, &message).expect("it is UTF-8");
            })
    }

    fn new(work: &str, case: &str, datagram: &Datagram) -> Self {
        Self {
            name: format!("{work}/{case}"),
            bytes: datagram.bytes.len(),
            params: datagram.params(),
            contestants: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, mut work: impl FnMut() + 'c) -> Self {
        let run = Box::new(move |times| (0..times).for_each(|_| work()));
        self.contestants.push(Contestant { name, run });
        self
    }

    /// One who writes these bytes into a slice that has just room for them.
    fn with_slice(self, name: &'static str, bytes: &[u8], write: impl Fn(&mut [u8]) + 'c) -> Self {
        let mut buffer = vec![0; bytes.len()];
        write(&mut buffer);
        assert_eq!(buffer, bytes, "{name}");
        self.with(name, move || write(black_box(&mut buffer)))
    }

    /// One who writes these bytes into a vector that has room for them.
    fn with_vec(self, name: &'static str, bytes: &[u8], write: impl Fn(&mut Vec<u8>) + 'c) -> Self {
        let mut buffer = Vec::with_capacity(bytes.len());
        write(&mut buffer);
        assert_eq!(buffer, bytes, "{name}");
        self.with(name, move || {
            let buffer = black_box(&mut buffer);
            buffer.clear();
            write(buffer);
        })
    }
}

fn count(bytes: &[u8]) {
    black_box(memchr_iter(b'\n', black_box(bytes)).count());
}

/// What a peer does with a parameter: has it in memory, and nothing else.
fn touch<T>(param: T) {
    black_box(param);
}
