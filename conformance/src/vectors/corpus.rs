use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::file;
use super::set::{self, Set};
use super::spec::{self, Requirement};
use super::vector::Vector;
use crate::escape::visible;

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
    /// The text of SPEC.md.
    pub specification: String,
    /// Whether the vectors are only a selection or from other files, so that requirements may lack
    /// vectors.
    pub is_part: bool,
}

/// The error of a corpus that cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file or folder cannot be read or written.
    Io {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// A file is malformed.
    Content {
        /// The path of the file in the folder of the corpus.
        file: String,
        /// What is wrong, with the vector and the field.
        message: String,
    },
    /// Two vectors have the same id.
    DuplicateId {
        /// The id.
        id: String,
        /// The second file.
        file: String,
        /// The first file.
        other: String,
    },
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, .. } => write!(f, "{}", path.display()),
            Self::Content { file, message } => write!(f, "{file}: {message}"),
            Self::DuplicateId { id, file, other } => {
                write!(f, "{file}: vector `{id}`: id: {other} has it too")
            }
        }
    }
}

impl Error for CorpusError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Content { .. } | Self::DuplicateId { .. } => None,
        }
    }
}

pub(super) const SPEC: &str = "SPEC.md";

impl Corpus {
    /// Returns the corpus that the crate `event-datagram-corpus` embeds.
    ///
    /// # Errors
    ///
    /// If the corpus is broken. The tests of each release exclude this.
    pub fn embedded() -> Result<Self, CorpusError> {
        let mut reader = CorpusReader::new(SPEC, event_datagram_corpus::SPECIFICATION)?;
        for (file, text) in embedded_vector_files() {
            reader.add_vector_file(file, text)?;
        }
        for (file, text) in event_datagram_corpus::SETS {
            reader.add_set(file, text)?;
        }
        Ok(reader.finish())
    }

    /// Returns the requirement with an id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// Returns the text of a requirement below its heading in SPEC.md, in Markdown.
    pub fn text_of(&self, requirement: &Requirement) -> Option<&str> {
        spec::section(&self.specification, requirement)
    }

    /// Returns the ids of all requirements and vectors.
    pub fn ids(&self) -> HashSet<&str> {
        let requirements = self.requirements.iter().map(|it| it.id.as_str());
        let vectors = self.vectors.iter().map(|vector| vector.id.as_str());
        requirements.chain(vectors).collect()
    }

    /// Returns the requirement set with a name.
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.iter().find(|set| set.name == name)
    }
}

/// A corpus that is being read, file by file: SPEC.md, then vectors, then requirement sets.
pub(super) struct CorpusReader {
    corpus: Corpus,
    requirements: HashSet<String>,
    /// The files of the vectors, by id.
    files: HashMap<String, String>,
}

impl CorpusReader {
    /// Parses SPEC.md.
    pub(super) fn new(file: &str, specification: &str) -> Result<Self, CorpusError> {
        let requirements = spec::read(specification).map_err(|why| content(file, &why))?;
        Ok(Self::of(Corpus {
            requirements,
            vectors: Vec::new(),
            sets: Vec::new(),
            specification: specification.into(),
            is_part: false,
        }))
    }

    /// Returns a reader that keeps the requirements of a corpus and replaces its vectors.
    pub(super) fn replacing_vectors(corpus: Corpus) -> Self {
        Self::of(Corpus {
            vectors: Vec::new(),
            sets: Vec::new(),
            is_part: true,
            ..corpus
        })
    }

    fn of(corpus: Corpus) -> Self {
        let requirements = corpus.requirements.iter();
        Self {
            requirements: requirements.map(|it| it.id.clone()).collect(),
            corpus,
            files: HashMap::new(),
        }
    }

    /// Parses a vector file, and adds its vectors.
    pub(super) fn add_vector_file(&mut self, file: &str, text: &str) -> Result<(), CorpusError> {
        let vectors = file::read(text).map_err(|why| content(file, &why))?;
        let mut vectors = vectors.into_iter();
        vectors.try_for_each(|vector| self.add_vector(file, vector))
    }

    /// Adds a vector, unless its id is taken or its requirement is unknown.
    pub(super) fn add_vector(&mut self, file: &str, vector: Vector) -> Result<(), CorpusError> {
        let id = vector.id.clone();
        if let Some(other) = self.files.insert(id.clone(), file.into()) {
            let file = file.into();
            return Err(CorpusError::DuplicateId { id, file, other });
        }
        if !self.requirements.contains(&vector.requirement) {
            let requirement = &vector.requirement;
            let why = format!("vector `{id}`: requirement: `{requirement}` is not in SPEC.md");
            return Err(content(file, &why));
        }
        self.corpus.vectors.push(vector);
        Ok(())
    }

    /// Parses the list of a requirement set, and adds the set. All its vectors must have been added
    /// before.
    pub(super) fn add_set(&mut self, file: &str, text: &str) -> Result<(), CorpusError> {
        let set = set::read(&set_name(file), text, |id| self.files.contains_key(id));
        self.corpus
            .sets
            .push(set.map_err(|why| content(file, &why))?);
        Ok(())
    }

    /// Parses the list of a requirement set, and adds the set if all its vectors were added. For a
    /// corpus that is a part of the one with the list.
    pub(super) fn add_set_if_whole(&mut self, file: &str, text: &str) -> Result<(), CorpusError> {
        self.corpus.is_part = true;
        let set = set::read(&set_name(file), text, |_| true).map_err(|why| content(file, &why))?;
        if set.ids.iter().all(|id| self.files.contains_key(id)) {
            self.corpus.sets.push(set);
        }
        Ok(())
    }

    /// Returns the corpus.
    pub(super) fn finish(self) -> Corpus {
        self.corpus
    }
}

/// Returns the error of a malformed file.
pub(super) fn content(file: &str, why: &str) -> CorpusError {
    CorpusError::Content {
        file: file.into(),
        message: visible(why),
    }
}

/// Returns the paths and texts of the embedded vector files, without their schema.
pub(crate) fn embedded_vector_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = event_datagram_corpus::VECTORS.iter().copied();
    files.filter(|(path, _)| path.matches('/').count() == 2)
}

/// Returns the name of the requirement set from the name of its file.
fn set_name(file: &str) -> String {
    let name = Path::new(file).file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
