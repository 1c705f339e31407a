use std::net::SocketAddr;

use etherparse::{
    EtherType, Ethernet2Slice, IpNumber, Ipv6FragmentHeaderSlice, LaxIpPayloadSlice, LaxIpSlice,
    LaxMacsecPayloadSlice, LaxMacsecSlice, SingleVlanSlice, UdpSlice,
};
use pcap_parser::Linktype;

use super::fragments::{Fragment, FragmentKey, IpPair};
use super::left_out::LeftOut;

/// The content of a packet: a UDP datagram, a part of one, or something else.
#[derive(Debug)]
pub(super) enum PacketContent<'p> {
    /// A UDP datagram.
    Udp(UdpSegment<'p>),
    /// A fragment of an IP packet that may hold a UDP datagram.
    Fragment(Fragment<'p>),
    /// A truncated UDP datagram, and its ports if the capture has them.
    Truncated(Option<[u16; 2]>),
    /// Anything else.
    LeftOut(LeftOut),
}

/// A UDP datagram with its addresses.
#[derive(Debug)]
pub(super) struct UdpSegment<'p> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) payload: &'p [u8],
}

/// The unparsed rest of a packet, and the protocol of its next header. Each header takes at least
/// one byte from the rest, so parsing ends.
#[derive(Debug)]
enum Layer<'p> {
    Ethernet(&'p [u8]),
    EtherType(EtherType, &'p [u8]),
    Ip(&'p [u8]),
    IpPayload(IpPair, IpNumber, &'p [u8]),
}

/// The link types of bare IP, on BSD and on Linux.
const RAW_IP: [Linktype; 5] = [
    Linktype(12),
    Linktype(14),
    Linktype::RAW,
    Linktype::IPV4,
    Linktype::IPV6,
];

/// The protocols of IP that carry other packets.
const TUNNELS: [IpNumber; 4] = [
    IpNumber::IPV4,
    IpNumber::IPV6,
    IpNumber::GRE,
    IpNumber::MPLS_IN_IP,
];
const MPLS: [EtherType; 2] = [EtherType(0x8847), EtherType(0x8848)];
const PPPOE_SESSION: EtherType = EtherType(0x8864);
/// An Ethernet frame in a tunnel.
const ETHERNET_BRIDGING: EtherType = EtherType(0x6558);
/// The port that IANA has assigned to VXLAN, and the one that Linux used before.
const VXLAN: [u16; 2] = [4789, 8472];
const GENEVE: u16 = 6081;
const UDP_HEADER: usize = 8;

/// Parses the headers of a packet. Datagrams to `plain_port` are never parsed as tunnels.
pub(super) fn packet_content(
    link: Linktype,
    data: &[u8],
    plain_port: Option<u16>,
) -> PacketContent<'_> {
    let layer = match link {
        Linktype::ETHERNET => Ok(Layer::Ethernet(data)),
        // Skips the protocol, whose byte order depends on the machine; IP has its own version.
        Linktype::NULL | Linktype::LOOP => data.get(4..).map(Layer::Ip).ok_or(CUT_HEADER),
        Linktype::LINUX_SLL => cooked(data, 14, 16),
        Linktype::LINUX_SLL2 => cooked(data, 0, 20),
        link if RAW_IP.contains(&link) => Ok(Layer::Ip(data)),
        _ => Err(PacketContent::LeftOut(LeftOut::UnsupportedLink)),
    };
    layer.map_or_else(|content| content, |layer| innermost(layer, plain_port))
}

/// Parses the payload of an IP packet that was in fragments.
pub(super) fn reassembled_content<'p>(
    key: &FragmentKey,
    payload: &'p [u8],
    plain_port: Option<u16>,
) -> PacketContent<'p> {
    let layer = Layer::IpPayload(key.ips, key.protocol, payload);
    innermost(layer, plain_port)
}

impl UdpSegment<'_> {
    pub(super) fn ports(&self) -> [u16; 2] {
        [self.source.port(), self.destination.port()]
    }
}

