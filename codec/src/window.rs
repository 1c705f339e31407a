//! Searches a window: 64 bytes of a text at once.

use crate::copy::copy;
use crate::lanes::{ByteClass, ByteMask, LANES};

/// The number of bytes in a window: one for each bit of its marks.
pub(crate) const WINDOW: usize = 64;

/// Returns, for each class, which bytes of the window at `from` belong to it: a bit for each byte,
/// the first one lowest. Also returns where the window begins: at `from`, or earlier if fewer than
/// 64 bytes are left of a longer text. Bytes before `from` are not marked.
///
/// No class may contain the space, because spaces pad a text of fewer than 16 bytes.
#[inline(always)]
pub(crate) fn marks<const N: usize>(
    text: &[u8],
    from: usize,
    classes: impl Fn(&[u8; LANES]) -> [ByteMask; N],
) -> (usize, [u64; N]) {
    let rest = &text[from..];
    let mut marks = [0; N];
    let mut mark = |at: usize, groups: &[[u8; LANES]]| {
        for (index, group) in groups.iter().enumerate() {
            for (marks, class) in marks.iter_mut().zip(classes(group)) {
                *marks |= class.bits() << (at + LANES * index);
            }
        }
    };
    if let Some(window) = rest.first_chunk::<WINDOW>() {
        mark(0, window.as_chunks().0);
    } else if let Some(window) = text.last_chunk::<WINDOW>() {
        mark(0, window.as_chunks().0);
        let start = text.len() - WINDOW;
        return (start, marks.map(|marks| skip_to(from, start, marks)));
    } else if let Some(group) = rest.last_chunk() {
        mark(0, rest.as_chunks().0);
        // The last group overlaps the groups before it, and marks the same bytes.
        mark(rest.len() - LANES, &[*group]);
    } else {
        let mut group = [b' '; LANES];
        copy(rest, &mut group[..rest.len()]);
        mark(0, &[group]);
    }
    (from, marks)
}

/// Returns the same as [`marks`] for one class.
#[inline(always)]
pub(crate) fn marks_of(class: impl ByteClass, text: &[u8], from: usize) -> (usize, u64) {
    let (start, [marks]) = marks(text, from, |group| [class.mask(group)]);
    (start, marks)
}

/// Removes the marks before `at` from the marks of the window that begins at `from`.
#[inline(always)]
pub(crate) fn skip_to(at: usize, from: usize, marks: u64) -> u64 {
    match at.saturating_sub(from) {
        passed @ 0..WINDOW => marks & u64::MAX << passed,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{WINDOW, marks, skip_to};
    use crate::lanes::ByteMask;

    #[test]
    fn every_byte_of_the_window_is_marked_by_its_class() {
        let text: [u8; 150] = core::array::from_fn(|at| b"a..b-"[at % 5]);
        for length in 0..=text.len() {
            let text = &text[..length];
            for from in 0..=length {
                let (start, [letters, points]) = marks(text, from, |group| {
                    let letters = ByteMask::equal(group, b'a').or(ByteMask::equal(group, b'b'));
                    [letters, ByteMask::equal(group, b'.')]
                });
                let expected = match length - from {
                    0..WINDOW if length >= WINDOW => length - WINDOW,
                    _ => from,
                };
                assert_eq!(start, expected, "{from} of {length}");
                for at in start..start + WINDOW {
                    let marked = [letters, points].map(|marks| marks >> (at - start) & 1 == 1);
                    let byte = text.get(at).filter(|_| at >= from);
                    let is_letter = byte.is_some_and(u8::is_ascii_alphabetic);
                    let is_point = byte.is_some_and(|byte| *byte == b'.');
                    assert_eq!(
                        marked,
                        [is_letter, is_point],
                        "{at} from {from} of {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn marks_before_a_place_are_removed() {
        assert_eq!(skip_to(3, 10, u64::MAX), u64::MAX);
        for passed in 0..WINDOW {
            assert_eq!(skip_to(10 + passed, 10, u64::MAX), u64::MAX << passed);
        }
        assert_eq!(skip_to(10 + WINDOW, 10, u64::MAX), 0);
        assert_eq!(skip_to(10 + 2 * WINDOW, 10, u64::MAX), 0);
    }
}
