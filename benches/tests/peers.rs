//! Tests that all implementations return the same results for captures of real servers and for the
//! benchmark cases, so that their times can be compared.

use event_datagram::jsonrpc::sender::Release;
use event_datagram::{EventBuf, jsonrpc, text};
use event_datagram_benches::benchmarks::Benchmark;
use event_datagram_benches::cases::{CodecCase, JSONRPC_CAPTURES, TEXT_CAPTURES, captures};
use event_datagram_benches::peers::{self, jiter, serde_json, simd_json, sonic_rs};

#[test]
fn text_peers_decode_captures_like_the_codec() {
    let mut read = 0;
    for (id, datagram) in captures(TEXT_CAPTURES) {
        if let Ok(event) = text::decode(&datagram) {
            println!("{id}");
            peers::assert_text_peers_agree(&datagram, &EventBuf::from_event(&event));
            read += 1;
        }
    }
    assert!(read > 700, "{read}");
}

#[test]
fn jsonrpc_peers_decode_captures_of_utf8_like_the_codec() {
    let mut read = 0;
    for (id, datagram) in captures(JSONRPC_CAPTURES) {
        if let (Ok(event), Ok(_)) = (jsonrpc::decode(&datagram), str::from_utf8(&datagram)) {
            println!("{id}");
            peers::assert_jsonrpc_peers_agree(&datagram, &EventBuf::from_event(&event));
            read += 1;
        }
    }
    assert!(read > 700, "{read}");
}

/// The codec accepts such bytes, because servers send them.
#[test]
fn jsonrpc_peers_reject_what_is_not_utf8() {
    let datagram = b"{\"method\":\"E_TEST\",\"params\":{\"a\":\"\xff\"}}";
    assert!(jsonrpc::decode(datagram).is_ok());
    assert_eq!(serde_json::read_tree(datagram, |_| {}), None);
    assert_eq!(serde_json::read_typed(datagram, |_| {}), None);
    assert_eq!(sonic_rs::read_tree(datagram, |_| {}), None);
    assert_eq!(sonic_rs::read_typed(datagram, |_| {}), None);
    assert_eq!(
        simd_json::TapeReader::default().read(datagram, |_| {}),
        None
    );
    assert_eq!(jiter::TokenReader::default().read(datagram, |_| {}), None);
}

/// Only the tree of `serde_json` loses one of the parameters, which
/// [`peers::assert_jsonrpc_peers_agree`] allows.
#[test]
fn jsonrpc_peers_read_parameters_of_the_same_name() {
    let datagram = br#"{"method":"E_TEST","params":{"a":"1","b":null,"a":-1}}"#;
    let event = EventBuf::from_event(&jsonrpc::decode(datagram).expect("it is an event"));
    assert_eq!(event.params.len(), 3);
    peers::assert_jsonrpc_peers_agree(datagram, &event);
}

/// The members may come in any order and among other members.
#[test]
fn jsonrpc_peers_find_the_members() {
    let datagram = br#"{"a":[{"method":1},[]],"params":["x",1],"b":{"c":{}},"method":"E_TEST"}"#;
    let event = EventBuf::from_event(&jsonrpc::decode(datagram).expect("it is an event"));
    peers::assert_jsonrpc_peers_agree(datagram, &event);
}

#[test]
fn the_codec_decodes_and_encodes_every_case() {
    for case in CodecCase::all() {
        let event = text::decode(&case.text.bytes).expect("it is an event");
        assert_eq!(
            EventBuf::from_event(&event),
            case.text.event,
            "{}",
            case.name
        );
        let event = jsonrpc::decode(&case.jsonrpc.bytes).expect("it is an event");
        assert_eq!(
            EventBuf::from_event(&event),
            case.jsonrpc.event,
            "{}",
            case.name
        );

        let raised = case.text_raised.iter().chain([&case.text.event]);
        for event in raised {
            let mut datagram = Vec::new();
            text::sender::encode_to_vec(event, &mut datagram).expect("it is short");
            assert_eq!(datagram, case.text.bytes, "{}", case.name);
        }
        let mut datagram = Vec::new();
        jsonrpc::sender::encode_to_vec(Release::V3_4, &case.jsonrpc.event, &mut datagram)
            .expect("it is short");
        assert_eq!(datagram, case.jsonrpc.bytes, "{}", case.name);
    }
}

/// [`Benchmark::all`] checks the results; here each implementation runs once.
#[test]
fn all_implementations_run_on_every_case() {
    let cases = CodecCase::all();
    let mut benchmarks = Benchmark::all(&cases);
    let raised = cases.iter().filter(|case| case.text_raised.is_some());
    assert_eq!(benchmarks.len(), 4 * cases.len() + raised.count());
    for implementation in benchmarks
        .iter_mut()
        .flat_map(|benchmark| &mut benchmark.implementations)
    {
        (implementation.run)(1);
    }
}
