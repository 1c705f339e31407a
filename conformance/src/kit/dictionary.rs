//! Writes dictionaries for libFuzzer and AFL++.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use event_datagram_oracle::generate::{JsonRpcDatagram, TextDatagram};
use event_datagram_oracle::reference::Reading;

use crate::dialect::Dialect;
use crate::vectors::Corpus;

/// The longest word, in bytes.
const MAX_WORD: usize = 32;
/// The number of names of events and parameters: the most frequent ones of the corpus.
const NAMES: usize = 64;

/// Returns the dictionary of a dialect: pieces on which parsers fail, and names of the corpus.
pub(super) fn dictionary(corpus: &Corpus, dialect: Dialect) -> String {
    let pieces = match dialect {
        Dialect::Text => TextDatagram::PIECES,
        Dialect::JsonRpc => JsonRpcDatagram::PIECES,
    };
    let mut words: Vec<_> = pieces.iter().map(|piece| piece.to_vec()).collect();
    for name in names(corpus, dialect) {
        if !words.contains(&name) {
            words.push(name);
        }
    }
    words.retain(|word| (1..=MAX_WORD).contains(&word.len()));
    let mut dictionary = format!("# Made from the corpus, for parsers of the dialect {dialect}.\n");
    for word in words {
        dictionary.push('"');
        for byte in word {
            match byte {
                b'"' | b'\\' => write!(dictionary, "\\{}", char::from(byte)),
                b' '..=b'~' => write!(dictionary, "{}", char::from(byte)),
                _ => write!(dictionary, "\\x{byte:02x}"),
            }
            .expect("a string grows");
        }
        dictionary.push_str("\"\n");
    }
    dictionary
}

/// Returns the names of events and parameters that occur most often in the vectors.
fn names(corpus: &Corpus, dialect: Dialect) -> Vec<Vec<u8>> {
    let mut counts = BTreeMap::<Vec<u8>, usize>::new();
    let vectors = corpus.vectors.iter().filter(|it| it.dialect == dialect);
    for step in vectors.flat_map(|vector| &vector.steps) {
        if let Reading::Event(event) = dialect.first_reading(&step.datagram) {
            let params = event.params.into_iter().filter_map(|param| param.name);
            for name in params.chain([event.name]) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    let mut names: Vec<_> = counts.into_iter().collect();
    names.retain(|(name, _)| (1..=MAX_WORD).contains(&name.len()));
    names.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    names
        .into_iter()
        .take(NAMES)
        .map(|(name, _)| name)
        .collect()
}
