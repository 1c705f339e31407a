//! Finds and kills the descendants of subjects that have cleared their environment and so lack the
//! mark. This process is a child subreaper, which becomes their parent when their own parent ends.

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
/// The longest time of the search for orphans, which may start new processes meanwhile.
const LIMIT: Duration = Duration::from_secs(10);

/// Makes this process the parent of all orphans among its descendants, and kills them when the last
/// subject has ended. Only programs that start no processes but subjects may call this.
///
/// Does nothing if this process has children already, or if it is the first of its PID namespace,
/// because it is then also the parent of other orphans. Does nothing if the system refuses.
pub fn adopt_orphans() {
    let adopts_others = getpid().is_init() || !children().is_empty();
    if !adopts_others && set_child_subreaper(Some(getpid())).is_ok() {
        *SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner) = Some(HashSet::new());
    }
}

/// Starts a subject. It is no orphan until [`reaped`] is called.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    // Locked during the start, so that no other thread takes the new child for an orphan.
    let mut subjects = SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    if let Some(subjects) = &mut *subjects {
        subjects.insert(Pid::from_child(&child));
    }
    Ok(child)
}

/// Forgets a subject whose process was reaped. Kills all orphans if it was the last subject. While
/// others run, an orphan may belong to one of them.
pub(super) fn reaped(subject: Pid) {
    let mut subjects = SUBJECTS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(subjects) = &mut *subjects else {
        return;
    };
    subjects.remove(&subject);
    if subjects.is_empty() {
        kill_all();
    } else {
        // Reaps the orphans that have ended, because a subject may leave one for each datagram.
        for orphan in children().difference(subjects) {
            let _ = waitpid(Some(*orphan), WaitOptions::NOHANG);
        }
    }
}

/// Kills and reaps all children, and the processes that become children meanwhile.
fn kill_all() {
    let deadline = Instant::now() + LIMIT;
    // Children that run with the rights of another user.
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

/// Returns the children of this process. Children that have ended, but were not reaped, are
/// included.
fn children() -> HashSet<Pid> {
    let is_child = |pid: &Pid| parent(*pid) == Some(getpid());
    let pids = pids().into_iter().filter_map(Pid::from_raw);
    pids.filter(is_child).collect()
}
