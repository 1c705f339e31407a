//! An event of the JSON-RPC dialect is read however it is spelled.
#![no_main]

use event_datagram::testing::generate::Spelling;
use event_datagram::testing::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|spelling: Spelling| {
    laws::jsonrpc::spelling_does_not_matter(&spelling);
    laws::jsonrpc::decoder_agrees_with_reference(&spelling.datagram);
});
