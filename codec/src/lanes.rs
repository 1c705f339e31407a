//! Sixteen bytes at a time.

use wide::u8x16;

/// So many bytes.
pub(crate) const LANES: usize = 16;

/// Which of sixteen bytes are of some kind.
#[derive(Clone, Copy)]
pub(crate) struct Which(u8x16);

impl Which {
    /// None of them.
    pub(crate) const NONE: Self = Self(u8x16::ZERO);

    /// Those that are this one.
    #[inline(always)]
    pub(crate) fn equal(bytes: &[u8; LANES], byte: u8) -> Self {
        Self(u8x16::new(*bytes).simd_eq(u8x16::splat(byte)))
    }

    /// Those that are this one, or smaller, once these bits are flipped.
    #[cfg(feature = "jsonrpc")]
    #[inline(always)]
    pub(crate) fn at_most(bytes: &[u8; LANES], byte: u8, flipped: u8) -> Self {
        let bytes = u8x16::new(*bytes) ^ u8x16::splat(flipped);
        Self(bytes.min(u8x16::splat(byte)).simd_eq(bytes))
    }

    /// Those that are in either.
    #[inline(always)]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Gives a bit a byte, the first lowest.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.0.to_bitmask())
    }
}

#[cfg(test)]
mod tests {
    use super::{LANES, Which};

    #[test]
    fn no_byte_is_taken_for_another() {
        for byte in 0..=u8::MAX {
            for at in 0..LANES {
                let mut bytes = [byte ^ 0x80; LANES];
                bytes[at] = byte;
                bytes[(at + 5) % LANES] = byte ^ 1;
                let equal = Which::equal(&bytes, byte);
                assert_eq!(equal.bits(), 1 << at);
                for flipped in [0, 2, 0xff] {
                    let at_most = Which::at_most(&bytes, byte, flipped);
                    let smaller = (0..).zip(bytes).filter(|(_, one)| one ^ flipped <= byte);
                    let expected = smaller.fold(0, |bits, (at, _)| bits | 1 << at);
                    assert_eq!(at_most.bits(), expected);
                    assert_eq!(at_most.or(equal).bits(), expected | 1 << at);
                }
            }
            assert_eq!(Which::equal(&[byte; LANES], byte).bits(), 0xffff);
        }
    }
}
