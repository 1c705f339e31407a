use serde_json::{Value, json};

use super::corpus::Corpus;
use super::expectation_json::expectation_to_json;
use super::exported::datagram_file;
use super::vector::Vector;
use crate::escape::visible_json;
use crate::output_folder::FolderFiles;

/// Returns the files of vectors, for other test suites: each datagram as a file of its bytes, each
/// vector as JSON, their schema, the requirements, the requirement sets, and last a README.
pub fn export(corpus: &Corpus, vectors: &[&Vector]) -> FolderFiles {
    let mut files = FolderFiles::new();
    for vector in vectors {
        let home = vector.dialect.as_str();
        for (index, step) in vector.steps.iter().enumerate() {
            let name = datagram_file(&vector.id, index);
            files.push((format!("{home}/{name}"), step.datagram.clone()));
        }
        let name = format!("{home}/{}.json", vector.id);
        files.push((name, json_file(&to_json(vector))));
    }
    for set in &corpus.sets {
        files.push((format!("sets/{}.txt", set.name), set.text.clone().into()));
    }
    let requirements = corpus.requirements.iter().map(|requirement| {
        json!({
            "id": requirement.id,
            "title": requirement.title,
            "level": requirement.level,
            "authorities": requirement.authorities,
        })
    });
    files.push((
        "requirements.json".into(),
        json_file(&requirements.collect()),
    ));
    for (name, text) in [
        ("SPEC.md", corpus.specification.as_str()),
        ("schema.json", event_datagram_corpus::EXPORT_SCHEMA),
        ("README.md", event_datagram_corpus::EXPORT_README),
    ] {
        files.push((name.into(), text.into()));
    }
    files
}

/// Returns all members of a vector, except its bytes.
fn to_json(vector: &Vector) -> Value {
    let steps = vector.steps.iter().enumerate().map(|(index, step)| {
        json!({
            "datagram": datagram_file(&vector.id, index),
            "size": step.datagram.len(),
            "expect": expectation_to_json(&step.expect),
        })
    });
    let mut json = json!({
        "$schema": "../schema.json",
        "id": vector.id,
        "dialect": vector.dialect,
        "topic": vector.topic,
        "requirement": vector.requirement,
        "level": vector.level,
        "authority": vector.authority,
        "summary": vector.summary,
        "steps": steps.collect::<Vec<_>>(),
    });
    if let Some(notes) = &vector.notes {
        json["notes"] = notes.as_str().into();
    }
    if let Some(captured) = &vector.captured {
        json["captured"] = json!(captured);
    }
    json
}

fn json_file(json: &Value) -> Vec<u8> {
    visible_json(&format!("{json:#}\n")).into_owned().into()
}
