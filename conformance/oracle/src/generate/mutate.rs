use super::ByteSource;

/// Mutates a datagram in a few places: inserts, removes, replaces, doubles, moves or cuts off
/// bytes.
pub(super) fn mutate(datagram: &mut Vec<u8>, source: &mut ByteSource<'_>, pieces: &[&[u8]]) {
    for _ in 0..=source.below(4) {
        let (start, end) = range(datagram, source);
        match source.below(7) {
            0 => datagram.truncate(start),
            1 => drop(datagram.drain(start..end)),
            2 => drop(datagram.splice(start..start, source.choose(pieces).iter().copied())),
            3 => drop(datagram.splice(start..end, source.choose(pieces).iter().copied())),
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

/// Returns the range of a few bytes anywhere in a datagram.
fn range(datagram: &[u8], source: &mut ByteSource<'_>) -> (usize, usize) {
    let length = datagram.len();
    let start = source.below(length.min(u16::MAX.into()) + 1);
    let end = start + source.below(17);
    (start, end.min(length))
}

/// The most datagrams of a sequence. Some listeners end at the tenth of one kind in a row.
const MAX_SEQUENCE: usize = 12;

/// Returns a few datagrams, among them empty and repeated ones.
pub(super) fn sequence(
    source: &mut ByteSource<'_>,
    datagram: impl Fn(&mut ByteSource<'_>) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    let is_uniform = source.one_in(16);
    let mut sequence: Vec<Vec<u8>> = Vec::new();
    while sequence.len() < MAX_SEQUENCE && source.byte() >= 0x30 {
        let next = match source.weighted_index(&[12, 2, 1]) {
            1 if !sequence.is_empty() => sequence[source.below(sequence.len())].clone(),
            2 => Vec::new(),
            _ => datagram(source),
        };
        if is_uniform {
            return vec![next; MAX_SEQUENCE];
        }
        sequence.push(next);
    }
    sequence
}

/// Returns two pieces that repeat, which finds readers that take quadratic time or overflow their
/// stack.
pub(super) fn repeated(source: &mut ByteSource<'_>, pieces: &[&[u8]], max: usize) -> Vec<u8> {
    let piece = [source.choose(pieces), source.choose(pieces)].concat();
    let times = 1 + source.below(max / piece.len());
    piece.repeat(times)
}
