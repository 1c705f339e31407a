//! Merges the parts of a split run. The result equals the report of the whole run.
//!
//! A run is split for each dialect and socket: part `i` of `n` takes the `i`th vector, in the order
//! of the whole run, and every `n`th vector after that one. So this module restores the order by
//! taking results from the parts in turn, and results need no numbers. If a subject tells the
//! dialects apart, the vectors of the dialects run in turn.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::contract::Start;
use crate::dialect::Dialect;
use crate::output_file::Spool;
use crate::report::{ReadError, ReadReport, ReadySubject, Record, ReportHeader, Shard, read};
use crate::transport::SocketKind;

/// The merged parts of a run.
#[derive(Debug)]
pub struct Merged {
    /// The suite, the subject and the settings of the run.
    pub header: ReportHeader,
    /// How long the run took, from the first start of a part to the last end, if that is known.
    pub duration: Option<Duration>,
    /// The parts, in the order of their numbers.
    parts: Vec<Part>,
}

/// An event of the whole run.
#[derive(Debug)]
pub enum MergeEvent<'r> {
    /// A subject is ready; its results follow.
    SubjectReady(&'r ReadySubject),
    /// A result.
    Result(&'r Record),
}

/// Why parts cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A file is no complete report.
    #[error("{}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why the file is no complete report.
        source: ReadError,
    },
    /// The files are not the parts of one run. The message names the files that differ, and how
    /// they differ.
    #[error("{0}")]
    Parts(String),
    /// The results cannot be kept in a temporary file.
    #[error("temporary file")]
    Io(#[from] io::Error),
}

/// A dialect and a kind of socket.
type GroupKey = (Dialect, SocketKind);

/// The results of a dialect and a socket, in order, one JSON line each.
#[derive(Debug)]
struct Group {
    key: GroupKey,
    count: usize,
    results: BufReader<File>,
}

#[derive(Debug)]
struct Part {
    path: String,
    report: ReadReport,
    shard: Shard,
    groups: Vec<Group>,
}

/// Reads the parts of a run, in any order, and checks that they are complete and belong together. A
/// single report of a whole run counts as a run of one part.
///
/// # Errors
///
/// If a part cannot be read, differs from the first one in its subject, suite or settings, has a
/// result that another part has, or is missing.
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
    let mut header = parts[0].report.header.clone();
    header.suite.shard = None;
    let titles = parts
        .iter()
        .flat_map(|part| &part.report.header.suite.requirements);
    let mut seen = HashSet::new();
    header.suite.requirements = titles
        .filter(|title| seen.insert(*title))
        .cloned()
        .collect();
    for part in &parts[1..] {
        match (&mut header.run, &part.report.header.run) {
            (Some(run), Some(other)) => run.add_part(other),
            // A report of an older version has no run context.
            (run, _) => *run = None,
        }
    }
    Ok(Merged {
        duration: duration(&header, &parts),
        header,
        parts,
    })
}

/// Returns the time from the start of the whole run until the last part ended.
fn duration(whole: &ReportHeader, parts: &[Part]) -> Option<Duration> {
    let began = whole.run.as_ref()?.started;
    let ends = parts.iter().map(|part| {
        let started = part.report.header.run.as_ref()?.started;
        let after = Duration::try_from(started.duration_since(began)).ok()?;
        after.checked_add(part.report.duration?)
    });
    ends.collect::<Option<Vec<_>>>()?.into_iter().max()
}

