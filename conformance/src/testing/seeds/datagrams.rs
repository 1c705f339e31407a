//! Seeds that are datagrams.

use super::limit::MAX_SEED;
use crate::dialect::Dialect;
use crate::vectors::Corpus;

/// Returns the datagrams of all vectors of a dialect, except those that are longer than a seed may
/// be.
pub(in crate::testing) fn datagrams(corpus: &Corpus, dialect: Dialect) -> Vec<Vec<u8>> {
    let vectors = corpus.vectors.iter().filter(|it| it.dialect == dialect);
    let steps = vectors.flat_map(|vector| &vector.steps);
    let datagrams = steps.map(|step| step.datagram.clone());
    datagrams.filter(|it| it.len() <= MAX_SEED).collect()
}
