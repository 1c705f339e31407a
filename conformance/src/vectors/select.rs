use std::error::Error;
use std::fmt;

use super::corpus::Corpus;
use super::vector::{Level, Vector};
use crate::dialect::Dialect;

/// Which vectors of a corpus to take.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns, one of which must fit; no pattern selects all. A pattern is an id, a requirement,
    /// a topic, an id with `*` for any text and `?` for any character, or a part of an id: the
    /// first of these that it can be.
    pub filters: Vec<String>,
    /// The levels to take; none takes all.
    pub levels: Vec<Level>,
    /// The dialects to take; none takes all.
    pub dialects: Vec<Dialect>,
}

/// Why a selection holds no vector.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectionError {
    /// A pattern fits no vector of the corpus.
    NoVectorFits {
        /// The pattern.
        filter: String,
    },
    /// The patterns fit vectors, but none of the levels or dialects asked for.
    NoneOfLevelOrDialect,
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVectorFits { filter } => write!(
                f,
                "no vector fits `{filter}`: neither id, requirement, topic nor part of an id"
            ),
            Self::NoneOfLevelOrDialect => {
                f.write_str("none of the vectors that fit has the level or dialect asked for")
            }
        }
    }
}

impl Error for SelectionError {}

impl Selection {
    /// Returns the selected vectors, in the order of the corpus.
    ///
    /// # Errors
    ///
    /// If a pattern fits no vector, or no vector is left: an empty run must not look like a passed
    /// one.
    pub fn of<'c>(&self, corpus: &'c Corpus) -> Result<Vec<&'c Vector>, SelectionError> {
        let patterns: Vec<_> = self
            .filters
            .iter()
            .map(|filter| Pattern::new(filter, corpus))
            .collect();
        for (pattern, filter) in patterns.iter().zip(&self.filters) {
            if !corpus.vectors.iter().any(|vector| pattern.fits(vector)) {
                return Err(SelectionError::NoVectorFits {
                    filter: filter.clone(),
                });
            }
        }
        let takes = |vector: &&Vector| {
            (patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(vector)))
                && (self.levels.is_empty() || self.levels.contains(&vector.level))
                && (self.dialects.is_empty() || self.dialects.contains(&vector.dialect))
        };
        let vectors: Vec<_> = corpus.vectors.iter().filter(takes).collect();
        if vectors.is_empty() {
            Err(SelectionError::NoneOfLevelOrDialect)
        } else {
            Ok(vectors)
        }
    }
}

enum Pattern<'f> {
    Id(&'f str),
    Requirement(&'f str),
    Topic(&'f str),
    Glob(&'f str),
    Part(&'f str),
}

impl<'f> Pattern<'f> {
    fn new(filter: &'f str, corpus: &Corpus) -> Self {
        if corpus.vectors.iter().any(|vector| vector.id == filter) {
            Self::Id(filter)
        } else if corpus.requirement(filter).is_some() {
            Self::Requirement(filter)
        } else if corpus.vectors.iter().any(|vector| vector.topic == filter) {
            Self::Topic(filter)
        } else if filter.contains(['*', '?']) {
            Self::Glob(filter)
        } else {
            Self::Part(filter)
        }
    }

    fn fits(&self, vector: &Vector) -> bool {
        match self {
            Self::Id(id) => vector.id == *id,
            Self::Requirement(id) => vector.requirement == *id,
            Self::Topic(topic) => vector.topic == *topic,
            Self::Glob(glob) => glob_fits(glob.as_bytes(), vector.id.as_bytes()),
            // No id is empty, so that an empty pattern fits nothing.
            Self::Part(part) => !part.is_empty() && vector.id.contains(part),
        }
    }
}

fn glob_fits(glob: &[u8], id: &[u8]) -> bool {
    match (glob, id) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=id.len()).any(|taken| glob_fits(rest, &id[taken..])),
        ([b'?', glob @ ..], [_, id @ ..]) => glob_fits(glob, id),
        ([wanted, glob @ ..], [found, id @ ..]) if wanted == found => glob_fits(glob, id),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::glob_fits;

    #[test]
    fn globs_fit_whole_ids() {
        for glob in ["sep-*", "*-first", "sep-?irst", "*", "sep-first", "s*p*t"] {
            assert!(glob_fits(glob.as_bytes(), b"sep-first"), "{glob}");
        }
        for glob in ["sep", "sep-?", "*second", "sep-first-"] {
            assert!(!glob_fits(glob.as_bytes(), b"sep-first"), "{glob}");
        }
    }
}
