//! The two dialects behind one face: what the runner, the listener and the commands need of a codec.

use event_datagram::testing::reference::{self, Reading};
use event_datagram::{EventBuf, MAX_UDP_PAYLOAD, jsonrpc, text};
use serde_json::json;

use crate::contract::event_line;
use crate::vectors::Dialect;

/// Tells the dialects apart: JSON-RPC begins with `{`, perhaps behind white space, and no event of OpenSIPS' own does so in
/// text.
pub fn of(datagram: &[u8]) -> Dialect {
    match datagram.trim_ascii_start().first() {
        Some(b'{') => Dialect::JsonRpc,
        _ => Dialect::Text,
    }
}

/// Reads a datagram by the rulings, and gives the line by which the contract reports it, without its line feed.
pub fn report(dialect: Dialect, datagram: &[u8]) -> Vec<u8> {
    match dialect {
        Dialect::Text => match text::decode(datagram) {
            Ok(event) => event_line(&event),
            Err(error) => error_line(&error.to_string()),
        },
        Dialect::JsonRpc => match jsonrpc::decode(datagram) {
            Ok(event) => event_line(&event),
            Err(error) => error_line(&error.to_string()),
        },
    }
}

/// Gives the line by which the contract reports a rejection, without its line feed.
pub fn error_line(why: &str) -> Vec<u8> {
    json!({ "error": why }).to_string().into_bytes()
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
        Dialect::JsonRpc => jsonrpc::decode(datagram)
            .map(|event| EventBuf::from_event(&event))
            .map_err(|error| error.to_string()),
    }
}

/// Writes an event byte for byte as OpenSIPS does, whether or not it reads back the same: text as 1.8 to 3.0 do, JSON-RPC
/// as 3.4 to 4.0 do.
///
/// # Errors
///
/// If it is longer than datagrams may be.
pub fn encode(dialect: Dialect, event: &EventBuf) -> Result<Vec<u8>, String> {
    let mut datagram = Vec::new();
    match dialect {
        Dialect::Text => {
            text::sender::encode_to_vec(event, &mut datagram).map_err(|error| error.to_string())?
        }
        Dialect::JsonRpc => jsonrpc::sender::encode_to_vec(event, &mut datagram)
            .map_err(|error| error.to_string())?,
    };
    Ok(datagram)
}

/// Tells in what the datagram of an event departs from it when it is read, and whether real servers lose it.
pub fn caveats(dialect: Dialect, event: &EventBuf) -> Vec<String> {
    let (size, most, loss) = match dialect {
        Dialect::Text => (
            text::sender::size(event),
            text::sender::BUFFER,
            text::sender::check(event)
                .err()
                .map(|loss| loss.to_string()),
        ),
        Dialect::JsonRpc => (
            jsonrpc::sender::size(event),
            MAX_UDP_PAYLOAD,
            jsonrpc::sender::check(event)
                .err()
                .map(|loss| loss.to_string()),
        ),
    };
    let loss = loss.map(|loss| format!("reads back differently: {loss}"));
    let is_lost = (size > most).then(|| match dialect {
        Dialect::Text => format!("{size} bytes: servers lose what is longer than {most}"),
        Dialect::JsonRpc => format!("{size} bytes: UDP carries no more than {most}"),
    });
    loss.into_iter().chain(is_lost).collect()
}

/// Gives the first reading of the reference: the one that [`decode`] has to give.
pub fn first_reading(dialect: Dialect, datagram: &[u8]) -> Reading {
    match dialect {
        Dialect::Text => reference::text::decode(datagram),
        Dialect::JsonRpc => reference::jsonrpc::decode(datagram),
    }
}

/// Gives the admissible readings, at most so many: there may be more than anybody can list.
pub fn readings(dialect: Dialect, datagram: &[u8], at_most: usize) -> Vec<Reading> {
    let mut readings: Vec<_> = match dialect {
        Dialect::Text => reference::text::readings(datagram).take(at_most).collect(),
        Dialect::JsonRpc => reference::jsonrpc::readings(datagram),
    };
    readings.truncate(at_most);
    readings
}

/// Tells whether a datagram has only to be survived, whatever is made of it.
pub fn anything_goes(dialect: Dialect, datagram: &[u8]) -> bool {
    match dialect {
        Dialect::Text => false,
        Dialect::JsonRpc => reference::jsonrpc::anything_goes(datagram),
    }
}

/// Tells whether a reading is admissible.
pub fn admits(dialect: Dialect, datagram: &[u8], reading: &Reading) -> bool {
    match dialect {
        Dialect::Text => reference::text::admits(datagram, reading),
        Dialect::JsonRpc => reference::jsonrpc::admits(datagram, reading),
    }
}

/// Names the requirements of level *should* by which the reference reads a datagram.
pub fn advice(dialect: Dialect, datagram: &[u8]) -> Vec<&'static str> {
    match dialect {
        Dialect::Text => reference::text::advice(datagram),
        Dialect::JsonRpc => reference::jsonrpc::advice(datagram),
    }
}