/// The next layer, or the content of the packet if there is no further layer.
type Parsed<'p> = Result<Layer<'p>, PacketContent<'p>>;

const CUT_HEADER: PacketContent<'static> = PacketContent::LeftOut(LeftOut::MalformedHeader);
const NOT_IP: PacketContent<'static> = PacketContent::LeftOut(LeftOut::NotIp);

/// Parses header after header, to the content of the innermost packet.
///
/// etherparse's `LaxSlicedPacket` keeps all layers, copies them several times for each packet, and
/// knows no tunnels.
fn innermost(mut layer: Layer<'_>, plain_port: Option<u16>) -> PacketContent<'_> {
    loop {
        let next = match layer {
            Layer::Ethernet(data) => ethernet(data),
            Layer::EtherType(protocol, payload) => behind_ether_type(protocol, payload),
            Layer::Ip(data) => match LaxIpSlice::from_slice(data) {
                Ok((packet, _)) => behind_ip(&packet, plain_port),
                Err(_) => Err(CUT_HEADER),
            },
            Layer::IpPayload(ips, IpNumber::UDP, segment) => udp(ips, segment, plain_port),
            Layer::IpPayload(_, protocol, payload) => behind_ip_number(protocol, payload),
        };
        match next {
            Ok(next) => layer = next,
            Err(content) => return content,
        }
    }
}

fn ethernet(data: &[u8]) -> Parsed<'_> {
    let frame = Ethernet2Slice::from_slice_without_fcs(data).map_err(|_| CUT_HEADER)?;
    Ok(Layer::EtherType(
        frame.ether_type(),
        frame.payload().payload,
    ))
}

/// Parses a Linux cooked packet: the protocol is at offset `protocol`, the payload at `header`.
fn cooked(data: &[u8], protocol: usize, header: usize) -> Parsed<'_> {
    let payload = data.get(header..).ok_or(CUT_HEADER)?;
    let protocol = u16_at(data, protocol).ok_or(CUT_HEADER)?;
    Ok(Layer::EtherType(EtherType(protocol), payload))
}

/// Parses a VLAN tag, or a header of MACsec, MPLS or PPPoE.
fn behind_ether_type(protocol: EtherType, payload: &[u8]) -> Parsed<'_> {
    match protocol {
        EtherType::IPV4 | EtherType::IPV6 => Ok(Layer::Ip(payload)),
        EtherType::VLAN_TAGGED_FRAME
        | EtherType::PROVIDER_BRIDGING
        | EtherType::VLAN_DOUBLE_TAGGED_FRAME => {
            let tag = SingleVlanSlice::from_slice(payload).map_err(|_| CUT_HEADER)?;
            let inner = tag.payload();
            Ok(Layer::EtherType(inner.ether_type, inner.payload))
        }
        EtherType::MACSEC => match LaxMacsecSlice::from_slice(payload) {
            Ok(tag) => match tag.payload {
                LaxMacsecPayloadSlice::Unmodified(inner) => {
                    Ok(Layer::EtherType(inner.ether_type, inner.payload))
                }
                LaxMacsecPayloadSlice::Modified { .. } => {
                    Err(PacketContent::LeftOut(LeftOut::Encrypted))
                }
            },
            Err(_) => Err(CUT_HEADER),
        },
        ETHERNET_BRIDGING => Ok(Layer::Ethernet(payload)),
        PPPOE_SESSION => pppoe(payload),
        protocol if MPLS.contains(&protocol) => mpls(payload),
        _ => Err(NOT_IP),
    }
}

/// Parses a PPPoE header and the number of the protocol in it.
fn pppoe(data: &[u8]) -> Parsed<'_> {
    const HEADER: usize = 6;
    let payload = data.get(HEADER + 2..).ok_or(CUT_HEADER)?;
    match u16_at(data, HEADER) {
        Some(0x0021 | 0x0057) => Ok(Layer::Ip(payload)),
        Some(0x0281) => mpls(payload),
        _ => Err(NOT_IP),
    }
}

