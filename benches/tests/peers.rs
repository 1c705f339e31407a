//! All implementations return the same results on the captures of real servers and on the cases, so
//! that their times can be compared.

use event_datagram::{EventBuf, jsonrpc, text};
use event_datagram_benches::benchmarks::Benchmark;
use event_datagram_benches::cases::{CodecCase, JSONRPC_CAPTURES, TEXT_CAPTURES, captures};
use event_datagram_benches::peers;

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

/// [`Benchmark::all`] checks the results; here each implementation runs once.
#[test]
fn all_implementations_run_on_every_case() {
    let cases = CodecCase::all();
    let mut benchmarks = Benchmark::all(&cases);
    assert_eq!(benchmarks.len(), 4 * cases.len());
    for implementation in benchmarks
        .iter_mut()
        .flat_map(|benchmark| &mut benchmark.implementations)
    {
        (implementation.run)(1);
    }
}
