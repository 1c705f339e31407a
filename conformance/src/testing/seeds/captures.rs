//! Seeds that are packet captures, and the functions that write their packets and files.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::datagrams::datagrams;
use crate::dialect::Dialect;
use crate::vectors::Corpus;

/// Returns captures of some datagrams in both formats: over IPv4, with and without an Ethernet
/// header, in fragments, after tags and in tunnels, and compressed with gzip.
pub(in crate::testing) fn captures(corpus: &Corpus) -> Vec<Vec<u8>> {
    const ETHERNET: u32 = 1;
    const RAW: u32 = 101;
    let mut seeds = Vec::new();
    for datagram in datagrams(corpus, Dialect::Text).iter().step_by(16) {
        let udp = udp(datagram);
        let whole = ipv4(&udp, 0);
        let ethernet = [&[0; 12][..], &[8, 0], &whole].concat();
        let (first, second) = udp.split_at(8);
        let fragments = [ipv4(second, 1), ipv4(first, 0x2000)];
        seeds.push(pcap(ETHERNET, std::slice::from_ref(&ethernet)));
        seeds.push(pcap(RAW, &fragments));
        seeds.push(pcapng(ETHERNET, &ethernet));
        seeds.push(pcapng(RAW, &whole));
        let tunnels = TUNNELS.map(|(protocol, header)| tunnel(protocol, header, &whole));
        seeds.extend(
            tunnels
                .iter()
                .map(|packet| pcap(RAW, std::slice::from_ref(packet))),
        );
        let tagged = TAGS.map(|tags| [&[0; 12][..], tags, &whole].concat());
        seeds.extend(tagged.iter().map(|packet| pcapng(ETHERNET, packet)));
        seeds.push(gzip(&pcap(RAW, &[whole])));
    }
    seeds
}

const IP_IN_IP: u8 = 4;
const UDP: u8 = 17;
const GRE: u8 = 47;
/// Tunnels of an IP packet: the protocol of the outer packet, and the bytes before the inner
/// packet.
const TUNNELS: [(u8, &[u8]); 5] = [
    (IP_IN_IP, &[]),
    (GRE, &[0, 0, 8, 0]),
    (GRE, &[0xb0, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    // The ports, the length and the checksum of the outer datagram are part of the header: VXLAN,
    // with an Ethernet header in it, and Geneve with an option.
    (
        UDP,
        &[
            0x9c, 0x40, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2,
            2, 2, 2, 8, 0,
        ],
    ),
    (
        UDP,
        &[
            0x9c, 0x40, 0x17, 0xc1, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 7, 0, 1, 2, 3, 0,
        ],
    ),
];
/// Bytes between the Ethernet addresses and an IP packet: VLAN tags, MPLS labels, PPPoE.
const TAGS: [&[u8]; 3] = [
    &[
        0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 0x81, 0, 0, 9, 0x81, 0, 0, 10, 8, 0,
    ],
    &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64],
    &[0x88, 0x64, 0x11, 0, 0, 9, 0, 0, 0, 0x21],
];

fn tunnel(protocol: u8, header: &[u8], inner: &[u8]) -> Vec<u8> {
    let mut payload = [header, inner].concat();
    if protocol == UDP {
        let length = length_u16(&payload).to_be_bytes();
        payload[4..6].copy_from_slice(&length);
    }
    let mut packet = ipv4(&payload, 0);
    packet[9] = protocol;
    packet
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("a vector takes everything")
}

fn udp(payload: &[u8]) -> Vec<u8> {
    let length = [40_000, 8_081, 8 + length_u16(payload), 0];
    [length.map(u16::to_be_bytes).as_flattened(), payload].concat()
}

/// Returns an IPv4 packet with `fragment` as its flags and fragment offset.
fn ipv4(payload: &[u8], fragment: u16) -> Vec<u8> {
    let start = [0x4500, 20 + length_u16(payload), 7, fragment, 0x4011, 0];
    let start = start.map(u16::to_be_bytes);
    [start.as_flattened(), &[192, 0, 2, 1, 192, 0, 2, 2], payload].concat()
}

fn length_u16(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).expect("seeds are short")
}

fn length_u32(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("seeds are short")
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = words(&[0xa1b2_c3d4, 4 << 16 | 2, 0, 0, 262_144, link]);
    for packet in packets {
        let length = length_u32(packet);
        file.extend(words(&[1_600_000_000, 250_000, length, length]));
        file.extend(packet);
    }
    file
}

fn pcapng(link: u32, packet: &[u8]) -> Vec<u8> {
    let mut padded = packet.to_vec();
    padded.resize(packet.len().next_multiple_of(4), 0);
    let length = length_u32(packet);
    let packet = [words(&[0, 0, 7, length, length]), padded].concat();
    [
        block(0x0a0d_0d0a, &words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX])),
        block(1, &words(&[link, 0])),
        block(6, &packet),
    ]
    .concat()
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + length_u32(body);
    [&words(&[kind, length]), body, &words(&[length])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{CaptureStatistics, CapturedDatagram, read};

    #[test]
    fn captures_hold_the_datagrams_they_are_made_from() {
        let corpus = Corpus::embedded().expect("it is sound");
        let seeds = captures(&corpus);
        let mut payloads = Vec::new();
        for seed in &seeds {
            let mut statistics = CaptureStatistics::default();
            read(
                &seed[..],
                None,
                &mut statistics,
                |it: &CapturedDatagram<'_>| {
                    payloads.push(it.payload.to_vec());
                    Ok(())
                },
            )
            .expect("the capture is whole");
            assert_eq!(
                statistics.datagrams,
                1,
                "{statistics:?} {}",
                seed.escape_ascii()
            );
        }
        let datagrams = datagrams(&corpus, Dialect::Text);
        let sent: Vec<_> = datagrams
            .into_iter()
            .step_by(16)
            .flat_map(|it| vec![it; 4 + TUNNELS.len() + TAGS.len() + 1])
            .collect();
        assert_eq!(payloads, sent);
    }
}
