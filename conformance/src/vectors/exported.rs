use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::bytes::MAX_BYTES;
use super::expectation_json::expectation_from_json;
use super::file::{SLUG, deserialize, is_slug};
use super::vector::{Authority, Captured, Level, Step, Vector};
use crate::dialect::Dialect;
use crate::escape::visible;
use crate::input_file::read_bytes;

/// The JSON form of an exported vector. Its datagrams are in files of their own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportedVector {
    #[serde(rename = "$schema")]
    _schema: String,
    id: String,
    dialect: Dialect,
    topic: String,
    requirement: String,
    level: Level,
    authority: Authority,
    summary: String,
    steps: Vec<ExportedStep>,
    notes: Option<String>,
    captured: Option<Captured>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportedStep {
    datagram: String,
    size: usize,
    expect: Value,
}

/// Parses an exported vector, whose file is at `path`, and reads its datagrams.
///
/// # Errors
///
/// Returns a message that says what is wrong and at which field, without the name of the file.
pub(super) fn read_exported(path: &Path, text: &str) -> Result<Vector, String> {
    let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let exported: ExportedVector = deserialize(&json)?;
    for (field, slug) in [("id", &exported.id), ("topic", &exported.topic)] {
        if !is_slug(slug) {
            return Err(format!("{field}: {SLUG}"));
        }
    }
    if exported.steps.is_empty() {
        return Err("steps: expected at least one".into());
    }
    let steps = exported.steps.iter().enumerate();
    let steps = steps.map(|(index, step)| {
        let at_step = |why: String| format!("steps[{index}].{why}");
        // Any other name might lead to a file outside of the folder.
        let file = datagram_file(&exported.id, index);
        if step.datagram != file {
            let found = &step.datagram;
            return Err(at_step(format!(
                "datagram: expected `{file}`, found `{found}`"
            )));
        }
        let datagram = read_bytes(&path.with_file_name(&file), MAX_BYTES as u64)
            .map_err(|error| at_step(format!("datagram: {file}: {error}")))?;
        if datagram.len() != step.size {
            let (size, found) = (step.size, datagram.len());
            return Err(at_step(format!(
                "size: {file} has {found} bytes, and not {size}"
            )));
        }
        let expect = expectation_from_json(&step.expect)
            .map_err(|error| at_step(format!("expect: {error}")))?;
        Ok(Step { datagram, expect })
    });
    Ok(Vector {
        steps: steps.collect::<Result<_, String>>()?,
        id: exported.id,
        topic: exported.topic,
        dialect: exported.dialect,
        requirement: visible(&exported.requirement),
        level: exported.level,
        authority: exported.authority,
        summary: visible(&exported.summary),
        captured: exported.captured,
        notes: exported.notes.as_deref().map(visible),
        not_applicable: None,
    })
}

/// Returns the name of the file that holds a datagram of an exported vector.
pub(super) fn datagram_file(id: &str, index: usize) -> String {
    format!("{id}.{}.bin", index + 1)
}
