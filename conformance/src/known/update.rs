use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use super::list::{KnownError, NO_REASON};
use crate::input_file::{MAX_LIST, read_to_string};
use crate::judge::{Strictness, Verdict};
use crate::output_file::write_atomically;
use crate::transport::SocketKind;

/// The failures of a run without a list. A list can be written or updated from them.
#[derive(Clone, Debug)]
pub struct ObservedFailures {
    strictness: Strictness,
    /// For each vector, the sockets over which it failed, and those over which it ran.
    vectors: BTreeMap<String, (Vec<&'static str>, Vec<&'static str>)>,
}

/// How an update changed a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListChanges {
    /// The number of new entries.
    pub added: usize,
    /// The number of entries whose sockets changed.
    pub changed: usize,
    /// The number of removed entries.
    pub removed: usize,
}

impl ObservedFailures {
    /// Returns an empty record of a run.
    pub fn new(strictness: Strictness) -> Self {
        Self {
            strictness,
            vectors: BTreeMap::new(),
        }
    }

    /// Adds the verdict of a vector over a socket. A vector that does not apply counts as not run.
    pub fn add(&mut self, id: &str, socket: SocketKind, verdict: Verdict) {
        if verdict == Verdict::NotApplicable {
            return;
        }
        let (failed, ran) = self.vectors.entry(id.into()).or_default();
        ran.push(socket.as_str());
        if verdict.is_failure(self.strictness) {
            failed.push(socket.as_str());
        }
    }

    /// Writes a list, or updates an existing one. Adds vectors that fail, removes vectors that do
    /// not, and keeps vectors and sockets that did not run. Keeps comments and the order of
    /// entries.
    ///
    /// # Errors
    ///
    /// If the list cannot be read, is no TOML, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<ListChanges, KnownError> {
        let text = match read_to_string(path, MAX_LIST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error.into()),
        };
        let mut document: DocumentMut = text
            .parse()
            .map_err(|error| KnownError::Content(format!("{error}")))?;
        let tables = document
            .entry("known")
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let tables = tables
            .as_array_of_tables_mut()
            .ok_or_else(|| KnownError::Content("`known` is no [[known]]".into()))?;
        let changes = self.update(tables);
        write_atomically(path, document.to_string().as_bytes())?;
        Ok(changes)
    }

    fn update(&self, tables: &mut ArrayOfTables) -> ListChanges {
        let mut changes = ListChanges::default();
        let mut listed = HashSet::new();
        tables.retain(|table| {
            let id = table.get("id").and_then(Item::as_str).unwrap_or_default();
            let stays = self.vectors.get(id).is_none_or(|(failed, ran)| {
                !failed.is_empty() || !sockets_not_run(table, ran).is_empty()
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
                let mut sockets = sockets_not_run(table, ran);
                sockets.extend(failed.iter().map(ToString::to_string));
                set_sockets(table, sockets, ran);
                changes.changed += usize::from(table.to_string() != before);
            }
            listed.insert(id);
        }
        for (id, (failed, ran)) in &self.vectors {
            if !failed.is_empty() && !listed.contains(id) {
                let mut table = Table::new();
                table.insert("id", value(id));
                table.insert("reason", value(NO_REASON));
                set_sockets(
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

/// Returns the sockets of an entry over which its vector did not run.
fn sockets_not_run(table: &Table, ran: &[&str]) -> Vec<String> {
    let named = table.get("sockets").and_then(Item::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let not_run = named.filter(|socket| !ran.contains(socket));
    not_run.map(str::to_string).collect()
}

/// Writes the sockets into an entry, unless its vector failed over all sockets.
fn set_sockets(table: &mut Table, sockets: Vec<String>, ran: &[&str]) {
    let is_known = |socket: &String| ran.contains(&socket.as_str());
    if sockets.len() == ran.len() && sockets.iter().all(is_known) {
        table.remove("sockets");
    } else {
        let sockets: toml_edit::Array = sockets.into_iter().collect();
        table.insert("sockets", value(sockets));
    }
}
