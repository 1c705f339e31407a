use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use super::file::{CaptureError, each_frame};
use super::fragments::Fragments;
use super::packet::{Content, Udp, content, udp};

/// A UDP datagram that was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram<'d> {
    /// When its last packet came, since 1970, if the capture says so.
    pub time: Option<Duration>,
    /// From where.
    pub source: SocketAddr,
    /// Where to.
    pub destination: SocketAddr,
    /// Its bytes.
    pub payload: &'d [u8],
}

/// What a capture held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Packets of any kind.
    pub packets: usize,
    /// Datagrams that were given.
    pub datagrams: usize,
    /// Datagrams of which the capture holds only the beginning; they were left out.
    pub cut: usize,
    /// Datagrams of which a fragment lacks, or whose fragments do not fit together; they were left out.
    pub incomplete: usize,
    /// Packets of a kind of network that is not known here; they were left out.
    pub unknown_link: usize,
}

/// Goes through the UDP datagrams of a capture, from or to a port if one is given, and puts together what came in fragments.
/// What `tally` counts holds also where there is an error.
///
/// # Errors
///
/// If it is no capture, or is damaged or cut short somewhere. What came before was given.
pub fn read(
    reader: impl Read + Send,
    port: Option<u16>,
    tally: &mut Tally,
    mut act: impl FnMut(&Datagram<'_>),
) -> Result<(), CaptureError> {
    let mut fragments = Fragments::default();
    let wants = |ports: &[u16; 2]| port.is_none_or(|port| ports.contains(&port));
    let result = each_frame(reader, |frame| {
        tally.packets += 1;
        let mut give = |udp: &Udp<'_>| {
            if wants(&[udp.source.port(), udp.destination.port()]) {
                tally.datagrams += 1;
                act(&Datagram {
                    time: frame.time,
                    source: udp.source,
                    destination: udp.destination,
                    payload: udp.payload,
                });
            }
        };
        match content(frame.link, frame.data) {
            Content::Udp(udp) => give(&udp),
            Content::Fragment(fragment) => {
                if let Some(whole) = fragments.take(&fragment) {
                    match udp(fragment.key.ips, &whole) {
                        Content::Udp(udp) => give(&udp),
                        _ => tally.incomplete += 1,
                    }
                }
            }
            Content::Cut(ports) => {
                tally.cut += usize::from(ports.is_none_or(|ports| wants(&ports)))
            }
            Content::UnknownLink => tally.unknown_link += 1,
            Content::Other => {}
        }
    });
    tally.incomplete += fragments.incomplete();
    result
}
