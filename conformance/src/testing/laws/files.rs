use std::sync::LazyLock;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::known::KnownList;
use crate::vectors::{Corpus, Vector, VectorFile, check, read};

static CORPUS: LazyLock<Corpus> =
    LazyLock::new(|| Corpus::embedded().expect("the corpus that is built in is sound"));

/// The text of a vector file is read, or refused in a message. What is read has an id for every vector, a step for each datagram
/// that stands there and for each expectation, is no larger than a corpus may make it, and can be held against the decoders.
///
/// # Panics
///
/// If that does not hold.
pub fn a_vector_file_is_read_or_refused(text: &str) {
    let vectors = match read(text) {
        Ok(vectors) => vectors,
        Err(message) => {
            assert!(!message.is_empty(), "it does not say what is wrong");
            return;
        }
    };
    let json: Value = serde_json::from_str(text).expect("it is JSON, since it was read");
    for (index, vector) in vectors.iter().enumerate() {
        let json = &json["vectors"][index];
        let count = |list: &Value| list.as_array().map_or(1, Vec::len);
        let counts = match &json["sequence"] {
            Value::Null => (1, 1),
            sequence => (count(sequence), count(&json["expect"])),
        };
        let steps = vector.steps.len();
        assert_eq!(counts, (steps, steps), "not all of it became steps");
        assert!(steps > 0, "a vector without a datagram");
        assert!(!vector.id.is_empty(), "a vector without an id");
        assert!(vector.longest_datagram() <= 1 << 20, "too large to send");
    }
    check(&of(vectors));
}

/// A list of known failures that is read names vectors of the corpus, and each once: with one entry more of a vector that is
/// there already, or of one that is not, it is refused.
///
/// # Panics
///
/// If that does not hold.
pub fn a_known_list_names_vectors_once(text: &str) {
    const TODAY: (i16, i8, i8) = (2026, 1, 1);
    match KnownList::read(text, &CORPUS, TODAY) {
        Ok(known) => {
            let entry = |id: &str| format!("{text}\n[[known]]\nid = {id:?}\nreason = \"more\"\n");
            for id in known.ids() {
                assert!(CORPUS.vectors.iter().any(|vector| vector.id == id));
                let twice = KnownList::read(&entry(id), &CORPUS, TODAY);
                assert!(twice.is_err(), "`{id}` is taken twice");
            }
            let unknown = KnownList::read(&entry("no-such-vector"), &CORPUS, TODAY);
            assert!(unknown.is_err(), "a vector is excused that there is not");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A vector file that is made of captured datagrams is read, has each of them once, and agrees with the decoders. One of none is
/// no vector file.
///
/// # Panics
///
/// If that does not hold.
pub fn a_vector_file_made_of_datagrams_is_read(dialect: Dialect, datagrams: &[Vec<u8>]) {
    let mut file = VectorFile::new("captured", dialect);
    for datagram in datagrams {
        file.add(datagram);
    }
    let count = file.len();
    let text = file.into_json().to_string();
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
        assert!(datagrams.contains(&step.datagram), "nobody sent that");
    }
    assert_eq!(check(&of(vectors)), [""; 0]);
}

/// A corpus of nothing but these.
fn of(vectors: Vec<Vector>) -> Corpus {
    Corpus {
        requirements: Vec::new(),
        vectors,
        sets: Vec::new(),
        specification: String::new(),
    }
}