/// Parses a stack of MPLS labels. Labels do not name the protocol that follows them. Its first bits
/// do: IP begins with its version, and a pseudowire of Ethernet with a control word, which begins
/// with 0.
fn mpls(data: &[u8]) -> Parsed<'_> {
    let (labels, _) = data.as_chunks::<4>();
    let is_last = |[_, _, third, _]: &[u8; 4]| third & 1 == 1;
    let last = labels.iter().position(is_last).ok_or(CUT_HEADER)?;
    let payload = &data[4 * (last + 1)..];
    match payload.first().map(|first| first >> 4) {
        Some(4 | 6) => Ok(Layer::Ip(payload)),
        Some(0) => payload.get(4..).map(Layer::Ethernet).ok_or(CUT_HEADER),
        Some(_) => Err(NOT_IP),
        None => Err(CUT_HEADER),
    }
}

/// Parses the payload of an IP packet, by the protocol number of the IP header.
fn behind_ip_number(protocol: IpNumber, payload: &[u8]) -> Parsed<'_> {
    match protocol {
        IpNumber::IPV4 | IpNumber::IPV6 => Ok(Layer::Ip(payload)),
        IpNumber::GRE => gre(payload),
        IpNumber::MPLS_IN_IP => mpls(payload),
        IpNumber::ENCAPSULATING_SECURITY_PAYLOAD => Err(PacketContent::LeftOut(LeftOut::Encrypted)),
        _ => Err(PacketContent::LeftOut(LeftOut::NotUdp)),
    }
}

/// Parses a GRE header of version 0, whose first bits say which fields it has.
fn gre(data: &[u8]) -> Parsed<'_> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const VERSION: u16 = 0x0007;
    let flags = u16_at(data, 0).ok_or(CUT_HEADER)?;
    let protocol = u16_at(data, 2).ok_or(CUT_HEADER)?;
    // Routes are obsolete, and version 1 carries PPP.
    if flags & (ROUTING | VERSION) != 0 {
        return Err(PacketContent::LeftOut(LeftOut::NotUdp));
    }
    let fields = [CHECKSUM, KEY, SEQUENCE].map(|flag| usize::from(flags & flag != 0));
    let header = 4 + 4 * fields.iter().sum::<usize>();
    let payload = data.get(header..).ok_or(CUT_HEADER)?;
    Ok(Layer::EtherType(EtherType(protocol), payload))
}

/// Parses a UDP datagram, or the header of the tunnel that it is a part of.
fn udp<'p>(ips: IpPair, segment: &'p [u8], plain_port: Option<u16>) -> Parsed<'p> {
    let Ok(udp) = UdpSlice::from_slice(segment) else {
        return Err(PacketContent::Truncated(ports(segment)));
    };
    let udp = UdpSegment {
        source: (ips.source, udp.source_port()).into(),
        destination: (ips.destination, udp.destination_port()).into(),
        payload: udp.payload(),
    };
    let inner = tunnel(udp.ports(), udp.payload, plain_port);
    inner.ok_or(PacketContent::Udp(udp))
}

/// Parses the header of a tunnel over UDP. Returns `None` if the payload is no tunnel.
fn tunnel(ports: [u16; 2], payload: &[u8], plain_port: Option<u16>) -> Option<Layer<'_>> {
    match ports[1] {
        port if plain_port == Some(port) => None,
        GENEVE => geneve(payload),
        port if VXLAN.contains(&port) => vxlan(payload),
        _ => None,
    }
}

/// Parses a VXLAN header. Returns `None` if flags other than those for the identifier and for a
/// policy are set.
fn vxlan(data: &[u8]) -> Option<Layer<'_>> {
    const HAS_IDENTIFIER: u8 = 0x08;
    const HAS_POLICY: u8 = 0x80;
    let frame = data.get(8..)?;
    (data[0] & !HAS_POLICY == HAS_IDENTIFIER).then_some(Layer::Ethernet(frame))
}

