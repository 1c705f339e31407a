//! Every law about an event and the writers of the text dialect.
#![no_main]

use event_datagram::testing::generate::TextEvent;
use event_datagram::testing::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|event: TextEvent| {
    laws::text::sender_keeps_its_word(&event.0);
    laws::text::documented_keeps_its_word(&event.0);
});
