//! The list of failures that are known: it excuses what it names, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::judge::Verdict;
use crate::run::Outcome;
use crate::subject::SocketKind;
use crate::vectors::Corpus;

/// The failures that are known, by vector.
#[derive(Clone, Debug, Default)]
pub struct Known {
    entries: BTreeMap<String, Entry>,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnownError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not TOML of the form that is documented.
    #[error("{0}")]
    Form(String),
    /// It names a vector that there is not.
    #[error("entry `{0}`: there is no such vector")]
    Unknown(String),
    /// It names a vector twice.
    #[error("entry `{0}`: it stands there twice")]
    Twice(String),
    /// An entry has expired.
    #[error(
        "entry `{id}`: it expired on {expires}; mend the listener, or say until when it stays broken"
    )]
    Expired {
        /// The vector.
        id: String,
        /// The last day on which it was excused.
        expires: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    reason: String,
    #[serde(default, rename = "link")]
    _link: Option<String>,
    #[serde(default)]
    expires: Option<toml_edit::Datetime>,
    #[serde(default)]
    sockets: Option<Vec<SocketKind>>,
}

impl Known {
    /// Reads a list: TOML, a `[[known]]` table for each vector with its `id` and a `reason`, and if wanted a `link`, the
    /// `sockets` that it is about, and the date on which it `expires`, the last day on which it counts.
    ///
    /// # Errors
    ///
    /// If it is of another form, names a vector twice or one that the corpus does not have, or holds an entry that has
    /// expired `today` (year, month, day).
    pub fn load(path: &Path, corpus: &Corpus, today: (i16, i8, i8)) -> Result<Self, KnownError> {
        Self::read(&fs::read_to_string(path)?, corpus, today)
    }

