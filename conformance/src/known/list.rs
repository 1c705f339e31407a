use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::escape::visible;
use crate::input_file::{MAX_LIST, read_to_string};
use crate::judge::{Verdict, apply_known};
use crate::suggest::closest;
use crate::transport::SocketKind;
use crate::vectors::Corpus;

/// A list of known failures. Each entry names a vector by its id.
#[derive(Clone, Debug, Default)]
pub struct KnownList {
    entries: BTreeMap<String, KnownFailure>,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnownError {
    /// The list cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The list is no TOML, or has undocumented members.
    #[error("{0}")]
    Content(String),
    /// The list names a vector that does not exist.
    #[error(
        "entry `{}`: there is no such vector{}", visible(id),
        suggestion.as_ref().map_or(String::new(), |other| format!("; did you mean `{other}`?"))
    )]
    Unknown {
        /// The id.
        id: String,
        /// The most similar id of a vector, if there is a similar one.
        suggestion: Option<String>,
    },
    /// The list names a vector twice.
    #[error("entry `{}`: it is listed twice", visible(.0))]
    Twice(String),
    /// Some entries still have the placeholder that `--write-known` wrote as their reason.
    #[error(
        "entry `{}`{}: replace the reason {NO_REASON:?} by the cause of the failure", visible(id),
        match others { 0 => String::new(), others => format!(" and {others} more") }
    )]
    NoReason {
        /// The first vector.
        id: String,
        /// How many more entries have no reason.
        others: usize,
    },
    /// An entry has expired.
    #[error(
        "entry `{id}`: it expired on {expires}; fix the listener, or set a later \
         `expires`"
    )]
    Expired {
        /// The vector.
        id: String,
        /// The last day on which the entry was valid.
        expires: String,
    },
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// The placeholder that `--write-known` writes as the reason of an entry, until the user replaces
/// it.
pub(super) const NO_REASON: &str = "say why";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFile {
    #[serde(default)]
    known: Vec<KnownFailure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFailure {
    id: String,
    reason: String,
    #[serde(default, rename = "link")]
    _link: Option<String>,
    #[serde(default)]
    expires: Option<toml_edit::Datetime>,
    #[serde(default)]
    sockets: Option<Vec<SocketKind>>,
}

impl KnownFailure {
    fn has_no_reason(&self) -> bool {
        let reason = self.reason.trim();
        reason.is_empty() || reason == NO_REASON
    }
}

impl KnownList {
    /// Reads a list: TOML with a `[[known]]` table for each vector. A table holds the `id`, a
    /// `reason`, and optionally a `link`, the `sockets` over which the vector fails, and the last
    /// day on which the entry counts, `expires`.
    ///
    /// # Errors
    ///
    /// If the list has another form, if it names a vector twice or one that the corpus does not
    /// have, or if an entry has no reason yet or has expired by `today`.
    pub fn load(path: &Path, corpus: &Corpus, today: Date) -> Result<Self, KnownError> {
        Self::read(&read_to_string(path, MAX_LIST)?, corpus, today)
    }

    /// Reads the text of a list as [`load`](Self::load) does.
    ///
    /// # Errors
    ///
    /// The same as for [`load`](Self::load), except that nothing is read from disk.
    pub fn read(text: &str, corpus: &Corpus, today: Date) -> Result<Self, KnownError> {
        let file: KnownFile = toml_edit::de::from_str(text)
            .map_err(|error| KnownError::Content(error.to_string()))?;
        let ids: HashSet<_> = corpus.vectors.iter().map(|it| it.id.as_str()).collect();
        let mut without_reason = file.known.iter().filter(|entry| entry.has_no_reason());
        if let Some(first) = without_reason.next() {
            return Err(KnownError::NoReason {
                id: first.id.clone(),
                others: without_reason.count(),
            });
        }
        let mut known = Self::default();
        for entry in file.known {
            let id = entry.id.clone();
            if !ids.contains(id.as_str()) {
                let ids = corpus.vectors.iter().map(|vector| vector.id.as_str());
                let suggestion = closest(&id, ids).map(String::from);
                return Err(KnownError::Unknown { id, suggestion });
            }
            if let Some(expires) = &entry.expires {
                let Some(date) = expires.date else {
                    return Err(KnownError::Content(format!(
                        "entry `{id}`: expires: {expires} is no date"
                    )));
                };
                let last = Date {
                    year: date.year,
                    month: date.month,
                    day: date.day,
                };
                if last < today {
                    return Err(KnownError::Expired {
                        id,
                        expires: date.to_string(),
                    });
                }
            }
            if known.entries.insert(id.clone(), entry).is_some() {
                return Err(KnownError::Twice(id));
            }
        }
        Ok(known)
    }

    /// Returns the ids of the vectors that are listed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Applies the list to the verdict of a vector over a socket, and returns the new verdict and
    /// its reason. A listed failure becomes `known`, and a listed vector that does not fail becomes
    /// `fixed`.
    pub(crate) fn apply(
        &self,
        id: &str,
        socket: SocketKind,
        verdict: Verdict,
        why: String,
    ) -> (Verdict, String) {
        match self.entries.get(id) {
            Some(entry) if entry.covers(socket) => {
                apply_known(verdict, why, &visible(&entry.reason))
            }
            _ => (verdict, why),
        }
    }
}

impl KnownFailure {
    /// Returns whether this entry is about a kind of socket. An entry without a list of sockets is
    /// about all kinds.
    fn covers(&self, socket: SocketKind) -> bool {
        self.sockets
            .as_ref()
            .is_none_or(|sockets| sockets.contains(&socket))
    }
}
