//! Builds captures, packet by packet.

use etherparse::{
    IpFragOffset, IpNumber, Ipv4Header, Ipv6FragmentHeader, Ipv6Header, PacketBuilder, UdpHeader,
    VlanId,
};

/// Wraps a payload in the headers of a packet.
pub(super) type Build = fn(&[u8]) -> Vec<u8>;

pub(super) const ETHERNET: u32 = 1;
pub(super) const NULL: u32 = 0;
pub(super) const RAW: u32 = 101;
pub(super) const SLL: u32 = 113;
pub(super) const SLL2: u32 = 276;

const V4: ([u8; 4], [u8; 4]) = ([192, 0, 2, 1], [192, 0, 2, 2]);
const V6: ([u8; 16], [u8; 16]) = ([0x20; 16], [0x30; 16]);
const PORTS: (u16, u16) = (40_000, 8081);

/// Returns a pcap file of packets that came a second apart. Each packet is truncated to `snap`
/// bytes.
pub(super) fn pcap_cut(link: u32, packets: &[Vec<u8>], snap: usize) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(262_144_u32.to_le_bytes());
    file.extend(link.to_le_bytes());
    for (index, packet) in packets.iter().enumerate() {
        let held = &packet[..packet.len().min(snap)];
        for number in [1_600_000_000 + index, 250_000, held.len(), packet.len()] {
            file.extend(u32::try_from(number).expect("it is small").to_le_bytes());
        }
        file.extend(held);
    }
    file
}

pub(super) fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    pcap_cut(link, packets, usize::MAX)
}

/// Returns a pcapng file in either byte order, with an interface for each packet. The times are in
/// nanoseconds.
pub(super) fn pcapng(packets: &[(u32, Vec<u8>)], big: bool) -> Vec<u8> {
    let four = |number: usize| {
        let number = u32::try_from(number).expect("it is small");
        if big {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    };
    let two = |number: u16| {
        if big {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    };
    let block = |kind: usize, body: &[u8]| {
        let length = 12 + body.len().next_multiple_of(4);
        let mut block = [four(kind), four(length)].concat();
        block.extend(body);
        block.resize(length - 4, 0);
        block.extend(four(length));
        block
    };
    let mut section = four(0x1a2b_3c4d).to_vec();
    section.extend([two(1), two(0)].concat());
    section.extend([0xff; 8]);
    let mut file = block(0x0a0d_0d0a, &section);
    for (link, _) in packets {
        let mut interface = [two(u16::try_from(*link).expect("it is small")), two(0)].concat();
        interface.extend(four(0));
        // if_tsresol: nanoseconds.
        interface.extend([&two(9)[..], &two(1), &[9, 0, 0, 0], &two(0), &two(0)].concat());
        file.extend(block(1, &interface));
    }
    for (index, (_, packet)) in packets.iter().enumerate() {
        let time = 1_600_000_000_250_000_000_u64 + index as u64;
        let (high, low) = ((time >> 32) as usize, (time & 0xffff_ffff) as usize);
        let mut body: Vec<_> = [index, high, low, packet.len(), packet.len()]
            .into_iter()
            .flat_map(four)
            .collect();
        body.extend(packet);
        file.extend(block(6, &body));
    }
    file
}

pub(super) fn ethernet(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ethernet2([1; 6], [2; 6])
        .ipv4(V4.0, V4.1, 64)
        .udp(PORTS.0, PORTS.1)
        .write(&mut packet, payload)
        .expect("a vector takes any bytes");
    // Short Ethernet frames are padded, and the padding is no part of the datagram.
    packet.resize(packet.len().max(60), 0xee);
    packet
}

pub(super) fn two_vlans(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ethernet2([1; 6], [2; 6])
        .double_vlan(
            VlanId::try_new(7).expect("it is small"),
            VlanId::try_new(8).expect("it is small"),
        )
        .ipv6(V6.0, V6.1, 64)
        .udp(PORTS.0, PORTS.1)
        .write(&mut packet, payload)
        .expect("a vector takes any bytes");
    packet
}

pub(super) fn tcp() -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ethernet2([1; 6], [2; 6])
        .ipv4(V4.0, V4.1, 64)
        .tcp(PORTS.0, PORTS.1, 1, 1)
        .write(&mut packet, b"E_TEST\n\n")
        .expect("a vector takes any bytes");
    packet
}

pub(super) fn raw_v4(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(V4.0, V4.1, 64)
        .udp(PORTS.0, PORTS.1)
        .write(&mut packet, payload)
        .expect("a vector takes any bytes");
    packet
}

pub(super) fn raw_v6(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv6(V6.0, V6.1, 64)
        .udp(PORTS.0, PORTS.1)
        .write(&mut packet, payload)
        .expect("a vector takes any bytes");
    packet
}

pub(super) fn null(payload: &[u8]) -> Vec<u8> {
    [&[30, 0, 0, 0][..], &raw_v6(payload)].concat()
}

pub(super) fn sll(payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0, 4, 3, 4, 0, 6];
    packet.extend([0; 8]);
    packet.extend([0x08, 0x00]);
    packet.extend(raw_v4(payload));
    packet
}

