use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fmt;

use wildmatch::WildMatch;

use super::corpus::Corpus;
use super::vector::{Level, Vector};
use crate::dialect::Dialect;
use crate::suggest::closest;

/// The criteria that select vectors of a corpus.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns, one of which must fit. An empty list selects all. A pattern is an id, a
    /// requirement, a topic, an id with `*` for any text and `?` for any character, or a part of an
    /// id: the first of these that it can be, in upper or lower case.
    pub filters: Vec<String>,
    /// The selected levels. An empty list selects all.
    pub levels: Vec<Level>,
    /// The selected dialects. An empty list selects all.
    pub dialects: Vec<Dialect>,
}

/// Why a selection contains no vector.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectionError {
    /// A pattern fits no vector of the corpus.
    NoVectorFits {
        /// The pattern.
        filter: String,
        /// The most similar id, requirement or topic, if there is a similar one.
        suggestion: Option<String>,
    },
    /// The patterns fit only vectors of other dialects than those asked for.
    OtherDialect {
        /// The patterns.
        filters: Vec<String>,
        /// The dialects asked for.
        asked: Vec<Dialect>,
        /// The dialects of the vectors that fit.
        found: Vec<Dialect>,
    },
    /// The patterns fit vectors, but none of the levels asked for.
    NoneOfLevel,
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVectorFits { filter, suggestion } => {
                write!(
                    f,
                    "no vector fits `{filter}`: neither id, requirement, topic nor part of an id"
                )?;
                match suggestion {
                    Some(other) => write!(f, "; did you mean `{other}`?"),
                    None => Ok(()),
                }
            }
            Self::OtherDialect {
                filters,
                asked,
                found,
            } => {
                let (asked, found) = (joined(asked), joined(found));
                let what = match &filters[..] {
                    [] => "there are vectors".into(),
                    [one] => format!("`{one}` fits vectors"),
                    _ => "the patterns fit vectors".into(),
                };
                write!(
                    f,
                    "{what} of {found} alone, and none of {asked}: add `--dialect {found}`"
                )
            }
            Self::NoneOfLevel => {
                f.write_str("none of the vectors that fit has the level asked for")
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
    /// If a pattern fits no vector, or if no vector is left, because an empty run must not look
    /// like a passed one.
    pub fn of<'c>(&self, corpus: &'c Corpus) -> Result<Vec<&'c Vector>, SelectionError> {
        let patterns = Patterns::new(&self.filters, corpus);
        if let Some(filter) = patterns.first_that_fits_none(corpus) {
            return Err(SelectionError::NoVectorFits {
                filter: filter.into(),
                suggestion: suggestion(filter, corpus),
            });
        }
        let takes_in_any_dialect = |vector: &&Vector| {
            (self.filters.is_empty() || patterns.fit(vector))
                && (self.levels.is_empty() || self.levels.contains(&vector.level))
        };
        let in_any_dialect = || corpus.vectors.iter().filter(takes_in_any_dialect);
        let is_of_dialect =
            |vector: &&Vector| self.dialects.is_empty() || self.dialects.contains(&vector.dialect);
        let vectors: Vec<_> = in_any_dialect().filter(is_of_dialect).collect();
        if !vectors.is_empty() {
            return Ok(vectors);
        }
        let found: BTreeSet<_> = in_any_dialect().map(|vector| vector.dialect).collect();
        if found.is_empty() {
            return Err(SelectionError::NoneOfLevel);
        }
        Err(SelectionError::OtherDialect {
            filters: self.filters.clone(),
            asked: self.dialects.clone(),
            found: found.into_iter().collect(),
        })
    }
}

fn joined(dialects: &[Dialect]) -> String {
    let names: Vec<_> = dialects.iter().map(|dialect| dialect.as_str()).collect();
    names.join(",")
}

/// Returns the id, requirement or topic that is most similar to a pattern, if there is a similar
/// one.
fn suggestion(filter: &str, corpus: &Corpus) -> Option<String> {
    let vectors = corpus.vectors.iter();
    let names = vectors.flat_map(|vector| [&vector.id, &vector.requirement, &vector.topic]);
    closest(filter, names.map(String::as_str)).map(String::from)
}

