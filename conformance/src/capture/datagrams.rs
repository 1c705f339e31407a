use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

use super::file::{CaptureError, Frame, FrameSink, for_each_frame};
use super::fragments::Fragments;
use super::layers::{PacketContent, UdpSegment, packet_content, reassembled_content};
use super::left_out::LeftOut;

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

/// A consumer of the datagrams of a capture. Closures implement this trait.
pub trait CaptureSink {
    /// Takes a datagram.
    ///
    /// # Errors
    ///
    /// Any error, which ends the reading.
    fn datagram(&mut self, datagram: &CapturedDatagram<'_>) -> io::Result<()>;

    /// Called when all packets that were read have been passed on. The next read may block in a
    /// live capture.
    ///
    /// # Errors
    ///
    /// Any error, which ends the reading.
    fn caught_up(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut(&CapturedDatagram<'_>) -> io::Result<()>> CaptureSink for F {
    fn datagram(&mut self, datagram: &CapturedDatagram<'_>) -> io::Result<()> {
        self(datagram)
    }
}

/// Counts of the packets and datagrams of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureStatistics {
    /// Packets of any kind.
    pub packets: usize,
    /// Datagrams that were passed on.
    pub datagrams: usize,
    left_out: [usize; LeftOut::ALL.len()],
}

impl CaptureStatistics {
    /// Returns how many packets or datagrams were left out for this reason.
    pub fn left_out(&self, reason: LeftOut) -> usize {
        self.left_out[reason as usize]
    }

    fn leave_out(&mut self, reason: LeftOut) {
        self.left_out[reason as usize] += 1;
    }
}

/// The greatest number of nested reassemblies: fragments may be in tunnels whose packets are
/// fragments, too.
const MAX_REASSEMBLIES: usize = 4;

/// Reads a capture and passes each UDP datagram on, reassembled from its fragments, also out of
/// tunnels: VXLAN, Geneve, GRE, IP in IP, MPLS and PPPoE. With `port`, passes on only datagrams
/// from or to that port, including tunnel packets if it is the port of the tunnel. `statistics` is
/// valid even after an error.
///
/// # Errors
///
/// If the input is no capture, is damaged or is truncated. All datagrams before that place have
/// been passed on. Or if `sink` returns an error, which ends the reading.
pub fn read(
    reader: impl Read + Send,
    port: Option<u16>,
    statistics: &mut CaptureStatistics,
    sink: impl CaptureSink,
) -> Result<(), CaptureError> {
    let mut reading = Reading {
        port,
        statistics,
        fragments: Fragments::default(),
        sink,
    };
    let result = for_each_frame(reader, &mut reading);
    let incomplete = reading.fragments.incomplete();
    statistics.left_out[LeftOut::Incomplete as usize] += incomplete;
    result
}

/// The state of [`read`].
struct Reading<'s, S> {
    port: Option<u16>,
    statistics: &'s mut CaptureStatistics,
    fragments: Fragments,
    sink: S,
}

impl<S: CaptureSink> FrameSink for Reading<'_, S> {
    fn frame(&mut self, frame: Result<Frame<'_>, LeftOut>) -> io::Result<()> {
        self.statistics.packets += 1;
        match frame {
            Ok(frame) => {
                let content = packet_content(frame.link, frame.data, self.port);
                self.take(&frame, content, 0)
            }
            Err(reason) => {
                self.statistics.leave_out(reason);
                Ok(())
            }
        }
    }

    fn caught_up(&mut self) -> io::Result<()> {
        self.sink.caught_up()
    }
}

impl<S: CaptureSink> Reading<'_, S> {
    fn take(
        &mut self,
        frame: &Frame<'_>,
        content: PacketContent<'_>,
        reassemblies: usize,
    ) -> io::Result<()> {
        let reason = match content {
            PacketContent::Udp(udp) if self.selects(udp.ports()) => {
                return self.pass_on(frame, &udp);
            }
            PacketContent::Udp(_) => LeftOut::OtherPort,
            // The fragments fit together, but a part of the datagram is missing.
            PacketContent::Truncated(_) if reassemblies > 0 => LeftOut::Incomplete,
            PacketContent::Truncated(ports) if ports.is_none_or(|ports| self.selects(ports)) => {
                LeftOut::Truncated
            }
            PacketContent::Truncated(_) => LeftOut::OtherPort,
            PacketContent::Fragment(_) if reassemblies == MAX_REASSEMBLIES => {
                LeftOut::MalformedHeader
            }
            PacketContent::Fragment(fragment) => {
                let Some(whole) = self.fragments.add(&fragment) else {
                    return Ok(());
                };
                let content = reassembled_content(&fragment.key, &whole, self.port);
                return self.take(frame, content, reassemblies + 1);
            }
            PacketContent::LeftOut(reason) => reason,
        };
        self.statistics.leave_out(reason);
        Ok(())
    }

    fn pass_on(&mut self, frame: &Frame<'_>, udp: &UdpSegment<'_>) -> io::Result<()> {
        self.statistics.datagrams += 1;
        self.sink.datagram(&CapturedDatagram {
            time: frame.time(),
            source: udp.source,
            destination: udp.destination,
            payload: udp.payload,
        })
    }

    fn selects(&self, ports: [u16; 2]) -> bool {
        self.port.is_none_or(|port| ports.contains(&port))
    }
}
