//! The search for a byte that is likely to be near, or to be missed in a short text.

use memchr::memchr;

/// So many bytes are looked at here, before `memchr` is worth its call.
const NEAR: usize = 32;

const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// Finds the first such byte.
#[inline(always)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = text[at..].first_chunk() {
        let found = equal(u64::from_le_bytes(*word), byte);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
        if at == NEAR {
            // A few of those again, rather than a few alone: fewer than a vector are looked at one by one.
            let from = at.min(text.len() - NEAR);
            return memchr(byte, &text[from..]).map(|further| from + further);
        }
    }
    // Mostly there is none in the rest either, and a look at the last eight bytes tells so, or at the first four with the last four.
    let rest = &text[at..];
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let none = match (text.last_chunk(), rest.first_chunk(), rest.last_chunk()) {
        (Some(word), _, _) => equal(u64::from_le_bytes(*word), byte) == 0,
        (None, Some(first), Some(last)) => equal(half(first) | (half(last) << 32), byte) == 0,
        _ => false,
    };
    if none {
        return None;
    }
    let further = rest.iter().position(|one| *one == byte)?;
    Some(at + further)
}

/// Tells whether there is such a byte.
#[inline(always)]
pub(crate) fn holds(byte: u8, text: &[u8]) -> bool {
    let half = |end: Option<&[u8; 4]>| end.map_or(0, |end| u64::from(u32::from_le_bytes(*end)));
    let word = |word: &[u8; 8]| equal(u64::from_le_bytes(*word), byte);
    let words = |end: Option<&[u8; 16]>| {
        end.map_or(0, |end| {
            word(&end.as_chunks().0[0]) | word(&end.as_chunks().0[1])
        })
    };
    // The ends of a text are all of one that is up to twice as long.
    match text.len() {
        0 => false,
        length @ 1..4 => {
            (text[0] == byte) | (text[length / 2] == byte) | (text[length - 1] == byte)
        }
        4..8 => {
            equal(
                half(text.first_chunk()) | (half(text.last_chunk()) << 32),
                byte,
            ) != 0
        }
        8..16 => text.first_chunk().map_or(0, word) | text.last_chunk().map_or(0, word) != 0,
        16..=32 => words(text.first_chunk()) | words(text.last_chunk()) != 0,
        _ => memchr(byte, text).is_some(),
    }
}

/// Sets the high bit of the first byte of `word` that is this one, perhaps of some behind it, and of none before it.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    // Taking one from a byte that is 0 sets its high bit; where the first such byte lies, nothing was borrowed before it.
    let differences = word ^ (ONES * u64::from(byte));
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::{find, holds};

    #[test]
    fn the_first_is_found_wherever_it_is() {
        for length in 0..100 {
            for at in 0..length {
                for byte in [0, b'\n', b'"', 0x7f, 0x80, 0xff] {
                    let mut text = [byte ^ 1; 100];
                    text[at..].fill(byte ^ 0x80);
                    assert_eq!(find(byte, &text[..length]), None);
                    assert!(!holds(byte, &text[..length]));
                    text[at] = byte;
                    assert_eq!(find(byte, &text[..length]), Some(at));
                    assert!(holds(byte, &text[..length]));
                    text[at..].fill(byte);
                    assert_eq!(find(byte, &text[..length]), Some(at));
                }
            }
        }
    }
}