pub(super) fn sll2(payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x86, 0xdd];
    packet.extend([0; 18]);
    packet.extend(raw_v6(payload));
    packet
}

/// Returns an Ethernet frame with `count` VLAN tags.
pub(super) fn vlans(count: usize, payload: &[u8]) -> Vec<u8> {
    let frame = ethernet(payload);
    let (addresses, rest) = frame.split_at(12);
    let tags = [0x81, 0x00, 0, 7].repeat(count);
    [addresses, &tags, rest].concat()
}

/// Returns an Ethernet frame of this type.
fn frame(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &ether_type.to_be_bytes(), payload].concat()
}

/// Returns a bare IPv4 packet of this protocol.
pub(super) fn ipv4(protocol: IpNumber, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("it is short");
    let header = Ipv4Header::new(length, 64, protocol, [10, 0, 0, 1], [10, 0, 0, 2]);
    [&header.expect("it is short").to_bytes()[..], payload].concat()
}

/// Returns a bare IPv4 packet with a UDP datagram to this port.
pub(super) fn udp_to(port: u16, payload: &[u8]) -> Vec<u8> {
    ipv4(IpNumber::UDP, &segment((50_000, port), payload))
}

pub(super) fn vxlan_payload(inner: &[u8]) -> Vec<u8> {
    [&[0x08, 0, 0, 0, 0, 0, 7, 0][..], inner].concat()
}

pub(super) fn vxlan(payload: &[u8]) -> Vec<u8> {
    udp_to(4789, &vxlan_payload(&ethernet(payload)))
}

/// Returns a VXLAN packet with the old port of Linux and a policy.
pub(super) fn vxlan_of_linux(payload: &[u8]) -> Vec<u8> {
    let header = [0x88, 0, 0, 1, 0, 0, 7, 0];
    udp_to(8472, &[&header[..], &two_vlans(payload)].concat())
}

