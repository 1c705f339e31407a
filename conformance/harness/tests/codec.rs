//! Our own codec, tested as any other crate may test its parser: each vector is a test of `cargo
//! test`.

use std::process::ExitCode;

use event_datagram_harness::{Dialect, Harness};

fn main() -> ExitCode {
    let decode = |dialect: Dialect| move |datagram: &[u8]| dialect.decode(datagram);
    Harness::new()
        .parser(Dialect::Text, move || decode(Dialect::Text))
        .parser(Dialect::JsonRpc, move || decode(Dialect::JsonRpc))
        .strict()
        .main()
}
