/// Copies `text` to a slice of the same length.
///
/// Most names and values are short: inline copies cost less than a call of `memcpy`
/// (`encode/text/contact` takes 3 times the instructions without them). Two overlapping loads, head
/// and tail, cover texts of up to twice the size of a load.
#[inline(always)]
pub(crate) fn copy(text: &[u8], to: &mut [u8]) {
    match text.len() {
        0 => {}
        // The first, the middle and the last byte cover all bytes of the text.
        length @ 1..4 => [0, length / 2, length - 1]
            .into_iter()
            .for_each(|at| to[at] = text[at]),
        4..8 => copy_ends::<4>(text, to),
        8..16 => copy_ends::<8>(text, to),
        16..=32 => copy_ends::<16>(text, to),
        33..=64 => copy_ends::<32>(text, to),
        _ => to.copy_from_slice(text),
    }
}

/// Copies the first and the last `N` bytes.
#[inline(always)]
fn copy_ends<const N: usize>(text: &[u8], to: &mut [u8]) {
    if let (Some(from), Some(to)) = (text.first_chunk::<N>(), to.first_chunk_mut()) {
        *to = *from;
    }
    if let (Some(from), Some(to)) = (text.last_chunk::<N>(), to.last_chunk_mut()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::copy;

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
}
