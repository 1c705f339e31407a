//! Finds and kills the processes that a subject started and that left its process group, such as a
//! daemon or a fork bomb.

use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

use memchr::memrchr;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The environment variable that marks every descendant of a subject.
pub(super) const MARK: &str = "EVDG_SUBJECT";
/// The longest time of the search for descendants, which may start new processes meanwhile.
const LIMIT: Duration = Duration::from_secs(10);
/// The most processes that are inspected before the list of processes is read again.
const MAX_PER_PASS: usize = 1_000;

/// Kills every process that has this mark in its environment, and the processes that they start
/// meanwhile.
pub(super) fn kill_all(mark: &str) {
    let entry = format!("{MARK}={mark}");
    let deadline = Instant::now() + LIMIT;
    // A process that ended stays in the list until its parent waits for it, and a fork bomb leaves
    // tens of thousands.
    let mut inspected = HashSet::new();
    while Instant::now() < deadline {
        let mut pids = pids();
        pids.retain(|pid| !inspected.contains(pid));
        // Inspects the newest processes first, because they are the ones that start others.
        pids.sort_unstable_by(|one, other| other.cmp(one));
        let mut is_over = pids.len() <= MAX_PER_PASS;
        for pid in pids.into_iter().take(MAX_PER_PASS) {
            let state = kill_if_marked(pid, entry.as_bytes());
            // A process that ended meanwhile may have started another.
            is_over &= state == State::NotMarked;
            if matches!(state, State::Ended | State::NotMarked) {
                inspected.insert(pid);
            }
        }
        if is_over {
            return;
        }
    }
}

/// Returns the IDs of all processes.
pub(super) fn pids() -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    pids.collect()
}

/// Returns the parent of a process. `None` if the process has been reaped.
pub(super) fn parent(pid: Pid) -> Option<Pid> {
    let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // The program's name, in parentheses, may contain any bytes.
    let behind_name = &stat[memrchr(b')', &stat)? + 1..];
    // The state precedes the parent.
    let parent = behind_name
        .split(u8::is_ascii_whitespace)
        .filter(|field| !field.is_empty())
        .nth(1)?;
    Pid::from_raw(str::from_utf8(parent).ok()?.parse().ok()?)
}

#[derive(PartialEq, Eq)]
enum State {
    Killed,
    /// The process is executing a new program, and has no environment yet.
    Starting,
    /// The process ended, or it is a thread of the kernel.
    Ended,
    NotMarked,
}

/// Kills a process if it is marked.
fn kill_if_marked(pid: i32, entry: &[u8]) -> State {
    // Opens the process first, so that it kills the same process whose environment it has read.
    let Some(process) =
        Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
    else {
        return State::Ended;
    };
    if fs::read_link(format!("/proc/{pid}/exe")).is_err() {
        return State::Ended;
    }
    let read = |what| fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
    let mut environment = read("environ");
    if environment.is_empty() {
        if read("cmdline").is_empty() {
            return State::Starting;
        }
        environment = read("environ");
    }
    let is_marked = environment.split(|byte| *byte == 0).any(|one| one == entry);
    if is_marked && pidfd_send_signal(&process, Signal::KILL).is_ok() {
        State::Killed
    } else {
        State::NotMarked
    }
}
