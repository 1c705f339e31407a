use std::net::SocketAddr;

use etherparse::{
    EtherType, IpNumber, Ipv6FragmentHeaderSlice, LaxIpPayloadSlice, LaxNetSlice, LaxSlicedPacket,
    UdpSlice,
};
use pcap_parser::Linktype;

use super::fragments::{Fragment, FragmentKey, IpPair};

/// What a packet holds, as far as UDP is concerned.
#[derive(Debug)]
pub(super) enum PacketContent<'p> {
    /// A UDP datagram.
    Udp(UdpSegment<'p>),
    /// A fragment of what may be one.
    Fragment(Fragment<'p>),
    /// A truncated UDP datagram, and its ports if the capture has them.
    Truncated(Option<[u16; 2]>),
    /// Anything else.
    Other,
    /// A packet of an unsupported link type.
    UnsupportedLink,
}

/// A UDP datagram with its addresses.
#[derive(Debug)]
pub(super) struct UdpSegment<'p> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) payload: &'p [u8],
}

/// The link types of bare IP, on BSD and on Linux.
const RAW_IP: [Linktype; 5] = [
    Linktype(12),
    Linktype(14),
    Linktype::RAW,
    Linktype::IPV4,
    Linktype::IPV6,
];

/// Parses the headers of a packet.
pub(super) fn packet_content(link: Linktype, data: &[u8]) -> PacketContent<'_> {
    let packet = match link {
        Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(data).ok(),
        // Skips the protocol, whose byte order depends on the machine; IP has its own version.
        Linktype::NULL | Linktype::LOOP => ip(data.get(4..)),
        Linktype::LINUX_SLL => cooked(data, 14, 16),
        Linktype::LINUX_SLL2 => cooked(data, 0, 20),
        link if RAW_IP.contains(&link) => ip(Some(data)),
        _ => return PacketContent::UnsupportedLink,
    };
    match packet.and_then(|packet| packet.net) {
        Some(net) => ip_content(&net),
        None => PacketContent::Other,
    }
}

/// Parses the payload of an IP packet as UDP.
pub(super) fn parse_udp<'p>(ips: IpPair, segment: &'p [u8]) -> PacketContent<'p> {
    match UdpSlice::from_slice(segment) {
        Ok(udp) => PacketContent::Udp(UdpSegment {
            source: (ips.source, udp.source_port()).into(),
            destination: (ips.destination, udp.destination_port()).into(),
            payload: udp.payload(),
        }),
        Err(_) => PacketContent::Truncated(ports(segment)),
    }
}

fn ports(segment: &[u8]) -> Option<[u16; 2]> {
    let [a, b, c, d] = *segment.first_chunk()?;
    Some([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])])
}

fn ip(data: Option<&[u8]>) -> Option<LaxSlicedPacket<'_>> {
    LaxSlicedPacket::from_ip(data?).ok()
}

/// Parses a Linux cooked packet: the protocol is at offset `protocol`, the payload at `header`.
fn cooked(data: &[u8], protocol: usize, header: usize) -> Option<LaxSlicedPacket<'_>> {
    let protocol: [u8; 2] = data.get(protocol..protocol + 2)?.try_into().ok()?;
    let protocol = EtherType(u16::from_be_bytes(protocol));
    Some(LaxSlicedPacket::from_ether_type(
        protocol,
        data.get(header..)?,
    ))
}

/// Finds the fragment header among IPv6 extension headers, the first of which is of type `kind`.
///
/// etherparse's iterator over them requires complete headers; those of a capture may be truncated.
fn fragment(mut kind: IpNumber, mut bytes: &[u8]) -> Option<Ipv6FragmentHeaderSlice<'_>> {
    loop {
        let [next, length, ..] = *bytes else {
            return None;
        };
        let length = usize::from(length);
        let length = match kind {
            IpNumber::IPV6_FRAGMENTATION_HEADER => {
                return Ipv6FragmentHeaderSlice::from_slice(bytes).ok();
            }
            IpNumber::AUTHENTICATION_HEADER => (length + 2) * 4,
            kind if kind.is_ipv6_ext_header_value() => (length + 1) * 8,
            _ => return None,
        };
        (kind, bytes) = (IpNumber(next), bytes.get(length..)?);
    }
}

fn ip_content<'p>(net: &LaxNetSlice<'p>) -> PacketContent<'p> {
    let (ips, identification, offset, more) = match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (
                IpPair {
                    source: header.source_addr().into(),
                    destination: header.destination_addr().into(),
                },
                u32::from(header.identification()),
                header.fragments_offset().byte_offset(),
                header.more_fragments(),
            )
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            let ips = IpPair {
                source: header.source_addr().into(),
                destination: header.destination_addr().into(),
            };
            let extensions = ip.extensions();
            let fragment = extensions
                .first_header()
                .and_then(|first| fragment(first, extensions.slice()));
            match fragment {
                Some(fragment) => (
                    ips,
                    fragment.identification(),
                    fragment.fragment_offset().byte_offset(),
                    fragment.more_fragments(),
                ),
                None => (ips, 0, 0, false),
            }
        }
        LaxNetSlice::Arp(_) => return PacketContent::Other,
    };
    let Some(LaxIpPayloadSlice {
        incomplete,
        ip_number: IpNumber::UDP,
        fragmented,
        payload,
        ..
    }) = net.ip_payload_ref()
    else {
        return PacketContent::Other;
    };
    if *incomplete {
        let begins_here = offset == 0;
        return PacketContent::Truncated(begins_here.then(|| ports(payload)).flatten());
    }
    if *fragmented {
        return PacketContent::Fragment(Fragment {
            key: FragmentKey {
                ips,
                identification,
            },
            offset: usize::from(offset),
            is_last: !more,
            payload,
        });
    }
    parse_udp(ips, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: etherparse read behind the end of the second extension header.
    #[test]
    fn truncated_extension_headers_are_no_fragment() {
        let mut packet = [0; 48];
        packet[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 0x30, 0, 64]);
        // Hop-by-hop options, and behind them destination options without any bytes.
        packet[40] = 60;
        assert!(matches!(
            packet_content(Linktype::RAW, &packet),
            PacketContent::Other | PacketContent::Truncated(None)
        ));
        for (kind, bytes) in [
            (IpNumber::IPV6_HEADER_HOP_BY_HOP, &packet[40..]),
            (IpNumber::AUTHENTICATION_HEADER, &packet[40..]),
            (IpNumber::IPV6_FRAGMENTATION_HEADER, &packet[40..47]),
            (IpNumber::UDP, &packet[40..]),
        ] {
            assert!(fragment(kind, bytes).is_none(), "{kind:?}");
        }
    }

    #[test]
    fn a_fragment_header_is_found_behind_other_extensions() {
        let routing = [51, 0, 0, 0, 0, 0, 0, 0];
        let authentication = [44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let header = [17, 0, 0, 0x09, 0, 0, 0, 7];
        let bytes = [&routing[..], &authentication, &header].concat();
        let found = fragment(IpNumber::IPV6_ROUTE_HEADER, &bytes).expect("the header is there");
        assert_eq!(found.identification(), 7);
        assert_eq!(found.fragment_offset().byte_offset(), 8);
        assert!(found.more_fragments());
    }
}
