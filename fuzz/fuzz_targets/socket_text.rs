//! Every law about the socket syntax.
#![no_main]

use event_datagram::testing::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    laws::socket::text_is_a_socket_or_an_error_inside_it(text);
    laws::socket::addresses_are_those_of_the_standard_library(text);
});
