//! Runs the laws of `event_datagram_oracle` on generated cases that break parsers.

use event_datagram::{EventBuf, ParamBuf};
use event_datagram_oracle::generate::{
    JsonRpcDatagram, JsonRpcEvent, SocketText, Spelling, TextDatagram, TextEvent,
};
use event_datagram_oracle::laws::{jsonrpc, socket, text};
use proptest::prelude::*;

proptest! {
    #[test]
    fn decoded_parts_of_text_are_slices_in_order(case: TextDatagram) {
        text::decoded_parts_are_slices_in_order(&case.0);
    }

    #[test]
    fn decoded_parts_of_jsonrpc_are_slices_in_order(case: JsonRpcDatagram) {
        jsonrpc::decoded_parts_are_slices_in_order(&case.0);
    }

    #[test]
    fn text_decoder_agrees_with_reference(case: TextDatagram) {
        text::decoder_agrees_with_reference(&case.0);
    }

    #[test]
    fn documented_grammar_agrees_with_reference(case: TextDatagram) {
        text::documented_grammar_agrees_with_reference(&case.0);
    }

    #[test]
    fn text_reference_admits_its_readings(case: TextDatagram) {
        text::reference_admits_its_readings(&case.0);
    }

    #[test]
    fn text_accessors_agree(case: TextDatagram) {
        text::accessors_agree(&case.0);
    }

    #[test]
    fn decoded_text_events_encode_as_checked(case: TextDatagram) {
        text::decoded_events_encode_as_checked(&case.0);
    }

    #[test]
    fn text_sender_matches_size_and_check(case: TextEvent) {
        text::sender_matches_size_and_check(&case.0);
    }

    #[test]
    fn jsonrpc_decoder_agrees_with_reference(case: JsonRpcDatagram) {
        jsonrpc::decoder_agrees_with_reference(&case.0);
    }

    #[test]
    fn jsonrpc_reference_admits_its_readings(case: JsonRpcDatagram) {
        jsonrpc::reference_admits_its_readings(&case.0);
    }

    #[test]
    fn jsonrpc_accessors_agree(case: JsonRpcDatagram) {
        jsonrpc::accessors_agree(&case.0);
    }

    #[test]
    fn truncated_jsonrpc_objects_are_rejected(case: JsonRpcDatagram) {
        jsonrpc::truncated_objects_are_rejected(&case.0);
    }

    #[test]
    fn damaged_jsonrpc_objects_must_be_rejected(case: JsonRpcEvent, cut: usize) {
        jsonrpc::damaged_objects_must_be_rejected(&case.0, cut);
    }

    #[test]
    fn jsonrpc_departures_from_grammar_should_be_rejected(case: JsonRpcEvent) {
        jsonrpc::departures_from_grammar_should_be_rejected(&case.0);
    }

    #[test]
    fn decoded_jsonrpc_events_encode_as_checked(case: JsonRpcDatagram) {
        jsonrpc::decoded_events_encode_as_checked(&case.0);
    }

    #[test]
    fn all_spellings_decode_alike(case: Spelling) {
        jsonrpc::all_spellings_decode_alike(&case);
    }

    #[test]
    fn jsonrpc_sender_matches_size_and_check(case: JsonRpcEvent) {
        jsonrpc::sender_matches_size_and_check(&case.0);
    }

    #[test]
    fn text_parses_back_or_error_points_into_it(case: SocketText) {
        socket::text_parses_back_or_error_points_into_it(&case.0);
    }

    #[test]
    fn addresses_parse_as_in_std(case: SocketText) {
        socket::addresses_parse_as_in_std(&case.0);
    }

    /// Runs each sender on the events that were generated for the other dialect.
    #[test]
    fn senders_encode_events_of_the_other_dialect_as_checked(text: TextEvent, json: JsonRpcEvent) {
        jsonrpc::sender_matches_size_and_check(&text.0);
        text::sender_matches_size_and_check(&json.0);
    }
}

#[test]
fn text_events_are_guaranteed_unless_a_part_may_read_differently() {
    for (param, expected) in [
        (ParamBuf::named("a_b.c-1", "x"), true),
        (ParamBuf::named("", "x"), false),
        (ParamBuf::named("a b", "x"), false),
        (ParamBuf::named("a", "x::y"), true),
        (ParamBuf::unnamed("x"), true),
        (ParamBuf::unnamed("x::y"), false),
        (ParamBuf::unnamed("x::y\n"), true),
        (ParamBuf::named("a", "\"x"), false),
        (ParamBuf::unnamed("\"x"), false),
        (ParamBuf::unnamed("\"x\ny"), true),
        (ParamBuf::unnamed("x\ny\\"), false),
        (ParamBuf::unnamed("x\\"), true),
        (ParamBuf::unnamed(1), false),
    ] {
        let event = EventBuf::new("E_TEST", [param]);
        assert_eq!(text::is_guaranteed(&event), expected, "{event:?}");
    }
    for (name, expected) in [("E_TEST", true), ("", false), ("E\nTEST", false)] {
        let event = EventBuf::new(name, [ParamBuf::unnamed("x")]);
        assert_eq!(text::is_guaranteed(&event), expected, "{name:?}");
    }
}
