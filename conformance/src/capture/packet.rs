use std::net::{IpAddr, SocketAddr};

use etherparse::{
    EtherType, IpNumber, Ipv6FragmentHeaderSlice, LaxIpPayloadSlice, LaxNetSlice, LaxSlicedPacket,
    UdpSlice,
};
use pcap_parser::Linktype;

use super::fragments::{Fragment, Key};

/// What a packet holds, seen from UDP.
#[derive(Debug)]
pub(super) enum Content<'p> {
    /// A datagram.
    Udp(Udp<'p>),
    /// A part of what may be one.
    Fragment(Fragment<'p>),
    /// UDP that the capture holds only the beginning of, and its ports if that is enough to tell.
    Cut(Option<[u16; 2]>),
    /// Something else.
    Other,
    /// A kind of network that is not known here.
    UnknownLink,
}

#[derive(Debug)]
pub(super) struct Udp<'p> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) payload: &'p [u8],
}

/// BSD's and Linux' numbers for bare IP; files have one or the other.
const RAW: [Linktype; 5] = [
    Linktype(12),
    Linktype(14),
    Linktype::RAW,
    Linktype::IPV4,
    Linktype::IPV6,
];

/// Takes the layers off a packet.
pub(super) fn content(link: Linktype, data: &[u8]) -> Content<'_> {
    let packet = match link {
        Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(data).ok(),
        // Four bytes say which protocol, in an order that depends on the machine; IP says so itself.
        Linktype::NULL | Linktype::LOOP => ip(data.get(4..)),
        Linktype::LINUX_SLL => cooked(data, 14, 16),
        Linktype::LINUX_SLL2 => cooked(data, 0, 20),
        link if RAW.contains(&link) => ip(Some(data)),
        _ => return Content::UnknownLink,
    };
    match packet.and_then(|packet| packet.net) {
        Some(net) => of_ip(&net),
        None => Content::Other,
    }
}

/// Reads UDP out of the payload of IP.
pub(super) fn udp<'p>(ips: (IpAddr, IpAddr), segment: &'p [u8]) -> Content<'p> {
    match UdpSlice::from_slice(segment) {
        Ok(udp) => Content::Udp(Udp {
            source: (ips.0, udp.source_port()).into(),
            destination: (ips.1, udp.destination_port()).into(),
            payload: udp.payload(),
        }),
        Err(_) => Content::Cut(ports(segment)),
    }
}

fn ports(segment: &[u8]) -> Option<[u16; 2]> {
    let [a, b, c, d] = *segment.first_chunk()?;
    Some([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])])
}

fn ip(data: Option<&[u8]>) -> Option<LaxSlicedPacket<'_>> {
    LaxSlicedPacket::from_ip(data?).ok()
}

/// Linux' cooked captures: the protocol stands at one place, and the packet behind the header.
fn cooked(data: &[u8], protocol: usize, header: usize) -> Option<LaxSlicedPacket<'_>> {
    let protocol: [u8; 2] = data.get(protocol..protocol + 2)?.try_into().ok()?;
    let protocol = EtherType(u16::from_be_bytes(protocol));
    Some(LaxSlicedPacket::from_ether_type(
        protocol,
        data.get(header..)?,
    ))
}

/// Looks for the header of a fragment among the extensions of IPv6, of which the first is of this kind.
///
/// etherparse has an iterator over them, which takes for granted that they are whole. Captures need not be.
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

fn of_ip<'p>(net: &LaxNetSlice<'p>) -> Content<'p> {
    let (ips, identification, offset, more) = match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            (
                (
                    header.source_addr().into(),
                    header.destination_addr().into(),
                ),
                u32::from(header.identification()),
                header.fragments_offset().byte_offset(),
                header.more_fragments(),
            )
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            let ips = (
                header.source_addr().into(),
                header.destination_addr().into(),
            );
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
        LaxNetSlice::Arp(_) => return Content::Other,
    };
    let Some(LaxIpPayloadSlice {
        incomplete,
        ip_number: IpNumber::UDP,
        fragmented,
        payload,
        ..
    }) = net.ip_payload_ref()
    else {
        return Content::Other;
    };
    if *incomplete {
        let begins_here = offset == 0;
        return Content::Cut(begins_here.then(|| ports(payload)).flatten());
    }
    if *fragmented {
        return Content::Fragment(Fragment {
            key: Key {
                ips,
                identification,
            },
            offset: usize::from(offset),
            is_last: !more,
            payload,
        });
    }
    udp(ips, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: the library that takes the layers off read behind the end of the second extension.
    #[test]
    fn extensions_that_are_cut_short_are_no_fragment() {
        let mut packet = [0; 48];
        packet[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 0x30, 0, 64]);
        // Options for each hop, and behind them more for the destination, of which nothing is there.
        packet[40] = 60;
        assert!(matches!(
            content(Linktype::RAW, &packet),
            Content::Other | Content::Cut(None)
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
    fn a_fragment_is_found_behind_other_extensions() {
        let routing = [51, 0, 0, 0, 0, 0, 0, 0];
        let authentication = [44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let header = [17, 0, 0, 0x09, 0, 0, 0, 7];
        let bytes = [&routing[..], &authentication, &header].concat();
        let found = fragment(IpNumber::IPV6_ROUTE_HEADER, &bytes).expect("it is there");
        assert_eq!(found.identification(), 7);
        assert_eq!(found.fragment_offset().byte_offset(), 8);
        assert!(found.more_fragments());
    }
}