/// The patterns of a selection. Names are in hash tables, so that only globs and parts of ids are
/// compared with every vector.
#[derive(Default)]
struct Patterns<'c> {
    ids: HashSet<&'c str>,
    requirements: HashSet<&'c str>,
    topics: HashSet<&'c str>,
    others: Vec<(&'c str, TextPattern)>,
}

/// A pattern that is a glob or a part of ids.
enum TextPattern {
    Glob(WildMatch),
    Part(String),
}

/// Names by their lower-case forms.
type Names<'c> = HashMap<String, &'c str>;

impl<'c> Patterns<'c> {
    fn new(filters: &'c [String], corpus: &'c Corpus) -> Self {
        let ids = names(corpus.vectors.iter().map(|vector| &vector.id));
        let requirements = names(corpus.requirements.iter().map(|it| &it.id));
        let topics = names(corpus.vectors.iter().map(|vector| &vector.topic));
        let mut patterns = Self::default();
        for filter in filters {
            let lower = filter.to_lowercase();
            if let Some(id) = ids.get(&lower) {
                patterns.ids.insert(id);
            } else if let Some(requirement) = requirements.get(&lower) {
                patterns.requirements.insert(requirement);
            } else if let Some(topic) = topics.get(&lower) {
                patterns.topics.insert(topic);
            } else {
                patterns.others.push((filter, TextPattern::new(&lower)));
            }
        }
        patterns
    }

    fn fit(&self, vector: &Vector) -> bool {
        self.ids.contains(vector.id.as_str())
            || self.requirements.contains(vector.requirement.as_str())
            || self.topics.contains(vector.topic.as_str())
            || self.others.iter().any(|(_, other)| other.fits(&vector.id))
    }

    /// Returns a pattern that fits no vector. An id and a topic always fit one.
    fn first_that_fits_none(&self, corpus: &'c Corpus) -> Option<&'c str> {
        let vectors = &corpus.vectors;
        let tested: HashSet<_> = vectors.iter().map(|it| it.requirement.as_str()).collect();
        let untested = self.requirements.difference(&tested).min();
        let fits_none = |other: &TextPattern| !vectors.iter().any(|vector| other.fits(&vector.id));
        let mut others = self.others.iter();
        let other = || Some(others.find(|(_, other)| fits_none(other))?.0);
        untested.copied().or_else(other)
    }
}

/// Returns names by their lower-case forms.
fn names<'c>(names: impl Iterator<Item = &'c String>) -> Names<'c> {
    names
        .map(|name| (name.to_lowercase(), name.as_str()))
        .collect()
}

impl TextPattern {
    /// Returns the pattern for a filter, in lower case.
    fn new(filter: &str) -> Self {
        if filter.contains(['*', '?']) {
            Self::Glob(WildMatch::new(filter))
        } else {
            Self::Part(filter.into())
        }
    }

    /// Returns whether an id fits. The time is proportional to the product of both lengths.
    fn fits(&self, id: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(id),
            // An empty pattern fits nothing.
            Self::Part(part) => !part.is_empty() && id.contains(part.as_str()),
        }
    }
}

/// Returns whether a glob, with `*` for any text and `?` for any character, fits an id.
#[cfg(feature = "testing")]
pub(crate) fn glob_fits(glob: &str, id: &str) -> bool {
    TextPattern::Glob(WildMatch::new(glob)).fits(id)
}

#[cfg(test)]
mod tests {
    use super::TextPattern;

    #[test]
    fn globs_fit_whole_ids() {
        let fits = |glob| TextPattern::new(glob).fits("sep-first");
        for glob in ["sep-*", "*-first", "sep-?irst", "*", "?*?", "s*p*t"] {
            assert!(fits(glob), "{glob}");
        }
        for glob in ["sep?", "sep-?", "*second", "sep-first-*?", "sep-first?"] {
            assert!(!fits(glob), "{glob}");
        }
    }
}
