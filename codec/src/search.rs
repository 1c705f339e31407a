//! The search for bytes that are likely to be near.

use memchr::memchr;

use crate::carry::holds;
use crate::lanes::{LANES, Which};

/// Bytes of some kind: this one, or those that a dialect escapes.
pub(crate) trait Class: Copy {
    /// Tells whether a byte is of it.
    fn has(self, byte: u8) -> bool;

    /// Tells which of sixteen bytes are of it.
    fn in_lanes(self, bytes: &[u8; LANES]) -> Which;

    /// Finds the first in a long text.
    fn find_far(self, text: &[u8]) -> Option<usize>;
}

/// So many bytes are looked at here, before [`Class::find_far`] is worth its call.
const NEAR: usize = 2 * LANES;

/// Finds the first byte of a class.
#[inline(always)]
pub(crate) fn find(class: impl Class, text: &[u8]) -> Option<usize> {
    let (near, is_all) = match text.first_chunk::<NEAR>() {
        Some(near) => (&near[..], text.len() == NEAR),
        None => (text, true),
    };
    if let Some(found) = find_near(class, near) {
        return Some(found);
    }
    if is_all {
        return None;
    }
    // A few of those again, rather than a few alone: fewer than a vector are looked at one by one.
    let from = NEAR.min(text.len() - NEAR);
    class.find_far(&text[from..]).map(|further| from + further)
}

/// The same, sixteen bytes at a time.
#[inline(always)]
pub(crate) fn find_near(class: impl Class, text: &[u8]) -> Option<usize> {
    let first = |which: Which, from| {
        let found = which.bits();
        (found != 0).then(|| from + found.trailing_zeros() as usize)
    };
    let mut at = 0;
    while let Some(group) = text[at..].first_chunk() {
        let found = first(class.in_lanes(group), at);
        if found.is_some() {
            return found;
        }
        at += LANES;
    }
    match text.last_chunk() {
        Some(group) => first(class.in_lanes(group), text.len() - LANES),
        None if holds(class, text) => text.iter().position(|byte| class.has(*byte)),
        None => None,
    }
}

/// This byte, and no other.
impl Class for u8 {
    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        self == byte
    }

    #[inline(always)]
    fn in_lanes(self, bytes: &[u8; LANES]) -> Which {
        Which::equal(bytes, self)
    }

    #[inline(always)]
    fn find_far(self, text: &[u8]) -> Option<usize> {
        memchr(self, text)
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_first_is_found_wherever_it_is() {
        for length in 0..100 {
            for at in 0..length {
                for byte in [0, b'\n', b'"', 0x7f, 0x80, 0xff] {
                    let mut text = [byte ^ 1; 100];
                    text[at..].fill(byte ^ 0x80);
                    assert_eq!(find(byte, &text[..length]), None);
                    text[at] = byte;
                    assert_eq!(find(byte, &text[..length]), Some(at));
                    text[at..].fill(byte);
                    assert_eq!(find(byte, &text[..length]), Some(at));
                }
            }
        }
    }
}