/// Parses a Geneve header of version 0 with its options. Returns `None` if it is not one.
fn geneve(data: &[u8]) -> Option<Layer<'_>> {
    let [first, ..] = *data else {
        return None;
    };
    let (version, options) = (first >> 6, usize::from(first & 0x3f));
    let protocol = EtherType(u16_at(data, 2)?);
    let payload = data.get(8 + 4 * options..)?;
    (version == 0).then_some(Layer::EtherType(protocol, payload))
}

fn ports(segment: &[u8]) -> Option<[u16; 2]> {
    Some([u16_at(segment, 0)?, u16_at(segment, 2)?])
}

fn u16_at(data: &[u8], offset: usize) -> Option<u16> {
    let bytes = data.get(offset..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

/// Finds the fragment header among IPv6 extension headers, the first of which is of type `kind`.
///
/// The iterator of `etherparse` requires complete headers, but a capture may have truncated them.
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

/// Returns the payload of an IP packet, or the packet as a fragment.
fn behind_ip<'p>(packet: &LaxIpSlice<'p>, plain_port: Option<u16>) -> Parsed<'p> {
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
        ip_number: protocol,
        fragmented,
        payload,
        ..
    } = *packet.payload();
    let is_udp = protocol == IpNumber::UDP;
    if incomplete && is_udp {
        let begins_here = offset == 0;
        let ports = begins_here.then(|| ports(payload)).flatten();
        // If the truncated datagram is a tunnel, its beginning may contain the ports of the inner
        // datagram.
        let inner = ports.zip(payload.get(UDP_HEADER..));
        let inner = inner.and_then(|(ports, payload)| tunnel(ports, payload, plain_port));
        return inner.ok_or(PacketContent::Truncated(ports));
    }
    if fragmented && (is_udp || TUNNELS.contains(&protocol)) {
        return Err(PacketContent::Fragment(Fragment {
            key: FragmentKey {
                ips,
                protocol,
                identification,
            },
            offset: usize::from(offset),
            is_last: !more,
            payload,
        }));
    }
    Ok(Layer::IpPayload(ips, protocol, payload))
}

#[cfg(test)]
mod tests {
    use etherparse::LaxSlicedPacket;

    use super::*;

    /// Returns the IP packet of an Ethernet frame.
    fn ip_packet(frame: &[u8]) -> Option<LaxIpSlice<'_>> {
        let mut layer = ethernet(frame).ok()?;
        loop {
            layer = match layer {
                Layer::EtherType(protocol, payload) => behind_ether_type(protocol, payload).ok()?,
                Layer::Ip(data) => return LaxIpSlice::from_slice(data).ok().map(|(ip, _)| ip),
                other => panic!("{other:?}"),
            };
        }
    }

    const MAX_TAGS_OF_ETHERPARSE: usize = 3;

    /// Tries tags in every order, complete and truncated: VLAN tags, and headers of MACsec with and
    /// without encryption.
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
        for _ in 0..MAX_TAGS_OF_ETHERPARSE {
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
                let packet = ip_packet(frame);
                found += usize::from(packet.is_some());
                assert_eq!(packet.map(Into::into), expected, "{frame:02x?}");
            }
        }
        // Each stack of at most three tags without encryption has nine lengths that include the
        // whole header of the packet.
        assert_eq!(found, (1 + 4 + 16 + 64) * 9);
    }

    /// Found by fuzzing: etherparse read behind the end of the second extension header.
    #[test]
    fn truncated_extension_headers_are_no_fragment() {
        let mut packet = [0; 48];
        packet[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 0x30, 0, 64]);
        // Hop-by-hop options, followed by destination options without any bytes.
        packet[40] = 60;
        assert!(matches!(
            packet_content(Linktype::RAW, &packet, None),
            PacketContent::LeftOut(_) | PacketContent::Truncated(None)
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
