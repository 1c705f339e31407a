//! The cases of the benchmarks: six events, in both dialects.
//!
//! This module does not call the codec. Most programs call each function of the codec at one place,
//! and a second call beside the measured one can keep the compiler from inlining the function.
//! `tests/peers.rs` checks that the codec decodes each case to its event.

use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use event_datagram_corpus::CAPTURES;
use event_datagram_oracle::reference::{self, Reading};
use serde_json::Value as Json;

use crate::peers::{self, std_write};

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
    /// The event of the text datagram as the server raised it, if that event has integers: the
    /// decoder returns strings for them. A JSON-RPC datagram keeps integers, so there the decoded
    /// event equals the raised one.
    pub text_raised: Option<EventBuf>,
    /// Whether real servers sent these datagrams.
    pub is_captured: bool,
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
        let text = CaseDatagram::text(capture(TEXT_CAPTURES, id));
        let jsonrpc = CaseDatagram::jsonrpc(capture(JSONRPC_CAPTURES, id));
        let raised = raised(&text.event, &jsonrpc.event);
        Self {
            name,
            text_raised: (raised != text.event).then_some(raised),
            text,
            jsonrpc,
            is_captured: true,
        }
    }

    /// Returns a synthetic event.
    fn synthetic(name: &'static str, event: EventBuf) -> Self {
        let (mut text, mut jsonrpc) = (Vec::new(), Vec::new());
        std_write::extend(&event, &mut text);
        peers::serde_json::write(&event, &mut jsonrpc).expect("the event is UTF-8");
        Self {
            name,
            text: CaseDatagram::text(text),
            jsonrpc: CaseDatagram::jsonrpc(jsonrpc),
            text_raised: None,
            is_captured: false,
        }
    }
}

impl CaseDatagram {
    fn text(bytes: Vec<u8>) -> Self {
        Self::new(reference::text::decode(&bytes), bytes)
    }

    fn jsonrpc(bytes: Vec<u8>) -> Self {
        Self::new(reference::jsonrpc::decode(&bytes), bytes)
    }

    fn new(reading: Reading, bytes: Vec<u8>) -> Self {
        let Reading::Event(event) = reading else {
            panic!("expected an event, found {:?}", bytes.escape_ascii());
        };
        Self { bytes, event }
    }

    /// Returns the number of parameters.
    pub fn params(&self) -> usize {
        self.event.params.len()
    }
}

/// Returns a decoded text event as the server raised it. The captures of built-in events do not
/// record what the server raised, but the same event in JSON-RPC shows which parameters are
/// integers.
fn raised(text: &EventBuf, jsonrpc: &EventBuf) -> EventBuf {
    let mut raised = text.clone();
    for param in &mut raised.params {
        let same = jsonrpc.params.iter().find(|one| one.name == param.name);
        let is_integer = same.is_some_and(|one| matches!(one.value, ValueBuf::Integer(_)));
        if let (true, ValueBuf::Bytes(value)) = (is_integer, &param.value) {
            let sent: u64 = str::from_utf8(value)
                .ok()
                .and_then(|value| value.parse().ok())
                .expect("the server sent an unsigned integer");
            param.value = sent.cast_signed().into();
        }
    }
    raised
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

#[cfg(test)]
mod tests {
    use memchr::memmem;

    use super::*;

    fn case(name: &str) -> CodecCase {
        let mut cases = CodecCase::all().into_iter();
        let case = cases.find(|case| case.name == name);
        case.expect("the case exists")
    }

    fn value<'e>(event: &'e EventBuf, name: &str) -> &'e ValueBuf {
        let name = Some(name.as_bytes());
        let mut params = event.params.iter();
        let param = params.find(|param| param.name.as_deref() == name);
        &param.expect("the event has the parameter").value
    }

    #[test]
    fn contact_is_raised_with_five_integers() {
        let case = case("contact");
        let raised = case.text_raised.expect("it has integers");
        let is_integer = |param: &&ParamBuf| matches!(param.value, ValueBuf::Integer(_));
        let integers = raised.params.iter().filter(is_integer);
        let names = integers.map(|param| param.name.as_deref().map(String::from_utf8_lossy));
        let names: Vec<_> = names.map(Option::unwrap_or_default).collect();
        assert_eq!(names, ["qval", "bflags", "expires", "cseq", "latency"]);
        assert_eq!(*value(&raised, "qval"), ValueBuf::Integer(-1));
        assert_eq!(
            *value(&case.text.event, "qval"),
            "18446744073709551615".into()
        );
    }

    /// The benchmarks have both cases for their escapes.
    #[test]
    fn threshold_and_quotes_hold_a_quoted_value_with_escapes() {
        for name in ["threshold", "quotes"] {
            let CaseDatagram { bytes, event } = case(name).text;
            let ValueBuf::Bytes(extra) = value(&event, "extra") else {
                panic!("{name}: expected bytes");
            };
            let escaped = String::from_utf8_lossy(extra).replace('"', "\\\"");
            assert!(escaped.contains("\\\""), "{name}");
            let end = format!("\nextra::\"{escaped}\"\n\n");
            assert!(bytes.ends_with(end.as_bytes()), "{name}");
        }
    }

    #[test]
    fn threshold_holds_escapes_in_jsonrpc() {
        let bytes = case("threshold").jsonrpc.bytes;
        for escape in [r#"\""#, r"\\", r"\r\n"] {
            let found = memmem::find(&bytes, escape.as_bytes());
            assert!(found.is_some(), "{escape}");
        }
    }
}
