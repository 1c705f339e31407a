//! Tests of captures with tunnels and VLAN tags.

use etherparse::IpNumber;

use super::build::*;
use super::{EVENT, datagrams, import};

#[test]
fn datagrams_in_tunnels_and_behind_tags_are_found() {
    let ethernet: [Build; 5] = [
        |payload| vlans(3, payload),
        |payload| vlans(100, payload),
        mpls,
        mpls_of_ethernet,
        pppoe,
    ];
    let raw: [Build; 7] = [
        vxlan,
        vxlan_of_linux,
        geneve,
        geneve_of_ip,
        gre,
        gre_of_ethernet,
        ip_in_ip,
    ];
    for (link, packets) in [(ETHERNET, &ethernet[..]), (RAW, &raw)] {
        for (index, packet) in packets.iter().enumerate() {
            for payload in [EVENT, b""] {
                let capture = pcap(link, &[packet(payload)]);
                for args in [&[][..], &["--port", "8081"]] {
                    let ran = import(&capture, args).expect_status(0);
                    assert_eq!(datagrams(&ran), [payload], "{link} {index}");
                    assert_eq!(ran.stderr, "evdg: 1 UDP datagram in 1 packet\n");
                }
            }
        }
    }
}

#[test]
fn tunnels_may_be_nested_and_in_fragments() {
    let gre_payload = [&[0, 0, 0x65, 0x58][..], &ethernet(EVENT)].concat();
    let nested = vxlan_payload(&[&[2; 12][..], &[0x08, 0], &ip_in_ip(EVENT)].concat());
    let mut packets = ip_fragments_v4(IpNumber::GRE, &gre_payload, 16, 1);
    packets.push(udp_to(4789, &nested));
    // The datagram in the tunnel is in fragments, too.
    let inner = fragments_v4(b"E_INNER\n\n", 8, 2);
    for (number, fragment) in (3..).zip(inner) {
        packets.extend(ip_fragments_v4(IpNumber::IPV4, &fragment, 16, number));
    }
    let ran = import(&pcap(RAW, &packets), &[]).expect_status(0);
    assert_eq!(datagrams(&ran), [EVENT, EVENT, b"E_INNER\n\n"]);
    assert!(!ran.stderr.contains("left out"), "{}", ran.stderr);
}

/// A datagram to the port of a tunnel need not be a tunnel, and may be the one that the user wants.
#[test]
fn a_datagram_to_the_port_of_a_tunnel_may_be_no_tunnel() {
    let json = br#"{"jsonrpc":"2.0","method":"E_TEST"}"#;
    for port in [4789, 6081, 8472] {
        let packets = [udp_to(port, EVENT), udp_to(port, json), udp_to(port, b"")];
        let ran = import(&pcap(RAW, &packets), &[]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT, json, b""], "{port}");
    }
    let ran = import(&pcap(RAW, &[vxlan(EVENT)]), &["--port", "4789"]).expect_status(0);
    assert_eq!(datagrams(&ran), [vxlan_payload(&ethernet(EVENT))]);
}
