//! Comparisons of sixteen bytes at once.
//!
//! Uses `wide`, because nothing stable in `core` returns the results as bits. With plain code of
//! the same interface, `decode/text/contact` takes 3.9 times the instructions.

use wide::u8x16;

/// The number of bytes that are compared at once.
pub(crate) const LANES: usize = 16;

/// The set of the bytes, out of sixteen, for which a comparison is true.
#[derive(Clone, Copy)]
pub(crate) struct ByteMask(u8x16);

impl ByteMask {
    /// Returns the bytes that are equal to `byte`.
    #[inline(always)]
    pub(crate) fn equal(bytes: &[u8; LANES], byte: u8) -> Self {
        Self(u8x16::new(*bytes).simd_eq(u8x16::splat(byte)))
    }

    /// Returns the bytes that are at most `byte` after the bits of `flipped` are flipped in them.
    #[cfg(feature = "jsonrpc")]
    #[inline(always)]
    pub(crate) fn at_most(bytes: &[u8; LANES], byte: u8, flipped: u8) -> Self {
        let bytes = u8x16::new(*bytes) ^ u8x16::splat(flipped);
        Self(bytes.min(u8x16::splat(byte)).simd_eq(bytes))
    }

    /// Returns the union of two sets.
    #[inline(always)]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns a bit for each byte, the first one lowest.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.0.to_bitmask())
    }
}

/// A set of byte values.
pub(crate) trait ByteClass: Copy {
    /// Returns whether the class contains this byte.
    fn has(self, byte: u8) -> bool;

    /// Returns which of sixteen bytes belong to the class.
    fn mask(self, bytes: &[u8; LANES]) -> ByteMask;

    /// Returns whether a text of more than 64 bytes has a byte of the class.
    fn is_in_long(self, text: &[u8]) -> bool;
}

/// Returns whether a text has a byte of a class.
///
/// Most texts are short, and an inline search of a short text costs less than a call of `memchr`
/// (`encode/text/contact` takes a fifth more instructions with a general search). Two overlapping
/// loads, head and tail, cover texts of up to twice the size of a load. The match has the same arms
/// as that of [`copy`](crate::copy::copy), so that the compiler uses one jump for both.
#[inline(always)]
pub(crate) fn contains(class: impl ByteClass, text: &[u8]) -> bool {
    let any = |groups: &[[u8; LANES]]| {
        let masks = groups.iter().map(|group| class.mask(group));
        let union = masks.reduce(ByteMask::or);
        union.is_some_and(|union| union.bits() != 0)
    };
    match text.len() {
        0 => false,
        // The first, the middle and the last byte cover all bytes of the text.
        length @ 1..4 => {
            class.has(text[0]) | class.has(text[length / 2]) | class.has(text[length - 1])
        }
        4..8 => any(&[group([pair(ends(text).map(u32::from_le_bytes)); 2])]),
        8..16 => any(&[group(ends(text).map(u64::from_le_bytes))]),
        16..=32 => any(&ends(text)),
        33..=64 => {
            let [first, last]: [[u8; 2 * LANES]; 2] = ends(text);
            any(first.as_chunks().0) || any(last.as_chunks().0)
        }
        _ => class.is_in_long(text),
    }
}

#[inline(always)]
fn pair([first, last]: [u32; 2]) -> u64 {
    u64::from(first) | u64::from(last) << 32
}

#[inline(always)]
fn group([first, last]: [u64; 2]) -> [u8; LANES] {
    (u128::from(first) | u128::from(last) << 64).to_le_bytes()
}

/// Returns the first and the last `N` bytes.
#[inline(always)]
fn ends<const N: usize>(text: &[u8]) -> [[u8; N]; 2] {
    let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
        unreachable!("the text has at least `N` bytes");
    };
    [*first, *last]
}

#[cfg(test)]
mod tests {
    use super::{ByteClass, ByteMask, LANES, contains};

    #[derive(Clone, Copy)]
    struct LineFeed;

    impl ByteClass for LineFeed {
        fn has(self, byte: u8) -> bool {
            byte == b'\n'
        }

        fn mask(self, bytes: &[u8; LANES]) -> ByteMask {
            ByteMask::equal(bytes, b'\n')
        }

        fn is_in_long(self, text: &[u8]) -> bool {
            text.contains(&b'\n')
        }
    }

    #[test]
    fn masks_contain_exactly_the_matching_bytes() {
        for byte in 0..=u8::MAX {
            for at in 0..LANES {
                let mut bytes = [byte ^ 0x80; LANES];
                bytes[at] = byte;
                bytes[(at + 5) % LANES] = byte ^ 1;
                let equal = ByteMask::equal(&bytes, byte);
                assert_eq!(equal.bits(), 1 << at);
                for flipped in [0, 2, 0xff] {
                    let at_most = ByteMask::at_most(&bytes, byte, flipped);
                    let smaller = (0..).zip(bytes).filter(|(_, one)| one ^ flipped <= byte);
                    let expected = smaller.fold(0, |bits, (at, _)| bits | 1 << at);
                    assert_eq!(at_most.bits(), expected);
                    assert_eq!(at_most.or(equal).bits(), expected | 1 << at);
                }
            }
            assert_eq!(ByteMask::equal(&[byte; LANES], byte).bits(), 0xffff);
        }
    }

    #[test]
    fn a_byte_is_found_at_every_offset() {
        for length in 0..=150 {
            let text: [u8; 150] = core::array::from_fn(|at| b'0' + at as u8 % 64);
            assert!(!contains(LineFeed, &text[..length]));
            for at in 0..length {
                let mut text = text;
                text[at] = b'\n';
                assert!(contains(LineFeed, &text[..length]), "at {at} of {length}");
            }
        }
    }
}
