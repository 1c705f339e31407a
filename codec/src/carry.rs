//! Copying a text, and asking about its bytes, in one go.
//!
//! Most names and values are short, and cost less here than a call would. The two ends of a text are all of one that is up to twice as
//! long as an end.

use crate::lanes::{LANES, Which};
use crate::search::Class;

/// Copies a text to a slice of the same length, unless it holds a byte of a class; tells whether it did. If not, what the slice holds is
/// not said.
#[inline(always)]
pub(crate) fn copy_without(class: impl Class, text: &[u8], to: &mut [u8]) -> bool {
    carry(class, text, to)
}

/// Copies a text to a slice of the same length.
#[inline(always)]
pub(crate) fn copy(text: &[u8], to: &mut [u8]) {
    carry(Nothing, text, to);
}

/// Tells whether there is a byte of a class.
#[inline(always)]
pub(crate) fn holds(class: impl Class, text: &[u8]) -> bool {
    !carry(class, text, ())
}

#[inline(always)]
fn carry(class: impl Class, text: &[u8], mut to: impl Room) -> bool {
    let is_free = |groups: &[[u8; LANES]]| {
        let groups = groups.iter().map(|group| class.in_lanes(group));
        groups
            .reduce(Which::or)
            .is_none_or(|which| which.bits() == 0)
    };
    match text.len() {
        0 => true,
        // The first, the middle, the last: all that there are.
        length @ 1..4 => [0, length / 2, length - 1]
            .into_iter()
            .fold(true, |is_free, at| {
                to.put_byte(at, text[at]);
                is_free & !class.has(text[at])
            }),
        4..8 => {
            let both = ends(text, &mut to).map(u32::from_le_bytes);
            is_free(&[group([both, both].map(pair))])
        }
        8..16 => is_free(&[group(ends(text, &mut to).map(u64::from_le_bytes))]),
        16..=32 => is_free(&ends(text, &mut to)),
        33..=64 => {
            let [first, last]: [[u8; 2 * LANES]; 2] = ends(text, &mut to);
            is_free(first.as_chunks().0) & is_free(last.as_chunks().0)
        }
        _ => {
            let is_free = class.find_far(text).is_none();
            if is_free {
                to.put(text);
            }
            is_free
        }
    }
}

/// Puts the first and the last `N` bytes where they go, and gives what they are.
#[inline(always)]
fn ends<const N: usize>(text: &[u8], to: &mut impl Room) -> [[u8; N]; 2] {
    let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
        unreachable!("the text is as long as an end");
    };
    to.put_ends(first, last);
    [*first, *last]
}

#[inline(always)]
fn pair([first, last]: [u32; 2]) -> u64 {
    u64::from(first) | u64::from(last) << 32
}

#[inline(always)]
fn group([first, last]: [u64; 2]) -> [u8; LANES] {
    (u128::from(first) | u128::from(last) << 64).to_le_bytes()
}

/// Where bytes go that are asked about.
trait Room {
    fn put(&mut self, text: &[u8]);

    fn put_byte(&mut self, at: usize, byte: u8);

    fn put_ends<const N: usize>(&mut self, first: &[u8; N], last: &[u8; N]);
}

/// A slice of the length of the text.
impl Room for &mut [u8] {
    #[inline(always)]
    fn put(&mut self, text: &[u8]) {
        self.copy_from_slice(text);
    }

    #[inline(always)]
    fn put_byte(&mut self, at: usize, byte: u8) {
        if let Some(to) = self.get_mut(at) {
            *to = byte;
        }
    }

    #[inline(always)]
    fn put_ends<const N: usize>(&mut self, first: &[u8; N], last: &[u8; N]) {
        if let Some(to) = self.first_chunk_mut() {
            *to = *first;
        }
        if let Some(to) = self.last_chunk_mut() {
            *to = *last;
        }
    }
}

/// Nowhere: they are asked about alone.
impl Room for () {
    #[inline(always)]
    fn put(&mut self, _: &[u8]) {}

    #[inline(always)]
    fn put_byte(&mut self, _: usize, _: u8) {}

    #[inline(always)]
    fn put_ends<const N: usize>(&mut self, _: &[u8; N], _: &[u8; N]) {}
}

/// No byte: a text is copied, whatever it holds.
#[derive(Clone, Copy)]
struct Nothing;

impl Class for Nothing {
    #[inline(always)]
    fn has(self, _: u8) -> bool {
        false
    }

    #[inline(always)]
    fn in_lanes(self, _: &[u8; LANES]) -> Which {
        Which::NONE
    }

    #[inline(always)]
    fn find_far(self, _: &[u8]) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{copy, copy_without, holds};

    #[test]
    fn every_length_is_copied_whole() {
        let text: [u8; 200] = core::array::from_fn(|at| at as u8);
        for length in 0..=text.len() {
            let mut to = [0xff; 200];
            copy(&text[..length], &mut to[..length]);
            assert_eq!(to[..length], text[..length]);
            assert!(to[length..].iter().all(|byte| *byte == 0xff));
        }
    }

    #[test]
    fn a_byte_is_noticed_wherever_it_is() {
        for length in 0..=150 {
            let text: [u8; 150] = core::array::from_fn(|at| b'0' + at as u8 % 64);
            let mut to = [0; 150];
            assert!(!holds(b'\n', &text[..length]));
            assert!(copy_without(b'\n', &text[..length], &mut to[..length]));
            assert_eq!(to[..length], text[..length]);
            for at in 0..length {
                let mut text = text;
                text[at] = b'\n';
                assert!(holds(b'\n', &text[..length]), "at {at} of {length}");
                assert!(
                    !copy_without(b'\n', &text[..length], &mut to[..length]),
                    "at {at} of {length}"
                );
            }
        }
    }
}
