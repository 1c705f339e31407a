//! What real servers sent, beside what was raised: encoding gives the very bytes, decoding what was
//! raised as far as the bytes tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use event_datagram::jsonrpc::{self, sender};
use event_datagram::{EncodeError, EventBuf, text};
use event_datagram_conformance::contract::event_from_json;
use event_datagram_oracle::laws;
use event_datagram_oracle::reference::{self, Reading};
use serde_json::Value;

/// A release, and what this project knows of its dialect.
struct Release {
    version: &'static str,
    encode: fn(&EventBuf, &mut Vec<u8>) -> Result<usize, EncodeError>,
    decode: fn(&[u8]) -> Reading,
    admits: fn(&[u8], &Reading) -> bool,
    /// What is left of an event in the dialect.
    representable: fn(&EventBuf) -> EventBuf,
}

const OPENSIPS_2_4: Release = Release {
    version: "2.4.11",
    encode: text::sender::encode_to_vec,
    decode: |datagram| reading(text::decode(datagram).map(|event| EventBuf::from_event(&event))),
    admits: reference::text::admits,
    representable: laws::text::representable,
};

const OPENSIPS_3_1: Release = Release {
    version: "3.1.0",
    encode: |event, datagram| sender::encode_to_vec(sender::Release::V3_1, event, datagram),
    decode: |datagram| reading(jsonrpc::decode(datagram).map(|event| EventBuf::from_event(&event))),
    admits: reference::jsonrpc::admits,
    representable: laws::jsonrpc::representable,
};

const OPENSIPS_4_0: Release = Release {
    version: "4.0.1",
    encode: |event, datagram| sender::encode_to_vec(sender::Release::V3_4, event, datagram),
    ..OPENSIPS_3_1
};

#[test]
fn encoding_what_was_raised_gives_the_bytes() {
    assert_eq!(OPENSIPS_2_4.encodes_to_the_very_bytes(), 857);
    assert_eq!(OPENSIPS_3_1.encodes_to_the_very_bytes(), 838);
    assert_eq!(OPENSIPS_4_0.encodes_to_the_very_bytes(), 866);
}

#[test]
fn decoding_gives_what_was_raised_or_an_admissible_reading() {
    let text = [
        (BY_ITSELF, 26),
        (ADMITTED, 79),
        (REJECTED, 3),
        (NOTHING_LEFT, 77),
        (RAISED, 672),
    ];
    assert_eq!(OPENSIPS_2_4.classes(), text.into());
    assert_eq!(
        OPENSIPS_3_1.classes(),
        [(BY_ITSELF, 22), (RAISED, 816)].into()
    );
    assert_eq!(
        OPENSIPS_4_0.classes(),
        [(BY_ITSELF, 36), (RAISED, 830)].into()
    );
}

const BY_ITSELF: &str =
    "a reading that the reference lists, of an event that the server raised by itself";
const RAISED: &str = "what was raised, as far as the dialect tells";
const ADMITTED: &str = "a reading that the reference lists beside what was raised (T6, T9, T10)";
const REJECTED: &str = "rejected: what was raised had no name (T1)";
const NOTHING_LEFT: &str = "the reading that the rulings give to bytes which tell nothing of what was raised (T1, T4, T5, T7)";

impl Release {
    /// Asserts that encoding returns the captured bytes, and returns the number of captures.
    fn encodes_to_the_very_bytes(&self) -> usize {
        let captures = self.captures();
        for capture in &captures {
            // What a server meant by its built-in events is known by decoding alone: that must come
            // out as it went in.
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

    /// Counts what decoding gives.
    fn classes(&self) -> BTreeMap<&'static str, usize> {
        let mut classes = BTreeMap::new();
        for capture in self.captures() {
            let reading = (self.decode)(&capture.datagram);
            assert!(
                (self.admits)(&capture.datagram, &reading),
                "{} of {}: not admissible: {reading:?}",
                capture.id,
                self.version
            );
            let class = match capture.raised {
                None => BY_ITSELF,
                Some(raised) => {
                    let raised = Reading::Event((self.representable)(&raised));
                    if reading == raised {
                        RAISED
                    } else if (self.admits)(&capture.datagram, &raised) {
                        ADMITTED
                    } else if reading == Reading::Rejection {
                        REJECTED
                    } else {
                        NOTHING_LEFT
                    }
                }
            };
            *classes.entry(class).or_default() += 1;
            println!("{} {}: {class}", self.version, capture.id);
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
    /// `None` where the server raised the event by itself, and nobody knows what it meant to say.
    raised: Option<EventBuf>,
    datagram: Vec<u8>,
}

impl Capture {
    fn read(line: &str) -> Self {
        let json: Value = serde_json::from_str(line).expect("each line is a JSON object");
        let id = json["id"].as_str().expect("it has an id").to_string();
        let mut raised =
            (!json["params"].is_null()).then(|| event_from_json(&json).expect("it is an event"));
        // `raise_event` got a name and no value, as the note beside it says: 3.1 and later then
        // raise no parameter.
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
