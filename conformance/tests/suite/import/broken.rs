//! Tests of captures that are damaged, and of files that are no captures.

use event_datagram_conformance::capture::{CaptureStatistics, CapturedDatagram, read};
use proptest::prelude::*;

use super::EVENT;
use super::build::*;

/// Returns intact captures, which the tests then break.
fn sound() -> Vec<Vec<u8>> {
    let packets = [ethernet(EVENT), two_vlans(b"E\n\n"), tcp()];
    let tunnels = [
        vxlan(EVENT),
        geneve(EVENT),
        gre_of_ethernet(EVENT),
        ip_in_ip(EVENT),
    ];
    let mut fragments = fragments_v4(&[b'x'; 100], 16, 1);
    fragments.extend(fragments_v6(&[b'x'; 100], 16, 1));
    let mixed = [
        (ETHERNET, ethernet(EVENT)),
        (NULL, null(EVENT)),
        (SLL, sll(EVENT)),
        (SLL2, sll2(EVENT)),
        (RAW, raw_v6(EVENT)),
    ];
    vec![
        pcap(ETHERNET, &packets),
        pcap(RAW, &fragments),
        pcap(RAW, &tunnels),
        pcap(
            ETHERNET,
            &[vlans(5, EVENT), mpls_of_ethernet(EVENT), pppoe(EVENT)],
        ),
        pcapng(&mixed, false),
        pcapng(&mixed, true),
    ]
}

/// Checks that `evdg` reads a broken capture as far as possible, without a crash.
fn survives(capture: &[u8]) {
    let mut statistics = CaptureStatistics::default();
    let mut given = 0;
    let _ = read(
        capture,
        None,
        &mut statistics,
        |datagram: &CapturedDatagram<'_>| {
            assert!(datagram.payload.len() <= capture.len());
            given += 1;
            Ok(())
        },
    );
    assert_eq!(statistics.datagrams, given);
    assert!(statistics.packets <= capture.len());
}

proptest! {
    #[test]
    fn broken_captures_do_no_harm(
        which in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut capture = sound().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(capture.len());
            capture[place] = byte;
        }
        if is_cut {
            capture.truncate(cut.index(capture.len()));
        }
        survives(&capture);
    }

    #[test]
    fn any_packet_does_no_harm(link in prop::sample::select(vec![0, 1, 12, 101, 108, 113, 228, 276, 9999]), packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4)) {
        survives(&pcap(link, &packets));
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for capture in sound() {
            survives(&[&capture[..24], &bytes].concat());
        }
        survives(&bytes);
    }
}
