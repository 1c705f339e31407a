use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use event_datagram::MAX_UDP_PAYLOAD;
use flate2::read::MultiGzDecoder;

use crate::capture::{CaptureStatistics, CapturedDatagram, read};

/// Asserts that a capture has as many datagrams as the statistics count, that none is longer than
/// UDP allows or than the capture itself, and that the port filter selects exactly the datagrams of
/// that port.
///
/// # Panics
///
/// If the law does not hold.
pub fn capture_statistics_match_datagrams(capture: &[u8]) {
    let (datagrams, statistics, _) = read_all(capture, None);
    assert_eq!(statistics.datagrams, datagrams.len());
    let size = unpacked(capture).0.len();
    assert!(statistics.packets <= size, "more packets than bytes");
    for datagram in &datagrams {
        let length = datagram.payload.len();
        // The length field of an IPv6 packet does not count the header, so 20 bytes more fit than
        // over IPv4.
        assert!(
            length <= MAX_UDP_PAYLOAD + 20,
            "{length} bytes are too long"
        );
        assert!(length <= size, "more came out than went in");
    }
    if let Some(first) = datagrams.first() {
        let port = first.destination.port();
        let (of_port, ..) = read_all(capture, Some(port));
        let expected: Vec<_> = datagrams
            .iter()
            .filter(|it| [it.source.port(), it.destination.port()].contains(&port))
            .collect();
        // With the port of a tunnel as filter, datagrams within tunnels are not parsed, so the
        // results differ.
        if !TUNNELS.contains(&port) {
            assert_eq!(of_port.iter().collect::<Vec<_>>(), expected);
        }
    }
}

/// Asserts that a capture which arrives byte by byte, as over a slow pipe, reads the same as one
/// that arrives at once. Damaged compression is not checked, because the chunks decide how much of
/// it is unpacked.
///
/// # Panics
///
/// If the law does not hold.
pub fn captures_read_alike_in_any_chunks(capture: &[u8]) {
    let at_once = read_all(capture, None);
    let by_bytes = read_all(OneByteReader(capture), None);
    if unpacked(capture).1.is_err() {
        return;
    }
    assert_eq!(at_once, by_bytes, "at once (left), byte by byte (right)");
}

/// The ports of tunnels over UDP.
const TUNNELS: [u16; 3] = [4789, 6081, 8472];

/// Returns a capture, unpacked if it is compressed with gzip, and whether unpacking failed.
fn unpacked(capture: &[u8]) -> (Vec<u8>, io::Result<()>) {
    if !capture.starts_with(b"\x1f\x8b") {
        return (capture.to_vec(), Ok(()));
    }
    let mut unpacked = Vec::new();
    let result = MultiGzDecoder::new(capture).read_to_end(&mut unpacked);
    (unpacked, result.map(drop))
}

/// A captured datagram that owns its payload.
#[derive(Debug, PartialEq)]
struct OwnedDatagram {
    time: Option<Duration>,
    source: SocketAddr,
    destination: SocketAddr,
    payload: Vec<u8>,
}

/// Returns all datagrams of a capture, its statistics, and the error that ended the reading.
fn read_all(
    reader: impl Read + Send,
    port: Option<u16>,
) -> (Vec<OwnedDatagram>, CaptureStatistics, Option<String>) {
    let mut statistics = CaptureStatistics::default();
    let mut datagrams = Vec::new();
    let result = read(
        reader,
        port,
        &mut statistics,
        |datagram: &CapturedDatagram<'_>| {
            datagrams.push(OwnedDatagram {
                time: datagram.time,
                source: datagram.source,
                destination: datagram.destination,
                payload: datagram.payload.to_vec(),
            });
            Ok(())
        },
    );
    let error = result.err().map(|error| error.to_string());
    (datagrams, statistics, error)
}

/// A reader that returns one byte at a time.
struct OneByteReader<'c>(&'c [u8]);

impl Read for OneByteReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}
