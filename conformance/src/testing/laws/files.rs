use std::sync::LazyLock;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::known::{Date, KnownList};
use crate::vectors::{Corpus, Vector, VectorFile, check, glob_fits, read};

static CORPUS: LazyLock<Corpus> =
    LazyLock::new(|| Corpus::embedded().expect("the embedded corpus is valid"));

/// Asserts that the text of a vector file parses or returns an error with a message. Every parsed
/// vector has an id and a step for each datagram and expectation in the text, is not larger than
/// vectors may be, and can be checked with the decoders.
///
/// # Panics
///
/// If the law does not hold.
pub fn vector_files_parse_or_fail_with_a_message(text: &str) {
    let vectors = match read(text) {
        Ok(vectors) => vectors,
        Err(message) => {
            assert!(!message.is_empty(), "an error without a message");
            return;
        }
    };
    let json: Value = serde_json::from_str(text).expect("a vector file is JSON");
    for (index, vector) in vectors.iter().enumerate() {
        let json = &json["vectors"][index];
        let count = |list: &Value| list.as_array().map_or(1, Vec::len);
        let counts = match &json["sequence"] {
            Value::Null => (1, 1),
            sequence => (count(sequence), count(&json["expect"])),
        };
        let steps = vector.steps.len();
        assert_eq!(
            counts,
            (steps, steps),
            "not every datagram and expectation became a step"
        );
        assert!(steps > 0, "a vector without a datagram");
        assert!(!vector.id.is_empty(), "a vector without an id");
        assert!(vector.longest_datagram() <= 1 << 20, "too large to send");
    }
    check(&corpus_of(vectors));
}

/// Asserts that a list of known failures that parses names only vectors of the corpus, each once.
/// With another entry, for a vector that it names already or for one that does not exist, it must
/// not parse.
///
/// # Panics
///
/// If the law does not hold.
pub fn known_lists_name_vectors_once(text: &str) {
    const TODAY: Date = Date {
        year: 2026,
        month: 1,
        day: 1,
    };
    match KnownList::read(text, &CORPUS, TODAY) {
        Ok(known) => {
            let entry = |id: &str| format!("{text}\n[[known]]\nid = {id:?}\nreason = \"more\"\n");
            for id in known.ids() {
                assert!(CORPUS.vectors.iter().any(|vector| vector.id == id));
                let duplicate = KnownList::read(&entry(id), &CORPUS, TODAY);
                assert!(duplicate.is_err(), "`{id}` is accepted twice");
            }
            let unknown = KnownList::read(&entry("no-such-vector"), &CORPUS, TODAY);
            assert!(unknown.is_err(), "a vector is accepted that does not exist");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Asserts that a pattern fits an id if and only if dynamic programming over all prefixes of both
/// says so. `*` stands for any characters, `?` for one, and any other character for itself.
///
/// # Panics
///
/// If the law does not hold.
pub fn globs_fit_as_by_dynamic_programming(glob: &str, id: &str) {
    let id_characters: Vec<_> = id.chars().collect();
    // For each prefix of the id, whether the pattern so far fits it.
    let mut fits = vec![false; id_characters.len() + 1];
    fits[0] = true;
    for wanted in glob.chars() {
        let mut longer = vec![false; fits.len()];
        let mut any_before = false;
        for (end, fits_here) in fits.iter().enumerate() {
            any_before |= fits_here;
            longer[end] = match (wanted, end.checked_sub(1)) {
                ('*', _) => any_before,
                (_, None) => false,
                ('?', Some(last)) => fits[last],
                (wanted, Some(last)) => fits[last] && id_characters[last] == wanted,
            };
        }
        fits = longer;
    }
    let expected = fits.last().copied().unwrap_or_default();
    assert_eq!(glob_fits(glob, id), expected, "`{glob}` on `{id}`");
}

/// Asserts that a vector file made from captured datagrams parses, has each datagram once, and
/// agrees with the decoders. A file without datagrams must not parse.
///
/// # Panics
///
/// If the law does not hold.
pub fn imported_vector_files_parse(dialect: Dialect, datagrams: &[Vec<u8>]) {
    let mut file = VectorFile::new("captured", dialect);
    let mut text = Vec::new();
    for datagram in datagrams {
        let added = file.add(datagram, &mut text);
        added.expect("a vector takes everything");
    }
    let finished = file.finish(&mut text);
    finished.expect("a vector takes everything");
    let count = file.len();
    let text = String::from_utf8(text).expect("it is JSON");
    if count == 0 {
        let error = read(&text).err();
        assert_eq!(error.as_deref(), Some("vectors: expected at least one"));
        return;
    }
    let vectors = read(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(vectors.len(), count);
    for vector in &vectors {
        let [step] = &vector.steps[..] else {
            panic!("`{}` has several datagrams", vector.id)
        };
        assert!(
            datagrams.contains(&step.datagram),
            "a datagram that was not captured"
        );
    }
    assert_eq!(check(&corpus_of(vectors)), [""; 0]);
}

/// Returns a corpus that has only these vectors.
fn corpus_of(vectors: Vec<Vector>) -> Corpus {
    Corpus {
        requirements: Vec::new(),
        vectors,
        sets: Vec::new(),
        specification: String::new(),
        is_part: true,
    }
}
