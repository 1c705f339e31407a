//! Tests of the corpus: its files, vectors, requirements and captures are consistent.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use event_datagram::ValueBuf;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::vectors::{Corpus, Expectation, Level, Step, Vector, check};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn corpus() -> Corpus {
    Corpus::load(&folder()).expect("the corpus is sound")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there");
    entries
        .map(|entry| entry.expect("it can be listed").path())
        .collect()
}

/// Returns the vector files of a dialect.
fn vector_files(dialect: Dialect) -> Vec<PathBuf> {
    entries(&folder().join("vectors").join(dialect.as_str()))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("it is there")).expect("it is JSON")
}

#[test]
fn every_file_keeps_to_the_schema() {
    let schema = json(&folder().join("vectors/schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("it is a JSON Schema");
    for dialect in Dialect::ALL {
        let files = vector_files(*dialect);
        assert!(files.len() >= 13, "{dialect}: only {} topics", files.len());
        for path in files {
            let errors: Vec<_> = validator
                .iter_errors(&json(&path))
                .map(|error| error.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        }
    }
}

#[test]
fn files_lie_where_their_topic_and_dialect_say() {
    let mut folders = entries(&folder().join("vectors"));
    folders.retain(|path| path.is_dir());
    assert_eq!(folders.len(), Dialect::ALL.len(), "{folders:?}");
    for dialect in Dialect::ALL {
        for path in vector_files(*dialect) {
            let file = json(&path);
            let name = path.file_stem().and_then(|name| name.to_str());
            assert_eq!(file["topic"].as_str(), name, "{}", path.display());
            assert_eq!(file["dialect"], dialect.as_str(), "{}", path.display());
        }
    }
}

#[test]
fn ids_tell_the_dialects_apart() {
    for vector in corpus().vectors {
        let of_jsonrpc = vector.id.starts_with("rpc-");
        assert_eq!(
            of_jsonrpc,
            vector.dialect == Dialect::JsonRpc,
            "{}",
            vector.id
        );
    }
}

#[test]
fn requirements_are_for_their_dialect_or_for_both() {
    for vector in corpus().vectors {
        let number = vector.requirement[1..]
            .parse::<u32>()
            .expect("a number follows");
        match (&vector.requirement[..1], vector.dialect) {
            ("T", Dialect::Text) | ("J", Dialect::JsonRpc) => {}
            ("T", Dialect::JsonRpc) if number >= 15 => {}
            (_, dialect) => panic!("{}: {} in {dialect}", vector.id, vector.requirement),
        }
    }
}

#[test]
fn the_schema_forbids_what_the_reader_forbids() {
    let schema = json(&folder().join("vectors/schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("it is a JSON Schema");
    let good = json(&folder().join("vectors/text/separators.json"));
    let value = "/vectors/0/expect/event/params/0/value";
    for (pointer, bad) in [
        (value, Value::from(1.5)),
        (value, Value::from(u64::MAX)),
        (value, Value::from(true)),
        ("/vectors/0/level", Value::from("perhaps")),
        ("/vectors/0/id", Value::from("Not A Slug")),
        ("/vectors/0/expect", Value::from("accept")),
        ("/vectors/0/datagram", Value::from(7)),
        ("/vectors/0/requirement", Value::Null),
    ] {
        let mut file = good.clone();
        *file.pointer_mut(pointer).expect("it is there") = bad;
        assert!(!validator.is_valid(&file), "{pointer}");
    }
}

#[test]
fn every_expectation_agrees_with_both_decoders() {
    assert_eq!(check(&corpus()), Vec::<String>::new());
}

/// Reporting an event for a malformed datagram is a failure (J1), but accepting a departure from
/// the grammar is only a warning (J14).
#[test]
fn only_departures_from_the_grammar_of_json_are_warned_of() {
    let is_j14 = |datagram: &[u8]| Dialect::JsonRpc.advice(datagram).contains(&"J14");
    for vector in corpus().vectors {
        if vector.dialect != Dialect::JsonRpc {
            continue;
        }
        let mut steps = vector.steps.iter();
        match &vector.requirement[..] {
            "J14" => assert!(steps.all(|step| is_j14(&step.datagram)), "{}", vector.id),
            "J1" => assert!(steps.all(|step| !is_j14(&step.datagram)), "{}", vector.id),
            _ => {}
        }
        let binds = vector.level == Level::Must;
        let rejects = |step: &Step| step.expect == Expectation::Reject && is_j14(&step.datagram);
        assert!(!binds || !vector.steps.iter().any(rejects), "{}", vector.id);
    }
}

#[test]
fn the_embedded_corpus_equals_the_files() {
    let built_in = Corpus::embedded().expect("it is sound");
    let ids = |corpus: &Corpus| {
        corpus
            .vectors
            .iter()
            .map(|vector| vector.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&built_in), ids(&corpus()));
    assert_eq!(built_in.requirements, corpus().requirements);
    assert_eq!(built_in.sets, corpus().sets);
    assert_eq!(built_in.specification, corpus().specification);
}

#[test]
fn there_are_vectors_enough_for_every_requirement() {
    let corpus = corpus();
    for (dialect, least) in [(Dialect::Text, 250), (Dialect::JsonRpc, 150)] {
        let of = |vector: &&Vector| vector.dialect == dialect;
        let count = corpus.vectors.iter().filter(of).count();
        assert!(count >= least, "{dialect}: only {count}");
    }
    for requirement in &corpus.requirements {
        let of = |vector: &&Vector| vector.requirement == requirement.id;
        assert!(
            corpus.vectors.iter().filter(of).count() >= 3,
            "{}",
            requirement.id
        );
        // A requirement of level `must` or `should` has vectors of that level.
        let binding = corpus
            .vectors
            .iter()
            .filter(of)
            .any(|vector| vector.level == requirement.level);
        assert!(binding, "{} has no vector of its own level", requirement.id);
    }
}

#[test]
fn vectors_name_an_authority_of_their_requirement() {
    let corpus = corpus();
    for vector in &corpus.vectors {
        let requirement = corpus
            .requirement(&vector.requirement)
            .expect("it is there");
        assert!(
            requirement.authorities.contains(&vector.authority),
            "{}",
            vector.id
        );
        assert!(
            vector.level >= requirement.level || vector.level == Level::Must,
            "{}",
            vector.id
        );
    }
}

#[test]
fn captured_vectors_are_what_servers_sent() {
    // Several capture files of one release may use the same id.
    let mut captures = HashMap::<_, Vec<_>>::new();
    for path in entries(&folder().join("captures")) {
        let lines = fs::read_to_string(path).expect("it can be read");
        for line in lines.lines() {
            let capture: Value = serde_json::from_str(line).expect("each line is JSON");
            let text = |member: &str| capture[member].as_str().expect("it is text").to_string();
            let datagram = hex::decode(text("datagram_hex")).expect("it is in hex");
            captures
                .entry((text("opensips_version"), text("id")))
                .or_default()
                .push(datagram);
        }
    }
    let mut count = 0;
    for vector in corpus().vectors {
        let Some(captured) = &vector.captured else {
            continue;
        };
        for release in &captured.opensips {
            let sent = captures
                .get(&(release.clone(), captured.case.clone()))
                .expect("the case is among the captures");
            assert!(
                sent.iter().any(|sent| is_what_was_sent(&vector, sent)),
                "{}: {release} sent other bytes",
                vector.id
            );
            count += 1;
        }
    }
    assert!(count >= 350, "only {count}");
}

/// Returns whether a vector's datagram equals the captured one, except the values of the parameters
/// in `replaced`. These differ, but have the same length.
fn is_what_was_sent(vector: &Vector, sent: &[u8]) -> bool {
    let datagram = &vector.steps[0].datagram;
    let replaced = &vector.captured.as_ref().expect("it is captured").replaced;
    if replaced.is_empty() {
        return datagram == sent;
    }
    let decode = |datagram| vector.dialect.decode(datagram).expect("it is an event");
    let (event, sent_event) = (decode(datagram), decode(sent));
    let length = |value: &ValueBuf| match value {
        ValueBuf::Bytes(bytes) => bytes.len(),
        ValueBuf::Integer(integer) => integer.to_string().len(),
        _ => 0,
    };
    let is_replaced = |name: &[u8]| replaced.iter().any(|one| one.as_bytes() == name);
    let mut params = event.params.iter().zip(&sent_event.params);
    let params_match = params.all(|(param, sent)| {
        let name = param.name.as_deref().unwrap_or_default();
        param.name == sent.name
            && (param.value == sent.value) != is_replaced(name)
            && length(&param.value) == length(&sent.value)
    });
    datagram.len() == sent.len()
        && event.name == sent_event.name
        && event.params.len() == sent_event.params.len()
        && params_match
}

#[test]
fn every_example_of_the_specification_is_a_vector() {
    let corpus = corpus();
    let spec = fs::read_to_string(folder().join("SPEC.md")).expect("it is there");
    let mut lines = spec.lines();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let read: fn(&str) -> Vec<u8> = match line {
            "```" => unescape,
            "```json" => |line| line.into(),
            _ => continue,
        };
        let example: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let named = lines
            .by_ref()
            .find(|line| !line.is_empty())
            .expect("text follows");
        let id = named
            .strip_prefix('`')
            .and_then(|rest| rest.split_once('`'))
            .expect("the vector's id comes first")
            .0;
        let vector = corpus.vectors.iter().find(|vector| vector.id == id);
        let vector = vector.unwrap_or_else(|| panic!("`{id}` is no vector"));
        let datagrams: Vec<_> = example.iter().map(|line| read(line)).collect();
        let sent: Vec<_> = vector
            .steps
            .iter()
            .map(|step| step.datagram.clone())
            .collect();
        assert_eq!(datagrams, sent, "{id}");
        count += 1;
    }
    assert!(count >= 40, "only {count} examples");
}

/// Parses the notation of an example in the specification.
fn unescape(text: &str) -> Vec<u8> {
    let mut characters = text.chars();
    let mut bytes = Vec::new();
    while let Some(character) = characters.next() {
        let escaped = (character == '\\')
            .then(|| characters.next().expect("no example ends with a backslash"));
        match escaped {
            None => bytes.extend_from_slice(character.to_string().as_bytes()),
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('0') => bytes.push(0),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).collect();
                bytes.extend(hex::decode(digits).expect("two digits of hex follow"));
            }
            Some(itself) => bytes.push(itself as u8),
        }
    }
    bytes
}
