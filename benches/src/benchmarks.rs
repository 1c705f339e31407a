//! The benchmarks. In each, the codec, the baseline and the other implementations do the same work
//! on the same bytes.
//!
//! *Decoding* decodes a datagram and visits the slices of all names and values. *Encoding* writes
//! into a buffer that is large enough and is reused.

use std::hint::black_box;

use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{EventBuf, text};
use event_datagram_oracle::reference;
use memchr::memchr_iter;

use crate::cases::{CaseDatagram, CodecCase};
use crate::peers::{
    self, JsonPart, jiter, regex, serde_json, simd_json, sonic_rs, std_str, std_write, winnow,
};

/// One kind of work on one case, done by several implementations.
pub struct Benchmark<'c> {
    /// The work and the case, such as `decode/text/contact`.
    pub name: String,
    /// Bytes of the datagram.
    pub bytes: usize,
    /// Parameters of the event.
    pub params: usize,
    /// Whether a real server sent the datagram.
    pub is_captured: bool,
    /// The implementations: the codec first, the baseline second.
    pub implementations: Vec<Implementation<'c>>,
}

/// One implementation of the work.
pub struct Implementation<'c> {
    /// Its name in the tables.
    pub name: &'static str,
    /// Does the work the given number of times.
    pub run: Box<dyn FnMut(u64) + 'c>,
}

/// The name of the codec.
pub const OURS: &str = "event-datagram";

/// The name of the codec's encoding to a vector; [`OURS`] encodes to a slice.
pub const ENCODE_TO_VEC: &str = "encode_to_vec";

/// The name of the codec's encoding of the same event with strings in place of its integers.
pub const WITH_STRINGS: &str = "with strings";

/// The name of the baseline: the cost of touching the bytes at all.
pub const BASELINE: &str = "baseline";

