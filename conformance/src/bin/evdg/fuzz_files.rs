//! Vector files of `evdg fuzz`: those with findings, and those whose cases are sent first.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use event_datagram_conformance::escape::{cut, escaped, visible_json};
use event_datagram_conformance::explore::{CauseFound, FirstCase};
use event_datagram_conformance::input_file::{MAX_FILE, read_to_string};
use event_datagram_conformance::output_file::write_atomically;
use event_datagram_conformance::vectors::{self, Vector};

use crate::args::{CorpusArgs, FuzzArgs};
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::terminal::message;
use crate::test::known_list;
use crate::values::VectorFileArg;
use crate::vectors::corpus;

/// The longest sequence that a vector file takes.
const MAX_SEQUENCE: usize = 12;
/// The longest sentence in a summary, in characters.
const MAX_SENTENCE: usize = 200;

/// Creates the folder of `--finds` unless it exists.
pub(crate) fn prepare_folder(folder: &Path) -> CommandResult<()> {
    let context = format!("folder {}", folder.display());
    fs::create_dir_all(folder).or_exit_with(ExitStatus::Usage, context)
}

/// Returns the cases that are sent before all others: known failures, and findings of earlier runs.
pub(crate) fn first_cases(args: &FuzzArgs) -> CommandResult<Vec<FirstCase>> {
    let mut cases = Vec::new();
    if let Some(path) = &args.known {
        let corpus = corpus(&CorpusArgs::default())?;
        let known = known_list(path, &corpus)?;
        let ids: HashSet<_> = known.ids().collect();
        let vectors = corpus.vectors.iter();
        let known = vectors
            .filter(|vector| vector.dialect == args.dialect && ids.contains(vector.id.as_str()));
        cases.extend(known.map(|vector| first_case(vector, true)));
    }
    let files = args.finds.as_deref().map(vector_files).transpose()?;
    for path in files.into_iter().flatten() {
        let context = || format!("vector {}", path.display());
        let text = read_to_string(&path, MAX_FILE).or_exit_with(ExitStatus::Usage, context())?;
        let vectors = vectors::read(&text).map_err(|error| {
            let error = anyhow::anyhow!("{}: {error}", context());
            Failure::new(ExitStatus::Usage, error)
        })?;
        let of_dialect = vectors
            .iter()
            .filter(|vector| vector.dialect == args.dialect);
        cases.extend(of_dialect.map(|vector| first_case(vector, false)));
    }
    Ok(cases)
}

/// Writes the causes that were found into the vector file of `--save`, if it is given.
pub(crate) fn save(args: &FuzzArgs, found: &[CauseFound]) -> CommandResult<()> {
    let Some(VectorFileArg { path, topic }) = &args.save else {
        return Ok(());
    };
    let vectors: Vec<_> = savable(path, found).collect();
    if vectors.is_empty() {
        return Ok(());
    }
    write(path, topic, &vectors)?;
    let noun = if vectors.len() == 1 {
        "vector"
    } else {
        "vectors"
    };
    message(format_args!("{}: {} {noun}", path.display(), vectors.len()));
    Ok(())
}

/// Writes each cause that was found into a vector file of its own in the folder of `--finds`, if it
/// is given.
pub(crate) fn save_finds(args: &FuzzArgs, found: &[CauseFound]) -> CommandResult<()> {
    let Some(folder) = &args.finds else {
        return Ok(());
    };
    let mut count = 0;
    for vector in savable(folder, found) {
        let topic = format!("found-{}", vectors::digits(&vector));
        let path = folder.join(format!("{topic}.json"));
        if !path.exists() {
            write(&path, &topic, &[vector])?;
            count += 1;
        }
    }
    message(format_args!("{}: {count} new", folder.display()));
    Ok(())
}

/// Returns, as vectors, the cases of causes that are not known. Leaves out cases that are too long
/// for a vector file.
fn savable<'f>(path: &'f Path, found: &'f [CauseFound]) -> impl Iterator<Item = Vector> + 'f {
    let found = found.iter().filter(|found| !found.is_known);
    found.filter_map(move |found| {
        let count = found.finding.datagrams().count();
        if count > MAX_SEQUENCE {
            message(format_args!(
                "{}: not written: vector files take sequences of up to {MAX_SEQUENCE} datagrams, and this has {count}",
                path.display()
            ));
            return None;
        }
        let mut vector = found.finding.vector.clone();
        let sentence = cut(&escaped(found.cause.sentence.as_bytes()), MAX_SENTENCE);
        vector.summary = match found.cause.fault {
            Some(_) => format!("A listener was found that {sentence}."),
            None => format!("A listener was found to fail: {sentence}."),
        };
        Some(vector)
    })
}

fn write(path: &Path, topic: &str, vectors: &[Vector]) -> CommandResult<()> {
    let summary = "Cases that a subject failed, found and shrunk by evdg fuzz.";
    let text = format!("{:#}\n", vectors::write(topic, summary, vectors));
    write_atomically(path, visible_json(&text).as_bytes())
        .or_exit_with(ExitStatus::Setup, path.display().to_string())
}

/// Returns the vector files of a folder, by name.
fn vector_files(folder: &Path) -> CommandResult<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries =
        entries.or_exit_with(ExitStatus::Usage, format!("folder {}", folder.display()))?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let is_json = |path: &PathBuf| path.extension() == Some(OsStr::new("json"));
    let mut paths: Vec<_> = paths.filter(is_json).collect();
    paths.sort_unstable();
    Ok(paths)
}

fn first_case(vector: &Vector, is_known: bool) -> FirstCase {
    let steps = vector.steps.iter();
    FirstCase {
        datagrams: steps.map(|step| step.datagram.clone()).collect(),
        is_known,
    }
}
