//! The laws of `event_datagram_oracle`, on cases made to break parsers.

use event_datagram_oracle::generate::{
    JsonRpcDatagram, JsonRpcEvent, SocketText, Spelling, TextDatagram, TextEvent,
};
use event_datagram_oracle::laws::{jsonrpc, socket, text};
use proptest::prelude::*;

proptest! {
    #[test]
    fn decoding_gives_pieces_of_a_text_datagram(case: TextDatagram) {
        text::decoding_gives_pieces_of_the_datagram(&case.0);
    }

    #[test]
    fn decoding_gives_pieces_of_a_jsonrpc_datagram(case: JsonRpcDatagram) {
        jsonrpc::decoding_gives_pieces_of_the_datagram(&case.0);
    }

    #[test]
    fn text_decoder_agrees_with_reference(case: TextDatagram) {
        text::decoder_agrees_with_reference(&case.0);
    }

    #[test]
    fn documented_is_a_subset(case: TextDatagram) {
        text::documented_is_a_subset(&case.0);
    }

    #[test]
    fn encoding_what_was_decoded_as_text_is_stable(case: TextDatagram) {
        text::encoding_what_was_decoded_is_stable(&case.0);
    }

    #[test]
    fn text_sender_keeps_its_word(case: TextEvent) {
        text::sender_keeps_its_word(&case.0);
    }

    #[test]
    fn documented_keeps_its_word(case: TextEvent) {
        text::documented_keeps_its_word(&case.0);
    }

    #[test]
    fn jsonrpc_decoder_agrees_with_reference(case: JsonRpcDatagram) {
        jsonrpc::decoder_agrees_with_reference(&case.0);
    }

    #[test]
    fn a_jsonrpc_event_is_one_whole_object(case: JsonRpcDatagram) {
        jsonrpc::an_event_is_one_whole_object(&case.0);
    }

    #[test]
    fn encoding_what_was_decoded_as_jsonrpc_is_stable(case: JsonRpcDatagram) {
        jsonrpc::encoding_what_was_decoded_is_stable(&case.0);
    }

    #[test]
    fn spelling_does_not_matter(case: Spelling) {
        jsonrpc::spelling_does_not_matter(&case);
    }

    #[test]
    fn jsonrpc_sender_keeps_its_word(case: JsonRpcEvent) {
        jsonrpc::sender_keeps_its_word(&case.0);
    }

    #[test]
    fn jsonrpc_sender_3_1_keeps_its_word(case: JsonRpcEvent) {
        jsonrpc::sender_3_1_keeps_its_word(&case.0);
    }

    #[test]
    fn text_is_a_socket_or_an_error_inside_it(case: SocketText) {
        socket::text_is_a_socket_or_an_error_inside_it(&case.0);
    }

    #[test]
    fn addresses_are_those_of_the_standard_library(case: SocketText) {
        socket::addresses_are_those_of_the_standard_library(&case.0);
    }

    /// The events of one dialect are no secret to the other.
    #[test]
    fn senders_keep_their_word_with_events_of_the_other_dialect(text: TextEvent, json: JsonRpcEvent) {
        jsonrpc::sender_keeps_its_word(&text.0);
        text::sender_keeps_its_word(&json.0);
        text::documented_keeps_its_word(&json.0);
    }
}
