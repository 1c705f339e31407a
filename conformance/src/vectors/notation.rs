//! Writes vectors in the notation of vector files.

use event_datagram::{ParamBuf, ValueBuf};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::vector::{Expectation, Vector};
use crate::dialect::Dialect;

/// The number of digits of a digest in the id of a vector.
const DIGITS: usize = 12;

/// Returns a vector file with vectors of one dialect. Their ids depend only on the topic and the
/// datagrams. Of vectors with equal datagrams, the first one is kept.
///
/// # Panics
///
/// If there is no vector.
pub fn write<'v>(
    topic: &str,
    summary: &str,
    vectors: impl IntoIterator<Item = &'v Vector>,
) -> Value {
    let mut vectors = vectors.into_iter().peekable();
    let dialect = vectors.peek().expect("there is a vector").dialect;
    let mut entries = Vec::<Value>::new();
    for vector in vectors {
        let entry = entry(topic, vector);
        if entries.iter().all(|other| other["id"] != entry["id"]) {
            entries.push(entry);
        }
    }
    file(topic, dialect, summary, entries)
}

/// Returns digits that identify a vector's datagrams.
pub fn digits(vector: &Vector) -> String {
    digest(vector.steps.iter().map(|step| &step.datagram[..]))
}

fn entry(topic: &str, vector: &Vector) -> Value {
    let mut entry = json!({
        "id": format!("{topic}-{}", digits(vector)),
        "requirement": vector.requirement,
        "level": vector.level,
        "authority": vector.authority,
        "summary": vector.summary,
    });
    match &vector.steps[..] {
        [step] => {
            entry["datagram"] = bytes(&step.datagram);
            entry["expect"] = expectation(&step.expect);
        }
        steps => {
            entry["sequence"] = steps.iter().map(|step| bytes(&step.datagram)).collect();
            entry["expect"] = steps.iter().map(|step| expectation(&step.expect)).collect();
        }
    }
    entry
}

/// Returns a vector file.
pub(super) fn file(topic: &str, dialect: Dialect, summary: &str, vectors: Vec<Value>) -> Value {
    json!({
        "$schema": "../schema.json",
        "topic": topic,
        "dialect": dialect,
        "summary": summary,
        "vectors": vectors,
    })
}

/// Returns the first digits of a digest of datagrams.
pub(super) fn digest<'d>(datagrams: impl IntoIterator<Item = &'d [u8]>) -> String {
    let mut sha = Sha256::new();
    for (index, datagram) in datagrams.into_iter().enumerate() {
        // A separator between datagrams, so that `a, bc` and `ab, c` differ.
        if index > 0 {
            sha.update(index.to_le_bytes());
        }
        sha.update(datagram);
    }
    let mut digits = hex::encode(sha.finalize());
    digits.truncate(DIGITS);
    digits
}

/// Returns an expectation in the notation of vector files.
pub(super) fn expectation(expectation: &Expectation) -> Value {
    match expectation {
        Expectation::Event(event) => {
            let params: Vec<_> = event.params.iter().map(param).collect();
            json!({ "event": { "event": bytes(&event.name), "params": params } })
        }
        Expectation::Reject => "reject".into(),
        Expectation::Survive => "survive".into(),
        Expectation::AnyOf(several) => {
            json!({ "any_of": several.iter().map(self::expectation).collect::<Vec<_>>() })
        }
    }
}

fn param(param: &ParamBuf) -> Value {
    let mut object = Map::new();
    if let Some(name) = &param.name {
        object.insert("name".into(), bytes(name));
    }
    let value = match &param.value {
        ValueBuf::Bytes(value) => bytes(value),
        ValueBuf::Integer(integer) => (*integer).into(),
        _ => Value::Null,
    };
    object.insert("value".into(), value);
    Value::Object(object)
}

/// Returns bytes in the notation of vector files.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    if let Ok(text) = str::from_utf8(bytes) {
        return text.into();
    }
    let mut parts = Vec::new();
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            parts.push(Value::from(chunk.valid()));
        }
        if !chunk.invalid().is_empty() {
            parts.push(json!({ "hex": hex::encode(chunk.invalid()) }));
        }
    }
    parts.into()
}
