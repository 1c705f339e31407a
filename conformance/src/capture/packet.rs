use std::net::SocketAddr;

use etherparse::{
    EtherType, Ethernet2Slice, IpNumber, Ipv6FragmentHeaderSlice, LaxIpPayloadSlice, LaxIpSlice,
    LaxMacsecPayloadSlice, LaxMacsecSlice, SingleVlanSlice, UdpSlice,
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

/// The most VLAN tags and MACsec headers of a packet.
const MAX_TAGS: usize = 3;

/// Parses the headers of a packet.
pub(super) fn packet_content(link: Linktype, data: &[u8]) -> PacketContent<'_> {
    let packet = match link {
        Linktype::ETHERNET => ethernet(data),
        // Skips the protocol, whose byte order depends on the machine; IP has its own version.
        Linktype::NULL | Linktype::LOOP => ip(data.get(4..)),
        Linktype::LINUX_SLL => cooked(data, 14, 16),
        Linktype::LINUX_SLL2 => cooked(data, 0, 20),
        link if RAW_IP.contains(&link) => ip(Some(data)),
        _ => return PacketContent::UnsupportedLink,
    };
    match packet {
        Some(packet) => ip_content(&packet),
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

fn ethernet(data: &[u8]) -> Option<LaxIpSlice<'_>> {
    let frame = Ethernet2Slice::from_slice_without_fcs(data).ok()?;
    behind_tags(frame.ether_type(), frame.payload().payload)
}

/// Parses a Linux cooked packet: the protocol is at offset `protocol`, the payload at `header`.
fn cooked(data: &[u8], protocol: usize, header: usize) -> Option<LaxIpSlice<'_>> {
    let protocol: [u8; 2] = data.get(protocol..protocol + 2)?.try_into().ok()?;
    let protocol = EtherType(u16::from_be_bytes(protocol));
    behind_tags(protocol, data.get(header..)?)
}

/// Parses the IP packet behind VLAN tags and MACsec headers.
///
/// etherparse's `LaxSlicedPacket` keeps all layers, and copies them several times for each packet.
fn behind_tags(mut protocol: EtherType, mut payload: &[u8]) -> Option<LaxIpSlice<'_>> {
    for _ in 0..=MAX_TAGS {
        (protocol, payload) = match protocol {
            EtherType::IPV4 | EtherType::IPV6 => return ip(Some(payload)),
            EtherType::VLAN_TAGGED_FRAME
            | EtherType::PROVIDER_BRIDGING
            | EtherType::VLAN_DOUBLE_TAGGED_FRAME => {
                let inner = SingleVlanSlice::from_slice(payload).ok()?.payload();
                (inner.ether_type, inner.payload)
            }
            EtherType::MACSEC => match LaxMacsecSlice::from_slice(payload).ok()?.payload {
                LaxMacsecPayloadSlice::Unmodified(inner) => (inner.ether_type, inner.payload),
                LaxMacsecPayloadSlice::Modified { .. } => return None,
            },
            _ => return None,
        };
    }
    None
}

fn ip(data: Option<&[u8]>) -> Option<LaxIpSlice<'_>> {
    let (packet, _) = LaxIpSlice::from_slice(data?).ok()?;
    Some(packet)
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

fn ip_content<'p>(packet: &LaxIpSlice<'p>) -> PacketContent<'p> {
    let (ips, identification, offset, more) = match packet {
        LaxIpSlice::Ipv4(ip) => {
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
        LaxIpSlice::Ipv6(ip) => {
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
    };
    let LaxIpPayloadSlice {
        incomplete,
        ip_number: IpNumber::UDP,
        fragmented,
        payload,
        ..
    } = packet.payload()
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
    use etherparse::LaxSlicedPacket;

    use super::*;

    /// Tags in every order, up to one too many, whole and cut off: VLAN tags, and headers of
    /// MACsec with and without encryption.
    #[test]
    fn tags_are_skipped_as_etherparse_does() {
        let tags = [
            &[0x81, 0x00, 0, 7][..],
            &[0x88, 0xa8, 0, 7],
            &[0x91, 0x00, 0, 7],
            &[0x88, 0xe5, 0, 0, 0, 0, 0, 1],
            &[0x88, 0xe5, 0x0c, 0, 0, 0, 0, 1],
        ];
        let udp = [0, 1, 0, 2, 0, 8, 0, 0];
        let mut ip = vec![0x08, 0x00, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0];
        ip.extend([127, 0, 0, 1, 127, 0, 0, 1]);
        ip.extend(udp);
        let mut stacks = vec![Vec::new()];
        let mut start = 0;
        for _ in 0..=MAX_TAGS {
            let end = stacks.len();
            for index in start..end {
                stacks.extend(tags.map(|tag| [&stacks[index][..], tag].concat()));
            }
            start = end;
        }
        let mut found = 0;
        for stack in stacks {
            let frame = [&[2; 12][..], &stack, &ip].concat();
            for length in 0..=frame.len() {
                let frame = &frame[..length];
                let expected = LaxSlicedPacket::from_ethernet(frame).ok();
                let expected = expected.and_then(|packet| packet.net);
                let packet = ethernet(frame);
                found += usize::from(packet.is_some());
                assert_eq!(packet.map(Into::into), expected, "{frame:02x?}");
            }
        }
        // Of all stacks that are not too high, and without encryption, nine lengths have the whole
        // header of the packet.
        assert_eq!(found, (1 + 4 + 16 + 64) * 9);
    }

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
