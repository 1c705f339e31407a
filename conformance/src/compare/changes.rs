use std::collections::HashMap;

use super::matrix::severity;
use super::run::{ComparedResult, ComparedRun};
use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::transport::SocketKind;
use crate::vectors::Level;

/// What changed between two runs of one subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Changes {
    /// The earlier run, as an index.
    pub from: usize,
    /// The later run, as an index.
    pub to: usize,
    /// Results that got worse or are gone; the gravest first.
    pub worse: Vec<Change>,
    /// Results that got better.
    pub better: Vec<Change>,
    /// The count of results that are new.
    pub new: usize,
}

/// A result whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The vector.
    pub id: String,
    /// The requirement that it tests.
    pub requirement: String,
    /// How binding it is.
    pub level: Level,
    /// The dialect of its datagrams.
    pub dialect: Dialect,
    /// The socket.
    pub socket: SocketKind,
    /// The verdict of the earlier run.
    pub before: Verdict,
    /// The verdict of the later run; `None` if the result is gone.
    pub after: Option<Verdict>,
    /// The reason for the later verdict.
    pub why: String,
}

impl Changes {
    /// Compares two runs. Results that do not decide about conformance are left out.
    pub(super) fn between(runs: &[ComparedRun], from: usize, to: usize) -> Self {
        let [before, after] = [from, to].map(|run| gravest_of_each(&runs[run].results));
        let (mut worse, mut better) = (Vec::new(), Vec::new());
        for (key, before) in &before {
            let after = after.get(key).copied();
            if !after.unwrap_or(before).decides {
                continue;
            }
            let weight = after.map_or(u8::MAX, |after| distance_from_pass(after.verdict));
            match weight.cmp(&distance_from_pass(before.verdict)) {
                std::cmp::Ordering::Greater => worse.push(Change::of(before, after)),
                std::cmp::Ordering::Less => better.push(Change::of(before, after)),
                std::cmp::Ordering::Equal => {}
            }
        }
        for changes in [&mut worse, &mut better] {
            changes.sort_by(|one, other| one.order().cmp(&other.order()));
        }
        let new = after
            .keys()
            .filter(|key| !before.contains_key(*key))
            .count();
        Self {
            from,
            to,
            worse,
            better,
            new,
        }
    }
}

/// A vector and a socket.
type ResultKey<'r> = (&'r str, Dialect, SocketKind);

/// Returns the results by vector and socket; of a vector that was run several times, the gravest.
fn gravest_of_each(results: &[ComparedResult]) -> HashMap<ResultKey<'_>, &ComparedResult> {
    let mut gravest = HashMap::new();
    for result in results {
        let key = (result.id.as_str(), result.dialect, result.socket);
        let so_far = gravest.entry(key).or_insert(result);
        if severity(result.verdict) > severity(so_far.verdict) {
            *so_far = result;
        }
    }
    gravest
}

/// Returns how far a verdict is from a pass. Several verdicts are as good as each other.
fn distance_from_pass(verdict: Verdict) -> u8 {
    match verdict {
        // `Fixed` means that the list of known failures is out of date, not that the subject is
        // wrong.
        Verdict::Pass | Verdict::Fixed | Verdict::Info => 0,
        other => severity(other),
    }
}

impl Change {
    fn of(before: &ComparedResult, after: Option<&ComparedResult>) -> Self {
        Self {
            id: before.id.clone(),
            requirement: before.requirement.clone(),
            level: before.level,
            dialect: before.dialect,
            socket: before.socket,
            before: before.verdict,
            after: after.map(|after| after.verdict),
            why: after.map_or_else(|| "it was not run".into(), |after| after.why.clone()),
        }
    }

    /// Returns a key that puts the gravest changes first, and results that are gone last.
    fn order(&self) -> (u8, &str, Dialect, &'static str) {
        let grave = self
            .after
            .map_or(u8::MAX, |after| u8::MAX - 1 - severity(after));
        (grave, &self.id, self.dialect, self.socket.as_str())
    }

    /// Returns the names of the earlier and the later verdict.
    pub fn verdicts(&self) -> [&'static str; 2] {
        [
            self.before.as_str(),
            self.after.map_or("gone", Verdict::as_str),
        ]
    }
}

/// A change of one vector that is the same over several sockets.
pub(super) struct ChangeGroup<'c> {
    pub(super) change: &'c Change,
    pub(super) sockets: Vec<&'static str>,
}

/// Groups changes that differ only in their sockets.
pub(super) fn grouped(changes: &[Change]) -> Vec<ChangeGroup<'_>> {
    fn key(change: &Change) -> (&str, Dialect, Verdict, Option<Verdict>, &str) {
        let Change { id, why, .. } = change;
        (id, change.dialect, change.before, change.after, why)
    }
    let mut groups = Vec::<ChangeGroup<'_>>::new();
    for change in changes {
        let same = |group: &&mut ChangeGroup<'_>| key(group.change) == key(change);
        // Changes are sorted, so those of a group are close to each other.
        match groups.iter_mut().rev().take(8).find(same) {
            Some(group) => group.sockets.push(change.socket.as_str()),
            None => groups.push(ChangeGroup {
                change,
                sockets: vec![change.socket.as_str()],
            }),
        }
    }
    groups
}
