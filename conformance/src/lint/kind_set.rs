use super::kind::Kind;

/// The kinds that were found in a datagram, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KindSet(u32);

const _: () = assert!(Kind::ALL.len() <= 32, "a kind needs a bit");

impl KindSet {
    pub(super) fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u32;
    }

    pub(super) fn add_if(&mut self, is_found: bool, kind: Kind) {
        self.0 |= u32::from(is_found) << kind as u32;
    }

    pub(super) fn add_all(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Returns the kinds of this set that the other lacks.
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn contains(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }

    /// Returns the kinds in order.
    pub(super) fn iter(self) -> impl Iterator<Item = Kind> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Kind::ALL.get(place).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_out_in_order() {
        let mut kinds = KindSet::default();
        assert_eq!(kinds.iter().count(), 0);
        for kind in [Kind::OverUdp, Kind::Malformed, Kind::Batch] {
            kinds.add(kind);
        }
        kinds.add_if(false, Kind::NotUtf8);
        let found: Vec<_> = kinds.iter().collect();
        assert_eq!(found, [Kind::Malformed, Kind::Batch, Kind::OverUdp]);
        let mut other = KindSet::default();
        other.add(Kind::Malformed);
        let found: Vec<_> = kinds.without(other).iter().collect();
        assert_eq!(found, [Kind::Batch, Kind::OverUdp]);
        assert!(kinds.contains(Kind::Batch) && !kinds.contains(Kind::NotUtf8));
    }
}
