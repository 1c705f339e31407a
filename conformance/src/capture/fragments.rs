use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::net::IpAddr;

use etherparse::IpNumber;

/// A part of the payload of an IP packet.
#[derive(Debug)]
pub(super) struct Fragment<'p> {
    pub(super) key: FragmentKey,
    /// The offset of the fragment's bytes in the packet.
    pub(super) offset: usize,
    pub(super) is_last: bool,
    pub(super) payload: &'p [u8],
}

/// Identifies the packet of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FragmentKey {
    pub(super) ips: IpPair,
    /// The protocol of the packet's payload.
    pub(super) protocol: IpNumber,
    pub(super) identification: u32,
}

/// The addresses of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IpPair {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
}

/// Reassembles packets. It holds no more bytes than its input had, and drops the oldest packet if
/// too many are incomplete.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: HashMap<FragmentKey, PartialPacket>,
    /// The open packets, the oldest first.
    order: VecDeque<FragmentKey>,
    /// The last packets that were complete, the oldest first.
    complete: VecDeque<(FragmentKey, CompletePacket)>,
    /// The number of packets that were dropped.
    dropped: usize,
}

/// The fragments of one packet so far.
#[derive(Debug, Default)]
struct PartialPacket {
    parts: BTreeMap<usize, Vec<u8>>,
    /// The number of bytes in `parts`.
    held: usize,
    /// The length of the packet, known from its last fragment.
    length: Option<usize>,
}

/// Hashes of the fragments of a packet by their offsets. If a capture has several interfaces, it
/// may contain some fragments several times.
type CompletePacket = HashMap<usize, u64>;

/// The most packets that are incomplete at a time.
const MAX_OPEN: usize = 1024;
/// The most complete packets whose fragments are recognised if they come again.
const MAX_COMPLETE: usize = 256;

impl Fragments {
    /// Adds a fragment, and returns the payload of the packet if it is complete.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let key = fragment.key;
        if !self.open.contains_key(&key) {
            if self.open.len() == MAX_OPEN {
                self.drop_oldest();
            }
            self.order.push_back(key);
        }
        let packet = self.open.entry(key).or_default();
        if packet.add(fragment).is_err() {
            let packet = self.close(&key)?;
            if !self.is_repetition(&key, &packet) {
                self.dropped += 1;
                return None;
            }
            // The fragment belongs to a new packet with the identification of an earlier one.
            self.complete.retain(|(other, _)| *other != key);
            return self.add(fragment);
        }
        if packet.length != Some(packet.held) {
            return None;
        }
        let packet = self.close(&key)?;
        self.remember(key, &packet);
        Some(packet.parts.into_values().flatten().collect())
    }

    /// Returns the number of packets that were never complete. Does not count fragments that came
    /// again after their packet was complete.
    pub(super) fn incomplete(&self) -> usize {
        let is_packet =
            |(key, packet): &(&FragmentKey, &PartialPacket)| !self.is_repetition(key, packet);
        self.dropped + self.open.iter().filter(is_packet).count()
    }

    /// Returns whether all fragments of an incomplete packet belong to a complete one.
    fn is_repetition(&self, key: &FragmentKey, packet: &PartialPacket) -> bool {
        let mut complete = self.complete.iter();
        let Some((_, complete)) = complete.find(|(other, _)| other == key) else {
            return false;
        };
        let mut parts = packet.parts.iter();
        parts.all(|(offset, part)| complete.get(offset) == Some(&hash(part)))
    }

    fn remember(&mut self, key: FragmentKey, packet: &PartialPacket) {
        if self.complete.len() == MAX_COMPLETE {
            self.complete.pop_front();
        }
        self.complete.retain(|(other, _)| *other != key);
        let parts = packet.parts.iter();
        let hashes = parts.map(|(offset, part)| (*offset, hash(part)));
        self.complete.push_back((key, hashes.collect()));
    }

    fn close(&mut self, key: &FragmentKey) -> Option<PartialPacket> {
        self.order.retain(|other| other != key);
        self.open.remove(key)
    }

    fn drop_oldest(&mut self) {
        let oldest = self.order.pop_front();
        if let Some(oldest) = oldest
            && let Some(packet) = self.open.remove(&oldest)
        {
            self.dropped += usize::from(!self.is_repetition(&oldest, &packet));
        }
    }
}

fn hash(part: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(part)
}

