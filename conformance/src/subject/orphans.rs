//! Descendants that nothing marks, because they have cleared their environment: a child subreaper
//! becomes their parent when their own parent ends.

use std::collections::HashSet;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
};

use super::descendants::{parent, pids};

/// The running subjects, by process ID. `None` while this process adopts no orphans.
static SUBJECTS: Mutex<Option<HashSet<Pid>>> = Mutex::new(None);
/// The longest search for orphans that start new ones meanwhile.
const LIMIT: Duration = Duration::from_secs(10);

/// Makes this process the parent of all orphans among its descendants, and kills them when the last
/// subject has ended. Only for programs that start nothing but subjects.
///
/// Does nothing if this process has children already, or is the first of its PID namespace: then
/// the orphans of others are its children, too. Does nothing either if the system refuses it.
pub fn adopt_orphans() {
    let adopts_others = getpid().is_init() || !children().is_empty();
    if !adopts_others && set_child_subreaper(Some(getpid())).is_ok() {
        *SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner) = Some(HashSet::new());
    }
}

/// Starts a subject. It is no orphan until [`reaped`] is called.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    // Held meanwhile, so that nobody takes the new child for an orphan.
    let mut subjects = SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    if let Some(subjects) = &mut *subjects {
        subjects.insert(Pid::from_child(&child));
    }
    Ok(child)
}

/// Forgets a subject whose process was reaped. Kills all orphans if it was the last one: before,
/// one may belong to another subject.
pub(super) fn reaped(subject: Pid) {
    let mut subjects = SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(subjects) = &mut *subjects else {
        return;
    };
    subjects.remove(&subject);
    if subjects.is_empty() {
        kill_all();
    } else {
        // A subject may leave a process behind for each datagram.
        for orphan in children().difference(subjects) {
            let _ = waitpid(Some(*orphan), WaitOptions::NOHANG);
        }
    }
}

/// Kills and reaps all children, and those that become children meanwhile.
fn kill_all() {
    let deadline = Instant::now() + LIMIT;
    // A program with the rights of another user.
    let mut unkillable = HashSet::new();
    while Instant::now() < deadline {
        let mut orphans = children();
        orphans.retain(|orphan| !unkillable.contains(orphan));
        if orphans.is_empty() {
            return;
        }
        for orphan in orphans {
            if kill_process(orphan, Signal::KILL).is_ok() {
                let _ = waitpid(Some(orphan), WaitOptions::empty());
            } else {
                unkillable.insert(orphan);
            }
        }
    }
}

/// Returns the children of this process, those included that have ended and were not reaped.
fn children() -> HashSet<Pid> {
    let is_child = |pid: &Pid| parent(*pid) == Some(getpid());
    let pids = pids().into_iter().filter_map(Pid::from_raw);
    pids.filter(is_child).collect()
}