impl<'c> Benchmark<'c> {
    /// Returns all benchmarks: decoding and encoding, either dialect, each case.
    pub fn all(cases: &'c [CodecCase]) -> Vec<Self> {
        let each = |benchmark: fn(&'c CodecCase) -> Self| cases.iter().map(benchmark);
        let decoding = each(Self::decode_text).chain(each(Self::decode_jsonrpc));
        decoding
            .chain(cases.iter().flat_map(Self::encode_text))
            .chain(each(Self::encode_jsonrpc))
            .collect()
    }

    fn decode_text(case: &'c CodecCase) -> Self {
        let CaseDatagram { bytes, event } = &case.text;
        peers::assert_text_peers_agree(bytes, event);
        Self::new("decode/text", case.name, case, &case.text)
            .with(OURS, move || {
                let event = text::decode(black_box(bytes)).expect("the datagram is an event");
                black_box(event.name());
                event.params().for_each(touch);
            })
            .with(BASELINE, move || count_line_feeds(bytes))
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

    fn decode_jsonrpc(case: &'c CodecCase) -> Self {
        let CaseDatagram { bytes, event } = &case.jsonrpc;
        peers::assert_jsonrpc_peers_agree(bytes, event);
        let mut tape_reader = simd_json::TapeReader::default();
        let mut token_reader = jiter::TokenReader::default();
        Self::new("decode/jsonrpc", case.name, case, &case.jsonrpc)
            .with(OURS, move || {
                let event = jsonrpc::decode(black_box(bytes)).expect("the datagram is an event");
                black_box(event.name());
                event.params().for_each(touch);
            })
            .with(BASELINE, move || count_line_feeds(bytes))
            .with("serde_json::Value", move || {
                serde_json::read_tree(black_box(bytes), touch_part).expect("the datagram is JSON");
            })
            .with("serde, typed", move || {
                serde_json::read_typed(black_box(bytes), touch_part).expect("the datagram is JSON");
            })
            .with("sonic_rs::Value", move || {
                sonic_rs::read_tree(black_box(bytes), touch_part).expect("the datagram is JSON");
            })
            .with("sonic-rs, typed", move || {
                sonic_rs::read_typed(black_box(bytes), touch_part).expect("the datagram is JSON");
            })
            .with("simd-json", move || {
                let read = tape_reader.read(black_box(bytes), touch_part);
                read.expect("the datagram is JSON");
            })
            .with("jiter", move || {
                let read = token_reader.read(black_box(bytes), touch_part);
                read.expect("the datagram is JSON");
            })
            .with("reference", move || {
                black_box(reference::jsonrpc::decode(black_box(bytes)));
            })
    }

    /// Returns two benchmarks if the server raised integers: one for the raised event, and one for
    /// the decoded event.
    fn encode_text(case: &'c CodecCase) -> Vec<Self> {
        let decoded = &case.text.event;
        let Some(raised) = &case.text_raised else {
            return vec![Self::encode_text_event(case, case.name, decoded)];
        };
        let named = |how| format!("{}-{how}", case.name);
        let raised = Self::encode_text_event(case, &named("raised"), raised);
        vec![
            raised.with_slice(WITH_STRINGS, &case.text.bytes, text_to_slice(decoded)),
            Self::encode_text_event(case, &named("decoded"), decoded),
        ]
    }

    fn encode_text_event(case: &'c CodecCase, name: &str, event: &'c EventBuf) -> Self {
        let bytes = &case.text.bytes;
        Self::new("encode/text", name, case, &case.text)
            .with_slice(OURS, bytes, text_to_slice(event))
            .with_slice(BASELINE, bytes, move |buffer| {
                buffer.copy_from_slice(black_box(bytes))
            })
            .with_vec(ENCODE_TO_VEC, bytes, move |vec| {
                text::sender::encode_to_vec(black_box(event), vec).expect("the event is short");
            })
            .with_vec("extend", bytes, move |vec| {
                std_write::extend(black_box(event), vec)
            })
            .with_vec("write!", bytes, move |vec| {
                std_write::format(black_box(event), vec).expect("the event is UTF-8")
            })
    }

    fn encode_jsonrpc(case: &'c CodecCase) -> Self {
        let CaseDatagram { bytes, event } = &case.jsonrpc;
        Self::new("encode/jsonrpc", case.name, case, &case.jsonrpc)
            .with_slice(OURS, bytes, move |buffer| {
                jsonrpc::sender::encode(Release::V3_4, black_box(event), buffer)
                    .expect("the datagram fits");
            })
            .with_slice(BASELINE, bytes, move |buffer| {
                buffer.copy_from_slice(black_box(bytes))
            })
            .with_vec(ENCODE_TO_VEC, bytes, move |vec| {
                jsonrpc::sender::encode_to_vec(Release::V3_4, black_box(event), vec)
                    .expect("the event is short");
            })
            .with_vec("serde, typed", bytes, move |vec| {
                serde_json::write(black_box(event), vec).expect("the event is UTF-8")
            })
            .with_vec("sonic-rs, typed", bytes, move |vec| {
                sonic_rs::write(black_box(event), vec).expect("the event is UTF-8")
            })
    }

    fn new(work: &str, name: &str, case: &CodecCase, datagram: &CaseDatagram) -> Self {
        Self {
            name: format!("{work}/{name}"),
            is_captured: case.is_captured,
            bytes: datagram.bytes.len(),
            params: datagram.params(),
            implementations: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, mut work: impl FnMut() + 'c) -> Self {
        let run = Box::new(move |times| (0..times).for_each(|_| work()));
        self.implementations.push(Implementation { name, run });
        self
    }

    /// Adds an implementation that writes these bytes into a slice of the same length.
    fn with_slice(self, name: &'static str, bytes: &[u8], write: impl Fn(&mut [u8]) + 'c) -> Self {
        let mut buffer = vec![0; bytes.len()];
        write(&mut buffer);
        assert_eq!(buffer, bytes, "{name}");
        self.with(name, move || write(black_box(&mut buffer)))
    }

    /// Adds an implementation that writes these bytes into a vector with enough capacity.
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

/// Returns the codec's encoding of an event: all events use this function, so that they run the
/// same machine code.
fn text_to_slice(event: &EventBuf) -> impl Fn(&mut [u8]) {
    move |buffer| {
        text::sender::encode(black_box(event), buffer).expect("the datagram fits");
    }
}

fn count_line_feeds(bytes: &[u8]) {
    black_box(memchr_iter(b'\n', black_box(bytes)).count());
}

/// Consumes a parameter, so that the compiler cannot leave out its computation.
fn touch<T>(param: T) {
    black_box(param);
}

/// Consumes a part of a notification. A function and not a closure, because parts may have any
/// lifetime.
fn touch_part(part: JsonPart<'_>) {
    touch(part);
}
