use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

/// A part of the payload of an IP packet.
#[derive(Debug)]
pub(super) struct Fragment<'p> {
    pub(super) key: Key,
    /// Where its bytes belong.
    pub(super) offset: usize,
    pub(super) is_last: bool,
    pub(super) payload: &'p [u8],
}

/// What the fragments of one packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// From where, and where to.
    pub(super) ips: (IpAddr, IpAddr),
    pub(super) identification: u32,
}

/// Puts packets together. It holds no more bytes than it was given, and forgets the oldest where too many lack a part.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: HashMap<Key, Parts>,
    /// The order in which they began.
    order: VecDeque<Key>,
    /// Packets that were given up.
    given_up: usize,
}

#[derive(Debug, Default)]
struct Parts {
    parts: BTreeMap<usize, Vec<u8>>,
    held: usize,
    /// The length of the whole, once the last part is there.
    length: Option<usize>,
}

/// So many packets may lack a part at the same time.
const MAX_OPEN: usize = 1024;

impl Fragments {
    /// Takes a part, and gives the whole if that was the last that lacked.
    pub(super) fn take(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let key = fragment.key;
        if !self.open.contains_key(&key) {
            if self.open.len() == MAX_OPEN {
                self.give_up_oldest();
            }
            self.order.push_back(key);
        }
        let parts = self.open.entry(key).or_default();
        if parts.add(fragment).is_err() {
            self.close(&key);
            self.given_up += 1;
            return None;
        }
        if parts.length != Some(parts.held) {
            return None;
        }
        let parts = self.close(&key)?;
        Some(parts.parts.into_values().flatten().collect())
    }

    /// Counts the packets that never were whole.
    pub(super) fn incomplete(&self) -> usize {
        self.given_up + self.open.len()
    }

    fn close(&mut self, key: &Key) -> Option<Parts> {
        self.order.retain(|other| other != key);
        self.open.remove(key)
    }

    fn give_up_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.open.remove(&oldest);
            self.given_up += 1;
        }
    }
}

impl Parts {
    /// Adds a part. One that is there already is no harm; one that overlaps another is.
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
            key: Key {
                ips: (ip, ip),
                identification,
            },
            offset,
            is_last,
            payload,
        }
    }

    #[test]
    fn parts_come_in_any_order_and_more_than_once() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.take(&fragment(1, 4, true, b"ef")), None);
        assert_eq!(fragments.take(&fragment(2, 0, false, b"other")), None);
        assert_eq!(fragments.take(&fragment(1, 4, true, b"ef")), None);
        assert_eq!(fragments.take(&fragment(1, 0, false, b"ab")), None);
        assert_eq!(fragments.incomplete(), 2);
        let whole = fragments.take(&fragment(1, 2, false, b"cd"));
        assert_eq!(whole.as_deref(), Some(&b"abcdef"[..]));
        assert_eq!(fragments.incomplete(), 1);
    }

    #[test]
    fn parts_that_overlap_are_given_up() {
        for (offset, is_last, payload) in [
            (1, false, &b"bx"[..]),
            (0, false, b"xy"),
            (2, true, b""),
            (0, true, b"abcd"),
        ] {
            let mut fragments = Fragments::default();
            assert_eq!(fragments.take(&fragment(1, 0, false, b"abc")), None);
            let whole = fragments.take(&fragment(1, offset, is_last, payload));
            assert_eq!((whole, fragments.incomplete()), (None, 1), "{offset}");
            assert!(fragments.open.is_empty());
        }
    }

    #[test]
    fn too_many_open_ones_make_room() {
        let mut fragments = Fragments::default();
        for identification in 0..5000 {
            assert_eq!(
                fragments.take(&fragment(identification, 0, false, b"ab")),
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
