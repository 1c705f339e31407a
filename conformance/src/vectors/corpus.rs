use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io, iter};

use super::file;
use super::set::{self, Set};
use super::spec::{self, Requirement};
use super::vector::Vector;
use crate::escape::visible;
use crate::input_file::{MAX_FILE, read_to_string};

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
#[derive(Debug)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file or folder cannot be read or written.
    Io {
        /// Its path.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// A file is malformed.
    Content {
        /// Its path, below the corpus' folder.
        file: String,
        /// What is wrong at which vector and field.
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

    /// Reads the corpus in a folder: `SPEC.md`, `vectors/*/*.json`, and if there are any
    /// `sets/*.txt`.
    ///
    /// # Errors
    ///
    /// At the first file that cannot be read or is broken; the message names file, vector and
    /// field.
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
            .map(|path| match read_to_string(&path, MAX_FILE) {
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

    /// Returns the requirement with an id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// Returns what SPEC.md says about a requirement below its heading, in Markdown.
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

    /// Parses SPEC.md, vector files, and lists of sets, in this order.
    fn read<'a>(mut files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, CorpusError> {
        let content = |file: &str, message: String| CorpusError::Content {
            file: file.into(),
            message: visible(&message),
        };
        let (name, text) = files.next().expect("SPEC.md is always there");
        let requirements = spec::read(text).map_err(|message| content(name, message))?;
        let known: HashSet<_> = requirements.iter().map(|it| it.id.as_str()).collect();
        let (mut vectors, mut sets) = (Vec::new(), Vec::new());
        let mut ids = HashMap::<String, &str>::new();
        for (name, text) in files {
            if let Some(set) = set_name(name) {
                let set = set::read(set, text, |id| ids.contains_key(id));
                sets.push(set.map_err(|message| content(name, message))?);
                continue;
            }
            for vector in file::read(text).map_err(|message| content(name, message))? {
                if let Some(other) = ids.insert(vector.id.clone(), name) {
                    let (id, file, other) = (vector.id, name.into(), other.into());
                    return Err(CorpusError::DuplicateId { id, file, other });
                }
                if !known.contains(vector.requirement.as_str()) {
                    let (id, requirement) = (&vector.id, &vector.requirement);
                    let message =
                        format!("vector `{id}`: requirement: `{requirement}` is not in SPEC.md");
                    return Err(content(name, message));
                }
                vectors.push(vector);
            }
        }
        Ok(Self {
            requirements,
            vectors,
            sets,
            specification: text.into(),
        })
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
