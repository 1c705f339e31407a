//! Our own codec, tested as any other crate may test its parser: each vector is a test of `cargo test`.

use std::process::ExitCode;

use event_datagram_conformance::dialect;
use event_datagram_conformance::harness::Harness;
use event_datagram_conformance::vectors::Dialect;

fn main() -> ExitCode {
    let decode = |dialect| move |datagram: &[u8]| dialect::decode(dialect, datagram);
    Harness::new()
        .parser(Dialect::Text, move || decode(Dialect::Text))
        .parser(Dialect::JsonRpc, move || decode(Dialect::JsonRpc))
        .strict()
        .main()
}
