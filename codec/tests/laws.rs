//! The laws of `event_datagram::testing`, on inputs made to break parsers.

use event_datagram::testing::laws;
use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces that parsers stumble over, alone and side by side.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let telling: &[&[u8]] = &[
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b":",
        b"::",
        b":::",
        b"\"",
        b"\\",
        b"\\\"",
        b"\\\\",
        b"\"\n",
        b"\\\"\n",
        b"\"::",
        b"'",
        b",",
        b" ",
        b"\t",
        b"\0",
        b"\xff",
        b"a",
        b"name",
        b"E_TEST",
        b"\xe2\x80\xa8",
        b"7",
    ];
    prop_oneof![
        8 => proptest::sample::select(telling.to_vec()).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..8).prop_map(|pieces| pieces.concat())
}

fn datagram() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(piece(), 0..40).prop_map(|pieces| pieces.concat()),
        vec(piece(), 0..40).prop_map(|pieces| [b"E\n".to_vec(), pieces.concat()].concat()),
    ]
}

fn event() -> impl Strategy<Value = EventBuf> {
    let name = prop_oneof![3 => Just(b"E_TEST".to_vec()), 1 => bytes()];
    let param_name = prop_oneof![
        2 => Just(Some(b"ip".to_vec())),
        2 => Just(None),
        1 => bytes().prop_map(Some),
    ];
    let value = prop_oneof![
        6 => bytes().prop_map(ValueBuf::Bytes),
        1 => any::<i64>().prop_map(ValueBuf::Integer),
        1 => Just(ValueBuf::Null),
    ];
    let param = (param_name, value).prop_map(|(name, value)| ParamBuf { name, value });
    (name, vec(param, 0..5)).prop_map(|(name, params)| EventBuf { name, params })
}

proptest! {
    #[test]
    fn decoder_agrees_with_reference(datagram in datagram()) {
        laws::text::decoder_agrees_with_reference(&datagram);
    }

    #[test]
    fn documented_is_a_subset(datagram in datagram()) {
        laws::text::documented_is_a_subset(&datagram);
    }

    #[test]
    fn encoding_what_was_decoded_is_stable(datagram in datagram()) {
        laws::text::encoding_what_was_decoded_is_stable(&datagram);
    }

    #[test]
    fn sender_keeps_its_word(event in event()) {
        laws::text::sender_keeps_its_word(&event);
    }

    #[test]
    fn documented_keeps_its_word(event in event()) {
        laws::text::documented_keeps_its_word(&event);
    }
}
