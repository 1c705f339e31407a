//! Tests that the codec encodes strings like `serde_json`.

use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::{EventBuf, ParamBuf};

#[test]
fn strings_with_many_escapes_are_those_of_serde_json() {
    for dense in 0..200 {
        for value in [
            "\"".repeat(dense),
            format!("{}plain, and \\\\ \"not\"", "\"a\n".repeat(dense)),
            format!("\"\"\u{1}\u{8}\u{c}\r\t\u{1f}{}\"", "plain".repeat(dense)),
        ] {
            let event = EventBuf::new("E", [ParamBuf::unnamed(value.as_str())]);
            let mut datagram = Vec::new();
            sender::encode_to_vec(Release::V3_4, &event, &mut datagram).expect("it is short");
            let json = serde_json::to_string(&value).expect("it is text");
            let whole = format!(r#"{{"jsonrpc":"2.0","method":"E","params":[{json}]}}"#);
            assert_eq!(str::from_utf8(&datagram), Ok(&*whole));
        }
    }
}
