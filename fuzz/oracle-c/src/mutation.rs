use event_datagram_conformance::dialect::Dialect;
use event_datagram_oracle::generate::{ByteSource, Generate as _, JsonRpcDatagram, TextDatagram};

/// Bytes from which a datagram is made or mutated; no generator needs more.
const CHOICES: usize = 256;

/// Returns the datagram that these choices make: one that breaks parsers, of up to a few kilobytes.
pub fn generated(dialect: Dialect, choices: &[u8]) -> Vec<u8> {
    generate(dialect, &mut ByteSource::new(choices).small())
}

/// Returns a datagram that was mutated in a few places; now and then, and if it is empty, a
/// generated one instead. Equal arguments have equal results.
pub fn mutated(dialect: Dialect, datagram: &[u8], seed: u32) -> Vec<u8> {
    let choices = random_bytes(seed);
    let mut source = ByteSource::new(&choices).small();
    if datagram.is_empty() || source.one_in(8) {
        return generate(dialect, &mut source);
    }
    match dialect {
        Dialect::JsonRpc => {
            let mut datagram = JsonRpcDatagram(datagram.to_vec());
            datagram.mutate(&mut source);
            datagram.0
        }
        _ => {
            let mut datagram = TextDatagram(datagram.to_vec());
            datagram.mutate(&mut source);
            datagram.0
        }
    }
}

fn generate(dialect: Dialect, source: &mut ByteSource<'_>) -> Vec<u8> {
    match dialect {
        Dialect::JsonRpc => JsonRpcDatagram::generate(source).0,
        _ => TextDatagram::generate(source).0,
    }
}

/// Returns random bytes, by the generator SplitMix64.
fn random_bytes(seed: u32) -> [u8; CHOICES] {
    let mut state = u64::from(seed);
    let mut bytes = [0; CHOICES];
    for chunk in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn equal_seeds_make_equal_datagrams_and_others_make_others() {
        for dialect in [Dialect::Text, Dialect::JsonRpc] {
            let first = mutated(dialect, b"", 7);
            assert_eq!(first, mutated(dialect, b"", 7));
            let many: BTreeSet<_> = (0..1_000).map(|seed| mutated(dialect, b"", seed)).collect();
            assert!(many.len() > 500, "{}", many.len());
            let near: BTreeSet<_> = (0..1_000)
                .map(|seed| mutated(dialect, b"E_TEST\nip::1\n\n", seed))
                .collect();
            assert!(near.len() > 500, "{}", near.len());
        }
    }

    #[test]
    fn no_choices_make_the_simplest_datagram() {
        assert_eq!(generated(Dialect::Text, b""), b"E_TEST\n\n");
    }
}
