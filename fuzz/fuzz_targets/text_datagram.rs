//! Every law about a datagram of the text dialect.
#![no_main]

use event_datagram::testing::laws::text as laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagram: &[u8]| {
    laws::decoder_agrees_with_reference(datagram);
    laws::documented_is_a_subset(datagram);
    laws::encoding_what_was_decoded_is_stable(datagram);
});
