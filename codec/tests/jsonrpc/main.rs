//! Tests of the JSON-RPC dialect with hand-picked cases.

mod decode;
mod encode;

use event_datagram::jsonrpc::sender::{self, Release};
use event_datagram::{Param, jsonrpc};

#[test]
fn neither_decoding_nor_encoding_allocates() {
    let datagram = br#"{"jsonrpc":"2.0","method":"E_TEST","params":{"ip":"192.168.2.11","qval":-1,"path":null,"extra":"a \"b\"\r\n"}}"#;
    let escaped = br#"{"x":[[{"y":1.5}]],"method":"E\u00e9","params":["\ud83d\ude00"],"id":null}"#;
    let mut buffer = [0; 256];
    let allocations = allocation_counter::measure(|| {
        let event = jsonrpc::decode(datagram).expect("it is an event");
        assert_eq!(
            event.params().filter(|param| param.name.is_some()).count(),
            4
        );
        assert_eq!(sender::check(&event), Ok(()));
        let size = sender::encode(Release::V3_4, &event, &mut buffer).expect("it fits");
        assert_eq!(&buffer[..size], datagram);
        let event = jsonrpc::decode(escaped).expect("it is an event");
        assert_eq!(event.name(), *"Eé".as_bytes());
        assert!(event.params().eq([Param::unnamed("😀")]));
        assert!(sender::encode(Release::V3_1, &event, &mut buffer).is_ok());
        assert!(jsonrpc::decode(&datagram[1..]).is_err());
    });
    assert_eq!(allocations.count_total, 0);
}

#[test]
fn types_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<jsonrpc::Decoded<'_>>();
    assert_send_sync::<jsonrpc::Params<'_>>();
    assert_send_sync::<jsonrpc::DecodeError>();
}
