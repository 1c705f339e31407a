use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::corpus::{Corpus, CorpusError};
use super::expectation_json::expectation_to_json;
use super::exported::datagram_file;
use super::vector::Vector;
use crate::escape::visible_json;

/// Writes vectors into a folder, for other test suites: each datagram as a file of its bytes, each
/// vector as JSON, their schema, the requirements, the requirement sets, and a README. The README
/// comes last: if it is there, the export is complete.
///
/// # Errors
///
/// If the folder is not empty, or a file cannot be written. Then the folder is left as it was.
pub fn export(corpus: &Corpus, vectors: &[&Vector], folder: &Path) -> Result<(), CorpusError> {
    let is_new = make_empty(folder).map_err(at(folder))?;
    let result = fill(corpus, vectors, folder);
    if result.is_err() && is_new {
        // An error of the removal says less than the one that is returned.
        let _ = fs::remove_dir(folder);
    }
    result
}

/// Creates a folder unless it exists and is empty. Returns whether it is new.
fn make_empty(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(io::Error::new(
                io::ErrorKind::DirectoryNotEmpty,
                "it is not empty, and nothing in it shall be written over",
            )),
            None => Ok(false),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(folder).map(|()| true)
        }
        Err(error) => Err(error),
    }
}

/// Writes all files into a temporary folder, and moves them into the folder.
fn fill(corpus: &Corpus, vectors: &[&Vector], folder: &Path) -> Result<(), CorpusError> {
    let mut builder = tempfile::Builder::new();
    let stage = builder
        .prefix(".evdg-")
        .tempdir_in(folder)
        .map_err(at(folder))?;
    for vector in vectors {
        let home = stage.path().join(vector.dialect.as_str());
        fs::create_dir_all(&home).map_err(at(&home))?;
        for (index, step) in vector.steps.iter().enumerate() {
            write(&home.join(datagram_file(&vector.id, index)), &step.datagram)?;
        }
        write_json(&home.join(format!("{}.json", vector.id)), &to_json(vector))?;
    }
    let sets = stage.path().join("sets");
    fs::create_dir(&sets).map_err(at(&sets))?;
    for set in &corpus.sets {
        write(&sets.join(format!("{}.txt", set.name)), set.text.as_bytes())?;
    }
    let requirements = corpus.requirements.iter().map(|requirement| {
        json!({
            "id": requirement.id,
            "title": requirement.title,
            "level": requirement.level,
            "authorities": requirement.authorities,
        })
    });
    write_json(
        &stage.path().join("requirements.json"),
        &requirements.collect(),
    )?;
    write(
        &stage.path().join("SPEC.md"),
        corpus.specification.as_bytes(),
    )?;
    write(
        &stage.path().join("schema.json"),
        event_datagram_corpus::EXPORT_SCHEMA.as_bytes(),
    )?;
    let mut entries = fs::read_dir(&stage)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(at(folder))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let target = folder.join(entry.file_name());
        fs::rename(entry.path(), &target).map_err(at(&target))?;
    }
    stage.close().map_err(at(folder))?;
    write(
        &folder.join("README.md"),
        event_datagram_corpus::EXPORT_README.as_bytes(),
    )
}

/// Returns all members of a vector, but for its bytes.
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

fn write_json(path: &Path, json: &Value) -> Result<(), CorpusError> {
    write(path, visible_json(&format!("{json:#}\n")).as_bytes())
}

fn write(path: &Path, content: &[u8]) -> Result<(), CorpusError> {
    fs::write(path, content).map_err(at(path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> CorpusError {
    let path = path.to_path_buf();
    move |source| CorpusError::Io {
        path: path.clone(),
        source,
    }
}
