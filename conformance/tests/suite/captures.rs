//! Compares captures of real servers with the events that were raised. Encoding the event returns
//! the same bytes, and decoding the bytes returns the event, unless the dialect loses something.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use event_datagram::jsonrpc::{self, sender};
use event_datagram::{EncodeError, EventBuf, Unwritable, text};
use event_datagram_conformance::contract::event_from_json;
use event_datagram_oracle::laws;
use event_datagram_oracle::reference::{self, Reading};
use serde_json::Value;

/// A release of OpenSIPS, and the functions for its dialect.
struct Release {
    version: &'static str,
    encode: fn(&EventBuf, &mut Vec<u8>) -> Result<usize, EncodeError>,
    decode: fn(&[u8]) -> Reading,
    admits: fn(&[u8], &Reading) -> bool,
    /// Returns the part of an event that the dialect can represent.
    representable: fn(&EventBuf) -> EventBuf,
    /// Returns why an event does not read back.
    check: fn(&EventBuf) -> Result<(), Unwritable>,
}

const OPENSIPS_2_4: Release = Release {
    version: "2.4.11",
    encode: text::sender::encode_to_vec,
    decode: |datagram| reading(text::decode(datagram).map(|event| EventBuf::from_event(&event))),
    admits: reference::text::admits,
    representable: laws::text::representable,
    check: text::sender::check,
};

const OPENSIPS_3_1: Release = Release {
    version: "3.1.0",
    encode: |event, datagram| sender::encode_to_vec(sender::Release::V3_1, event, datagram),
    decode: |datagram| reading(jsonrpc::decode(datagram).map(|event| EventBuf::from_event(&event))),
    admits: reference::jsonrpc::admits,
    representable: laws::jsonrpc::representable,
    check: sender::check,
};

const OPENSIPS_4_0: Release = Release {
    version: "4.0.1",
    encode: |event, datagram| sender::encode_to_vec(sender::Release::V3_4, event, datagram),
    ..OPENSIPS_3_1
};

#[test]
fn encoding_a_raised_event_returns_the_captured_bytes() {
    assert_eq!(OPENSIPS_2_4.encodes_to_the_very_bytes(), 857);
    assert_eq!(OPENSIPS_3_1.encodes_to_the_very_bytes(), 838);
    assert_eq!(OPENSIPS_4_0.encodes_to_the_very_bytes(), 866);
}

#[test]
fn decoding_returns_the_raised_event_unless_the_dialect_loses_it() {
    // 831 captures have the event that was raised, and 727 of these decode to that event.
    let text = [
        (RAISED, 727),
        (BY_ITSELF, 26),
        ("EmptyEventName", 3),
        ("LineFeedInEventName", 3),
        ("LineFeedInName", 6),
        ("SeparatorInName", 56),
        ("SeparatorInUnnamedValue", 33),
        ("BackslashBeforeClosingQuote", 1),
        ("ReadsAsQuoted", 2),
    ];
    assert_eq!(OPENSIPS_2_4.classes(), classes(text));
    let json_3_1 = [(RAISED, 816), (BY_ITSELF, 22)];
    assert_eq!(OPENSIPS_3_1.classes(), classes(json_3_1));
    let json_4_0 = [(RAISED, 830), (BY_ITSELF, 36)];
    assert_eq!(OPENSIPS_4_0.classes(), classes(json_4_0));
}

fn classes<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.map(|(class, count)| (class.into(), count)).into()
}

const BY_ITSELF: &str = "the server raised the event by itself: nobody knows what it meant";
const RAISED: &str = "the event that was raised, as far as the dialect tells";

impl Release {
    /// Asserts that encoding returns the captured bytes, and returns the number of captures.
    fn encodes_to_the_very_bytes(&self) -> usize {
        let captures = self.captures();
        for capture in &captures {
            // The captures do not record what the server raised for its built-in events, so the
            // decoded event is encoded again.
            let event = capture
                .raised
                .clone()
                .or_else(|| match (self.decode)(&capture.datagram) {
                    Reading::Event(event) => Some(event),
                    _ => None,
                });
            let event =
                event.unwrap_or_else(|| panic!("{}: neither raised nor readable", capture.id));
            let mut datagram = Vec::new();
            (self.encode)(&event, &mut datagram).expect("it is no longer than what was sent");
            assert_eq!(
                datagram.escape_ascii().to_string(),
                capture.datagram.escape_ascii().to_string(),
                "{} of {}",
                capture.id,
                self.version
            );
        }
        captures.len()
    }

    /// Counts the captures by the result of decoding: the event that was raised, or the reason why
    /// it cannot be decoded. Prints the captures with a reason.
    fn classes(&self) -> BTreeMap<String, usize> {
        let mut classes = BTreeMap::new();
        for capture in self.captures() {
            let (id, version) = (&capture.id, self.version);
            let reading = (self.decode)(&capture.datagram);
            assert!(
                (self.admits)(&capture.datagram, &reading),
                "{id} of {version}: not admissible: {reading:?}"
            );
            let class = match capture.raised {
                None => BY_ITSELF.into(),
                Some(raised) => {
                    let raised = (self.representable)(&raised);
                    let loss = (self.check)(&raised).err();
                    let reads_back = reading == Reading::Event(raised);
                    assert_eq!(reads_back, loss.is_none(), "{id} of {version}: {reading:?}");
                    loss.map_or(RAISED.into(), |loss| format!("{:?}", loss.reason()))
                }
            };
            if class != RAISED && class != BY_ITSELF {
                println!("{version} {id}: {class}");
            }
            *classes.entry(class).or_default() += 1;
        }
        classes
    }

    fn captures(&self) -> Vec<Capture> {
        let name = format!("opensips-{}.jsonl", self.version);
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../corpus/captures")
            .join(name);
        let lines = fs::read_to_string(path).expect("the captures are in the corpus");
        lines.lines().map(Capture::read).collect()
    }
}

struct Capture {
    id: String,
    /// The event that a script raised. `None` for a built-in event, because its parameters are not
    /// recorded.
    raised: Option<EventBuf>,
    datagram: Vec<u8>,
}

impl Capture {
    fn read(line: &str) -> Self {
        let json: Value = serde_json::from_str(line).expect("each line is a JSON object");
        let id = json["id"].as_str().expect("it has an id").to_string();
        let mut raised =
            (!json["params"].is_null()).then(|| event_from_json(&json).expect("it is an event"));
        // As the note of this capture says, `raise_event` got a name and no value. Releases 3.1 and
        // later then raise no parameter.
        if id == "attrsonly" && json["dialect"] == "json-rpc" {
            raised.as_mut().expect("it was raised").params.clear();
        }
        let datagram = json["datagram_hex"].as_str().expect("it has a datagram");
        Self {
            id,
            raised,
            datagram: hex::decode(datagram).expect("it is in hex"),
        }
    }
}

fn reading<X>(decoded: Result<EventBuf, X>) -> Reading {
    decoded.map_or(Reading::Rejection, Reading::Event)
}
