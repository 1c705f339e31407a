use std::collections::HashMap;

use super::Run;
use super::matrix::severity;
use super::run::Found;
use crate::judge::Verdict;
use crate::transport::SocketKind;
use crate::vectors::{Dialect, Level};

/// What changed between two runs of one subject.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Changes {
    /// The earlier run, as an index.
    pub from: usize,
    /// The later run, as an index.
    pub to: usize,
    /// Results that got worse, or are not there any more; the gravest first.
    pub worse: Vec<Change>,
    /// Results that got better.
    pub better: Vec<Change>,
    /// How many results are new.
    pub new: usize,
}

/// A result that came to something else.
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
    /// What it came to before.
    pub before: Verdict,
    /// What it comes to now; `None` if it is not there any more.
    pub after: Option<Verdict>,
    /// What that rests on.
    pub why: String,
}

impl Changes {
    /// Holds two runs against each other. What does not decide about conformance counts neither way.
    pub(super) fn between(runs: &[Run], from: usize, to: usize) -> Self {
        let [before, after] = [from, to].map(|run| worst_of_each(&runs[run].found));
        let (mut worse, mut better) = (Vec::new(), Vec::new());
        for (key, before) in &before {
            let after = after.get(key).copied();
            if !after.unwrap_or(before).decides {
                continue;
            }
            let weight = after.map_or(u8::MAX, |after| standing(after.verdict));
            match weight.cmp(&standing(before.verdict)) {
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

/// A vector, over one socket.
type Key<'r> = (&'r str, Dialect, SocketKind);

/// Gives the results by vector and socket; where one was run several times, the worst.
fn worst_of_each(found: &[Found]) -> HashMap<Key<'_>, &Found> {
    let mut worst = HashMap::new();
    for found in found {
        let key = (found.id.as_str(), found.dialect, found.socket);
        let so_far = worst.entry(key).or_insert(found);
        if severity(found.verdict) > severity(so_far.verdict) {
            *so_far = found;
        }
    }
    worst
}

/// How far a verdict is from a pass, where several are as good as each other.
fn standing(verdict: Verdict) -> u8 {
    match verdict {
        // Where something is listed as failing and does not, the list is to blame.
        Verdict::Pass | Verdict::Fixed | Verdict::Info => 0,
        other => severity(other),
    }
}

impl Change {
    fn of(before: &Found, after: Option<&Found>) -> Self {
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

    /// The gravest first; what is not there any more last.
    fn order(&self) -> (u8, &str, Dialect, &'static str) {
        let grave = self
            .after
            .map_or(u8::MAX, |after| u8::MAX - 1 - severity(after));
        (grave, &self.id, self.dialect, self.socket.as_str())
    }

    /// Names what it came to, then and now.
    pub fn verdicts(&self) -> [&'static str; 2] {
        [
            self.before.as_str(),
            self.after.map_or("gone", Verdict::as_str),
        ]
    }
}

/// Changes of one vector that are the same over several sockets, told once.
pub(super) struct Told<'c> {
    pub(super) change: &'c Change,
    pub(super) sockets: Vec<&'static str>,
}

pub(super) fn told(changes: &[Change]) -> Vec<Told<'_>> {
    let mut told = Vec::<Told<'_>>::new();
    for change in changes {
        let same = |other: &Change| {
            (
                &other.id,
                other.dialect,
                other.before,
                other.after,
                &other.why,
            ) == (
                &change.id,
                change.dialect,
                change.before,
                change.after,
                &change.why,
            )
        };
        // They are sorted: what is the same stands close by.
        match told.iter_mut().rev().take(8).find(|told| same(told.change)) {
            Some(told) => told.sockets.push(change.socket.as_str()),
            None => told.push(Told {
                change,
                sockets: vec![change.socket.as_str()],
            }),
        }
    }
    told
}
