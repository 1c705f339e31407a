//! What is measured: six events, in both dialects.

use event_datagram::{EventBuf, ParamBuf, jsonrpc, text};
use serde_json::Value as Json;

/// An event, and the datagrams that say it.
pub struct Case {
    /// Its name in the tables.
    pub name: &'static str,
    /// Why it is measured.
    pub why: &'static str,
    /// As OpenSIPS up to 3.0 writes it.
    pub text: Datagram,
    /// As OpenSIPS 3.4 to 4.0 writes it.
    pub jsonrpc: Datagram,
}

/// A datagram, and the event that it reads as.
pub struct Datagram {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What the codec makes of them, owned: what encoding starts from.
    pub event: EventBuf,
}

impl Case {
    /// Puts all cases together, the smallest first.
    ///
    /// # Panics
    ///
    /// If a capture is not what it was.
    pub fn all() -> Vec<Self> {
        vec![
            Self::captured(
                "pike",
                "the smallest event of a real server: what a call costs, whatever it reads",
                "builtin-pike-ip4-1",
            ),
            Self::captured(
                "contact",
                "the ordinary event, a dozen short parameters: what a listener of a registrar lives on",
                "builtin-ul-insert-4",
            ),
            Self::captured(
                "threshold",
                "a whole SIP message in one value: quotes and line feeds (text), escapes (JSON-RPC)",
                "builtin-core-threshold-msg-21",
            ),
            Self::made(
                "tiny-1000",
                "what a parameter costs, where its bytes cost nothing",
                tiny(),
            ),
            Self::made(
                "long",
                "one value of 64 KB: what a byte costs, where there is nothing to be found in it",
                one_value("a".repeat(65_000)),
            ),
            Self::made(
                "quotes",
                "one value of 64 KB that is half quotes and holds a line feed: the most escapes that bytes can ask for",
                one_value("\"a".repeat(21_600) + "\n"),
            ),
        ]
    }

    /// The bytes that OpenSIPS 2.4.11 and 4.0.1 sent: the case of this id in `corpus/captures`.
    fn captured(name: &'static str, why: &'static str, id: &str) -> Self {
        let text = capture(
            include_str!("../../corpus/captures/opensips-2.4.11.jsonl"),
            id,
        );
        let jsonrpc = capture(
            include_str!("../../corpus/captures/opensips-4.0.1.jsonl"),
            id,
        );
        Self {
            name,
            why,
            text: Datagram::text(text),
            jsonrpc: Datagram::jsonrpc(jsonrpc),
        }
    }

    /// An event that no server was seen to send.
    fn made(name: &'static str, why: &'static str, event: EventBuf) -> Self {
        let (mut text, mut jsonrpc) = (Vec::new(), Vec::new());
        text::sender::encode_to_vec(&event, &mut text).expect("it is not too long");
        jsonrpc::sender::encode_to_vec(&event, &mut jsonrpc).expect("it is not too long");
        Self {
            name,
            why,
            text: Datagram::text(text),
            jsonrpc: Datagram::jsonrpc(jsonrpc),
        }
    }
}

impl Datagram {
    fn text(bytes: Vec<u8>) -> Self {
        let event = EventBuf::from_event(&text::decode(&bytes).expect("it is an event"));
        Self { bytes, event }
    }

    fn jsonrpc(bytes: Vec<u8>) -> Self {
        let event = EventBuf::from_event(&jsonrpc::decode(&bytes).expect("it is an event"));
        Self { bytes, event }
    }

    /// Counts the parameters.
    pub fn params(&self) -> usize {
        self.event.params.len()
    }
}

/// The capture `many-100-named`, continued to a thousand.
fn tiny() -> EventBuf {
    let param = |index| ParamBuf::named(format!("n{index:03}"), format!("v{index}").as_str());
    EventBuf::new("E_TEST", (0..1000).map(param).collect::<Vec<_>>())
}

fn one_value(value: String) -> EventBuf {
    EventBuf::new("E_TEST", [ParamBuf::named("extra", value.as_str())])
}

fn capture(lines: &str, id: &str) -> Vec<u8> {
    let mut captures = captures(lines);
    let (_, datagram) = captures
        .find(|(one, _)| one == id)
        .expect("it was captured");
    datagram
}

/// Gives id and bytes of what arrived, out of a file of `corpus/captures`.
///
/// # Panics
///
/// If it is no such file.
pub fn captures(lines: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    lines.lines().filter_map(|line| {
        let capture: Json = serde_json::from_str(line).expect("captures are JSON");
        let hex = capture["datagram_hex"].as_str()?;
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("it is hex");
        let datagram = (0..hex.len()).step_by(2).map(byte).collect();
        Some((capture["id"].as_str()?.into(), datagram))
    })
}
