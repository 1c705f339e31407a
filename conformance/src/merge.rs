//! Putting the parts of a split run together: what comes out equals the report of the run in one piece.
//!
//! A run is split dialect by dialect and socket by socket: of the vectors of each, in the order of the unsplit run, part
//! `i` of `n` takes the `i`th and every `n`th from there. So the order comes back by taking from the parts in turn, and
//! nothing about it has to stand in a result. Where a subject tells the dialects apart, theirs are run in turn.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use crate::contract::Start;
use crate::output_file::Spool;
use crate::report::{Head, ReadError, Record, Shard, Started, Whole, read};
use crate::transport::SocketKind;
use crate::vectors::Dialect;

/// The parts of a run, put together.
#[derive(Debug)]
pub struct Merged {
    /// What was run, on what, and how.
    pub head: Head,
    /// In the order of their numbers.
    parts: Vec<Part>,
}

/// What is told of a run that was put together, in the order of the unsplit run.
#[derive(Debug)]
pub enum Told<'r> {
    /// A subject stands ready; its results follow.
    Started(&'r Started),
    /// A result.
    Record(&'r Record),
}

/// Why parts cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A file is no whole report.
    #[error("{}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: ReadError,
    },
    /// They are not the parts of one run; says which does not belong to which, and why.
    #[error("{0}")]
    Parts(String),
    /// What was read cannot be kept on disk meanwhile.
    #[error("temporary file: {0}")]
    Io(#[from] io::Error),
}

/// A dialect and a socket.
type Key = (Dialect, SocketKind);

/// The results of a dialect and a socket, in order, a line each.
#[derive(Debug)]
struct Group {
    key: Key,
    count: usize,
    results: BufReader<File>,
}

#[derive(Debug)]
struct Part {
    path: String,
    whole: Whole,
    shard: Shard,
    groups: Vec<Group>,
}

/// Reads the parts of a run, in any order, and makes sure that they are all there and belong together. A report that is
/// no part of anything counts as a run of one part.
///
/// # Errors
///
/// If one cannot be read, is of another subject, suite or settings than the first, holds what another holds, or is missing.
pub fn merge(paths: &[PathBuf]) -> Result<Merged, MergeError> {
    let mut holders = Holders::default();
    let mut parts = Vec::new();
    for path in paths {
        parts.push(Part::read(path, paths.len(), &mut holders)?);
    }
    check_numbers(&mut parts)?;
    for part in &parts[1..] {
        parts[0].check_belongs(part)?;
    }
    holders.check()?;
    check_shares(&parts)?;
    let mut head = parts[0].whole.head.clone();
    head.suite.shard = None;
    for title in parts[1..]
        .iter()
        .flat_map(|part| &part.whole.head.suite.requirements)
    {
        if !head.suite.requirements.contains(title) {
            head.suite.requirements.push(title.clone());
        }
    }
    Ok(Merged { head, parts })
}

impl Merged {
    /// Tells what the unsplit run would have told, in that order.
    ///
    /// # Errors
    ///
    /// If what was kept on disk cannot be read again.
    pub fn tell(mut self, mut tell: impl FnMut(Told<'_>)) -> io::Result<()> {
        let totals = totals(&self.parts);
        for started in self.parts[0].whole.started.clone() {
            tell(Told::Started(&started));
            let of = |dialect: &Dialect| {
                let key = (*dialect, started.socket);
                (key, 0, totals.get(&key).copied().unwrap_or_default())
            };
            // Where there are several dialects, they were run in turn.
            let mut left: Vec<_> = started.dialects.iter().map(of).collect();
            while left.iter().any(|(_, told, total)| told < total) {
                for (key, told, _) in left.iter_mut().filter(|(_, told, total)| told < total) {
                    let part = *told % self.parts.len();
                    tell(Told::Record(&self.parts[part].next(*key)?));
                    *told += 1;
                }
            }
        }
        Ok(())
    }
}

impl Part {
    fn read(path: &Path, files: usize, holders: &mut Holders) -> Result<Self, MergeError> {
        let name = path.display().to_string();
        let mut spools = Vec::<(Key, usize, Spool)>::new();
        let whole = read(path, |record: Record| {
            let key = (record.dialect, record.socket);
            let index = spools.iter().position(|(known, ..)| *known == key);
            let index = index.unwrap_or_else(|| {
                spools.push((key, 0, Spool::in_temporary_folder()));
                spools.len() - 1
            });
            let (_, count, spool) = &mut spools[index];
            *count += 1;
            holders.add(&name, &record);
            spool.write_with(|out| {
                serde_json::to_writer(&mut *out, &record)?;
                out.write_all(b"\n")
            });
            Ok(())
        });
        let whole = whole.map_err(|source| MergeError::Read {
            path: path.into(),
            source,
        })?;
        for ((dialect, socket), ..) in &spools {
            let is_its =
                |started: &Started| started.socket == *socket && started.dialects.contains(dialect);
            if !whole.started.iter().any(is_its) {
                let what =
                    format!("{name}: nothing was declared ready for {dialect} over {socket}");
                return Err(MergeError::Parts(what));
            }
        }
        let shard = match whole.head.suite.shard {
            Some(shard) if (1..=shard.count).contains(&shard.index) => shard,
            Some(Shard { index, count }) => {
                return Err(MergeError::Parts(format!(
                    "{name}: there is no part {index} of {count}"
                )));
            }
            None if files == 1 => Shard { index: 1, count: 1 },
            None => {
                return Err(MergeError::Parts(format!(
                    "{name} is a whole run, and no part of one"
                )));
            }
        };
        let groups = spools.into_iter().map(|(key, count, mut spool)| {
            let results = BufReader::new(spool.reader()?);
            Ok(Group {
                key,
                count,
                results,
            })
        });
        Ok(Self {
            path: name,
            whole,
            shard,
            groups: groups.collect::<io::Result<_>>()?,
        })
    }