pub(super) fn geneve(payload: &[u8]) -> Vec<u8> {
    let header = [0x02, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    udp_to(6081, &[&header[..], &ethernet(payload)].concat())
}

pub(super) fn geneve_of_ip(payload: &[u8]) -> Vec<u8> {
    udp_to(
        6081,
        &[&[0, 0, 0x86, 0xdd, 0, 0, 7, 0][..], &raw_v6(payload)].concat(),
    )
}

pub(super) fn gre(payload: &[u8]) -> Vec<u8> {
    ipv4(
        IpNumber::GRE,
        &[&[0, 0, 0x08, 0][..], &raw_v4(payload)].concat(),
    )
}

/// Returns a GRE packet with a checksum, a key and a sequence number that contains an Ethernet
/// frame.
pub(super) fn gre_of_ethernet(payload: &[u8]) -> Vec<u8> {
    let header = [&[0xb0, 0, 0x65, 0x58][..], &[0xaa; 12]].concat();
    ipv4(IpNumber::GRE, &[header, vlans(1, payload)].concat())
}

pub(super) fn ip_in_ip(payload: &[u8]) -> Vec<u8> {
    let inner = ipv4(IpNumber::IPV6, &raw_v6(payload));
    ipv4(IpNumber::IPV4, &inner)
}

pub(super) fn mpls(payload: &[u8]) -> Vec<u8> {
    let labels = [0, 1, 0, 64, 0, 2, 1, 64];
    frame(0x8847, &[&labels[..], &raw_v4(payload)].concat())
}

/// Returns an Ethernet pseudowire with a control word.
pub(super) fn mpls_of_ethernet(payload: &[u8]) -> Vec<u8> {
    let header = [0, 2, 1, 64, 0, 0, 0, 0];
    frame(0x8848, &[&header[..], &ethernet(payload)].concat())
}

pub(super) fn pppoe(payload: &[u8]) -> Vec<u8> {
    let inner = raw_v6(payload);
    let length = u16::try_from(inner.len() + 2).expect("it is short");
    let header = [&[0x11, 0, 0, 9][..], &length.to_be_bytes(), &[0, 0x57]].concat();
    frame(0x8864, &[header, inner].concat())
}

/// Returns a block of a pcapng file in either byte order that contains a packet in an obsolete
/// form.
pub(super) fn obsolete_block(packet: &[u8], big: bool) -> Vec<u8> {
    let four = |number: usize| {
        let number = u32::try_from(number).expect("it is small");
        match big {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    };
    let length = 32 + packet.len().next_multiple_of(4);
    let numbers = [2, length, 0, 0, 0, packet.len(), packet.len()];
    let mut block = numbers.map(four).concat();
    block.extend(packet);
    block.resize(length - 4, 0);
    [block, four(length).to_vec()].concat()
}

fn segment(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let header = UdpHeader::without_ipv4_checksum(ports.0, ports.1, payload.len());
    let mut segment = header.expect("it is not too long").to_bytes().to_vec();
    segment.extend(payload);
    segment
}

/// Returns the bare IPv4 packets of a datagram, each with `size` bytes of it.
pub(super) fn fragments_v4(payload: &[u8], size: usize, identification: u16) -> Vec<Vec<u8>> {
    ip_fragments_v4(
        IpNumber::UDP,
        &segment(PORTS, payload),
        size,
        identification,
    )
}

/// Returns the bare IPv4 packets of a payload of this protocol.
pub(super) fn ip_fragments_v4(
    protocol: IpNumber,
    payload: &[u8],
    size: usize,
    identification: u16,
) -> Vec<Vec<u8>> {
    let count = payload.len().div_ceil(size);
    let fragment = |(index, part): (usize, &[u8])| {
        let length = u16::try_from(part.len()).expect("it is short");
        let header = Ipv4Header::new(length, 64, protocol, V4.0, V4.1);
        let mut header = header.expect("it is short");
        header.identification = identification;
        header.dont_fragment = false;
        header.more_fragments = index + 1 < count;
        header.fragment_offset = offset(index * size);
        [&header.to_bytes()[..], part].concat()
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

/// Returns the bare IPv6 packets of a datagram, each with `size` bytes of it.
pub(super) fn fragments_v6(payload: &[u8], size: usize, identification: u32) -> Vec<Vec<u8>> {
    let segment = segment(PORTS, payload);
    let count = segment.len().div_ceil(size);
    let fragment = |(index, part): (usize, &[u8])| {
        let more = index + 1 < count;
        let fragment =
            Ipv6FragmentHeader::new(IpNumber::UDP, offset(index * size), more, identification);
        let header = Ipv6Header {
            payload_length: u16::try_from(8 + part.len()).expect("it is short"),
            next_header: IpNumber::IPV6_FRAGMENTATION_HEADER,
            hop_limit: 64,
            source: V6.0,
            destination: V6.1,
            ..Ipv6Header::default()
        };
        [&header.to_bytes()[..], &fragment.to_bytes()[..], part].concat()
    };
    segment.chunks(size).enumerate().map(fragment).collect()
}

fn offset(bytes: usize) -> IpFragOffset {
    let units = u16::try_from(bytes / 8).expect("it is small");
    IpFragOffset::try_new(units).expect("it is small")
}
