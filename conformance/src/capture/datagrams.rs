use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use super::file::{CaptureError, for_each_frame};
use super::fragments::Fragments;
use super::packet::{PacketContent, UdpSegment, packet_content, parse_udp};

/// A captured UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapturedDatagram<'d> {
    /// The time of its last packet since the Unix epoch, if the capture has times.
    pub time: Option<Duration>,
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// The payload.
    pub payload: &'d [u8],
}

/// Counts of what a capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureStatistics {
    /// Packets of any kind.
    pub packets: usize,
    /// Datagrams that were passed on.
    pub datagrams: usize,
    /// Datagrams of which the capture holds only the beginning; they are skipped.
    pub truncated: usize,
    /// Datagrams of which a fragment is missing, or whose fragments do not fit together; they are
    /// skipped.
    pub incomplete: usize,
    /// Packets of an unsupported link type; they are skipped.
    pub unsupported_link: usize,
    /// Packets of an interface that the capture does not describe; they are skipped.
    pub undescribed_interface: usize,
}

/// Reads a capture and calls `on_datagram` for each UDP datagram, reassembled from its fragments.
/// With `port`, only datagrams from or to that port are passed on. `statistics` is valid even after
/// an error.
///
/// # Errors
///
/// If the input is no capture, is damaged, or is truncated: all datagrams before that place were
/// passed on. Or if `on_datagram` fails, after which nothing more is read.
pub fn read(
    reader: impl Read + Send,
    port: Option<u16>,
    statistics: &mut CaptureStatistics,
    mut on_datagram: impl FnMut(&CapturedDatagram<'_>) -> io::Result<()>,
) -> Result<(), CaptureError> {
    let mut fragments = Fragments::default();
    let is_selected = |ports: &[u16; 2]| port.is_none_or(|port| ports.contains(&port));
    let result = for_each_frame(reader, |frame| {
        statistics.packets += 1;
        let mut pass_on = |udp: &UdpSegment<'_>| {
            if !is_selected(&[udp.source.port(), udp.destination.port()]) {
                return Ok(());
            }
            statistics.datagrams += 1;
            on_datagram(&CapturedDatagram {
                time: frame.time(),
                source: udp.source,
                destination: udp.destination,
                payload: udp.payload,
            })
        };
        let Some(link) = frame.link else {
            statistics.undescribed_interface += 1;
            return Ok(());
        };
        match packet_content(link, frame.data) {
            PacketContent::Udp(udp) => pass_on(&udp)?,
            PacketContent::Fragment(fragment) => {
                if let Some(whole) = fragments.add(&fragment) {
                    match parse_udp(fragment.key.ips, &whole) {
                        PacketContent::Udp(udp) => pass_on(&udp)?,
                        _ => statistics.incomplete += 1,
                    }
                }
            }
            PacketContent::Truncated(ports) => {
                statistics.truncated += usize::from(ports.is_none_or(|ports| is_selected(&ports)))
            }
            PacketContent::UnsupportedLink => statistics.unsupported_link += 1,
            PacketContent::Other => {}
        }
        Ok(())
    });
    statistics.incomplete += fragments.incomplete();
    result
}
