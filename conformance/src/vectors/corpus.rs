use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io, iter};

use super::set::{self, Set};
use super::spec::{self, Requirement};
use super::vector::Vector;
use super::{check, file};

/// The requirements, and the vectors that test them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Corpus {
    /// The requirements, in the order of SPEC.md.
    pub requirements: Vec<Requirement>,
    /// The vectors, file by file.
    pub vectors: Vec<Vector>,
    /// The requirement sets, by name.
    pub sets: Vec<Set>,
    /// SPEC.md as it lies in the corpus.
    pub specification: String,
}

/// What is wrong with a corpus, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error("{}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds what it should not.
    #[error("{file}: {message}")]
    Content {
        /// Which, below the corpus' folder.
        file: String,
        /// What, at which vector and field.
        message: String,
    },
    /// Two vectors have the same id.
    #[error("{file}: vector `{id}`: id: {other} has it too")]
    DuplicateId {
        /// The id.
        id: String,
        /// The second file.
        file: String,
        /// The first file.
        other: String,
    },
}

const SPEC: &str = "SPEC.md";

impl Corpus {
    /// Returns the corpus that the crate `event-datagram-corpus` embeds.
    ///
    /// # Errors
    ///
    /// If it is broken, which its own tests exclude for every release.
    pub fn embedded() -> Result<Self, CorpusError> {
        let spec = (SPEC, event_datagram_corpus::SPECIFICATION);
        let sets = event_datagram_corpus::SETS.iter().copied();
        Self::read(iter::once(spec).chain(embedded_vector_files()).chain(sets))
    }

    /// Reads the corpus in a folder: `SPEC.md`, `vectors/*/*.json`, and if there are any `sets/*.txt`.
    ///
    /// # Errors
    ///
    /// At the first file that cannot be read or is broken; the message names file, vector and field.
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        let mut files = vec![folder.join(SPEC)];
        let mut vectors = Vec::new();
        for dialect in entries(&folder.join("vectors"))?
            .into_iter()
            .filter(|path| path.is_dir())
        {
            for path in entries(&dialect)? {
                if path.is_dir() {
                    return Err(CorpusError::Content {
                        file: path.display().to_string(),
                        message: "a folder: vectors in it would never run; put its files beside it"
                            .into(),
                    });
                }
                if path.extension().is_some_and(|e| e == "json") {
                    vectors.push(path);
                }
            }
        }
        if vectors.is_empty() {
            let source = io::Error::new(
                io::ErrorKind::NotFound,
                "there is no vector file in its folders",
            );
            return Err(CorpusError::Io {
                path: folder.join("vectors"),
                source,
            });
        }
        files.append(&mut vectors);
        let sets = folder.join("sets");
        if sets.is_dir() {
            let lists = entries(&sets)?.into_iter();
            files.extend(lists.filter(|path| path.extension().is_some_and(|e| e == "txt")));
        }
        let contents = files
            .into_iter()
            .map(|path| match fs::read_to_string(&path) {
                Ok(content) => Ok((path.display().to_string(), content)),
                Err(source) => Err(CorpusError::Io { path, source }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Self::read(
            contents
                .iter()
                .map(|(name, content)| (name.as_str(), content.as_str())),
        )
    }

    /// Gives the requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// Tells whether this is the id of a requirement or of a vector.
    pub fn knows(&self, id: &str) -> bool {
        self.requirement(id).is_some() || self.vectors.iter().any(|vector| vector.id == id)
    }

    /// Gives the requirement set of that name.
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.iter().find(|set| set.name == name)
    }

    /// Reads SPEC.md, which comes first, vector files, and lists, which come last.
    fn read<'a>(mut files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, CorpusError> {
        let content = |file: &str, message| CorpusError::Content {
            file: file.into(),
            message,
        };
        let (name, text) = files.next().expect("SPEC.md is always there");
        let requirements = spec::read(text).map_err(|message| content(name, message))?;
        let mut corpus = Self {
            requirements,
            vectors: Vec::new(),
            sets: Vec::new(),
            specification: text.into(),
        };
        let mut ids = HashMap::<String, &str>::new();
        for (name, text) in files {
            if let Some(set) = set_name(name) {
                let set = set::read(set, text, &corpus.vectors);
                corpus
                    .sets
                    .push(set.map_err(|message| content(name, message))?);
                continue;
            }
            for vector in file::read(text).map_err(|message| content(name, message))? {
                if let Some(other) = ids.insert(vector.id.clone(), name) {
                    let (id, file, other) = (vector.id, name.into(), other.into());
                    return Err(CorpusError::DuplicateId { id, file, other });
                }
                check::against_spec(&vector, &corpus).map_err(|message| {
                    content(name, format!("vector `{}`: {message}", vector.id))
                })?;
                corpus.vectors.push(vector);
            }
        }
        Ok(corpus)
    }
}

/// Returns the paths and texts of the embedded vector files, without their schema.
pub(crate) fn embedded_vector_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = event_datagram_corpus::VECTORS.iter().copied();
    files.filter(|(path, _)| path.matches('/').count() == 2)
}

/// Returns the name of the set whose list a file is, if it is one.
fn set_name(file: &str) -> Option<&str> {
    Path::new(file).file_name()?.to_str()?.strip_suffix(".txt")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let io = |source| CorpusError::Io {
        path: folder.into(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        paths.push(entry.map_err(io)?.path());
    }
    paths.sort();
    Ok(paths)
}
