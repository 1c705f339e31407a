//! Peers do the same work as the codec, or their times mean nothing: held to what real servers sent.

use event_datagram::{EventBuf, jsonrpc, text};
use event_datagram_benches::cases::{Case, captures};
use event_datagram_benches::contests::Contest;
use event_datagram_benches::peers;

#[test]
fn text_peers_read_every_capture_as_the_codec_does() {
    let mut read = 0;
    for (id, datagram) in captures(include_str!("../../corpus/captures/opensips-2.4.11.jsonl")) {
        if let Ok(event) = text::decode(&datagram) {
            println!("{id}");
            peers::agree_in_text(&datagram, &EventBuf::from_event(&event));
            read += 1;
        }
    }
    assert!(read > 700, "{read}");
}

#[test]
fn jsonrpc_peers_read_every_capture_of_utf8_as_the_codec_does() {
    let mut read = 0;
    for (id, datagram) in captures(include_str!("../../corpus/captures/opensips-4.0.1.jsonl")) {
        if let (Ok(event), Ok(_)) = (jsonrpc::decode(&datagram), str::from_utf8(&datagram)) {
            println!("{id}");
            peers::agree_in_jsonrpc(&datagram, &EventBuf::from_event(&event));
            read += 1;
        }
    }
    assert!(read > 700, "{read}");
}

/// They are held to it when the contests are put together, and each does its work once here.
#[test]
fn everybody_does_the_same_work_on_every_case() {
    let cases = Case::all();
    let mut contests = Contest::all(&cases);
    assert_eq!(contests.len(), 4 * cases.len());
    for contestant in contests
        .iter_mut()
        .flat_map(|contest| &mut contest.contestants)
    {
        (contestant.run)(1);
    }
}
