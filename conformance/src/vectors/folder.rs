use std::path::{Path, PathBuf};
use std::{fs, io};

use super::corpus::{Corpus, CorpusError, CorpusReader, SPEC, content};
use super::exported::read_exported;
use crate::input_file::{MAX_FILE, read, read_to_string};

/// The list of the requirements in an export. A corpus folder does not have this file.
const EXPORT_MARK: &str = "requirements.json";
/// The file that an export writes last.
const EXPORT_END: &str = "README.md";

impl Corpus {
    /// Reads the corpus in a folder: `SPEC.md`, `vectors/*/*.json`, and if there are any
    /// `sets/*.txt`; or the corpus in an export, with the sets of which it has all vectors.
    ///
    /// # Errors
    ///
    /// Returns an error for the first file that cannot be read or is malformed. The message names
    /// the file, the vector and the field.
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        if !folder.join("vectors").is_dir() && folder.join(EXPORT_MARK).is_file() {
            load_export(folder)
        } else {
            load_corpus(folder)
        }
    }

    /// Returns this corpus with its vectors replaced by those of these files, and without sets. The
    /// files may be pipes.
    ///
    /// # Errors
    ///
    /// Returns an error for the first file that cannot be read, is malformed, or has a vector with
    /// the id of another one or with an unknown requirement. The message names the file, the vector
    /// and the field.
    pub fn with_vectors_of(self, files: &[PathBuf]) -> Result<Self, CorpusError> {
        let mut reader = CorpusReader::replacing_vectors(self);
        for path in files {
            let name = path.display().to_string();
            let bytes = read(path).map_err(at(path))?;
            let text = str::from_utf8(&bytes)
                .map_err(|error| content(&name, &format!("expected UTF-8: {error}")))?;
            reader.add_vector_file(&name, text)?;
        }
        Ok(reader.finish())
    }
}

fn load_corpus(folder: &Path) -> Result<Corpus, CorpusError> {
    let mut reader = specification(folder)?;
    let mut count = 0;
    for dialect in folders(&folder.join("vectors"))? {
        for path in entries(&dialect)? {
            if path.is_dir() {
                let why = "a folder: vectors in it would never run; put its files beside it";
                return Err(content(&path.display().to_string(), why));
            }
            if has_extension(&path, "json") {
                count += 1;
                let (name, text) = text(&path)?;
                reader.add_vector_file(&name, &text)?;
            }
        }
    }
    if count == 0 {
        return Err(no_vectors(&folder.join("vectors")));
    }
    for path in set_lists(folder)? {
        let (name, text) = text(&path)?;
        reader.add_set(&name, &text)?;
    }
    Ok(reader.finish())
}

fn load_export(folder: &Path) -> Result<Corpus, CorpusError> {
    let end = folder.join(EXPORT_END);
    if !end.is_file() {
        let why = "it is missing, so the export is not complete; export the vectors again";
        return Err(content(&end.display().to_string(), why));
    }
    let mut reader = specification(folder)?;
    let mut count = 0;
    for dialect in folders(folder)? {
        for path in entries(&dialect)? {
            if has_extension(&path, "json") {
                count += 1;
                let (name, text) = text(&path)?;
                let vector = read_exported(&path, &text).map_err(|why| content(&name, &why))?;
                reader.add_vector(&name, vector)?;
            }
        }
    }
    if count == 0 {
        return Err(no_vectors(folder));
    }
    for path in set_lists(folder)? {
        let (name, text) = text(&path)?;
        reader.add_set_if_whole(&name, &text)?;
    }
    Ok(reader.finish())
}

fn specification(folder: &Path) -> Result<CorpusReader, CorpusError> {
    let (name, text) = text(&folder.join(SPEC))?;
    CorpusReader::new(&name, &text)
}

/// Returns the paths of the lists of sets.
fn set_lists(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let sets = folder.join("sets");
    let mut lists = if sets.is_dir() {
        entries(&sets)?
    } else {
        Vec::new()
    };
    lists.retain(|path| has_extension(path, "txt"));
    Ok(lists)
}

/// Returns the name of a file for messages, and its text.
fn text(path: &Path) -> Result<(String, String), CorpusError> {
    let text = read_to_string(path, MAX_FILE).map_err(at(path))?;
    Ok((path.display().to_string(), text))
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let mut folders = entries(folder)?;
    folders.retain(|path| path.is_dir());
    Ok(folders)
}

/// Returns the sorted paths in a folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        paths.push(entry.map_err(at(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}

fn no_vectors(folder: &Path) -> CorpusError {
    let message = "there is no vector file in its folders";
    at(folder)(io::Error::new(io::ErrorKind::NotFound, message))
}

fn at(path: &Path) -> impl Fn(io::Error) -> CorpusError {
    move |source| CorpusError::Io {
        path: path.into(),
        source,
    }
}