    /// Does as [`load`](Self::load) does, with the text of a list.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn read(text: &str, corpus: &Corpus, today: (i16, i8, i8)) -> Result<Self, KnownError> {
        let file: File =
            toml_edit::de::from_str(text).map_err(|error| KnownError::Form(error.to_string()))?;
        let mut known = Self::default();
        for entry in file.known {
            let id = entry.id.clone();
            if !corpus.vectors.iter().any(|vector| vector.id == id) {
                return Err(KnownError::Unknown(id));
            }
            if let Some(expires) = &entry.expires {
                let Some(date) = expires.date else {
                    return Err(KnownError::Form(format!(
                        "entry `{id}`: expires: {expires} is no date"
                    )));
                };
                let last = (
                    i32::from(date.year),
                    i32::from(date.month),
                    i32::from(date.day),
                );
                if last < (i32::from(today.0), i32::from(today.1), i32::from(today.2)) {
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

    /// Gives the vectors that are listed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Turns the verdict of a vector that is listed: a failure is known, and what does not fail any more is told, so that
    /// the list stays true.
    pub(crate) fn regard(&self, outcome: &mut Outcome<'_>) {
        let Some(entry) = self.entries.get(&outcome.vector.id) else {
            return;
        };
        let sockets = entry.sockets.as_ref();
        if sockets.is_some_and(|sockets| !sockets.contains(&outcome.socket)) {
            return;
        }
        let why = std::mem::take(&mut outcome.why);
        (outcome.verdict, outcome.why) = regarded(outcome.verdict, why, &entry.reason);
    }
}

/// Gives the verdict of a vector that is listed for this reason, and what it rests on.
pub(crate) fn regarded(verdict: Verdict, why: String, reason: &str) -> (Verdict, String) {
    if verdict.is_failure(true) {
        (Verdict::Known, format!("{why} (known: {reason})"))
    } else if verdict == Verdict::NotApplicable {
        (verdict, why)
    } else {
        let why =
            format!("it is listed as known to fail ({reason}), and does not: take it off the list");
        (Verdict::Fixed, why)
    }
}

/// What a run found, for bringing a list up to date.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Whether warnings count as failures.
    strict: bool,
    /// For each vector: the sockets over which it failed, and those over which it ran.
    vectors: BTreeMap<String, (Vec<&'static str>, Vec<&'static str>)>,
}

/// How a list was changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Entries that are new.
    pub added: usize,
    /// Entries whose sockets are others now.
    pub changed: usize,
    /// Entries that were taken off.
    pub removed: usize,
}

impl Findings {
    /// Has found nothing yet. Warnings are failures if `strict`.
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            vectors: BTreeMap::new(),
        }
    }

    /// Takes note of an outcome of a run without a list. What does not apply did not run.
    pub fn add(&mut self, outcome: &Outcome<'_>) {
        if outcome.verdict == Verdict::NotApplicable {
            return;
        }
        let (failed, ran) = self.vectors.entry(outcome.vector.id.clone()).or_default();
        ran.push(outcome.socket.as_str());
        if outcome.verdict.is_failure(self.strict) {
            failed.push(outcome.socket.as_str());
        }
    }

    /// Makes a list, or brings one up to date: what fails is listed, what does not is taken off, and what did not run
    /// stays, be it a vector or a socket that an entry names. Comments and the order of entries stay, too.
    ///
    /// # Errors
    ///
    /// If the list cannot be read, is no TOML, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<Changes, KnownError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error.into()),
        };
        let mut document: DocumentMut = text
            .parse()
            .map_err(|error| KnownError::Form(format!("{error}")))?;
        let tables = document
            .entry("known")
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let tables = tables
            .as_array_of_tables_mut()
            .ok_or_else(|| KnownError::Form("`known` is no [[known]]".into()))?;
        let changes = self.update(tables);
        crate::report::write_whole(path, document.to_string().as_bytes())?;
        Ok(changes)
    }

    fn update(&self, tables: &mut ArrayOfTables) -> Changes {
        let mut changes = Changes::default();
        let mut listed = Vec::new();
        tables.retain(|table| {
            let id = table.get("id").and_then(Item::as_str).unwrap_or_default();
            let stays = self.vectors.get(id).is_none_or(|(failed, ran)| {
                !failed.is_empty() || !elsewhere(table, ran).is_empty()
            });
            changes.removed += usize::from(!stays);
            stays
        });
        for table in tables.iter_mut() {
            let id = table
                .get("id")
                .and_then(Item::as_str)
                .unwrap_or_default()
                .to_string();
            if let Some((failed, ran)) = self.vectors.get(&id) {
                let before = table.to_string();
                let mut sockets = elsewhere(table, ran);
                sockets.extend(failed.iter().map(ToString::to_string));
                limit_to(table, sockets, ran);
                changes.changed += usize::from(table.to_string() != before);
            }
            listed.push(id);
        }
        for (id, (failed, ran)) in &self.vectors {
            if !failed.is_empty() && !listed.contains(id) {
                let mut table = Table::new();
                table.insert("id", value(id));
                table.insert("reason", value("say why"));
                limit_to(
                    &mut table,
                    failed.iter().map(ToString::to_string).collect(),
                    ran,
                );
                tables.push(table);
                changes.added += 1;
            }
        }
        changes
    }
}

/// Gives the sockets that an entry names, and over which its vector did not run.
fn elsewhere(table: &Table, ran: &[&str]) -> Vec<String> {
    let named = table.get("sockets").and_then(Item::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let elsewhere = named.filter(|socket| !ran.contains(socket));
    elsewhere.map(str::to_string).collect()
}

/// Names the sockets in an entry, unless they are those over which its vector ran.
fn limit_to(table: &mut Table, sockets: Vec<String>, ran: &[&str]) {
    let is_known = |socket: &String| ran.contains(&socket.as_str());
    if sockets.len() == ran.len() && sockets.iter().all(is_known) {
        table.remove("sockets");
    } else {
        let sockets: toml_edit::Array = sockets.into_iter().collect();
        table.insert("sockets", value(sockets));
    }
}
