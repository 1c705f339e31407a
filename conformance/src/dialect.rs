//! The two dialects behind one face: what the runner, the listener and the commands need of a codec.

use event_datagram::testing::reference::Reading;
use event_datagram::{EventBuf, text};
use serde_json::json;

use crate::contract::Reported;
use crate::vectors::Dialect;

/// Reads a datagram by the rulings, and gives the line by which the contract reports it, without its line feed.
pub fn report(dialect: Dialect, datagram: &[u8]) -> Vec<u8> {
    let line = match dialect {
        Dialect::Text => match text::decode(datagram) {
            Ok(event) => serde_json::to_vec(&Reported(&event)),
            Err(error) => serde_json::to_vec(&json!({ "error": error.to_string() })),
        },
    };
    line.expect("keys are strings, and nothing else can go wrong")
}

/// Reads a datagram by the rulings.
///
/// # Errors
///
/// Says why it is malformed, and at which byte.
pub fn decode(dialect: Dialect, datagram: &[u8]) -> Result<EventBuf, String> {
    match dialect {
        Dialect::Text => text::decode(datagram)
            .map(|event| EventBuf::from_event(&event))
            .map_err(|error| error.to_string()),
    }
}

/// Writes an event byte for byte as OpenSIPS does, whether or not it reads back the same.
///
/// # Errors
///
/// If it is longer than datagrams may be.
pub fn encode(dialect: Dialect, event: &EventBuf) -> Result<Vec<u8>, String> {
    let mut datagram = Vec::new();
    let written = match dialect {
        Dialect::Text => {
            text::sender::encode_to_vec(event, &mut datagram).map_err(|error| error.to_string())
        }
    };
    written.map(|_| datagram)
}

/// Says what of an event its datagram will not tell, if anything.
pub fn loss(dialect: Dialect, event: &EventBuf) -> Option<String> {
    match dialect {
        Dialect::Text => text::sender::check(event)
            .err()
            .map(|unwritable| unwritable.to_string()),
    }
}

/// Gives what the decoder makes of a datagram, in the form of the reference.
pub fn reading(dialect: Dialect, datagram: &[u8]) -> Reading {
    decode(dialect, datagram).map_or(Reading::Rejection, Reading::Event)
}
