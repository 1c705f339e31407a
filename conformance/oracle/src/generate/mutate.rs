use super::Source;

/// Changes a datagram in a few places: bytes are put in, taken out, replaced, doubled, moved, or cut off.
pub(super) fn mutate(datagram: &mut Vec<u8>, source: &mut Source<'_>, pieces: &[&[u8]]) {
    for _ in 0..=source.below(4) {
        let (start, end) = range(datagram, source);
        match source.below(7) {
            0 => datagram.truncate(start),
            1 => drop(datagram.drain(start..end)),
            2 => drop(datagram.splice(start..start, source.pick(pieces).iter().copied())),
            3 => drop(datagram.splice(start..end, source.pick(pieces).iter().copied())),
            4 => datagram.extend_from_within(start..end),
            5 => {
                let doubled = datagram[start..end].to_vec();
                drop(datagram.splice(start..start, doubled));
            }
            _ => {
                if let Some(byte) = datagram.get_mut(start) {
                    *byte ^= 1 << source.below(8);
                }
            }
        }
    }
}

/// Picks a few bytes that lie side by side, anywhere.
fn range(datagram: &[u8], source: &mut Source<'_>) -> (usize, usize) {
    let length = datagram.len();
    let start = source.below(length.min(u16::MAX.into()) + 1);
    let end = start + source.below(17);
    (start, end.min(length))
}

/// A few datagrams in a row, among them empty ones and such as came before.
pub(super) fn sequence(
    source: &mut Source<'_>,
    one: impl Fn(&mut Source<'_>) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    let mut sequence: Vec<Vec<u8>> = Vec::new();
    while sequence.len() < 12 && source.byte() >= 0x30 {
        let next = match source.weighted(&[12, 2, 1]) {
            1 if !sequence.is_empty() => sequence[source.below(sequence.len())].clone(),
            2 => Vec::new(),
            _ => one(source),
        };
        sequence.push(next);
    }
    sequence
}

/// The same few pieces over and over: what takes much time of a reader that looks at each byte again and again, and the stack
/// of one that goes deeper at each.
pub(super) fn over_and_over(source: &mut Source<'_>, pieces: &[&[u8]], longest: usize) -> Vec<u8> {
    let piece = [source.pick(pieces), source.pick(pieces)].concat();
    let times = 1 + source.below(longest / piece.len());
    piece.repeat(times)
}