    fn next(&mut self, key: Key) -> io::Result<Record> {
        let mut line = Vec::new();
        if let Some(group) = self.groups.iter_mut().find(|group| group.key == key) {
            group.results.read_until(b'\n', &mut line)?;
        }
        Ok(serde_json::from_slice(&line)?)
    }

    /// Makes sure that another part is one of the same run.
    fn check_belongs(&self, other: &Self) -> Result<(), MergeError> {
        let (head, its) = (&self.whole.head, &other.whole.head);
        let same_suite = (&head.suite.name, &head.suite.version, &head.suite.set)
            == (&its.suite.name, &its.suite.version, &its.suite.set);
        let what = if head.subject != its.subject {
            format!(
                "subjects: {}, and {}",
                head.subject.command, its.subject.command
            )
        } else if !same_suite {
            let (suite, its) = (&head.suite, &its.suite);
            let words = |suite: &crate::report::Suite| {
                let set = suite.set.as_ref().map_or("no set", String::as_str);
                format!("{} {} with {set}", suite.name, suite.version)
            };
            format!("suites: {}, and {}", words(suite), words(its))
        } else if head.settings != its.settings {
            "settings: strict, seed, filters and levels have to be the same for all".into()
        } else if self.declared() != other.declared() {
            "subjects: what they declare about themselves is not the same".into()
        } else {
            return Ok(());
        };
        let (one, other) = (&self.path, &other.path);
        Err(MergeError::Parts(format!(
            "{one} and {other} are of different {what}"
        )))
    }

    /// What the subject declared, but for where it bound, which is its own affair every time.
    fn declared(&self) -> Vec<Start> {
        let started = self.whole.started.iter();
        let without_socket = started.map(|started| Start {
            socket: None,
            ..started.start.clone()
        });
        let mut declared: Vec<_> = without_socket.collect();
        declared.dedup();
        declared
    }
}

/// Makes sure that every number is there once, and puts the parts in their order.
fn check_numbers(parts: &mut [Part]) -> Result<(), MergeError> {
    parts.sort_by_key(|part| part.shard.index);
    let count = parts[0].shard.count;
    for pair in parts.windows(2) {
        let [one, other] = pair else { continue };
        if one.shard.count != other.shard.count {
            return Err(MergeError::Parts(format!(
                "{} is part {} of {}, and {} part {} of {}",
                one.path,
                one.shard.index,
                one.shard.count,
                other.path,
                other.shard.index,
                other.shard.count
            )));
        }
        if one.shard.index == other.shard.index {
            let (index, one, other) = (one.shard.index, &one.path, &other.path);
            return Err(MergeError::Parts(format!(
                "part {index} of {count} is there twice: {one} and {other}"
            )));
        }
    }
    // The numbers are all different, and none is too large. Of the missing ones a few are named: a file may claim any
    // number of parts.
    let missing = count - parts.len();
    let is_missing = |index: &usize| parts.iter().all(|part| part.shard.index != *index);
    let named: Vec<_> = (1..=count)
        .filter(is_missing)
        .take(missing.min(10))
        .map(|index| index.to_string())
        .collect();
    if missing == 0 {
        return Ok(());
    }
    let (are, rest) = (
        if missing == 1 { "is" } else { "are" },
        if missing > named.len() { ", …" } else { "" },
    );
    let named = named.join(", ");
    Err(MergeError::Parts(format!(
        "of {count} parts {missing} {are} missing: {named}{rest}"
    )))
}

/// Makes sure that every part holds its share of each dialect and socket.
fn check_shares(parts: &[Part]) -> Result<(), MergeError> {
    let count = parts.len();
    for (key, whole) in totals(parts) {
        for (index, part) in parts.iter().enumerate() {
            let share = (whole + count - 1 - index) / count;
            let held = part.count_of(key);
            if held != share {
                let (path, (dialect, socket)) = (&part.path, key);
                return Err(MergeError::Parts(format!(
                    "{path} holds {held} results of {dialect} over {socket}, and its share of {whole} is {share}: \
                     the parts are not of one run"
                )));
            }
        }
    }
    Ok(())
}

impl Part {
    fn count_of(&self, key: Key) -> usize {
        let found = self.groups.iter().find(|group| group.key == key);
        found.map_or(0, |group| group.count)
    }
}

/// Counts the results of all parts by dialect and socket.
fn totals(parts: &[Part]) -> HashMap<Key, usize> {
    let mut totals = HashMap::new();
    for group in parts.iter().flat_map(|part| &part.groups) {
        *totals.entry(group.key).or_default() += group.count;
    }
    totals
}

/// Who holds which result; of the vector's name only a hash, as there may be many.
#[derive(Debug, Default)]
struct Holders {
    files: Vec<String>,
    results: HashMap<u64, usize>,
    twice: Option<String>,
}

impl Holders {
    fn add(&mut self, file: &str, record: &Record) {
        if self.files.last().is_none_or(|last| last != file) {
            self.files.push(file.into());
        }
        let this = self.files.len() - 1;
        let key = (record.dialect, record.socket.as_str(), &record.id);
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let other = *self.results.entry(hash).or_insert(this);
        if other != this && self.twice.is_none() {
            let (id, socket, other) = (&record.id, record.socket, &self.files[other]);
            self.twice = Some(format!("{other} and {file} both hold `{id}` over {socket}"));
        }
    }

    fn check(self) -> Result<(), MergeError> {
        self.twice
            .map_or(Ok(()), |twice| Err(MergeError::Parts(twice)))
    }
}
