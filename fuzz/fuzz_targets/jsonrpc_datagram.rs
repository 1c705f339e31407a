//! Every law about a datagram of the JSON-RPC dialect.
#![no_main]

use event_datagram::testing::laws::jsonrpc as laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagram: &[u8]| {
    laws::decoder_agrees_with_reference(datagram);
    laws::an_event_is_one_whole_object(datagram);
    laws::encoding_what_was_decoded_is_stable(datagram);
});
