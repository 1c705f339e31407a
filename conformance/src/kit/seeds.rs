//! Seeds: the datagrams of the corpus as files.

use super::Language;
use crate::dialect::Dialect;
use crate::output_folder::FolderFiles;
use crate::vectors::{Corpus, Vector};

/// The length of the longest seed in bytes. Longer seeds only slow an engine down.
const MAX_SEED: usize = 4_096;

/// Returns the datagrams of all vectors, named by the vectors' ids, as the engine of a language
/// reads them.
pub(super) fn seeds(corpus: &Corpus, language: Language) -> FolderFiles {
    let of_vector = |vector: &Vector| {
        let folder = folder(language, vector.dialect);
        let steps = vector.steps.iter().enumerate();
        let seeds = steps.filter(|(_, step)| step.datagram.len() <= MAX_SEED);
        let seeds = seeds.map(move |(index, step)| {
            let name = match vector.steps.len() {
                1 => vector.id.clone(),
                _ => format!("{}.{}", vector.id, index + 1),
            };
            let content = match language {
                Language::Go => in_go(&step.datagram),
                _ => step.datagram.clone(),
            };
            (format!("{folder}/{name}"), content)
        });
        seeds.collect::<Vec<_>>()
    };
    corpus.vectors.iter().flat_map(of_vector).collect()
}

const fn folder(language: Language, dialect: Dialect) -> &'static str {
    match (language, dialect) {
        (Language::Go, Dialect::Text) => "testdata/fuzz/FuzzText",
        (Language::Go, Dialect::JsonRpc) => "testdata/fuzz/FuzzJSONRPC",
        (_, Dialect::Text) => "seeds/text",
        (_, Dialect::JsonRpc) => "seeds/jsonrpc",
    }
}

/// Returns a datagram in the encoding of Go's native fuzzing.
fn in_go(datagram: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'"' => r#"\""#.into(),
        b'\\' => r"\\".into(),
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    let literal: String = datagram.iter().map(escape).collect();
    format!("go test fuzz v1\n[]byte(\"{literal}\")\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_reads_its_own_encoding() {
        assert_eq!(
            in_go(b"E\nit's::\"\\\xff\n\n"),
            b"go test fuzz v1\n[]byte(\"E\\x0ait's::\\\"\\\\\\xff\\x0a\\x0a\")\n"
        );
    }

    #[test]
    fn every_seed_has_a_name_of_its_own() {
        let corpus = Corpus::embedded().expect("it is sound");
        for language in Language::ALL {
            let mut names: Vec<_> = seeds(&corpus, *language)
                .into_iter()
                .map(|seed| seed.0)
                .collect();
            assert!(names.len() > 400, "{}", names.len());
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count);
        }
    }
}
