//! Our own codec, tested as any other crate may test its parser: each vector is a test of `cargo test`.

use std::process::ExitCode;

use event_datagram::{jsonrpc, text};
use event_datagram_conformance::harness::{EventBuf, Harness};
use event_datagram_conformance::vectors::Dialect;

fn main() -> ExitCode {
    Harness::new()
        .parser(Dialect::Text, || decode_text)
        .parser(Dialect::JsonRpc, || decode_jsonrpc)
        .set("2026.1")
        .strict()
        .main()
}

fn decode_text(datagram: &[u8]) -> Result<EventBuf, String> {
    match text::decode(datagram) {
        Ok(event) => Ok(EventBuf::from_event(&event)),
        Err(error) => Err(error.to_string()),
    }
}

fn decode_jsonrpc(datagram: &[u8]) -> Result<EventBuf, String> {
    match jsonrpc::decode(datagram) {
        Ok(event) => Ok(EventBuf::from_event(&event)),
        Err(error) => Err(error.to_string()),
    }
}