impl Merged {
    /// Calls `on_event` with the events of the whole run, in their order.
    ///
    /// # Errors
    ///
    /// If the temporary files cannot be read.
    pub fn replay(mut self, mut on_event: impl FnMut(MergeEvent<'_>)) -> io::Result<()> {
        let totals = totals(&self.parts);
        for subject in self.parts[0].report.subjects.clone() {
            on_event(MergeEvent::SubjectReady(&subject));
            let of = |dialect: &Dialect| {
                let key = (*dialect, subject.socket);
                (key, 0, totals.get(&key).copied().unwrap_or_default())
            };
            // The vectors of several dialects run in turn.
            let mut progress: Vec<_> = subject.dialects.iter().map(of).collect();
            while progress.iter().any(|(_, done, total)| done < total) {
                for (key, done, _) in progress.iter_mut().filter(|(_, done, total)| done < total) {
                    let part = *done % self.parts.len();
                    on_event(MergeEvent::Result(&self.parts[part].next(*key)?));
                    *done += 1;
                }
            }
        }
        Ok(())
    }
}

impl Part {
    fn read(path: &Path, files: usize, holders: &mut Holders) -> Result<Self, MergeError> {
        let name = path.display().to_string();
        let mut spools = Vec::<(GroupKey, usize, Spool)>::new();
        let report = read(path, |record: Record| {
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
        let report = report.map_err(|source| MergeError::Read {
            path: path.into(),
            source,
        })?;
        let mut declared = HashSet::new();
        for subject in &report.subjects {
            for dialect in &subject.dialects {
                if !declared.insert((dialect, subject.socket)) {
                    let socket = subject.socket;
                    let what = format!(
                        "{name}: a subject was declared ready twice for {dialect} over {socket}"
                    );
                    return Err(MergeError::Parts(what));
                }
            }
        }
        for ((dialect, socket), ..) in &spools {
            let covers = |subject: &ReadySubject| {
                subject.socket == *socket && subject.dialects.contains(dialect)
            };
            if !report.subjects.iter().any(covers) {
                let what =
                    format!("{name}: nothing was declared ready for {dialect} over {socket}");
                return Err(MergeError::Parts(what));
            }
        }
        let shard = match report.header.suite.shard {
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
            report,
            shard,
            groups: groups.collect::<io::Result<_>>()?,
        })
    }

    fn next(&mut self, key: GroupKey) -> io::Result<Record> {
        let mut line = Vec::new();
        if let Some(group) = self.groups.iter_mut().find(|group| group.key == key) {
            group.results.read_until(b'\n', &mut line)?;
        }
        Ok(serde_json::from_slice(&line)?)
    }

    /// Checks that another part belongs to the same run.
    fn check_belongs(&self, other: &Self) -> Result<(), MergeError> {
        let (header, its) = (&self.report.header, &other.report.header);
        let same_suite = (&header.suite.name, &header.suite.version, &header.suite.set)
            == (&its.suite.name, &its.suite.version, &its.suite.set);
        let what = if header.subject != its.subject {
            format!(
                "subjects: {}, and {}",
                header.subject.command, its.subject.command
            )
        } else if !same_suite {
            let (suite, its) = (&header.suite, &its.suite);
            let words = |suite: &crate::report::Suite| {
                let set = suite.set.as_ref().map_or("no set", String::as_str);
                format!("{} {} with {set}", suite.name, suite.version)
            };
            format!("suites: {}, and {}", words(suite), words(its))
        } else if header.settings != its.settings {
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

    /// Returns what the subject declared, without the sockets that it bound, because they may
    /// differ.
    fn declared(&self) -> Vec<Start> {
        let subjects = self.report.subjects.iter();
        let without_socket = subjects.map(|subject| Start {
            socket: None,
            ..subject.start.clone()
        });
        let mut declared: Vec<_> = without_socket.collect();
        declared.dedup();
        declared
    }
}

/// Checks that the parts have all numbers, each once, and sorts the parts by their numbers.
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
    // The numbers are all different, and none is too large. The message names only some missing
    // ones, because a file may claim any number of parts.
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

/// Checks that every part has its share of each dialect and socket.
fn check_shares(parts: &[Part]) -> Result<(), MergeError> {
    let count = parts.len();
    for (key, whole) in totals(parts) {
        for (index, part) in parts.iter().enumerate() {
            let share = (whole + count - 1 - index) / count;
            let held = part.count_of(key);
            if held != share {
                let (path, (dialect, socket)) = (&part.path, key);
                return Err(MergeError::Parts(format!(
                    "{path} holds {held} results of {dialect} over {socket}, and its share of {whole} \
                     is {share}: the parts are not of one run"
                )));
            }
        }
    }
    Ok(())
}

impl Part {
    fn count_of(&self, key: GroupKey) -> usize {
        let found = self.groups.iter().find(|group| group.key == key);
        found.map_or(0, |group| group.count)
    }
}

/// Returns the counts of the results of all parts, by dialect and socket.
fn totals(parts: &[Part]) -> HashMap<GroupKey, usize> {
    let mut totals = HashMap::new();
    for group in parts.iter().flat_map(|part| &part.groups) {
        *totals.entry(group.key).or_default() += group.count;
    }
    totals
}

/// Records which file has which result. Keeps hashes of the results, because there may be many.
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
        let Some(other) = self.results.insert(hash, this) else {
            return;
        };
        let (id, socket, other) = (&record.id, record.socket, &self.files[other]);
        self.twice.get_or_insert_with(|| {
            if other == file {
                format!("{file} holds `{id}` over {socket} twice")
            } else {
                format!("{other} and {file} both hold `{id}` over {socket}")
            }
        });
    }

    fn check(self) -> Result<(), MergeError> {
        self.twice
            .map_or(Ok(()), |twice| Err(MergeError::Parts(twice)))
    }
}
