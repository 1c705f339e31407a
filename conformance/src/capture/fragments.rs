use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

/// A part of the payload of an IP packet.
#[derive(Debug)]
pub(super) struct Fragment<'p> {
    pub(super) key: FragmentKey,
    /// The offset of its bytes in the packet.
    pub(super) offset: usize,
    pub(super) is_last: bool,
    pub(super) payload: &'p [u8],
}

/// Identifies the packet of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FragmentKey {
    pub(super) ips: IpPair,
    pub(super) identification: u32,
}

/// The addresses of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IpPair {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
}

/// Reassembles packets. It holds no more bytes than its input had, and drops the oldest packet
/// where too many are incomplete.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: HashMap<FragmentKey, PartialPacket>,
    /// The open packets, the oldest first.
    order: VecDeque<FragmentKey>,
    /// The number of packets that were dropped.
    dropped: usize,
}

/// The fragments of one packet so far.
#[derive(Debug, Default)]
struct PartialPacket {
    parts: BTreeMap<usize, Vec<u8>>,
    /// Bytes in `parts`.
    held: usize,
    /// The length of the packet, known from its last fragment.
    length: Option<usize>,
}

/// The most packets that are incomplete at a time.
const MAX_OPEN: usize = 1024;

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
            self.close(&key);
            self.dropped += 1;
            return None;
        }
        if packet.length != Some(packet.held) {
            return None;
        }
        let packet = self.close(&key)?;
        Some(packet.parts.into_values().flatten().collect())
    }

    /// Returns the number of packets that were never complete.
    pub(super) fn incomplete(&self) -> usize {
        self.dropped + self.open.len()
    }

    fn close(&mut self, key: &FragmentKey) -> Option<PartialPacket> {
        self.order.retain(|other| other != key);
        self.open.remove(key)
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.open.remove(&oldest);
            self.dropped += 1;
        }
    }
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
