//! What real servers sent, beside what was raised: encoding gives the very bytes, decoding what was raised as far as
//! the bytes tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use event_datagram::testing::laws::as_text_tells;
use event_datagram::testing::reference::{self, Reading};
use event_datagram::{EventBuf, text};
use event_datagram_conformance::contract::event_from_json;
use serde_json::Value;

struct Capture {
    id: String,
    /// `None` where the server raised the event by itself, and nobody knows what it meant to say.
    raised: Option<EventBuf>,
    datagram: Vec<u8>,
}

fn captures() -> Vec<Capture> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/captures/opensips-2.4.11.jsonl");
    let lines = fs::read_to_string(path).expect("the captures are in the corpus");
    let captures = lines.lines().map(|line| {
        let json: Value = serde_json::from_str(line).expect("each line is a JSON object");
        let raised =
            (!json["params"].is_null()).then(|| event_from_json(&json).expect("it is an event"));
        Capture {
            id: json["id"].as_str().expect("it has an id").into(),
            raised,
            datagram: hex::decode(json["datagram_hex"].as_str().expect("it has a datagram"))
                .expect("in hex"),
        }
    });
    captures.collect()
}

fn decoded(datagram: &[u8]) -> Reading {
    text::decode(datagram).map_or(Reading::Rejection, |event| {
        Reading::Event(EventBuf::from_event(&event))
    })
}

#[test]
fn encoding_what_was_raised_gives_the_bytes() {
    let mut count = 0;
    for capture in captures() {
        // What a server meant by its built-in events is known by decoding alone: that must come out as it went in.
        let event = capture.raised.or_else(|| match decoded(&capture.datagram) {
            Reading::Event(event) => Some(event),
            _ => None,
        });
        let event = event.unwrap_or_else(|| panic!("{}: neither raised nor readable", capture.id));
        let mut datagram = Vec::new();
        text::sender::encode_to_vec(&event, &mut datagram)
            .expect("it is no longer than what was sent");
        assert_eq!(
            datagram.escape_ascii().to_string(),
            capture.datagram.escape_ascii().to_string(),
            "{}",
            capture.id
        );
        count += 1;
    }
    println!("{count} captures: encoding gives the very bytes");
    assert_eq!(count, 857);
}

#[test]
fn decoding_gives_what_was_raised_or_an_admissible_reading() {
    let mut counts = BTreeMap::<&str, Vec<String>>::new();
    for capture in captures() {
        let reading = decoded(&capture.datagram);
        assert!(
            reference::admits(&capture.datagram, &reading),
            "{}: not admissible: {reading:?}",
            capture.id
        );
        let class = match capture.raised {
            None => {
                "a reading that the reference lists, of an event that the server raised by itself"
            }
            Some(raised) => {
                let raised = Reading::Event(as_text_tells(&raised));
                if reading == raised {
                    "what was raised"
                } else if reference::admits(&capture.datagram, &raised) {
                    "a reading that the reference lists beside what was raised (T6, T9, T10)"
                } else if reading == Reading::Rejection {
                    "rejected: what was raised had no name (T1)"
                } else {
                    "the reading that the rulings give to bytes which tell nothing of what was raised (T1, T4, T5, T7)"
                }
            }
        };
        counts.entry(class).or_default().push(capture.id);
    }
    for (class, ids) in &counts {
        println!("{:4} {class}", ids.len());
    }
    let numbers: Vec<_> = counts.values().map(Vec::len).collect();
    assert_eq!(
        numbers,
        [79, 26, 3, 77, 672],
        "a capture has changed its class; all are: {counts:?}"
    );
}
