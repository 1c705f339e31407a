//! The cases of the benchmarks: six events, in both dialects.

use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{EventBuf, ParamBuf, text};
use event_datagram_corpus::CAPTURES;
use serde_json::Value as Json;

/// The captures of text datagrams: what OpenSIPS 2.4.11 sent.
pub const TEXT_CAPTURES: &str = "captures/opensips-2.4.11.jsonl";
/// The captures of JSON-RPC datagrams: what OpenSIPS 4.0.1 sent.
pub const JSONRPC_CAPTURES: &str = "captures/opensips-4.0.1.jsonl";

/// An event as a datagram of each dialect.
pub struct CodecCase {
    /// The name in the tables.
    pub name: &'static str,
    /// The datagram of OpenSIPS up to 3.0.
    pub text: CaseDatagram,
    /// The datagram of OpenSIPS 3.4 to 4.0.
    pub jsonrpc: CaseDatagram,
}

/// A datagram, and the event that it decodes to.
pub struct CaseDatagram {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The decoded event, owned: the input of encoding.
    pub event: EventBuf,
}

impl CodecCase {
    /// Returns all cases, the smallest first. README.md says why each is measured.
    ///
    /// # Panics
    ///
    /// If a capture is missing or malformed.
    pub fn all() -> Vec<Self> {
        vec![
            Self::captured("pike", "builtin-pike-ip4-1"),
            Self::captured("contact", "builtin-ul-insert-4"),
            Self::captured("threshold", "builtin-core-threshold-msg-21"),
            Self::synthetic("tiny-1000", tiny()),
            Self::synthetic("long", one_value("a".repeat(65_000))),
            Self::synthetic("quotes", one_value("\"a".repeat(21_600) + "\n")),
        ]
    }

    /// Returns the datagrams that OpenSIPS 2.4.11 and 4.0.1 sent: the captures of this id.
    fn captured(name: &'static str, id: &str) -> Self {
        Self {
            name,
            text: CaseDatagram::text(capture(TEXT_CAPTURES, id)),
            jsonrpc: CaseDatagram::jsonrpc(capture(JSONRPC_CAPTURES, id)),
        }
    }

    /// Returns a synthetic event.
    fn synthetic(name: &'static str, event: EventBuf) -> Self {
        let (mut text, mut jsonrpc) = (Vec::new(), Vec::new());
        text::sender::encode_to_vec(&event, &mut text).expect("the event is not too long");
        jsonrpc::sender::encode_to_vec(Release::V3_4, &event, &mut jsonrpc)
            .expect("the event is not too long");
        Self {
            name,
            text: CaseDatagram::text(text),
            jsonrpc: CaseDatagram::jsonrpc(jsonrpc),
        }
    }
}

impl CaseDatagram {
    fn text(bytes: Vec<u8>) -> Self {
        let event = EventBuf::from_event(&text::decode(&bytes).expect("the datagram is an event"));
        Self { bytes, event }
    }

    fn jsonrpc(bytes: Vec<u8>) -> Self {
        let event =
            EventBuf::from_event(&jsonrpc::decode(&bytes).expect("the datagram is an event"));
        Self { bytes, event }
    }

    /// Returns the number of parameters.
    pub fn params(&self) -> usize {
        self.event.params.len()
    }
}

/// Returns the event of the capture `many-100-named`, extended to a thousand parameters.
fn tiny() -> EventBuf {
    let param = |index| ParamBuf::named(format!("n{index:03}"), format!("v{index}").as_str());
    EventBuf::new("E_TEST", (0..1000).map(param).collect::<Vec<_>>())
}

fn one_value(value: String) -> EventBuf {
    EventBuf::new("E_TEST", [ParamBuf::named("extra", value.as_str())])
}

fn capture(path: &str, id: &str) -> Vec<u8> {
    let mut captures = captures(path);
    let (_, datagram) = captures
        .find(|(one, _)| one == id)
        .expect("the capture exists");
    datagram
}

/// Returns id and datagram of each capture in a file of the corpus.
///
/// # Panics
///
/// If the corpus has no captures at this path.
pub fn captures(path: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    let (_, lines) = CAPTURES
        .iter()
        .find(|(one, _)| *one == path)
        .expect("the corpus has this file");
    lines.lines().filter_map(|line| {
        let capture: Json = serde_json::from_str(line).expect("a capture is JSON");
        let hex = capture["datagram_hex"].as_str()?;
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("it is hex");
        let datagram = (0..hex.len()).step_by(2).map(byte).collect();
        Some((capture["id"].as_str()?.into(), datagram))
    })
}