impl PartialPacket {
    /// Adds a fragment. A repeated fragment is ignored; one that overlaps another is an error.
    fn add(&mut self, fragment: &Fragment<'_>) -> Result<(), ()> {
        let (start, end) = (fragment.offset, fragment.offset + fragment.payload.len());
        if let Some(there) = self.parts.get(&start)
            && there == fragment.payload
        {
            return Ok(());
        }
        let before = self.parts.range(..=start).next_back();
        let overlaps_before = before.is_some_and(|(at, part)| at + part.len() > start);
        let overlaps_behind = self.parts.range(start..end).next().is_some();
        let is_beyond = self.length.is_some_and(|length| end > length);
        let last = self.parts.last_key_value();
        let ends_early = fragment.is_last && last.is_some_and(|(at, part)| at + part.len() > end);
        if overlaps_before || overlaps_behind || is_beyond || ends_early {
            return Err(());
        }
        if fragment.is_last {
            self.length = Some(end);
        }
        self.held += fragment.payload.len();
        self.parts.insert(start, fragment.payload.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(identification: u32, offset: usize, is_last: bool, payload: &[u8]) -> Fragment<'_> {
        let ip = IpAddr::from([127, 0, 0, 1]);
        Fragment {
            key: FragmentKey {
                ips: IpPair {
                    source: ip,
                    destination: ip,
                },
                protocol: IpNumber::UDP,
                identification,
            },
            offset,
            is_last,
            payload,
        }
    }

    #[test]
    fn fragments_arrive_in_any_order_and_repeatedly() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.add(&fragment(1, 4, true, b"ef")), None);
        assert_eq!(fragments.add(&fragment(2, 0, false, b"other")), None);
        assert_eq!(fragments.add(&fragment(1, 4, true, b"ef")), None);
        assert_eq!(fragments.add(&fragment(1, 0, false, b"ab")), None);
        assert_eq!(fragments.incomplete(), 2);
        let whole = fragments.add(&fragment(1, 2, false, b"cd"));
        assert_eq!(whole.as_deref(), Some(&b"abcdef"[..]));
        assert_eq!(fragments.incomplete(), 1);
    }

    #[test]
    fn a_fragment_that_comes_again_behind_its_packet_is_no_lost_packet() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.add(&fragment(1, 0, false, b"ab")), None);
        assert!(fragments.add(&fragment(1, 2, true, b"cd")).is_some());
        assert_eq!(fragments.add(&fragment(1, 0, false, b"ab")), None);
        assert_eq!(fragments.incomplete(), 0);
        // Another packet with the same identification is not taken for the rest of this one.
        assert_eq!(fragments.add(&fragment(1, 0, false, b"xy")), None);
        assert_eq!(fragments.incomplete(), 1);
        let other = fragments.add(&fragment(1, 2, true, b"cd"));
        assert_eq!(other.as_deref(), Some(&b"xycd"[..]));
        // A packet whose fragments all come again is reassembled again.
        assert_eq!(fragments.add(&fragment(1, 2, true, b"cd")), None);
        let again = fragments.add(&fragment(1, 0, false, b"xy"));
        assert_eq!(again.as_deref(), Some(&b"xycd"[..]));
        assert_eq!(fragments.incomplete(), 0);
    }

    #[test]
    fn repeated_fragments_are_dropped_uncounted() {
        let mut fragments = Fragments::default();
        assert!(fragments.add(&fragment(0, 0, true, b"ab")).is_some());
        assert_eq!(fragments.add(&fragment(0, 0, false, b"ab")), None);
        for identification in 1..=MAX_OPEN as u32 {
            fragments.add(&fragment(identification, 0, false, b"ab"));
        }
        assert_eq!(fragments.incomplete(), MAX_OPEN);
    }

    #[test]
    fn overlapping_fragments_drop_the_packet() {
        for (offset, is_last, payload) in [
            (1, false, &b"bx"[..]),
            (0, false, b"xy"),
            (2, true, b""),
            (0, true, b"abcd"),
        ] {
            let mut fragments = Fragments::default();
            assert_eq!(fragments.add(&fragment(1, 0, false, b"abc")), None);
            let whole = fragments.add(&fragment(1, offset, is_last, payload));
            assert_eq!((whole, fragments.incomplete()), (None, 1), "{offset}");
            assert!(fragments.open.is_empty());
        }
    }

    #[test]
    fn the_oldest_incomplete_packet_is_dropped() {
        let mut fragments = Fragments::default();
        for identification in 0..5000 {
            assert_eq!(
                fragments.add(&fragment(identification, 0, false, b"ab")),
                None
            );
        }
        assert_eq!(
            (fragments.open.len(), fragments.order.len()),
            (MAX_OPEN, MAX_OPEN)
        );
        assert_eq!(fragments.incomplete(), 5000);
    }
}
