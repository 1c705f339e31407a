//! Every law about an event and the writers of the JSON-RPC dialect.
#![no_main]

use event_datagram::testing::generate::JsonRpcEvent;
use event_datagram::testing::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|event: JsonRpcEvent| {
    laws::jsonrpc::sender_keeps_its_word(&event.0);
    laws::jsonrpc::sender_3_1_keeps_its_word(&event.0);
});
