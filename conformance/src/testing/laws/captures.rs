use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use event_datagram::MAX_UDP_PAYLOAD;

use crate::capture::{Tally, read};

/// A capture gives as many datagrams as it says, none longer than UDP carries or than the capture itself, and asking for
/// one port gives those of that port.
///
/// # Panics
///
/// If that does not hold.
pub fn a_capture_holds_what_it_says(capture: &[u8]) {
    let (datagrams, tally, _) = everything(capture, None);
    assert_eq!(tally.datagrams, datagrams.len());
    assert!(tally.packets <= capture.len(), "more packets than bytes");
    for datagram in &datagrams {
        let length = datagram.payload.len();
        // IPv6 has no header to count: 20 bytes more than over IPv4.
        assert!(
            length <= MAX_UDP_PAYLOAD + 20,
            "{length} bytes are too long"
        );
        assert!(length <= capture.len(), "more came out than went in");
    }
    if let Some(first) = datagrams.first() {
        let port = first.destination.port();
        let (of_port, ..) = everything(capture, Some(port));
        let expected: Vec<_> = datagrams
            .iter()
            .filter(|it| [it.source.port(), it.destination.port()].contains(&port))
            .collect();
        assert_eq!(of_port.iter().collect::<Vec<_>>(), expected);
    }
}

/// A capture that comes byte by byte, as over a slow pipe, gives what one gives that is there at once.
///
/// # Panics
///
/// If that does not hold.
pub fn a_capture_is_the_same_however_it_comes(capture: &[u8]) {
    let at_once = everything(capture, None);
    let by_bytes = everything(ByBytes(capture), None);
    assert_eq!(at_once, by_bytes, "at once (left), byte by byte (right)");
}

#[derive(Debug, PartialEq)]
struct Kept {
    time: Option<Duration>,
    source: SocketAddr,
    destination: SocketAddr,
    payload: Vec<u8>,
}

/// Reads all that a capture holds, and the error at which it ends.
fn everything(reader: impl Read + Send, port: Option<u16>) -> (Vec<Kept>, Tally, Option<String>) {
    let mut tally = Tally::default();
    let mut datagrams = Vec::new();
    let result = read(reader, port, &mut tally, |datagram| {
        datagrams.push(Kept {
            time: datagram.time,
            source: datagram.source,
            destination: datagram.destination,
            payload: datagram.payload.to_vec(),
        });
    });
    let error = result.err().map(|error| error.to_string());
    (datagrams, tally, error)
}

struct ByBytes<'c>(&'c [u8]);

impl Read for ByBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}
